import { textStep } from './step.ts';

const codes = /(?:%[0-9A-Fa-f]{2})+/g;
const characters =
  /%[0-7][0-9A-F]|%[CD][0-9A-F]%[89AB][0-9A-F]|%E[0-9A-F](?:%[89AB][0-9A-F]){2}|%F[0-4](?:%[89AB][0-9A-F]){3}/gi;

/** A text of a form or a query: `+` is a blank and percent codes are UTF-8; codes that are not stay as written. */
export function decodePercent(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  return spaced.includes('%') ? spaced.replace(codes, decodeRun) : spaced;
}

/** `urlDecode`: see `decodePercent`. Never absent. */
export const urlDecode = textStep(decodePercent);

function decodeRun(run: string): string {
  return decoded(run) ?? run.replace(characters, (character) => decoded(character) ?? character);
}

function decoded(run: string): string | null {
  try {
    return decodeURIComponent(run);
  } catch {
    return null;
  }
}

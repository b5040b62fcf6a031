import { textStep } from './step.ts';

const codes = /(?:%[0-9A-Fa-f]{2})+/g;

/** A text of a form or a query: `+` is a blank and percent codes are UTF-8; a run of codes that is not stays as written. */
export function decodePercent(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  return spaced.includes('%') ? spaced.replace(codes, decodeRun) : spaced;
}

/** `urlDecode`: see `decodePercent`. Never absent. */
export const urlDecode = textStep(decodePercent);

function decodeRun(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run;
  }
}

import { parse } from 'lossless-json';
import type { FileSetSpec } from '../../../config/mapping-schema.ts';
import { wholeRow } from '../../../domain/row.ts';
import type { FileReader } from './file-reader.ts';
import { loneLines } from './lone-lines.ts';

/**
 * JSON lines: one object a line, as it is written, digit by digit, in the column `#json`, whose members a mapping names
 * without it. Lines of blanks are no rows; what is no JSON object, or has two values for one member, is a fault.
 */
export function jsonlReader({ charset = 'utf-8' }: FileSetSpec): FileReader {
  return { columns: async () => [wholeRow], ...loneLines(charset, readObject) };
}

const blank = /^[ \t\r]*$/;

function readObject(text: string): string[] | string | null {
  if (blank.test(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'no JSON object';
    return mayDouble(text, value) && isDoubled(text) ? 'a member twice, with two values' : [text];
  } catch {
    return 'no JSON';
  }
}

/** Whether text may hold more members than came of it: the colons that follow a quote which is not escaped tell. */
function mayDouble(text: string, value: object): boolean {
  let names = 0;
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    let before = at - 1;
    while (text.charCodeAt(before) <= blankCode) before--;
    if (text.charCodeAt(before) === quote && text.charCodeAt(before - 1) !== backslash) names++;
  }
  return names !== membersIn(value);
}

const blankCode = 0x20;
const quote = 0x22;
const backslash = 0x5c;

function membersIn(value: object): number {
  let count = Array.isArray(value) ? 0 : Object.keys(value).length;
  for (const inside of Object.values(value)) {
    if (typeof inside === 'object' && inside !== null) count += membersIn(inside);
  }
  return count;
}

/** Each reader of JSON would take another one of the two: this one takes neither. */
function isDoubled(text: string): boolean {
  try {
    parse(text);
    return false;
  } catch {
    return true;
  }
}

import type { FileSetSpec } from '../../config/mapping-schema.ts';
import { wholeRow } from '../../domain/row.ts';
import type { FileReader } from './file-reader.ts';
import { loneLines } from './lone-lines.ts';

/**
 * JSON lines: one object a line, as it is written, digit by digit, in the column `#json`, whose members a mapping names
 * without it. Lines of blanks are no rows; what is no JSON object is a fault.
 */
export function jsonlReader({ charset = 'utf-8' }: FileSetSpec): FileReader {
  return { columns: async () => [wholeRow], ...loneLines(charset, readObject) };
}

const blank = /^[ \t\r]*$/;

function readObject(text: string): string[] | string | null {
  if (blank.test(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? [text] : 'no JSON object';
  } catch {
    return 'no JSON';
  }
}

import { isUtf8 } from 'node:buffer';
import type { Problem } from '../domain/problem.ts';
import { problemAt } from './problems.ts';

const lineFeed = 0x0a;

/**
 * What is wrong with the encoding of a text file that a person wrote, at its first line that is not UTF-8; `null` where
 * nothing is. Read all the same, each such character would silently become another one.
 */
export function encodingFault(bytes: Uint8Array, file: string): Problem | null {
  if (isUtf8(bytes)) return null;
  const utf16 = utf16Fault(bytes, file);
  if (utf16 !== null) return utf16;
  let line = 0;
  let column = 0;
  let lines = 0;
  let bad = 0;
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(lineFeed, from);
    const end = found === -1 ? bytes.length : found;
    lines += 1;
    const text = bytes.subarray(from, end);
    if (!isUtf8(text)) {
      bad += 1;
      if (bad === 1) {
        line = lines;
        column = columnOf(text);
      }
    }
    from = end + 1;
  }
  const more = bad === 1 ? '' : `, nor are some in ${bad - 1} more of its lines`;
  const message = `this character is not UTF-8${more}: the file seems to be Windows-1252 or Latin-1`;
  return problemAt({ file, line, column }, 'file.encoding', message, saveAsUtf8);
}

/** The cure of a file in another encoding. */
export const saveAsUtf8 = 'save the file as UTF-8';

/** The fault of a text file that begins with the byte order mark of UTF-16; `null` where it does not. */
export function utf16Fault(bytes: Uint8Array, file: string): Problem | null {
  const [first, second] = bytes;
  if (!(first === 0xff && second === 0xfe) && !(first === 0xfe && second === 0xff)) return null;
  return problemAt({ file, line: 1, column: 1 }, 'file.encoding', 'the file is UTF-16', saveAsUtf8);
}

/** Where the longest beginning ends that is UTF-8, as characters from 1. */
function columnOf(text: Uint8Array): number {
  let end = 0;
  for (let length = 1; length <= text.length; length += 1) if (isUtf8(text.subarray(0, length))) end = length;
  return new TextDecoder().decode(text.subarray(0, end)).length + 1;
}

import { encodeCell, encodeLine } from './encode-csv.ts';

const COMMA = 0x2c;
const QUOTE = 0x22;
const ASCII_END = 0x80;
/** Measured: up to here a loop that looks at each character and writes it beats a search and a call. */
const mostLooped = 12;
/** Lines that may be longer are measured: a generous bound would cost memory. */
const mostGuessed = 131_072;

/** What is not written as it stands: a cell with one of these is in quotes. Others are, if they are ASCII. */
const unplain = /[",\n\r\u0080-\uffff]/;

/** How many bytes `writeLine` needs at most; generous for short lines, exact for long ones. */
export function lineBytesAtMost(cells: readonly string[]): number {
  let bytes = 0;
  // A UTF-16 unit is three bytes of UTF-8 at most, a doubled quote two; two quotes and a comma come on top.
  for (let index = 0; index < cells.length; index++) bytes += 3 * cells[index]!.length + 3;
  return bytes <= mostGuessed ? bytes : Buffer.byteLength(encodeLine(cells));
}

/**
 * Writes what `encodeLine` gives for two cells and more, as UTF-8, and returns the position after it. `target` must have
 * room for `lineBytesAtMost(cells)`. Half of a surrogate pair becomes U+FFFD.
 */
export function writeLine(cells: readonly string[], target: Buffer, start: number): number {
  let at = start;
  for (let index = 0; index < cells.length; index++) {
    if (index > 0) target[at++] = COMMA;
    const cell = cells[index]!;
    if (cell !== '') at = writeCell(cell, target, at);
  }
  return at;
}

function writeCell(cell: string, target: Buffer, start: number): number {
  const { length } = cell;
  if (length > mostLooped) {
    return unplain.test(cell) ? writeUnplain(cell, target, start) : start + target.write(cell, start, 'latin1');
  }
  for (let index = 0; index < length; index++) {
    const code = cell.charCodeAt(index);
    if (code >= ASCII_END || code === COMMA || code === QUOTE || code === 10 || code === 13) {
      return writeUnplain(cell, target, start);
    }
    target[start + index] = code;
  }
  return start + length;
}

function writeUnplain(cell: string, target: Buffer, start: number): number {
  return start + target.write(encodeCell(cell), start, 'utf8');
}

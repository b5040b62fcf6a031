import { encodeCell, encodeLine } from './encode-csv.ts';
import { isPlain } from './plain-cell.ts';

const COMMA = 0x2c;
/** Measured: up to here bytes are put one by one in less time than a call takes. */
const mostLooped = 12;
/** Lines that may be longer are measured: a generous bound would cost memory. */
const mostGuessed = 131_072;

/** How many bytes `writeLine` needs at most; generous for short lines, exact for long ones. */
export function lineBytesAtMost(cells: readonly string[]): number {
  let bytes = 0;
  // A UTF-16 unit is three bytes of UTF-8 at most, a doubled quote two; two quotes and a comma come on top.
  for (let index = 0; index < cells.length; index++) bytes += 3 * cells[index]!.length + 3;
  return bytes <= mostGuessed ? bytes : Buffer.byteLength(encodeLine(cells));
}

/**
 * Writes what `encodeLine` gives for two cells and more, as UTF-8, and returns the position after it. `target` must have
 * room for `lineBytesAtMost(cells)`. Half of a surrogate pair becomes U+FFFD. `known` has 1 at the place of each cell that
 * is known to be plain; others are looked at.
 */
export function writeLine(cells: readonly string[], target: Buffer, start: number, known?: Uint8Array): number {
  let at = start;
  for (let index = 0; index < cells.length; index++) {
    if (index > 0) target[at++] = COMMA;
    const cell = cells[index]!;
    if (cell === '') continue;
    const plain = known?.[index] === 1 || isPlain(cell);
    at = plain ? writePlain(cell, target, at) : at + target.write(encodeCell(cell), at, 'utf8');
  }
  return at;
}

function writePlain(cell: string, target: Buffer, start: number): number {
  const { length } = cell;
  if (length > mostLooped) return start + target.write(cell, start, 'latin1');
  for (let index = 0; index < length; index++) target[start + index] = cell.charCodeAt(index);
  return start + length;
}

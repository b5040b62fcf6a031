import { cellsOf } from './cell-width.ts';
import { shorten } from './terminal.ts';

/** Rows as lines with aligned columns; numbers (as the flags say) to the right. No line ends in blanks. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly boolean[],
): string[] {
  const widths = widthsOf(header, rows);
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, place) => {
        const cell = cells[place] ?? '';
        const blanks = ' '.repeat(Math.max(0, width - cellsOf(cell)));
        return right[place] === true ? blanks + cell : cell + blanks;
      })
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line)];
}

/** What a cell keeps, in cells of the terminal. */
const least = 12;

/**
 * The rows with cells cut, those of the widest column first, until a line of their table fits `width`. No column gets
 * narrower than its title or `least` cells, whatever the width.
 */
export function narrowed(header: readonly string[], rows: readonly (readonly string[])[], width: number): string[][] {
  const widths = widthsOf(header, rows);
  const floor = header.map((title) => Math.max(least, cellsOf(title)));
  const gaps = 2 * (widths.length - 1);
  for (let over = sum(widths) + gaps - width; over > 0; over -= 1) {
    const spare = widths.map((cells, place) => (cells > (floor[place] ?? least) ? cells : 0));
    const widest = spare.indexOf(Math.max(...spare));
    if (spare[widest] === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return rows.map((row) => row.map((cell, place) => shorten(cell, widths[place] ?? least)));
}

function widthsOf(header: readonly string[], rows: readonly (readonly string[])[]): number[] {
  return header.map((title, place) => Math.max(cellsOf(title), ...rows.map((row) => cellsOf(row[place] ?? ''))));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

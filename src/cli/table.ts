import { cellsOf } from './cell-width.ts';

/** Rows as lines with aligned columns; numbers (as the flags say) to the right. No line ends in blanks. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly boolean[],
): string[] {
  const widths = header.map((title, place) =>
    Math.max(cellsOf(title), ...rows.map((row) => cellsOf(row[place] ?? ''))),
  );
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

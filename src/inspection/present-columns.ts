import { createCsvParser } from '../csv/parse-csv.ts';

/** The columns whose cells are not empty, in the order of `names`. */
export function presentColumns(names: readonly string[], cells: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name, place) => (cells[place] ? [[name, cells[place]]] : [])));
}

/** The columns of a hit that are not empty; `line` is as the mapper writes it. */
export function presentInLine(names: readonly string[], line: string): Record<string, string> {
  const { rows } = createCsvParser({ delimiter: ',', quote: '"', newline: '\n' }).push(line, true);
  return presentColumns(names, rows[0] ?? []);
}

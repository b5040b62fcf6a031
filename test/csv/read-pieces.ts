import type { CsvDialect } from '../../src/csv/dialect.ts';
import { type CsvRows, createCsvParser } from '../../src/csv/parse-csv.ts';

/** All that a text holds which comes in these pieces. */
export function readPieces(pieces: readonly string[], dialect: CsvDialect): CsvRows {
  const parser = createCsvParser(dialect);
  const all: CsvRows = { rows: [], lines: [], faults: [] };
  for (const [index, piece] of pieces.entries()) {
    const { rows, lines, faults } = parser.push(piece, index === pieces.length - 1);
    all.rows.push(...rows);
    all.lines.push(...lines);
    all.faults.push(...faults);
  }
  return all;
}

/** The same text in one piece, character by character, and cut in two at each place. */
export function* cuts(text: string): Iterable<string[]> {
  yield [text];
  yield [...text, ''];
  for (let at = 1; at < text.length; at++) yield [text.slice(0, at), text.slice(at)];
}

import type { CsvDialect } from './dialect.ts';
import { type CsvParser, type CsvRows, createCsvParser } from './parse-csv.ts';

/** Reads stretches of a file that begin with a record and end with a line. */
export interface CsvResumer {
  /** Says on which physical line, from 1, the next text begins. Only while nothing is held. */
  at(line: number): void;
  /** As `CsvParser.push`, with the lines of the file. */
  push(text: string, last: boolean): CsvRows;
  held: CsvParser['held'];
}

/** A reference reader for the middle of a file whose line end is known to be `\n`, or `\r\n` here and there. */
export function createCsvResumer(dialect: CsvDialect): CsvResumer {
  const parser = createCsvParser({ ...dialect, newline: '\n' });
  // Only what begins a file can be a byte order mark.
  parser.push('\n', false);
  let own = 2;
  let shift = 0;
  return {
    at(line) {
      shift = line - own;
    },
    push(text, last) {
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) own++;
      const { rows, lines, faults } = parser.push(text, last);
      return {
        rows,
        lines: lines.map((line) => line + shift),
        faults: faults.map((fault) => ({ ...fault, line: fault.line + shift })),
      };
    },
    held: parser.held,
  };
}

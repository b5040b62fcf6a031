import type { CsvFault, CsvParser, CsvRows } from '../csv/parse-csv.ts';
import { createCsvParser } from '../csv/parse-csv.ts';
import { createPlainReader } from '../csv/plain-reader.ts';
import { createDecoder, type Decoder, hasUndecoded } from './charset.ts';
import { type FileDigest, readBytes } from './file-bytes.ts';
import type { FileFormat } from './file-format.ts';
import type { FoundFile } from './find-files.ts';

/**
 * A file's rows as they stand, piece by piece; never more than one piece is read ahead of the consumer. A row with bytes
 * that are no text in the file's charset is a fault. Plain dialects are read from bytes, the others are decoded first.
 */
export async function* readCsv(
  file: FoundFile,
  format: FileFormat,
  digest: FileDigest,
  signal?: AbortSignal,
): AsyncGenerator<CsvRows> {
  const push = createCsvBytes(file.name, format);
  for await (const bytes of readBytes(file, digest, signal)) yield push(bytes, false);
  yield push(Buffer.alloc(0), true);
}

function createCsvBytes(name: string, { dialect, charset }: FileFormat): (bytes: Buffer, last: boolean) => CsvRows {
  const decoded = (parser: Pick<CsvParser, 'push'>): ((bytes: Buffer, last: boolean) => CsvRows) => {
    const decoder: Decoder = createDecoder(charset, name);
    return (bytes, last) => {
      const found = parser.push(decoder.push(bytes, last), last);
      return decoder.damaged() ? withoutUndecoded(found, dialect.delimiter, charset) : found;
    };
  };
  const plain = createPlainReader(dialect, charset);
  if (plain === null) return decoded(createCsvParser(dialect));
  let pushRest: ((bytes: Buffer, last: boolean) => CsvRows) | null = null;
  return (bytes, last) => {
    if (pushRest !== null) return pushRest(bytes, last);
    const found = plain.push(bytes, last);
    if (plain.rest === null) return found;
    pushRest = decoded(plain.rest.parser);
    const { rows, lines, faults } = pushRest(plain.rest.bytes, last);
    return {
      rows: [...found.rows, ...rows],
      lines: [...found.lines, ...lines],
      faults: [...found.faults, ...faults],
    };
  };
}

/** Makes faults of the rows with bytes that are no text in the file's charset. */
function withoutUndecoded({ rows, lines, faults }: CsvRows, delimiter: string, charset: string): CsvRows {
  const sound: { rows: string[][]; lines: number[]; faults: CsvFault[] } = { rows: [], lines: [], faults: [...faults] };
  for (const [at, row] of rows.entries()) {
    const line = lines[at] ?? 0;
    if (row.some(hasUndecoded)) {
      sound.faults.push({ line, reason: `not ${charset}`, text: row.join(delimiter) });
    } else {
      sound.rows.push(row);
      sound.lines.push(line);
    }
  }
  return sound;
}

import { type CsvParser, type CsvRows, createCsvParser } from '../../csv/parse-csv.ts';
import { createPlainReader, createStretchReader, type PlainStretch } from '../../csv/plain-reader.ts';
import type { PlainRest } from '../../csv/plain-records.ts';
import { createDecoder, hasUndecoded } from './charset.ts';
import { type FileDigest, readBytes, stretchBytes } from './file-bytes.ts';
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
  const push = createCsvBytes(file.name, format, createPlainReader(format.dialect, format.charset));
  for await (const bytes of readBytes(file, digest, signal)) yield* push(bytes, false);
  yield* push(Buffer.alloc(0), true);
}

/** As `readCsv`, with records of plain dialects as stretches. */
export async function* readUncutCsv(
  file: FoundFile,
  format: FileFormat,
  digest: FileDigest,
  signal?: AbortSignal,
): AsyncGenerator<PlainStretch | CsvRows> {
  const push = createCsvBytes(file.name, format, createStretchReader(format.dialect, format.charset));
  for await (const bytes of readBytes(file, digest, signal, stretchBytes)) yield* push(bytes, false);
  yield* push(Buffer.alloc(0), true);
}

/** What becomes of a file's bytes, in order; `last` is true once. */
type PushBytes<Part> = (bytes: Buffer, last: boolean) => readonly Part[];

/** `plain` reads from bytes as far as it can; what it cannot is decoded. */
function createCsvBytes<Part>(
  name: string,
  { dialect, charset }: FileFormat,
  plain: { push: PushBytes<Part>; readonly rest: PlainRest | null } | null,
): PushBytes<Part | CsvRows> {
  const decoded = (parser: Pick<CsvParser, 'push'>): PushBytes<CsvRows> => {
    const decoder = createDecoder(charset, name);
    return (bytes, last) => {
      const found = parser.push(decoder.push(bytes, last), last);
      return [decoder.damaged() ? withoutUndecoded(found, dialect.delimiter, charset) : found];
    };
  };
  if (plain === null) return decoded(createCsvParser(dialect));
  let pushRest: PushBytes<CsvRows> | null = null;
  return (bytes, last) => {
    if (pushRest !== null) return pushRest(bytes, last);
    const found = plain.push(bytes, last);
    if (plain.rest === null) return found;
    pushRest = decoded(plain.rest.parser);
    return [...found, ...pushRest(plain.rest.bytes, last)];
  };
}

/** Makes faults of the rows with bytes that are no text in the file's charset. */
function withoutUndecoded({ rows, lines, faults }: CsvRows, delimiter: string, charset: string): CsvRows {
  const sound: CsvRows = { rows: [], lines: [], faults: [...faults] };
  for (const [at, row] of rows.entries()) {
    const line = lines[at] ?? 0;
    if (row.some(hasUndecoded)) {
      sound.faults.push({ line, reason: `not ${charset}`, text: row.join(delimiter) });
    } else {
      sound.rows.push(row);
      sound.lines.push(line);
    }
  }
  sound.faults.sort((one, other) => one.line - other.line);
  return sound;
}

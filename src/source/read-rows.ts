import type { CsvFault, CsvRows } from '../csv/parse-csv.ts';
import type { StretchCutter } from '../csv/plain-reader.ts';
import { MigrationError } from '../domain/error.ts';
import type { Batch, Row, RowFault, Stretch } from '../domain/row.ts';
import { type FileDigest, noDigest } from './file-bytes.ts';
import type { FileFormat } from './file-format.ts';
import type { FoundFile } from './find-files.ts';
import { faultAt } from './formats/file-reader.ts';
import { readCsv, readUncutCsv } from './read-csv.ts';

const batchRows = 2_000;

/**
 * The names that a file's first row gives, or would give: `column1 …` where the set has no header. `null` where the file
 * has no row at all. Reads no further than that row.
 */
export async function readHeader(file: FoundFile, format: FileFormat): Promise<readonly string[] | null> {
  if (typeof format.header !== 'string') return format.header;
  for await (const { rows, lines, faults } of readCsv(file, format, noDigest())) {
    const at = rows.findIndex((row) => !isBlank(row));
    const line = lines[at] ?? Number.POSITIVE_INFINITY;
    const fault = faults.find((found) => found.line < line);
    if (fault !== undefined && format.header === 'first row') throw badHeader(file, fault);
    const first = rows[at];
    if (first !== undefined) return namesOf(first, format);
  }
  return null;
}

function namesOf(first: readonly string[], { header }: FileFormat): readonly string[] {
  return header === 'none' ? first.map((_, at) => `column${at + 1}`) : first;
}

/**
 * A file's rows below its header, each with `fileColumns` appended. Rows of another width than `columns`, and what is no
 * row at all, are faults. A blank line is no row, unless the file has one column only, where it is an empty value.
 */
export async function* readRows(
  file: FoundFile,
  format: FileFormat,
  columns: readonly string[],
  digest: FileDigest,
  signal?: AbortSignal,
): AsyncGenerator<Batch> {
  const taker = createRowTaker(file, format, columns, format.header === 'first row');
  for await (const found of readCsv(file, format, digest, signal)) yield* taker.take(found);
}

/** The same rows; those below the header as stretches, for `cutRows`, as far as the file can be read from its bytes. */
export async function* readUncutRows(
  file: FoundFile,
  format: FileFormat,
  columns: readonly string[],
  cut: StretchCutter,
  digest: FileDigest,
  signal?: AbortSignal,
): AsyncGenerator<Batch> {
  const taker = createRowTaker(file, format, columns, format.header === 'first row');
  for await (const found of readUncutCsv(file, format, digest, signal)) {
    if ('rows' in found) yield* taker.take(found);
    else if (taker.isHeaderDue) yield* taker.take(cut(found));
    else yield { rows: [], stretch: { file: file.name, ...found } };
  }
}

/** The rows of a stretch, in the batches in which `readRows` could have given them. */
export function cutRows(
  { file, line, bytes }: Stretch,
  format: FileFormat,
  columns: readonly string[],
  cut: StretchCutter,
): readonly Batch[] {
  const found = cut({ bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), line });
  return [...createRowTaker({ name: file }, format, columns, false).take(found)];
}

/**
 * Makes batches of what was found in a file, which begins with its header where that is due. A batch's faults stand behind
 * its rows in the file, so that the order of all of them is the same wherever the file was cut.
 */
function createRowTaker(
  file: Pick<FoundFile, 'name'>,
  { dialect }: FileFormat,
  columns: readonly string[],
  isHeaderDue: boolean,
): { readonly isHeaderDue: boolean; take(found: CsvRows): Generator<Batch> } {
  const width = columns.length;
  let headerDue = isHeaderDue;
  function* take(found: CsvRows): Generator<Batch> {
    let rows: Row[] = [];
    let faults: RowFault[] = [];
    let fault = 0;
    const tellFaults = (before: number): void => {
      for (let next = found.faults[fault]; next !== undefined && next.line < before; next = found.faults[++fault])
        faults.push(faultAt(file, next.line, next.reason, next.text));
    };
    for (let at = 0; at < found.rows.length; at++) {
      const row = found.rows[at] ?? [];
      const line = found.lines[at] ?? 0;
      tellFaults(line);
      if (isBlank(row) && (headerDue || width !== 1)) continue;
      if (headerDue) {
        headerDue = false;
        assertHeader(file, row, columns);
        continue;
      }
      if (row.length !== width) {
        const reason = row.length < width ? 'too few fields' : 'too many fields';
        faults.push(faultAt(file, line, reason, row.join(dialect.delimiter)));
        continue;
      }
      if (faults.length > 0 || rows.length >= batchRows) {
        yield { rows, faults };
        rows = [];
        faults = [];
      }
      row.push(file.name, String(line));
      rows.push(row);
    }
    tellFaults(Number.POSITIVE_INFINITY);
    if (rows.length > 0 || faults.length > 0) yield { rows, faults };
  }
  return {
    get isHeaderDue() {
      return headerDue;
    },
    take,
  };
}

function isBlank(row: readonly string[]): boolean {
  return row.length === 1 && row[0] === '';
}

function assertHeader(file: Pick<FoundFile, 'name'>, header: readonly string[], columns: readonly string[]): void {
  const difference = headerDifference(header, columns);
  if (difference !== null) throw otherHeader(file, difference);
}

/** What is different about a header, in words; `null` where nothing is. */
export function headerDifference(header: readonly string[], columns: readonly string[]): string | null {
  const missing = columns.filter((name) => !header.includes(name));
  const extra = header.filter((name) => !columns.includes(name));
  const parts = [
    ...(missing.length > 0 ? [`without ${missing.join(', ')}`] : []),
    ...(extra.length > 0 ? [`with ${extra.join(', ')}`] : []),
  ];
  if (parts.length > 0) return parts.join(' and ');
  const at = header.findIndex((name, place) => name !== columns[place]);
  if (at === -1 && header.length === columns.length) return null;
  return `with ${header[at] ?? columns[header.length]} in another place`;
}

/** The stop for a file that does not fit the others of its set. */
export function otherHeader({ name }: Pick<FoundFile, 'name'>, difference: string): MigrationError {
  return new MigrationError(
    'input.invalid',
    `File ${name} has another header than the first file of its set: ${difference}`,
    { next: 'Give files of another shape a file set and a stream of their own.' },
  );
}

function badHeader({ name }: FoundFile, { line, reason }: CsvFault): MigrationError {
  return new MigrationError('input.invalid', `File ${name}, line ${line}: the header cannot be read: ${reason}`, {
    next: 'Correct the file, or its delimiter and quote in the mapping.',
  });
}

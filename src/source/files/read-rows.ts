import type { CsvFault, CsvRows } from '../../csv/parse-csv.ts';
import type { StretchCutter } from '../../csv/plain-reader.ts';
import { MigrationError } from '../../domain/error.ts';
import type { Batch, Stretch } from '../../domain/row.ts';
import { type FileDigest, noDigest } from './file-bytes.ts';
import type { FileFormat } from './file-format.ts';
import { createBatchFiller } from './fill-batches.ts';
import type { FoundFile } from './find-files.ts';
import { faultAt } from './formats/file-reader.ts';
import { readCsv, readUncutCsv } from './read-csv.ts';

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
    else if (taker.isHeaderDue) for (const rows of cut(found)) yield* taker.take(rows);
    else yield { rows: [], stretch: { file: file.name, ...found } };
  }
}

/** The rows of a stretch, cut as they are asked for, in the batches in which `readRows` could have given them. */
export function* cutRows(
  { file, line, bytes }: Stretch,
  format: FileFormat,
  columns: readonly string[],
  cut: StretchCutter,
): Generator<Batch> {
  const { take } = createRowTaker({ name: file }, format, columns, false);
  const stretch = { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), line };
  for (const found of cut(stretch)) yield* take(found);
}

/**
 * Makes batches of what was found in a file, which begins with its header where that is due. The order of rows and faults
 * is the same wherever the file was cut.
 */
function createRowTaker(
  file: Pick<FoundFile, 'name'>,
  { dialect }: FileFormat,
  columns: readonly string[],
  isHeaderDue: boolean,
): { readonly isHeaderDue: boolean; take(found: CsvRows): Generator<Batch> } {
  const width = columns.length;
  const batches = createBatchFiller();
  let headerDue = isHeaderDue;

  /** Takes a row, or says why it is none; gives the batch that is full then. */
  function rowOrFault(row: string[], line: number): Batch | null {
    if (isBlank(row) && (headerDue || width !== 1)) return null;
    if (headerDue) {
      headerDue = false;
      assertHeader(file, row, columns);
      return null;
    }
    if (row.length === width) {
      row.push(file.name, String(line));
      return batches.row(row);
    }
    const reason = row.length < width ? 'too few fields' : 'too many fields';
    return batches.fault(faultAt(file, line, reason, row.join(dialect.delimiter)));
  }

  function* take({ rows, lines, faults }: CsvRows): Generator<Batch> {
    let told = 0;
    for (let at = 0; at <= rows.length; at++) {
      const row = rows[at];
      const line = lines[at] ?? Number.POSITIVE_INFINITY;
      for (let fault = faults[told]; fault !== undefined && fault.line < line; fault = faults[++told]) {
        const full = batches.fault(faultAt(file, fault.line, fault.reason, fault.text));
        if (full !== null) yield full;
      }
      const full = row === undefined ? batches.rest() : rowOrFault(row, line);
      if (full !== null) yield full;
    }
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
    next: reason.startsWith('not ')
      ? 'Say charset: of the file set as the file is written, such as windows-1252, or save the file anew.'
      : 'Correct the file, or its delimiter and quote in the mapping.',
  });
}

import type { FileSetSpec } from '../config/mapping-schema.ts';
import { MigrationError } from '../domain/error.ts';
import { fileColumns, type RowFault, wholeRow } from '../domain/row.ts';
import { type Engine, globLiteral, parquetTable, quoteName, quoteText } from './duckdb.ts';
import type { FileDigest } from './file-bytes.ts';
import type { FoundFile } from './find-files.ts';
import { type FileReader, faultAt } from './formats/file-reader.ts';
import { assertNoMember } from './formats/parquet.ts';

/** A file set as queries see it. */
export interface QueriedSet {
  readonly name: string;
  readonly format: FileSetSpec['format'];
  readonly reader: FileReader;
  readonly files: readonly FoundFile[];
  /** The set's own columns, once its files have been looked at. */
  columns(signal?: AbortSignal): Promise<readonly string[]>;
}

/** Makes the table of a set, without rows; for Parquet the view that is all it needs. */
export async function createTable({ connection }: Engine, set: QueriedSet, signal?: AbortSignal): Promise<void> {
  for (const file of set.format === 'parquet' ? set.files : []) assertNoMember(file);
  const columns = await set.columns(signal);
  if (set.format === 'parquet') {
    const table = parquetTable(set.files.map(({ path }) => path));
    await connection.run(`CREATE VIEW ${quoteName(set.name)} AS SELECT * FROM ${table}`);
    return;
  }
  const own = columns.map((name) => (name === wholeRow ? 'json JSON' : `${quoteName(name)} VARCHAR`));
  const place = fileColumns.map((name) => `${quoteName(name)} VARCHAR`);
  await connection.run(`CREATE TABLE ${quoteName(set.name)} (${[...own, ...place].join(', ')})`);
}

/** Takes from the engine every file but those of Parquet sets, and the network. */
export async function allowOnly({ connection }: Engine, sets: readonly QueriedSet[]): Promise<void> {
  const paths = sets
    .filter(({ format }) => format === 'parquet')
    .flatMap(({ files }) => files.flatMap(({ path }) => [path, globLiteral(path)]));
  await connection.run(`SET allowed_paths = [${[...new Set(paths)].map(quoteText).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
}

/** Takes its settings from the engine: they stay as they are. */
export async function lockSettings({ connection }: Engine): Promise<void> {
  await connection.run('SET lock_configuration = true');
}

/** Reads a file into its set's table; gives what is no row in it, batch by batch. Does nothing for Parquet. */
export async function* fillTable(
  { connection }: Engine,
  set: QueriedSet,
  file: FoundFile,
  digest: FileDigest,
  signal?: AbortSignal,
): AsyncGenerator<readonly RowFault[]> {
  if (set.format === 'parquet') return;
  const isJson = set.format === 'jsonl';
  const appender = await connection.createAppender(set.name);
  try {
    for await (const { rows, faults = [] } of set.reader.rows(file, await set.columns(), digest, signal)) {
      const unreadable: RowFault[] = [];
      for (const row of rows) {
        const [first = null] = row;
        if (isJson && typeof first === 'string' && hasHalfCharacter(first)) {
          unreadable.push(faultAt(file, Number(row.at(-1)), 'half of a UTF-16 pair', first));
          continue;
        }
        for (const cell of row) {
          // An empty cell and none are one: absent.
          if (cell === null || cell === '') appender.appendNull();
          else if (typeof cell === 'string') appender.appendVarchar(cell);
          else throw bytesIn(set);
        }
        appender.endRow();
      }
      yield [...faults, ...unreadable];
    }
  } finally {
    appender.closeSync();
  }
}

/** The engine's JSON functions stop at an escaped surrogate that stands alone, which JavaScript takes. */
function hasHalfCharacter(text: string): boolean {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return false;
  // What is written again has escapes for lone ones alone, and doubled backslashes.
  return /(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(JSON.stringify(JSON.parse(text)));
}

function bytesIn({ name }: QueriedSet): MigrationError {
  return new MigrationError('input.invalid', `File set ${name} holds bytes, which a query cannot read as text`, {
    next: 'Read it with `rows`.',
  });
}

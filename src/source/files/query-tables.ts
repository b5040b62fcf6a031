import type { DuckDBConnection } from '@duckdb/node-api';
import { MigrationError } from '../../domain/error.ts';
import { fileColumns, type RowFault, wholeRow } from '../../domain/row.ts';
import { type Engine, globLiteral, parquetTable, quoteName, quoteText } from './duckdb.ts';
import type { FileDigest } from './file-bytes.ts';
import type { FileSet } from './file-set.ts';
import type { FoundFile } from './find-files.ts';
import { faultAt } from './formats/file-reader.ts';
import { assertNoMember } from './formats/parquet.ts';
import { mergeFields, type ParquetField, readSchema, type TypeDifference } from './formats/parquet-schema.ts';

/** Makes the table of a set, without rows; for Parquet the view that is all it needs. */
export async function createTable({ connection }: Engine, set: FileSet, signal?: AbortSignal): Promise<void> {
  for (const file of set.format === 'parquet' ? set.files : []) assertNoMember(file);
  const columns = await set.columns(signal);
  assertToldApart(set, columns);
  if (set.format === 'parquet') {
    const paths = set.files.map(({ path }) => path);
    const table = parquetTable(paths, !(await haveOneSchema(connection, set.files, signal)));
    await connection.run(`CREATE VIEW ${quoteName(set.name)} AS SELECT * FROM ${table}`);
    return;
  }
  const own = columns.map((name) => (name === wholeRow ? 'json JSON' : `${quoteName(name)} VARCHAR`));
  const place = fileColumns.map((name) => `${quoteName(name)} VARCHAR`);
  await connection.run(`CREATE TABLE ${quoteName(set.name)} (${[...own, ...place].join(', ')})`);
}

/** Names in SQL have no case: one of two that differ in nothing else would be read for both. */
function assertToldApart({ name: set, format }: FileSet, columns: readonly string[]): void {
  const all = format === 'parquet' ? columns : [...columns, ...fileColumns];
  const caseless = all.map((name) => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
  const twins = all.filter(
    (_, at) => caseless.indexOf(caseless[at] ?? '') !== caseless.lastIndexOf(caseless[at] ?? ''),
  );
  if (twins.length === 0) return;
  throw new MigrationError(
    'input.invalid',
    `File set ${set} has columns that a query cannot tell apart, since SQL knows no case: ${twins.join(', ')}`,
    { next: 'Read it with `rows`, or rename them in the files.' },
  );
}

/**
 * Whether all files have the same types; the engine reads the others as the first where it is not told to look at all.
 * Throws `input.invalid` where values would be changed on the way to one type.
 */
async function haveOneSchema(
  connection: DuckDBConnection,
  files: readonly FoundFile[],
  signal?: AbortSignal,
): Promise<boolean> {
  let merged: readonly ParquetField[] | null = null;
  let first = '';
  let areSame = true;
  for (const { name, path } of files) {
    signal?.throwIfAborted();
    const fields = await readSchema(connection, path);
    const next: readonly ParquetField[] | TypeDifference = merged === null ? fields : mergeFields(merged, fields);
    if ('before' in next) {
      const says = `File ${name} has ${next.field} as ${next.here}, files before it in its set have ${next.before}`;
      throw new MigrationError('input.invalid', says, {
        next: 'Give files with other types a file set of their own, and bring them together in the query with CAST.',
      });
    }
    const types = JSON.stringify(fields);
    if (merged === null) first = types;
    areSame &&= types === first;
    merged = next;
  }
  return areSame;
}

/** Takes from the engine every file but those of Parquet sets, and the network. */
export async function allowOnly({ connection }: Engine, sets: readonly FileSet[]): Promise<void> {
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
  set: FileSet,
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
          else throw new Error(`File set ${set.name} gives bytes, which only Parquet has`);
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

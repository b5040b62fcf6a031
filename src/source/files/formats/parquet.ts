import type { DuckDBConnection } from '@duckdb/node-api';
import { MigrationError } from '../../../domain/error.ts';
import type { Batch } from '../../../domain/row.ts';
import type { ShortenedColumn } from '../../source.ts';
import { type DuckDB, type Engine, loadDuckDB, openEngine, parquetTable } from '../duckdb.ts';
import { describeQuery, type ResultColumn, selectRows } from '../duckdb-rows.ts';
import { type FileDigest, readDigest } from '../file-bytes.ts';
import type { FoundFile } from '../find-files.ts';
import { headerDifference, otherHeader } from '../read-rows.ts';
import type { FileReader } from './file-reader.ts';
import { readSchema, shortenedColumns, tooLongDecimal } from './parquet-schema.ts';

/**
 * Parquet files, whatever their compression, by DuckDB in this process. Every value is text: integers and decimals digit by
 * digit, dates and timestamps as SQL writes them (instants in UTC, with offset), floats as the shortest digits that read
 * back as the same; lists, structs and maps as JSON, decimals and floats in them in quotes. A BYTE_ARRAY that is not
 * declared to be text is bytes, and so is what holds one. `#line` is the number of the row in its file. All files of a set
 * have the same columns, by the names that stand in them; folders named `key=value` add none.
 *
 * Instants in nanoseconds and INT96 have six digits at most: `shortened` names them.
 *
 * `load` gives the optional package. Throws `input.invalid` where it is not installed, for what is no Parquet file, for a
 * decimal of more than 38 digits and for members of zip archives; `build.memory` where a row group does not fit into 512 MB.
 */
export function parquetReader(load: () => Promise<DuckDB> = () => import('@duckdb/node-api')): FileReader {
  return {
    async columns(files, signal) {
      let columns: readonly string[] | null = null;
      for (const file of files) {
        signal?.throwIfAborted();
        const found = await withFile(file, load, (connection) => describe(connection, file));
        const names = found.map(({ own }) => own);
        const difference = columns === null ? null : headerDifference(names, columns);
        if (difference !== null) throw otherHeader(file, difference);
        columns ??= names;
      }
      return columns ?? [];
    },
    rows: (file, columns, digest, signal) => readParquet(file, columns, digest, load, signal),
    async shortened(files) {
      const found = new Map<string, ShortenedColumn>();
      for (const file of files) {
        const fields = await withFile(file, load, (connection) => readSchema(connection, file.path));
        for (const column of shortenedColumns(fields)) found.set(column.column, column);
      }
      return [...found.values()];
    },
  };
}

async function* readParquet(
  file: FoundFile,
  columns: readonly string[],
  digest: FileDigest,
  load: () => Promise<DuckDB>,
  signal?: AbortSignal,
): AsyncGenerator<Batch> {
  signal?.throwIfAborted();
  const { connection, close } = await connect(file, load);
  try {
    const found = await describe(connection, file);
    const difference = headerDifference(
      found.map(({ own }) => own),
      columns,
    );
    if (difference !== null) throw otherHeader(file, difference);
    let line = 0;
    for await (const cells of selectRows(connection, found, parquetTable([file.path]))) {
      for (const row of cells) row.push(file.name, String(++line));
      signal?.throwIfAborted();
      yield { rows: cells };
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw readFault(file, error);
  } finally {
    close();
  }
  Object.assign(digest, await readDigest(file, signal));
}

async function withFile<T>(
  file: FoundFile,
  load: () => Promise<DuckDB>,
  use: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const { connection, close } = await connect(file, load);
  try {
    return await use(connection);
  } catch (error) {
    throw readFault(file, error);
  } finally {
    close();
  }
}

/** An engine that can read files and nothing else. */
async function connect(file: FoundFile, load: () => Promise<DuckDB>): Promise<Engine> {
  assertNoMember(file);
  const engine = await openEngine(await loadDuckDB('Parquet files', load), { memoryBytes: 512e6 });
  await engine.connection.run('SET lock_configuration = true');
  return engine;
}

/** Throws `input.invalid` for a member of a zip archive: Parquet is read from its end. */
export function assertNoMember({ name, member }: FoundFile): void {
  if (member === undefined) return;
  throw new MigrationError('input.invalid', `File ${name}: Parquet inside a zip archive cannot be read`, {
    next: 'Unpack the archive and name the files themselves.',
  });
}

interface ParquetColumn extends ResultColumn {
  /** As the file has it; the engine renames what it has already, in whatever case, and what is empty. */
  readonly own: string;
}

async function describe(connection: DuckDBConnection, { name, path }: FoundFile): Promise<readonly ParquetColumn[]> {
  const fields = await readSchema(connection, path);
  const long = tooLongDecimal(fields);
  if (long !== null) {
    throw new MigrationError('input.invalid', `File ${name}: ${long} is a decimal of more than 38 digits`, {
      next: 'Export it as text, or with at most 38 digits: it cannot be read exactly.',
    });
  }
  const columns = await describeQuery(connection, `SELECT * FROM ${parquetTable([path])}`);
  return columns.map((column, at) => ({ ...column, own: fields[at]?.name ?? column.name }));
}

function readFault({ name }: FoundFile, error: unknown): unknown {
  if (error instanceof MigrationError || !(error instanceof Error)) return error;
  if (error.message.startsWith('Out of Memory')) {
    return new MigrationError('build.memory', `File ${name}: a row group does not fit into 512 MB`, {
      next: 'Write the file again with smaller row groups.',
      cause: error,
    });
  }
  return new MigrationError('input.invalid', `File ${name} cannot be read as Parquet: ${error.message}`, {
    next: 'Check that it is a Parquet file, and copy or export it again.',
    cause: error,
  });
}

import type { DuckDBConnection } from '@duckdb/node-api';
import { MigrationError } from '../../domain/error.ts';
import type { Batch } from '../../domain/row.ts';
import { type DuckDB, type Engine, loadDuckDB, openEngine, parquetTable } from '../duckdb.ts';
import { describeQuery, type ResultColumn, selectRows } from '../duckdb-rows.ts';
import { type FileDigest, readDigest } from '../file-bytes.ts';
import type { FoundFile } from '../find-files.ts';
import { headerDifference, otherHeader } from '../read-rows.ts';
import type { FileReader } from './file-reader.ts';

/**
 * Parquet files, whatever their compression, by DuckDB in this process. Every value is text: integers and decimals digit by
 * digit, dates and timestamps as SQL writes them (instants in UTC, with offset), floats as the shortest digits that read
 * back as the same; lists, structs and maps as JSON, decimals and floats in them in quotes. A BYTE_ARRAY that is not
 * declared to be text is bytes. `#line` is the number of the row in its file. All files of a set have the same columns;
 * folders named `key=value` add none.
 *
 * `load` gives the optional package. Throws `input.invalid` where it is not installed, for what is no Parquet file and for
 * members of zip archives; `build.memory` where a row group does not fit into 512 MB.
 */
export function parquetReader(load: () => Promise<DuckDB> = () => import('@duckdb/node-api')): FileReader {
  return {
    async columns(files, signal) {
      let columns: readonly string[] | null = null;
      for (const file of files) {
        signal?.throwIfAborted();
        const found = await withFile(file, load, (connection) => describe(connection, file));
        const names = found.map(({ name }) => name);
        const difference = columns === null ? null : headerDifference(names, columns);
        if (difference !== null) throw otherHeader(file, difference);
        columns ??= names;
      }
      return columns ?? [];
    },
    rows: (file, columns, digest, signal) => readParquet(file, columns, digest, load, signal),
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
      found.map(({ name }) => name),
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

function describe(connection: DuckDBConnection, { path }: FoundFile): Promise<readonly ResultColumn[]> {
  return describeQuery(connection, `SELECT * FROM ${parquetTable([path])}`);
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

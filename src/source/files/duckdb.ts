import type { DuckDBConnection } from '@duckdb/node-api';
import { MigrationError } from '../../domain/error.ts';

/** The optional package. */
export type DuckDB = typeof import('@duckdb/node-api');

/** An engine of this process, and how it ends. */
export interface Engine {
  readonly connection: DuckDBConnection;
  close(): void;
}

/** The package, loaded; throws `input.invalid` where it is not installed, saying that `what` need it. */
export async function loadDuckDB(what: string, load: () => Promise<DuckDB>): Promise<DuckDB> {
  return load().catch((cause: unknown) => {
    const says = cause instanceof Error ? `: ${cause.message.split('\n')[0]}` : '';
    throw new MigrationError('input.invalid', `${what} need the package @duckdb/node-api${says}`, {
      next: 'Install it beside this program: npm install @duckdb/node-api@1.5.6-r.1',
      cause,
    });
  });
}

/**
 * A DuckDB on one thread, so that the same files give the same rows in the same order, with UTC as its time zone. It never
 * fetches an extension. `path` is its database, `spill` the folder for what does not fit `memoryBytes`; both default to none.
 */
export async function openEngine(
  { DuckDBInstance }: DuckDB,
  { memoryBytes, path = ':memory:', spill = '' }: { memoryBytes: number; path?: string; spill?: string },
): Promise<Engine> {
  const instance = await DuckDBInstance.create(path, {
    threads: '1',
    memory_limit: `${Math.floor(memoryBytes)}B`,
    temp_directory: spill,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run(`SET TimeZone = 'UTC'`);
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  return { connection, close };
}

/** The engine's setting for what it puts on disk, which it names where that does not suffice. */
export const tempBound = 'max_temp_directory_size';

/** Bounds what does not fit memory, in bytes. The engine heeds this setting only once it is open. */
export async function boundTemp({ connection }: Engine, bytes: number): Promise<void> {
  if (Number.isFinite(bytes)) await connection.run(`SET ${tempBound} = '${Math.floor(bytes)}B'`);
}

/** A name in double quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Files as a table, all with the types of the first unless `isMerged`; what means something in a glob stands for itself. */
export function parquetTable(paths: readonly string[], isMerged = false): string {
  const literals = paths.map((path) => quoteText(globLiteral(path)));
  return `read_parquet([${literals.join(', ')}], hive_partitioning = false, union_by_name = ${isMerged})`;
}

/** A path with what means something in DuckDB's globs standing for itself. */
export function globLiteral(path: string): string {
  return path.replace(/[[*?]/g, '[$&]');
}

/** A text in single quotes. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

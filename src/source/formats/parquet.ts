import type { DuckDBConnection } from '@duckdb/node-api';
import { MigrationError } from '../../domain/error.ts';
import type { Batch, Cell, Row } from '../../domain/row.ts';
import { type FileDigest, readBytes } from '../file-bytes.ts';
import type { FoundFile } from '../find-files.ts';
import { headerDifference, otherHeader } from '../read-rows.ts';
import { realText } from '../real-text.ts';
import type { FileReader } from './file-reader.ts';

type DuckDB = typeof import('@duckdb/node-api');

interface ParquetColumn {
  readonly name: string;
  /** As DuckDB calls it, such as `BIGINT` or `STRUCT(a INTEGER)`. */
  readonly type: string;
}

const settings = {
  threads: '1',
  memory_limit: '512MB',
  temp_directory: '',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
};
/** Rows of one read are gathered to this many. */
const batchRows = 2_000;

/**
 * Parquet files, whatever their compression, by DuckDB in this process. Every value is text: integers and decimals digit by
 * digit, dates and timestamps as SQL writes them (instants in UTC, with offset), floats as the shortest digits that read
 * back as the same; lists, structs and maps as JSON, decimals in them in quotes. A BYTE_ARRAY that is not declared to be text is bytes. `#line` is the
 * number of the row in its file. All files of a set have the same columns; folders named `key=value` add none.
 *
 * `load` gives the optional package. Throws `input.invalid` where it is not installed, for what is no Parquet file and for
 * members of zip archives; `build.memory` where a row group does not fit into 512 MB.
 */
export function parquetReader(load: () => Promise<DuckDB> = () => import('@duckdb/node-api')): FileReader {
  return {
    async columns(files) {
      let columns: readonly string[] | null = null;
      for (const file of files) {
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
    const result = await connection.stream(`SELECT ${found.map(asText).join(', ')} FROM ${tableOf(file)}`);
    const floats = found.flatMap(({ type }, at) => (type === 'FLOAT' || type === 'DOUBLE' ? [at] : []));
    let line = 0;
    for (
      let chunk = await result.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      const rows: Row[] = chunk.getRows().map((values) => {
        const cells = values.map(cellOf);
        for (const at of floats) cells[at] = withoutExponent(cells[at] ?? null);
        line++;
        cells.push(file.name, String(line));
        return cells;
      });
      for (let from = 0; from < rows.length; from += batchRows) {
        signal?.throwIfAborted();
        yield { rows: rows.slice(from, from + batchRows) };
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw readFault(file, error);
  } finally {
    close();
  }
  for await (const _ of readBytes(file, digest, signal));
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
async function connect(
  file: FoundFile,
  load: () => Promise<DuckDB>,
): Promise<{ connection: DuckDBConnection; close: () => void }> {
  if (file.member !== undefined) {
    throw new MigrationError('input.invalid', `File ${file.name}: Parquet inside a zip archive cannot be read`, {
      next: 'Unpack the archive and name the files themselves.',
    });
  }
  const { DuckDBInstance } = await load().catch((cause: unknown) => {
    const says = cause instanceof Error ? `: ${cause.message.split('\n')[0]}` : '';
    throw new MigrationError('input.invalid', `Parquet files need the package @duckdb/node-api${says}`, {
      next: 'Install it beside this program: npm install @duckdb/node-api@1.5.6-r.1',
      cause,
    });
  });
  const instance = await DuckDBInstance.create(':memory:', settings);
  const connection = await instance.connect();
  await connection.run(`SET TimeZone = 'UTC'`);
  await connection.run('SET lock_configuration = true');
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  return { connection, close };
}

async function describe(connection: DuckDBConnection, file: FoundFile): Promise<readonly ParquetColumn[]> {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${tableOf(file)}`);
  return described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
}

/** The file as a table; what means something in a glob stands for itself. */
function tableOf({ path }: FoundFile): string {
  const literal = path.replace(/[[*?]/g, '[$&]').replaceAll("'", "''");
  return `read_parquet('${literal}', hive_partitioning = false)`;
}

function asText({ name, type }: ParquetColumn): string {
  const column = `"${name.replaceAll('"', '""')}"`;
  if (type === 'BLOB') return column;
  const nested = type.endsWith(']') || type.startsWith('STRUCT(') || type.startsWith('MAP(');
  return `CAST(${nested ? `to_json(CAST(${column} AS ${withoutDecimals(type)}))` : column} AS VARCHAR)`;
}

/** A nested type with text for its decimals, which would become floats on their way into JSON. */
function withoutDecimals(type: string): string {
  return type.replace(/("(?:[^"]|"")*")|DECIMAL\(\d+, ?\d+\)/g, (_, name: string | undefined) => name ?? 'VARCHAR');
}

function cellOf(value: unknown): Cell {
  if (value === null || typeof value === 'string') return value;
  return (value as { readonly bytes: Uint8Array }).bytes;
}

function withoutExponent(cell: Cell): Cell {
  return typeof cell === 'string' && /\de/.test(cell) ? realText(Number(cell)) : cell;
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

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findPlaces, withoutEnd } from '../../config/query-places.ts';
import { MigrationError } from '../../domain/error.ts';
import type { InputFile } from '../../domain/input-file.ts';
import type { Batch } from '../../domain/row.ts';
import { distinctNames } from '../distinct-names.ts';
import type { StreamQuery } from '../source.ts';
import { type DuckDB, type Engine, loadDuckDB, openEngine } from './duckdb.ts';
import { type Bound, describeQuery, type ResultColumn, selectRows } from './duckdb-rows.ts';
import { noDigest, readDigest } from './file-bytes.ts';
import type { FileSet } from './file-set.ts';
import { queryFault } from './query-fault.ts';
import { openRoom } from './query-room.ts';
import { allowOnly, createTable, fillTable, lockSettings } from './query-tables.ts';

/** Where a query puts what does not fit memory: `folder` is made with the first reading, what lies in it goes with its end. */
export interface QueryScratch {
  readonly folder: string;
  /** The engine's own bound: its buffers, not what the allocator keeps of them. */
  readonly memoryBytes: number;
  /** Bound of what lies there: the tables, and what computing puts aside. Default: what the disk has. */
  readonly diskBytes?: number;
}

/** Queries over file sets. */
export interface FileQueries {
  /** What a stream's query returns; no row is read but to tell the columns of a set. */
  columns(stream: StreamQuery, signal?: AbortSignal): Promise<readonly string[]>;
  /** The sets that it reads. */
  setsOf(stream: StreamQuery): readonly FileSet[];
  /** Its rows, and as faults what is no row in the files below it; `digests` gets each set once its files have ended. */
  read(
    stream: StreamQuery,
    digests: Map<string, readonly InputFile[]>,
    signal?: AbortSignal,
  ): AsyncGenerator<Batch, void>;
}

/**
 * Queries by DuckDB in this process. Each file set that a query names is a table of its name: rows as their format gives
 * them, every column text (an empty one NULL) and `#file` and `#line` at their end; JSON lines have one column `json`,
 * as written (DuckDB's own functions read a number with a fraction in it as a float, a mapping's dotted names do not).
 * Parquet is a view of the files instead, with types of its own. So a set is read once, by the reader that `rows` has,
 * into a database below `scratch` that ends with the reading.
 *
 * Only one SELECT is run; it reaches no file, no network and no setting. `load` gives the optional package. Throws
 * `input.invalid` where it is missing, for a query that is no SELECT or names no set, `source.query` with the engine's
 * words for one that it refuses or cannot finish, `build.memory` where the memory does not suffice, `disk.failed` where
 * the disk, or its share of `disk.spool`, does not.
 */
export function createFileQueries({
  sets,
  scratch,
  load = () => import('@duckdb/node-api'),
}: {
  readonly sets: readonly FileSet[];
  readonly scratch: QueryScratch;
  readonly load?: () => Promise<DuckDB>;
}): FileQueries {
  const { memoryBytes, diskBytes = Number.POSITIVE_INFINITY } = scratch;

  return {
    setsOf: (stream) => setsOf(stream, sets),
    async columns(stream, signal) {
      const named = setsOf(stream, sets);
      const duckdb = await loadDuckDB('Queries over files', load);
      return withEngine(stream, await openEngine(duckdb, { memoryBytes }), signal, async (engine) => {
        const columns = await prepare(engine, duckdb, stream, named, signal);
        return distinctNames(
          columns.map(({ name }) => name),
          `The query of stream ${stream.stream}`,
        );
      });
    },

    async *read(stream, digests, signal) {
      signal?.throwIfAborted();
      const named = setsOf(stream, sets);
      const duckdb = await loadDuckDB('Queries over files', load);
      const folder = await makeFolder(scratch.folder);
      let engine: Engine | null = null;
      let interrupting: NodeJS.Timeout | undefined;
      const interrupt = () => {
        engine?.connection.interrupt();
        // What is about to begin does not hear the first one.
        interrupting ??= setInterval(interrupt, 100);
      };
      signal?.addEventListener('abort', interrupt);
      try {
        engine = await openEngine(duckdb, { memoryBytes, path: join(folder, 'rows.duckdb'), spill: folder });
        const columns = await prepare(engine, duckdb, stream, named, signal);
        const room = openRoom(engine, stream.stream, folder, diskBytes);
        const found = new Map<string, InputFile[]>(named.map(({ name }) => [name, []]));
        for (const set of named) {
          for (const file of set.files) {
            const digest = noDigest();
            for await (const faults of fillTable(engine, set, file, digest, signal)) {
              await room.check();
              if (faults.length > 0) yield { rows: [], faults };
            }
            await room.check();
            found.get(set.name)?.push({ set: set.name, path: file.name, ...digest });
          }
        }
        await room.leaveTo();
        await lockSettings(engine);
        yield* answer(engine, stream, columns, boundOf(stream, duckdb), signal);
        const ended: InputFile[] = [];
        for (const set of named) {
          const files = set.format === 'parquet' ? await digestsOf(set, signal) : (found.get(set.name) ?? []);
          digests.set(set.name, files);
          ended.push(...files);
        }
        yield { rows: [], ended };
      } catch (error) {
        signal?.throwIfAborted();
        throw queryFault(stream, error);
      } finally {
        signal?.removeEventListener('abort', interrupt);
        clearInterval(interrupting);
        try {
          engine?.close();
        } finally {
          // What cannot be removed now is removed by the next run.
          await rm(folder, { recursive: true, force: true }).catch(() => undefined);
        }
      }
    },
  };
}

async function withEngine<T>(
  stream: StreamQuery,
  engine: Engine,
  signal: AbortSignal | undefined,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  try {
    return await use(engine);
  } catch (error) {
    signal?.throwIfAborted();
    throw queryFault(stream, error);
  } finally {
    engine.close();
  }
}

/** Makes the tables, still empty, takes everything else from the engine and gives the query's columns. */
async function prepare(
  engine: Engine,
  duckdb: DuckDB,
  stream: StreamQuery,
  named: readonly FileSet[],
  signal?: AbortSignal,
): Promise<readonly ResultColumn[]> {
  const { connection } = engine;
  for (const set of named) await createTable(engine, set, signal);
  await allowOnly(engine, named);
  const text = queryText(stream);
  const statements = await connection.extractStatements(text);
  const statement = statements.count === 1 ? await statements.prepare(0) : null;
  if (statement?.statementType !== duckdb.StatementType.SELECT) {
    throw new MigrationError('input.invalid', `The query of stream ${stream.stream} is not one SELECT`, {
      next: 'Write one SELECT, or WITH … SELECT.',
    });
  }
  statement.destroySync();
  return describeQuery(connection, text, boundOf(stream, duckdb));
}

async function* answer(
  { connection }: Engine,
  stream: StreamQuery,
  columns: readonly ResultColumn[],
  bound: Bound,
  signal?: AbortSignal,
): AsyncGenerator<Batch, void> {
  const places = columns.map(({ type }, at) => ({ name: `c${at}`, type }));
  const from = `(${queryText(stream)}\n) AS result(${places.map(({ name }) => name).join(', ')})`;
  signal?.throwIfAborted();
  for await (const rows of selectRows(connection, places, from, bound)) {
    signal?.throwIfAborted();
    yield { rows };
  }
  // What is interrupted may seem to be at its end.
  signal?.throwIfAborted();
}

/** The sets whose names stand in the query, anywhere: one too many is only read in vain. */
function setsOf({ stream, query = '' }: StreamQuery, sets: readonly FileSet[]): readonly FileSet[] {
  const text = query.toLowerCase();
  const isIn = (name: string): boolean => {
    for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
      if (!/[\p{L}\p{N}_]$/u.test(text.slice(0, at)) && !/^[\p{L}\p{N}_]/u.test(text.slice(at + name.length)))
        return true;
    }
    return false;
  };
  const named = sets.filter(({ name }) => isIn(name.toLowerCase()));
  if (named.length > 0) return named;
  throw new MigrationError('input.invalid', `The query of stream ${stream} names no file set that has files`, {
    next: `Write FROM with one of: ${sets.map(({ name }) => name).join(', ')}.`,
  });
}

/** The query up to the semicolon that ends it, `:name` in the engine's own form. */
function queryText(stream: StreamQuery): string {
  const query = withoutEnd(stream.query ?? '', 'files');
  let text = '';
  let copied = 0;
  for (const { kind, name, start, end } of findPlaces(query, 'files')) {
    if (kind !== 'bind') continue;
    text += `${query.slice(copied, start)}$${name}`;
    copied = end;
  }
  return text + query.slice(copied);
}

function boundOf({ parameters = {} }: StreamQuery, { BIGINT, VARCHAR }: DuckDB): Bound {
  const types = Object.entries(parameters).map(
    ([name, value]) => [name, typeof value === 'bigint' ? BIGINT : VARCHAR] as const,
  );
  return { values: { ...parameters }, types: Object.fromEntries(types) };
}

/** The digests of files that the engine reads by itself. */
async function digestsOf(set: FileSet, signal?: AbortSignal): Promise<InputFile[]> {
  const found: InputFile[] = [];
  for (const file of set.files) {
    found.push({ set: set.name, path: file.name, ...(await readDigest(file, signal)) });
  }
  return found;
}

async function makeFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    return await mkdtemp(join(folder, 'query-'));
  } catch (cause) {
    const says = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError('disk.failed', `No folder can be made below ${folder}: ${says}`, {
      next: 'Check its permissions and the disk, then run again.',
      cause,
    });
  }
}

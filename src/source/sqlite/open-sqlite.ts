import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { MigrationError } from '../../domain/error.ts';
import type { Batch, Row } from '../../domain/row.ts';
import { type Connection, Database, type Statement } from '../../domain/sqlite.ts';
import { distinctNames } from '../distinct-names.ts';
import type { Source, SourceReader, StreamQuery, WindowRange } from '../source.ts';
import { countStatement, countsOf, countTextStatement, type StoredGroup } from './count-statement.ts';
import { listTables } from './list-tables.ts';
import { prepareRead, queryOf, type Values, valuesOf } from './prepare-query.ts';
import { askAccess } from './range-access.ts';
import { assertTextCompared } from './short-texts.ts';
import { type SqlitePlace, sqliteError } from './sqlite-error.ts';
import { batchRows, checkTexts, type TextCheck, takeBatch, textStatement } from './take-rows.ts';

const busyMs = 5_000;
/** SQLite's own default. better-sqlite3 takes eight times that, for pages and once more for sorting, and is no faster for it. */
const cacheKiB = 2_000;

/**
 * A SQLite database as a source, read-only. Integers arrive digit by digit, a REAL as `realText` writes it, booleans as
 * SQLite's `1` and `0`, a BLOB as bytes; text that is not UTF-8 stops with `source.query`. Each snapshot is a connection
 * and a read transaction of its own, so snapshots may overlap; while one is open, a database that is not in WAL mode makes
 * its writers wait.
 *
 * A database in WAL mode is read through SQLite's own `-wal` and `-shm` files, which it creates where they are missing;
 * nothing else is written.
 */
export function openSqlite({ path }: { path: string }): Source {
  assertFile(path);
  const connect = (): Connection => {
    const db = guard({ path }, () => new Database(path, { readonly: true, fileMustExist: true, timeout: busyMs }));
    // The first read tells whether this is a database; it also starts a snapshot.
    return guard({ path }, () => {
      try {
        db.defaultSafeIntegers(true);
        db.pragma(`cache_size = -${cacheKiB}`);
        db.prepare('SELECT count(*) FROM sqlite_schema').get();
        return db;
      } catch (error) {
        db.close();
        throw error;
      }
    });
  };
  const asking = connect();
  const snapshots = new Set<Snapshot>();

  return {
    identity: { engine: 'sqlite', file: basename(path) },

    columns: async (stream) =>
      guard({ path, stream: stream.stream }, () => {
        const statement = prepareRead(asking, stream, queryOf(stream));
        return distinctNames(
          statement.columns().map(({ name }) => name),
          `The query of stream ${stream.stream}`,
        );
      }),

    count: async (stream, grain, range) => {
      const { window } = stream;
      if (window === undefined) throw new Error(`Stream ${stream.stream} has no window to be counted by`);
      const place = { path, stream: stream.stream };
      const query = queryOf(stream);
      const groups = guard(place, () => {
        prepareRead(asking, stream, query);
        const statement = prepareRead(asking, stream, countStatement(query, window, grain)).raw(true);
        return statement.all(valuesOf(stream, range)) as StoredGroup[];
      });
      const counts = countsOf(stream, window, grain, groups);
      const [short = null] = groups.flatMap(([, , , text]) => text ?? []);
      await assertTextCompared(stream, window, short, (text, asked) =>
        guard(place, () => {
          const statement = prepareRead(asking, stream, countTextStatement(query, window, text)).pluck();
          return Number(statement.get(valuesOf(stream, asked)));
        }),
      );
      return counts;
    },

    snapshot: async (use) => {
      if (!asking.open) throw new Error('The source is closed');
      const snapshot = openSnapshot(connect(), path);
      snapshots.add(snapshot);
      try {
        return await use(snapshot.reader);
      } finally {
        snapshots.delete(snapshot);
        snapshot.end();
      }
    },

    files: () => [],

    access: async (stream, range) => {
      const { window } = stream;
      if (window === undefined) throw new Error(`Stream ${stream.stream} has no window to be looked up`);
      return guard({ path, stream: stream.stream }, () =>
        askAccess(asking, prepareRead(asking, stream, queryOf(stream)), valuesOf(stream, range), window),
      );
    },

    tables: async () => guard({ path }, () => listTables(asking)),

    close: async () => {
      for (const snapshot of snapshots) snapshot.end();
      asking.close();
    },
  };
}

function assertFile(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return;
  } catch (cause) {
    const says = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError('source.unreachable', `The SQLite database ${path} cannot be looked at: ${says}`, {
      next: 'Check the disk and the permissions of the folders above the file, then run again.',
      cause,
    });
  }
  throw new MigrationError('input.not-found', `There is no SQLite database at ${path}`, {
    next: 'Correct source.path in the migration file.',
  });
}

interface Snapshot {
  readonly reader: SourceReader;
  /** Frees everything; what still reads fails at its next batch. May be called again. */
  end(): void;
}

function openSnapshot(db: Connection, path: string): Snapshot {
  const open = new Set<IterableIterator<unknown>>();
  let ended = false;
  const end = () => {
    ended = true;
    // A connection with a running statement refuses to close.
    for (const rows of open) rows.return?.();
    db.close();
  };
  const assertOpen = () => {
    if (ended) throw new Error('The snapshot is over');
  };
  try {
    guard({ path }, () => {
      // BEGIN alone takes no snapshot: the first read does.
      db.exec('BEGIN');
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
    });
  } catch (error) {
    end();
    throw error;
  }
  const batches = async function* (
    statement: Statement,
    values: Values,
    place: SqlitePlace,
    signal: AbortSignal | undefined,
    doubted = new Set<number>(),
  ): AsyncGenerator<Row[], void> {
    const rows = guard(place, () => statement.iterate(values) as IterableIterator<unknown[]>);
    open.add(rows);
    try {
      for (;;) {
        const batch = guard(place, () => takeBatch(rows, doubted));
        if (batch.length > 0) yield batch;
        if (batch.length < batchRows) return;
        // The engine works on this very thread: let timers, sockets and Ctrl-C have their turn between batches.
        await setImmediate();
        signal?.throwIfAborted();
        assertOpen();
      }
    } finally {
      open.delete(rows);
      rows.return?.();
    }
  };
  const read = async function* (stream: StreamQuery, range: WindowRange, signal?: AbortSignal): AsyncGenerator<Batch> {
    signal?.throwIfAborted();
    assertOpen();
    const place = { path, stream: stream.stream };
    const values = valuesOf(stream, range);
    const prepare = (query: string) => guard(place, () => prepareRead(db, stream, query).raw(true));
    const statement = prepare(queryOf(stream));
    const names = statement.columns().map(({ name }) => name);
    const doubted = new Set<number>();
    const checks = new Map<number, TextCheck>();
    let taken = 0;
    try {
      for await (const rows of batches(statement, values, place, signal, doubted)) {
        taken += rows.length;
        for (const at of doubted) {
          if (checks.has(at)) continue;
          const texts = prepare(textStatement(queryOf(stream), names.length, at));
          checks.set(at, checkTexts(stream, names[at] ?? '', batches(texts, values, place, signal)));
        }
        // In step, so that who looks at a few rows has no more of them read.
        for (const check of checks.values()) await check.upTo(taken);
        yield { rows };
      }
    } finally {
      for (const check of checks.values()) await check.end();
    }
  };
  return { reader: { read }, end };
}

function guard<T>(place: SqlitePlace, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw sqliteError(error, place);
  }
}

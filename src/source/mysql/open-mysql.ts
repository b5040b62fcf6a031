import type { ServerSource } from '../../config/migration.ts';
import { MigrationError } from '../../domain/error.ts';
import { distinctNames } from '../distinct-names.ts';
import type { Source, SourceReader, StreamQuery, WindowColumn, WindowRange } from '../source.ts';
import { type ServerOptions, silenceMs } from '../watch-silence.ts';
import { bindQuery } from './bind-query.ts';
import type { MysqlConnection } from './connection.ts';
import { countStatement, countsOf } from './count-statement.ts';
import { explain, firstColumns } from './explain.ts';
import { isPassedOn, withKnownOrigin, withoutOrigin } from './field-origin.ts';
import { listTables } from './list-tables.ts';
import { mysqlError } from './mysql-error.ts';
import { rangeAccess } from './range-access.ts';
import { readBatches } from './read-batches.ts';
import { assertText, kindOf, type ResultField, shortenedColumns } from './result-field.ts';
import { interruptStatement, killConnection, openSession, type SessionConnection } from './session-connection.ts';
import { windowBounds, windowField } from './window-bounds.ts';
import { askTextRange, assertNoneBeyond } from './window-end.ts';
import { tablesWithoutSnapshot } from './without-snapshot.ts';

/**
 * A MySQL or MariaDB database as a source. Its sessions are read only and in UTC (`sessionStatements`); each snapshot is a
 * connection of its own, another one is kept for questions. No table is locked; an ALTER TABLE waits while a snapshot
 * that has read the table is open.
 *
 * Every value arrives as the server writes it (`shortened` names those of which it writes less than it holds): DECIMAL,
 * FLOAT and DOUBLE, dates with their fraction and zero dates, ENUM,
 * SET, JSON, UUID and addresses as text, TIMESTAMP in UTC, BOOLEAN as `1` and `0`, BIT as the decimal text of its number,
 * CHAR without padding. Texts are converted from their column's charset; where a latin1 column really holds UTF-8 they
 * come as every utf8mb4 client sees them (`CONVERT(BINARY column USING utf8mb4)` in the query mends it). Columns of bytes
 * are `input.invalid`.
 *
 * After `patienceMs` without a byte while an answer is awaited the server is asked whether it still computes
 * (`watchSilence`); where it does not, the wait ends with `source.unreachable`.
 *
 * The snapshot is InnoDB's: rows of other engines (MyISAM, Aria, MEMORY) are read as they are at that moment; `access`
 * names such tables. With `snapshot: false` each statement has a view of its own.
 */
export async function openMysql(
  spec: ServerSource,
  { patienceMs = silenceMs, wasOpen: wasMet = false }: ServerOptions = {},
): Promise<Source> {
  let wasOpen = wasMet;
  const open = async () => {
    const session = await guard({ spec, wasOpen }, () => openSession(spec, patienceMs));
    wasOpen = true;
    return session;
  };
  let asking = await open();
  let isClosed = false;
  const snapshots = new Set<Snapshot>();
  const ask = async <T>(
    stream: StreamQuery | null,
    work: (connection: SessionConnection) => Promise<T>,
  ): Promise<T> => {
    assertNotClosed(isClosed);
    // A server ends what is idle for long.
    if (asking.isLost()) {
      asking = await open();
      if (isClosed) asking.end();
      assertNotClosed(isClosed);
    }
    return guard({ spec, ...(stream !== null && { stream: stream.stream }) }, () => work(asking));
  };

  return {
    identity: { engine: 'mysql', host: spec.host, port: String(spec.port), database: spec.database },

    columns: (stream) =>
      ask(stream, async (connection) => {
        const fields = await describeQuery(connection, stream);
        if (stream.window !== undefined) windowField(stream, stream.window, fields);
        return fields.map(({ name }) => name);
      }),

    count: (stream, grain, range) =>
      ask(stream, async (connection) => {
        const { window } = stream;
        if (window === undefined) throw new Error(`Stream ${stream.stream} has no window to be counted by`);
        const { query, field, bounds } = await boundTo(connection, stream, window, range);
        await assertNoneBeyond(connection, stream, field, bounds);
        const kind = kindOf(field);
        const statement = countStatement(query, window, kind, grain);
        const isText = kind === 'text';
        const rows = await (isText ? askTextRange(connection, stream, statement) : connection.ask(statement));
        return countsOf(stream, window, kind, grain, rows);
      }),

    snapshot: async (use) => {
      assertNotClosed(isClosed);
      const snapshot = await openSnapshot(spec, await open());
      snapshots.add(snapshot);
      try {
        // It may have been closed meanwhile, and knew nothing of this snapshot.
        assertNotClosed(isClosed);
        return await use(snapshot.reader);
      } finally {
        snapshots.delete(snapshot);
        await snapshot.end();
      }
    },

    files: () => [],

    access: (stream, range) =>
      ask(stream, async (connection) => {
        const { window } = stream;
        if (window === undefined) throw new Error(`Stream ${stream.stream} has no window to be looked up`);
        const { query, field } = await boundTo(connection, stream, window, range);
        const plan = await explain(connection, query);
        const known = isPassedOn(query, field) ? withoutOrigin(field) : await withKnownOrigin(connection, field);
        const firsts = await firstColumns(connection, known);
        const found = rangeAccess(plan, known, firsts);
        const torn = await tablesWithoutSnapshot(connection, query);
        if (torn.length === 0) return found;
        return { ...found, detail: `${found.detail}; no snapshot of ${torn.join(', ')}` };
      }),

    shortened: (stream) => ask(stream, async (connection) => shortenedColumns(await describeQuery(connection, stream))),

    tables: () => ask(null, listTables),

    close: async () => {
      isClosed = true;
      await Promise.all([...[...snapshots].map((snapshot) => snapshot.end()), killConnection(spec, asking)]);
    },
  };
}

interface Snapshot {
  readonly reader: SourceReader;
  /** Frees the connection; what still reads fails at its next batch. May be called again. */
  end(): Promise<void>;
}

async function openSnapshot(spec: ServerSource, connection: SessionConnection): Promise<Snapshot> {
  let isOver = false;
  const end = async () => {
    if (isOver) return;
    isOver = true;
    await killConnection(spec, connection);
  };
  const read: SourceReader['read'] = async function* (stream, range, signal) {
    signal?.throwIfAborted();
    const place = { spec, stream: stream.stream };
    try {
      if (isOver) throw new Error('The snapshot is over');
      const query = await queryOf(connection, stream, range);
      const interrupt = (ended: Promise<void>) => interruptStatement(spec, connection, ended);
      for await (const rows of readBatches(connection, stream.stream, query, interrupt, signal)) {
        yield { rows };
        if (isOver) throw new Error('The snapshot is over');
      }
      await assertNothingCut(connection, stream);
    } catch (error) {
      if (isOver) throw new Error('The snapshot is over', { cause: error });
      throw mysqlError(error, place);
    }
  };
  try {
    await guard({ spec }, async () => {
      if (spec.snapshot) await connection.ask('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    });
  } catch (error) {
    await end();
    throw error;
  }
  return { reader: { read }, end };
}

function assertNotClosed(isClosed: boolean): void {
  if (isClosed) throw new Error('The source is closed');
}

async function guard<T>(place: Parameters<typeof mysqlError>[1], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw mysqlError(error, place);
  }
}

async function queryOf(connection: MysqlConnection, stream: StreamQuery, range: WindowRange): Promise<string> {
  if (stream.window === undefined) return bindQuery(stream);
  const { query, field, bounds } = await boundTo(connection, stream, stream.window, range);
  await assertNoneBeyond(connection, stream, field, bounds);
  return query;
}

/** The query for a range, and the window column's field of its result. */
async function boundTo(connection: MysqlConnection, stream: StreamQuery, window: WindowColumn, range: WindowRange) {
  const fields = await describeQuery(connection, stream);
  const field = windowField(stream, window, fields);
  const bounds = windowBounds(window, kindOf(field), range);
  return { field, bounds, query: bindQuery(stream, bounds) };
}

/** What the query returns; it is not run. Throws `input.invalid` for what is no reading query, for bytes and doubled names. */
async function describeQuery(connection: MysqlConnection, stream: StreamQuery): Promise<readonly ResultField[]> {
  const whose = `The query of stream ${stream.stream}`;
  const { window } = stream;
  // The kind of the window column is not known yet; a day in 1970 can be compared with all of them.
  const bounds = window === undefined ? {} : windowBounds(window, 'other', { from: 0, to: 86_400 });
  const fields = await connection.describe(bindQuery(stream, bounds));
  if (fields.length === 0) {
    throw new MigrationError('input.invalid', `${whose} does not only read`, {
      next: 'Write one SELECT, or WITH … SELECT.',
    });
  }
  assertText(stream.stream, fields);
  distinctNames(
    fields.map(({ name }) => name),
    whose,
  );
  return fields;
}

// MySQL docs, "Server Error Message Reference": ER_CUT_VALUE_GROUP_CONCAT, ER_WARN_ALLOWED_PACKET_OVERFLOWED.
const cuts = new Set(['1260', '1301']);

/** The server only warns when it cuts a value. */
async function assertNothingCut(connection: MysqlConnection, { stream }: StreamQuery): Promise<void> {
  const warnings = await connection.ask('SHOW WARNINGS');
  const cut = warnings.find(([, number = null]) => number !== null && cuts.has(number));
  if (cut === undefined) return;
  throw new MigrationError('source.query', `The query of stream ${stream} gave a value that was cut: ${cut[2]}`, {
    next: 'Raise max_allowed_packet on the server, or return less in one value.',
  });
}

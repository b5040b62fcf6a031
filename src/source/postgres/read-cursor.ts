import Cursor from 'pg-cursor';
import type { Batch, Row } from '../../domain/row.ts';
import { receivedBytes } from './new-client.ts';
import type { Session } from './session.ts';

const firstRows = 250;
const mostRows = 1_000;
const batchBytes = 4 * 1024 * 1024;

/** Rows that the server was asked for. */
interface Asked {
  readonly rows: Promise<Row[]>;
  readonly wanted: number;
  /** Bytes that had been received before. */
  readonly before: number;
}

/**
 * A query's rows as the server writes them (`true` and `false` for booleans, bytes for a bytea), a batch at a time. While
 * the caller uses one the server makes the next, and then waits at its cursor; nothing is asked for ahead of the first,
 * which is all that some callers want. Wide rows come in smaller batches, of about four megabytes.
 * Leaving the loop closes the cursor, and the session may go on. Throws the driver's own errors, after which it may not,
 * or the signal's reason; who holds the signal stops the session.
 */
export async function* readCursor(
  session: Session,
  query: { readonly text: string; readonly values: readonly string[] },
  signal?: AbortSignal,
): AsyncGenerator<Batch, void> {
  signal?.throwIfAborted();
  const { client } = session;
  const cursor = client.query(
    new Cursor<Row>(query.text, [...query.values], { rowMode: 'array', types: { getTypeParser: parserOf } }),
  );
  const ask = (wanted: number): Asked => {
    const before = receivedBytes(client);
    const rows = session.running(() => readRows(client, cursor, wanted));
    // Told when it is its turn.
    rows.catch(() => undefined);
    return { rows, wanted, before };
  };
  let asked: Asked | null = ask(firstRows);
  try {
    for (let isFirst = true; asked !== null; isFirst = false) {
      const { wanted, before } = asked;
      const rows = await asked.rows;
      asked = null;
      signal?.throwIfAborted();
      const isLast = rows.length < wanted;
      const width = (receivedBytes(client) - before) / rows.length;
      const next = Math.max(1, Math.min(mostRows, Math.floor(batchBytes / width)));
      if (!isLast && !isFirst) asked = ask(next);
      if (rows.length > 0) yield { rows };
      signal?.throwIfAborted();
      if (!isLast) asked ??= ask(next);
    }
  } finally {
    // What was asked for comes before anything else can; where it fails so does all that follows, and only this says why.
    await asked?.rows.catch((error: unknown) => {
      signal?.throwIfAborted();
      throw error;
    });
    await closeCursor(session, cursor);
  }
}

/** The driver forgets a read whose connection is lost behind the last row: the connection's end ends it. */
function readRows(client: Session['client'], cursor: Cursor<Row>, wanted: number): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const lost = () => reject(new Error('Connection terminated'));
    client.once('end', lost);
    cursor
      .read(wanted)
      .then(resolve, reject)
      .finally(() => client.off('end', lost));
  });
}

/** The driver waits for an answer without end where the connection is lost. */
function closeCursor(session: Session, cursor: Cursor): Promise<void> {
  const { client } = session;
  return new Promise((resolve) => {
    if (session.isLost()) {
      resolve();
      return;
    }
    const done = () => {
      client.off('end', done);
      resolve();
    };
    client.once('end', done);
    cursor.close(done);
  });
}

// Ids of pg_type: bool and bytea. Everything else is text as it stands.
function parserOf(type: number): (value: string) => unknown {
  if (type === 16) return asTruth;
  return type === 17 ? asBytes : asWritten;
}

const asTruth = (value: string) => (value === 't' ? 'true' : 'false');
const asBytes = (value: string) => Buffer.from(value.slice(2), 'hex');
const asWritten = (value: string) => value;

import Cursor from 'pg-cursor';
import type { Batch, Row } from '../../domain/row.ts';
import { receivedBytes } from './new-client.ts';
import type { Session } from './session.ts';

const firstRows = 250;
const mostRows = 1_000;
const batchBytes = 4 * 1024 * 1024;

/**
 * A query's rows as the server writes them (`true` and `false` for booleans, bytes for a bytea), a batch at a time and
 * nothing ahead of it: the server waits at its cursor. Wide rows come in smaller batches, of about four megabytes.
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
  let failed = false;
  try {
    for (let wanted = firstRows; ; ) {
      const before = receivedBytes(client);
      failed = true;
      const rows = await session.running(() => readRows(client, cursor, wanted));
      failed = false;
      signal?.throwIfAborted();
      if (rows.length > 0) yield { rows };
      if (rows.length < wanted) return;
      signal?.throwIfAborted();
      const width = (receivedBytes(client) - before) / rows.length;
      wanted = Math.max(1, Math.min(mostRows, Math.floor(batchBytes / width)));
    }
  } finally {
    if (!failed) await closeCursor(session, cursor);
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

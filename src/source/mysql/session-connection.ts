import { setTimeout } from 'node:timers/promises';
import type { ServerSource } from '../../config/migration.ts';
import { silenceError, watchSilence } from '../watch-silence.ts';
import { literal } from './bind-query.ts';
import { connect, type MysqlConnection } from './connection.ts';
import { sessionStatements } from './session.ts';

/** A connection whose session is set (`sessionStatements`). */
export interface SessionConnection extends MysqlConnection {
  /** As the server counts its connections, for `KILL`. */
  readonly id: string;
}

const killMs = 2_000;

/** Connects and sets the session; a silence of `silenceMs` is looked into (`watchSilence`). */
export async function openSession(spec: ServerSource, silenceMs: number): Promise<SessionConnection> {
  const connection = await connect(spec);
  let id = '';
  const { isWaiting, received } = connection;
  const endWatch = watchSilence(
    {
      isWaiting,
      received,
      isWorkedOn: () => isWorkedOn(spec, id),
      giveUp: () => connection.lose(silenceError()),
    },
    silenceMs,
  );
  connection.onceClosed(endWatch);
  try {
    const [row] = await connection.ask('SELECT CONNECTION_ID(), VERSION(), @@max_error_count');
    id = row?.[0] ?? '';
    const server = { isMariaDb: /mariadb/i.test(row?.[1] ?? ''), keptWarnings: Number(row?.[2]) };
    for (const statement of sessionStatements(spec.timeouts, server)) await connection.ask(statement);
    return { ...connection, id };
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/**
 * Stops what a connection runs, from another connection: closing a socket alone lets the server sort on. Afterwards the
 * connection can be used, its transaction included; where that takes too long, or the server lets nobody in, it is cut.
 * `ended` settles with the statement.
 */
export async function interruptStatement(
  spec: ServerSource,
  connection: SessionConnection,
  ended: Promise<void>,
): Promise<void> {
  const isStopped = await within(killMs, Promise.all([kill(spec, `QUERY ${connection.id}`), ended]));
  if (!isStopped) {
    connection.destroy();
    return;
  }
  // A KILL that came after the end of its statement would stop the next one: this is the next one.
  if (!connection.isLost()) await connection.ask('DO 0').catch(() => {});
}

/**
 * Whether the server computes for a connection, asked on another one. One that does nothing, or that tries to write, has
 * sent what did not arrive. A server that does not know it may be another one behind the same name, and one that takes
 * no more connections lives: both count as yes.
 */
async function isWorkedOn(spec: ServerSource, id: string): Promise<boolean> {
  const asking = await connect(spec).catch((error: unknown) => {
    if (typeof (error as { errno?: unknown }).errno === 'number' && (error as { errno: number }).errno > 0) return null;
    throw error;
  });
  if (asking === null) return true;
  const late = globalThis.setTimeout(() => asking.destroy(), spec.timeouts.connectMs);
  try {
    const [row] = await asking.ask(
      `SELECT command, state FROM information_schema.processlist WHERE id = ${literal(id)}`,
    );
    if (row === undefined) return true;
    const [command, state] = row;
    return command !== 'Sleep' && !/writ\w* to net|sending to client/i.test(state ?? '');
  } finally {
    clearTimeout(late);
    asking.end();
  }
}

/** Ends a connection for good, on the server too. Never rejects. */
export async function killConnection(spec: ServerSource, connection: SessionConnection): Promise<void> {
  const wasBusy = connection.isBusy() && !connection.isLost();
  connection.end();
  if (wasBusy) await within(killMs, kill(spec, connection.id));
}

/** A user may kill its own connections (MySQL docs, "KILL Statement"). */
async function kill(spec: ServerSource, what: string): Promise<void> {
  const connection = await connect(spec);
  try {
    await connection.ask(`KILL ${what}`);
  } finally {
    connection.end();
  }
}

/** Whether the work was done in time. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const late = new AbortController();
  const done = work.then(
    () => true,
    () => false,
  );
  const isDone = await Promise.race([
    done,
    setTimeout(ms, false, { signal: late.signal, ref: false }).catch(() => false),
  ]);
  late.abort();
  return isDone;
}

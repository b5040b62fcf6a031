import { connect as openSocket, type Socket } from 'node:net';
import { type Connection, createConnection, type FieldPacket } from 'mysql2';
import type { ServerSource } from '../../config/migration.ts';
import type { ResultField } from './result-field.ts';
import { certificateName, tlsOptions } from './tls-options.ts';

/** A row as it came: every value as the server's text, a BIT as the decimal text of its number. */
export type TextRow = (string | null)[];

/** What a running statement tells; `end` or `fail` comes once and last. */
export interface RowListener {
  fields(fields: readonly ResultField[]): void;
  row(row: TextRow): void;
  end(): void;
  fail(error: unknown): void;
}

/** A statement whose rows come one by one. */
export interface RunningStatement {
  /** No row is told after `pause` returns, until `resume`; the server waits when the socket's buffers are full. */
  pause(): void;
  resume(): void;
  /** Characters of all rows so far. */
  size(): number;
}

/** One connection. Rejects with the driver's own errors; once lost it rejects everything with what it was lost by. */
export interface MysqlConnection {
  isLost(): boolean;
  isBusy(): boolean;
  /** Whether an answer is awaited: a statement is under way and not paused. */
  isWaiting(): boolean;
  /** Bytes received so far. */
  received(): number;
  /** Gives the connection up: everything under way fails with `error`. */
  lose(error: Error): void;
  /** All rows of a statement. */
  ask(statement: string): Promise<TextRow[]>;
  /** The columns that a statement would return: it is prepared and not run. None where it returns no rows. */
  describe(statement: string): Promise<readonly ResultField[]>;
  start(statement: string, listener: RowListener): RunningStatement;
  onceClosed(tell: () => void): void;
  /** Says good-bye where nothing runs, and cuts the line otherwise. */
  end(): void;
  /** Cuts the line; what is under way fails. The server may go on computing until it is told (`KILL`). */
  destroy(): void;
}

const keepAliveMs = 30_000;
const farewellMs = 1_000;

type CellReader = (field: {
  type: string;
  string(encoding: 'utf8'): string | null;
  buffer(): Buffer | null;
}) => string | null;

/** Connects and proves who it is; the session is still as the server makes it. */
export async function connect(spec: ServerSource): Promise<MysqlConnection> {
  const socket = socketOf(spec);
  const ssl = tlsOptions(spec.tls);
  const raw = createConnection({
    stream: () => socket,
    host: certificateName(spec.host),
    ...(spec.socket !== null && { socketPath: spec.socket }),
    user: spec.user,
    ...(spec.password !== null && { password: spec.password }),
    database: spec.database,
    ...(ssl !== undefined && { ssl }),
    charset: 'utf8mb4_general_ci',
    connectTimeout: spec.timeouts.connectMs,
    connectAttributes: { program_name: 'bdia-migrate' },
    // The server may neither ask for a file of this machine nor read `f (` otherwise than the query's author.
    flags: ['-LOCAL_FILES', '-IGNORE_SPACE'],
  });
  let lost: unknown = null;
  let isPaused = false;
  const underWay = new Set<(error: unknown) => void>();
  const lose = (error: unknown) => {
    lost ??= error;
    for (const fail of [...underWay]) fail(lost);
    underWay.clear();
  };
  raw.on('error', lose);
  const closed = Object.assign(new Error('The connection is closed'), { code: 'PROTOCOL_CONNECTION_LOST' });
  socket.on('close', () => lose(closed));
  try {
    await new Promise<void>((resolve, reject) => {
      underWay.add(reject);
      raw.connect((error) => {
        underWay.delete(reject);
        if (error) reject(error);
        else resolve();
      });
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }

  const once = <T>(begin: (done: (error: unknown, value: T) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      if (lost !== null) return reject(lost);
      underWay.add(reject);
      begin((error, value) => {
        underWay.delete(reject);
        if (error) reject(error);
        else resolve(value);
      });
    });

  return {
    isLost: () => lost !== null,
    isBusy: () => underWay.size > 0,
    isWaiting: () => underWay.size > 0 && !isPaused,
    received: () => socket.bytesRead,
    lose: (error) => {
      lose(error);
      socket.destroy();
    },
    ask: (statement) =>
      once((done) =>
        raw.query({ sql: statement, rowsAsArray: true, typeCast: readCell }, (error, rows) =>
          done(error, rows as TextRow[]),
        ),
      ),
    describe: (statement) => once((done) => describe(raw, statement, done)),
    start: (statement, listener) => {
      let size = 0;
      const read: CellReader = (field) => {
        const cell = readCell(field);
        if (cell !== null) size += cell.length;
        return cell;
      };
      const finish = (tell: () => void) => {
        if (!underWay.delete(fail)) return;
        tell();
      };
      const fail = (error: unknown) => finish(() => listener.fail(error));
      underWay.add(fail);
      if (lost !== null) queueMicrotask(() => fail(lost));
      else {
        raw
          .query({ sql: statement, rowsAsArray: true, typeCast: read })
          .on('fields', (fields: FieldPacket[]) => listener.fields((fields ?? []).map(fieldOf)))
          .on('result', (row) => listener.row(row as unknown as TextRow))
          .on('error', fail)
          .on('end', () => finish(() => listener.end()));
      }
      const pause = (wanted: boolean) => {
        isPaused = wanted;
        if (wanted) raw.pause();
        else raw.resume();
      };
      return { pause: () => pause(true), resume: () => pause(false), size: () => size };
    },
    end: () => {
      if (lost !== null || underWay.size > 0) return void socket.destroy();
      lost = closed;
      raw.end();
      const late = setTimeout(() => socket.destroy(), farewellMs).unref();
      socket.once('close', () => clearTimeout(late));
    },
    onceClosed: (tell) => void socket.once('close', tell),
    destroy: () => void socket.destroy(),
  };
}

/** The socket is ours, so that it can be cut: the driver only ever half-closes it. */
function socketOf({ socket, host, port }: ServerSource): Socket {
  if (socket !== null) return openSocket(socket);
  return openSocket({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs });
}

const readCell: CellReader = (field) => {
  if (field.type === 'BIT') return bitText(field.buffer());
  // Of a JSON that a query computes the driver warns on the console, for each value that is asked for as text.
  return field.type === 'JSON' ? (field.buffer()?.toString('utf8') ?? null) : field.string('utf8');
};

function bitText(bytes: Buffer | null): string | null {
  if (bytes === null) return null;
  return String(BigInt(`0x0${bytes.toString('hex')}`));
}

function describe(
  raw: Connection,
  statement: string,
  done: (error: unknown, fields: readonly ResultField[]) => void,
): void {
  raw.prepare(statement, (error, prepared) => {
    if (error) return done(error, []);
    const { columns } = prepared as unknown as { readonly columns: readonly FieldPacket[] };
    const fields = columns.map(fieldOf);
    raw.unprepare(statement);
    done(null, fields);
  });
}

function fieldOf(packet: FieldPacket): ResultField {
  const { name, table, orgTable, orgName, columnType, characterSet, columnLength, decimals } =
    packet as Required<FieldPacket>;
  const { schema } = packet as unknown as { readonly schema: string };
  const origin = { name, schema, table, orgTable, orgName };
  return { ...origin, type: columnType, charset: characterSet, length: columnLength, decimals };
}

import { type Client, DatabaseError, type FieldDef } from 'pg';
import type { ServerSource } from '../../config/migration.ts';
import { silenceError, watchSilence } from '../watch-silence.ts';
import { type Backend, isWorkedOn } from './backend-activity.ts';
import { type BackendKey, cancelRequest } from './cancel-request.ts';
import { endClient, newClient, receivedBytes } from './new-client.ts';

/** What a statement takes and gives, as the server understood it without running it. */
export interface Description {
  /** `null` for a statement that returns no rows. */
  readonly fields: readonly Pick<FieldDef, 'name' | 'dataTypeID'>[] | null;
  /** The type of each `$n`, by its object id; a domain counts as the type below it. */
  readonly parameters: readonly number[];
}

/** One connection, in one read-only transaction from its beginning to its end. Errors are the driver's own. */
export interface Session {
  readonly client: Client;
  /** What a query returns, every value as the server writes it. */
  query(text: string, values?: readonly string[]): Promise<(string | null)[][]>;
  describe(text: string): Promise<Description>;
  /** Counts `work` as something that runs, so that `stop` and `end` cancel it; it rejects with why the connection was lost. */
  running<T>(work: () => Promise<T>): Promise<T>;
  /** Cancels what runs; it rejects. A server that does not answer loses the connection after five seconds. */
  stop(): void;
  /** True once there is no connection any more, whoever ended it. */
  isLost(): boolean;
  /** Closes the connection, and with it the transaction; may be called again. */
  end(): Promise<void>;
}

const noAnswerMs = 5_000;

/**
 * Connects and begins a read-only transaction with a snapshot of its own: one for all that is read in it, or, without
 * `snapshot`, a new one for each statement. It writes as the language promises: UTC, ISO dates, floats to the last
 * digit. All settings are of the transaction, so that nothing stays behind where a pooler shares connections: the
 * transaction is READ ONLY itself, and the next one begins as the server has it.
 */
export async function openSession(server: ServerSource, snapshot: boolean, silenceMs: number): Promise<Session> {
  const client = newClient(server);
  let backend: Backend | null = null;
  let endWatch = () => {};
  let lost: unknown = null;
  let ended: Promise<void> | null = null;
  let runs = 0;
  let stopping: NodeJS.Timeout | undefined;
  // Without a listener a connection that is lost while idle would end the process.
  client.on('error', (error) => {
    lost ??= error;
  });

  client.on('end', () => {
    lost ??= new Error('Connection terminated');
    endWatch();
  });

  const session: Session = {
    client,
    query: (text, values = []) =>
      session.running(async () => {
        const { rows } = await client.query({ text, values: [...values], rowMode: 'array' });
        return rows as (string | null)[][];
      }),
    describe: (text) => session.running(() => describe(client, text)),
    running: async (work) => {
      runs++;
      try {
        return await work();
      } catch (error) {
        // What the server said last tells more than that it is gone, and that more than that nothing can be asked.
        throw error instanceof DatabaseError ? error : (lost ?? error);
      } finally {
        runs--;
        if (runs === 0) {
          clearTimeout(stopping);
          stopping = undefined;
        }
      }
    },
    stop: () => {
      if (runs === 0) return;
      stopping ??= setTimeout(() => client.connection.stream.destroy(), noAnswerMs);
      void cancelRequest(server, client as unknown as BackendKey);
    },
    isLost: () => lost !== null,
    end: () => {
      session.stop();
      endWatch();
      ended ??= endClient(client);
      return ended;
    },
  };
  try {
    await client.connect();
    endWatch = watchSilence(
      {
        isWaiting: () => runs > 0,
        received: () => receivedBytes(client),
        isWorkedOn: () => isWorkedOn(server, backend),
        giveUp: () => {
          lost ??= silenceError();
          client.connection.stream.destroy();
        },
      },
      silenceMs,
    );
    await session.running(() => client.query(`BEGIN ISOLATION LEVEL ${isolation[String(snapshot)]} READ ONLY`));
    const settings = Object.keys(settingsOf(server)).map(setting);
    // The transaction's own backend, which a pooler does not change before its end.
    const who = ['pg_backend_pid()::text', 'pg_postmaster_start_time()::text'];
    const [row] = await session.query(`SELECT ${[...who, ...settings].join(', ')}`, [
      ...Object.values(settingsOf(server)),
    ]);
    backend = { pid: row?.[0] ?? '', serverStart: row?.[1] ?? '' };
    return session;
  } catch (error) {
    await session.end();
    throw error;
  }
}

const isolation: Readonly<Record<string, string>> = { true: 'REPEATABLE READ', false: 'READ COMMITTED' };

function setting(name: string, at: number): string {
  return `set_config('${name}', $${at + 1}, true)`;
}

/** The first statement of the transaction: it also takes the snapshot, which BEGIN alone does not. */
function settingsOf({ timeouts }: ServerSource): Readonly<Record<string, string>> {
  return {
    timezone: 'UTC',
    datestyle: 'ISO, YMD',
    intervalstyle: 'postgres',
    // The shortest exact digits since version 12, all seventeen before.
    extra_float_digits: '3',
    bytea_output: 'hex',
    xmloption: 'content',
    // Queries are lexed with a backslash that means itself.
    standard_conforming_strings: 'on',
    statement_timeout: String(timeouts.statementMs),
    lock_timeout: String(timeouts.lockMs),
    // A machine that is gone keeps its snapshot, and the server's dead rows, for two minutes and not for hours.
    tcp_keepalives_idle: '60',
    tcp_keepalives_interval: '10',
    tcp_keepalives_count: '6',
  };
}

/** What a client calls on a query of its own kind; the driver's types leave it open. */
interface Exchange {
  submit(connection: Client['connection']): void;
  handleRowDescription(message: { readonly fields: readonly FieldDef[] }): void;
  handleReadyForQuery(): void;
  handleError(error: unknown): void;
}

function describe(client: Client, text: string): Promise<Description> {
  return new Promise((resolve, reject) => {
    let parameters: readonly number[] = [];
    let fields: readonly FieldDef[] | null = null;
    const listen = ({ dataTypeIDs }: { readonly dataTypeIDs: readonly number[] }) => {
      parameters = dataTypeIDs;
    };
    const exchange: Exchange = {
      submit: (connection) => {
        connection.once('parameterDescription', listen);
        connection.parse({ text, name: '', types: [] }, true);
        connection.describe({ type: 'S', name: '' }, true);
        connection.sync();
      },
      handleRowDescription: (message) => {
        fields = message.fields;
      },
      handleReadyForQuery: () => resolve({ fields, parameters }),
      handleError: (error) => {
        client.connection.off('parameterDescription', listen);
        reject(error);
      },
    };
    client.query(exchange);
  });
}

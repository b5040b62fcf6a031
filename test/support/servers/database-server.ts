import { randomBytes } from 'node:crypto';
import { userPassword } from './test-users.ts';

/** How a database is reached; `socket` is PostgreSQL's folder of sockets or MySQL's socket. */
export interface DatabaseAddress {
  readonly engine: 'postgres' | 'mysql';
  readonly host: string;
  readonly port: number;
  /** `null` where only TCP is known. */
  readonly socket: string | null;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Rows of the last statement as the driver gives them: texts wherever a number or date could lose something. */
export type RunSql = (sql: string) => Promise<readonly (readonly unknown[])[]>;

/** A database that one test file has for itself. */
export interface TestDatabase extends DatabaseAddress {
  /** The address as one text, user and password percent-encoded. */
  readonly url: string;
  /** Runs statements, separated by `;`, in a connection of their own. */
  readonly run: RunSql;
  /** Ends what is connected to it and drops it. */
  remove(): Promise<void>;
}

/** A server that runs. Its user may do everything. */
export interface DatabaseServer {
  readonly address: DatabaseAddress;
  /** The version as the server tells it. */
  readonly version: string;
  freshDatabase(): Promise<TestDatabase>;
}

/** A server that one test file has for itself, to do with as it likes. */
export interface OwnServer extends DatabaseServer {
  /** `clean` says good-bye to every client, `crash` to none. It comes back on the same port with the same data. */
  restart(how: 'clean' | 'crash'): Promise<void>;
  stop(how: 'clean' | 'crash'): Promise<void>;
  start(): Promise<void>;
  /** Ends the server and removes its data. */
  remove(): Promise<void>;
}

/** How an engine's SQL is run at an address. */
export type RunAt = (address: DatabaseAddress, sql: string) => ReturnType<RunSql>;

/** What `freshDatabase` of an engine is made of. */
export function freshDatabases(
  server: DatabaseAddress,
  run: RunAt,
  words: { readonly create: (name: string) => string; readonly drop: (name: string) => string },
): () => Promise<TestDatabase> {
  return async () => {
    const database = `bdia_${randomBytes(6).toString('hex')}`;
    await run(server, words.create(database));
    const address: DatabaseAddress = { ...server, database };
    return {
      ...address,
      url: addressUrl(address),
      run: (sql) => run(address, sql),
      remove: async () => {
        await run(server, words.drop(database));
      },
    };
  };
}

/** An address as a URL. */
export function addressUrl({ engine, host, port, user, password, database }: DatabaseAddress): string {
  const scheme = engine === 'postgres' ? 'postgresql' : 'mysql';
  return `${scheme}://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
}

/** The server of a URL, as a developer gives it in the environment. */
export function addressOfUrl(engine: DatabaseAddress['engine'], text: string): DatabaseAddress {
  const { hostname, port, username, password, pathname } = new URL(text);
  return {
    engine,
    host: hostname,
    port: Number(port === '' ? (engine === 'postgres' ? 5432 : 3306) : port),
    socket: null,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)) || (engine === 'postgres' ? 'postgres' : 'mysql'),
  };
}

/** The same address for another user of a test server. */
export function asUser<A extends DatabaseAddress>(address: A, user: string): A {
  return { ...address, user, password: userPassword };
}

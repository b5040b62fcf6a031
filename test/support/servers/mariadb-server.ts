import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { type DatabaseAddress, freshDatabases, type OwnServer, type RunAt } from './database-server.ts';
import { freePort } from './free-port.ts';
import { caCertificate, serverCertificate, serverKey } from './server-certificates.ts';
import { guardServer, runServerTool, serverAccount, serverFolder, writeServerFile } from './server-process.ts';
import { certifiedUser, encryptedUser, testUser, userPassword } from './test-users.ts';

const cure =
  'there is no MariaDB to test with: set BDIA_TEST_MYSQL_URL to a server where a user may create databases, or install ' +
  'one (Debian: apt-get install mariadb-server; the tests do that themselves when they run as root on Debian or Ubuntu)';

/** The paths of MariaDB's server and of the script that makes its data folder. */
export interface MariadbPrograms {
  readonly server: string;
  readonly install: string;
}

/** Where MariaDB is; installed from Debian where the tests may do that and it is not there. */
export function mariadbPrograms(): MariadbPrograms {
  const found = lookForMariadb();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) throw new Error(cure);
  installFromDebian();
  const installed = lookForMariadb();
  if (installed === undefined) throw new Error(cure);
  return installed;
}

function lookForMariadb(): MariadbPrograms | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/usr/local/bin'];
  const find = (name: string) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  const server = find('mariadbd');
  const install = find('mariadb-install-db');
  // The script needs it, and Debian has it in another package.
  const isWhole = find('my_print_defaults') !== undefined;
  return server === undefined || install === undefined || !isWhole ? undefined : { server, install };
}

/** The programs alone, without a service, a data folder or a user; the script for a data folder needs one of the client's. */
const packages = ['mariadb-server-core', 'mariadb-client-core'] as const;

function installFromDebian(): void {
  process.stderr.write(`\nThe tests need MariaDB: installing ${packages.join(' and ')} with apt-get.\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...words: string[]) => execFileSync('apt-get', ['-q', '-y', ...words], { env, stdio: 'pipe' });
  try {
    apt('update');
    apt('install', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...packages);
  } catch (error) {
    throw new Error(`apt-get could not install MariaDB: ${(error as Error).message}\n${cure}`);
  }
}

/** What a test may want otherwise: options of mariadbd, without their dashes. */
export interface MariadbWishes {
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts a MariaDB of the test's own: TCP with and without TLS, and a socket; nothing is kept safe against a power cut. */
export async function startMariadb({ settings = {} }: MariadbWishes = {}): Promise<OwnServer> {
  const programs = mariadbPrograms();
  const account = serverAccount('mysql');
  const folder = serverFolder('mariadb', account);
  const server = guardServer(folder, account, 'SIGKILL');
  try {
    const data = join(folder, 'data');
    runServerTool(
      programs.install,
      ['--no-defaults', `--datadir=${data}`, '--skip-test-db', '--auth-root-authentication-method=normal'],
      folder,
      account,
    );
    const port = await freePort();
    const socket = join(folder, 'mysql.sock');
    const all = {
      ...fast,
      datadir: data,
      // In a folder that servers share, each removes what looks like its own left-over tables when it starts.
      tmpdir: folder,
      port: String(port),
      socket,
      'pid-file': join(folder, 'pid'),
      'ssl-ca': writeServerFile(join(folder, 'ca.crt'), caCertificate, account),
      'ssl-cert': writeServerFile(join(folder, 'server.crt'), serverCertificate, account),
      'ssl-key': writeServerFile(join(folder, 'server.key'), serverKey, account),
      ...settings,
    };
    const command = [programs.server, '--no-defaults', ...Object.entries(all).map(([k, v]) => `--${k}=${v}`)];
    const address: DatabaseAddress = {
      engine: 'mysql',
      host: '127.0.0.1',
      port,
      socket,
      user: testUser,
      password: userPassword,
      database: 'mysql',
    };
    const isReady = () => runMysql(address, 'SELECT 1');
    const start = () => server.start(command, isReady);
    const stop: OwnServer['stop'] = (how) => server.stop(how === 'clean' ? 'SIGTERM' : 'SIGKILL');
    const users = writeServerFile(join(folder, 'users.sql'), logins, account);
    await server.start([...command, `--init-file=${users}`], isReady);
    // The tables of users are not InnoDB's, and would not outlive a crash otherwise.
    await runMysql(address, 'FLUSH TABLES');
    return {
      ...(await mysqlAt(address)),
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

/** A MariaDB or MySQL that runs already. */
export async function mysqlAt(address: DatabaseAddress) {
  const [[version] = []] = await runMysql(address, 'SELECT version()');
  return {
    address,
    version: String(version),
    freshDatabase: freshDatabases(address, runMysql, {
      create: (name) => `CREATE DATABASE ${name} CHARACTER SET utf8mb4`,
      // A connection that still holds a table is a fault to be seen, not one to be waited for.
      drop: (name) => `SET lock_wait_timeout = 60; DROP DATABASE ${name}`,
    }),
  };
}

/** Numbers that could lose something and dates are texts; bytes are buffers. */
export const runMysql: RunAt = async ({ host, port, user, password, database }, sql) => {
  const connection = await createConnection({
    ...{ host, port, user, password, database },
    multipleStatements: true,
    rowsAsArray: true,
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  try {
    const [results, fields] = await connection.query(sql);
    const several = Array.isArray(fields) && fields.some((each) => each === undefined || Array.isArray(each));
    const last: unknown = several ? (results as unknown[]).at(-1) : results;
    return Array.isArray(last) ? last : [];
  } finally {
    await connection.end().catch(() => connection.destroy());
  }
};

const logins = [testUser, encryptedUser, certifiedUser]
  .map((user) => {
    const need = user === encryptedUser ? ' REQUIRE SSL' : user === certifiedUser ? ' REQUIRE X509' : '';
    return [
      `CREATE OR REPLACE USER '${user}'@'%' IDENTIFIED BY '${userPassword}'${need};`,
      `GRANT ALL PRIVILEGES ON *.* TO '${user}'@'%' WITH GRANT OPTION;`,
    ].join('\n');
  })
  .join('\n');

/** No waiting for the disk; what was committed still outlives a crash of the server. */
const fast = {
  'bind-address': '127.0.0.1',
  'skip-name-resolve': 'ON',
  'innodb-flush-log-at-trx-commit': '2',
  'innodb-flush-method': 'nosync',
  'innodb-buffer-pool-size': '64M',
  'innodb-log-file-size': '64M',
  'character-set-server': 'utf8mb4',
  'max-allowed-packet': '64M',
  'default-time-zone': '+00:00',
};

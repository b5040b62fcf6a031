import { fork, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const guard = fileURLToPath(new URL('../test/support/servers/server-guard.js', import.meta.url));
const user = 'bench';
const readyMs = 60_000;

/** How each engine's server is found, made, started and talked to. */
const engines = {
  postgres: {
    title: 'PostgreSQL',
    programs: ['postgres', 'initdb', 'psql'],
    account: 'postgres',
    quickEnd: 'SIGQUIT',
    firstDatabase: 'postgres',
    make: ({ initdb }, { data, folder, password, write }) => {
      const file = write(join(folder, 'password'), password);
      return [initdb, '-D', data, '-U', user, `--pwfile=${file}`, '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C'];
    },
    run: ({ postgres }, { data, folder, port }) => {
      const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: folder, max_wal_size: '4GB' };
      return [postgres, '-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    },
    client: ({ psql }, port, password, database) => ({
      words: [psql, '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', port, '-U', user, '-d', database],
      execute: '-c',
      env: { PGPASSWORD: password, PGSSLMODE: 'disable', PGCLIENTENCODING: 'UTF8' },
    }),
  },
  mysql: {
    title: 'MariaDB',
    programs: ['mariadbd', 'mariadb-install-db', 'my_print_defaults', 'mariadb'],
    account: 'mysql',
    quickEnd: 'SIGKILL',
    firstDatabase: 'mysql',
    make: (programs, { data }) => [
      programs['mariadb-install-db'],
      ...['--no-defaults', `--datadir=${data}`, '--skip-test-db', '--auth-root-authentication-method=normal'],
    ],
    run: ({ mariadbd }, { data, folder, port, password, write }) => {
      const logins = `CREATE USER ${user}@'%' IDENTIFIED BY '${password}'; GRANT ALL ON *.* TO ${user}@'%';`;
      const settings = {
        datadir: data,
        'bind-address': '127.0.0.1',
        'skip-name-resolve': 'ON',
        port,
        socket: join(folder, 'mysql.sock'),
        'pid-file': join(folder, 'pid'),
        'local-infile': 'ON',
        'init-file': write(join(folder, 'users.sql'), logins.replaceAll('; ', ';\n')),
      };
      return [mariadbd, '--no-defaults', ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`)];
    },
    client: ({ mariadb }, port, password, database) => ({
      words: [
        ...[mariadb, '--no-defaults', '--protocol=tcp', '--host=127.0.0.1', `--port=${port}`, `--user=${user}`],
        ...['--default-character-set=utf8mb4', '--local-infile=1', '--skip-ssl', `--database=${database}`],
      ],
      execute: '-e',
      env: { MYSQL_PWD: password },
    }),
  },
};

/**
 * Starts a server of `engine` in `folder`, with its own settings but for places, and makes the database `bench`.
 * Resolves to the words and environment of its command-line client, whose `execute` option takes SQL; a URL for
 * migrations; the process id of the server; its version; and `stop`. The server ends with this process, however that
 * goes. Resolves to a text instead where a program that it needs is not there.
 */
export async function startServer(engine, folder) {
  const { title, programs, account, quickEnd, firstDatabase, make, run, client } = engines[engine];
  const found = Object.fromEntries(programs.map((name) => [name, programNamed(name)]));
  const missing = programs.filter((name) => found[name] === undefined);
  if (missing.length > 0) return `${title} is left out: ${missing.join(', ')} not found`;
  const owner = accountOf(account);
  const own = (path) => {
    if (owner.uid !== undefined) chownSync(path, owner.uid, owner.gid);
    return path;
  };
  const write = (path, text) => {
    writeFileSync(path, text, { mode: 0o600 });
    return own(path);
  };
  mkdirSync(folder);
  const password = randomBytes(16).toString('hex');
  const place = { data: join(folder, 'data'), folder: own(folder), password, write, port: await freePort() };
  const [maker, ...words] = make(found, place);
  const made = spawnSync(maker, words, { cwd: folder, encoding: 'utf8', ...owner });
  if (made.status !== 0) throw new Error(`${maker} failed:\n${made.error ?? made.stdout + made.stderr}`);

  const holder = fork(guard, [JSON.stringify({ folder, account: owner, quickEnd })], { detached: true });
  const pid = new Promise((resolve, reject) => {
    holder.on('message', ({ pid, ended }) => {
      if (pid !== undefined) resolve(pid);
      if (ended !== undefined) reject(new Error(`${title} ended: ${ended}\n${readFileSync(`${folder}/server.log`)}`));
    });
  });
  const stop = () =>
    new Promise((resolve) => {
      holder.once('exit', resolve);
      holder.disconnect();
    });
  try {
    holder.send({ start: run(found, place) });
    const pidHere = await pid;
    const first = client(found, String(place.port), password, firstDatabase);
    await untilReady(() => runClient(first, 'SELECT 1'), title);
    runClient(first, 'CREATE DATABASE bench');
    const version = spawnSync(found[programs[0]], ['--version'], { encoding: 'utf8' }).stdout.trim();
    return {
      engine,
      title,
      version: version.replace(/^\S*\//, ''),
      pid: pidHere,
      client: client(found, String(place.port), password, 'bench'),
      url: `${engine === 'postgres' ? 'postgresql' : 'mysql'}://${user}:${password}@127.0.0.1:${place.port}/bench`,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs SQL with a server's client; throws what it says where it fails. */
export function runClient({ words: [program, ...words], execute, env }, sql) {
  const { status, stderr, error } = spawnSync(program, [...words, execute, sql], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${program} failed: ${error ?? stderr}`);
}

async function untilReady(ask, title) {
  for (const deadline = Date.now() + readyMs; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    try {
      return ask();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`${title} is not ready after ${readyMs} ms`, { cause: error });
    }
  }
}

function programNamed(name) {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((version) => `${debian}/${version}/bin`),
    '/usr/sbin',
  ];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Servers refuse to run as root: the first of these users then, which exists. */
function accountOf(name) {
  if (process.getuid?.() !== 0) return {};
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const line = [name, 'nobody'].map((user) => lines.find((each) => each.startsWith(`${user}:`))).find(Boolean);
  const [, , uid, gid] = (line ?? '').split(':').map(Number);
  return { uid, gid };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(String(port)));
    });
  });
}

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { startForwardProxy } from '../support/forward-proxy.ts';
import { legacyRows } from '../support/legacy-hits.ts';
import { writeDatabaseJob, writeJob } from '../support/migration-job.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { addressUrl } from '../support/servers/database-server.ts';
import { mysqlNumbers } from '../support/servers/mysql-sql.ts';
import { sharedServer } from '../support/servers/shared-server.ts';
import { type ProgramEnd, runProgram } from '../support/start-program.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const rows = legacyRows(5, 1500);
/** What a run tells others is looked at as well, with the environment that it hands on. */
const tell = `import { appendFileSync, readFileSync } from 'node:fs';
appendFileSync('told.txt', readFileSync(0, 'utf8') + JSON.stringify(process.env));`;
const tellCommand = `{ command: '"${process.execPath}" tell.mjs' }`;
/** Looks different in a URL and in JSON than by itself. */
const proxyPassword = 'pr0xy p@ss:w%rd/"';
const wrongSecret = 'p8e-w rong/+&"secret%=ü';

it('keeps secret and tokens out of everything that it writes, whether it finishes, stops or fails', async (context) => {
  const home = scratchFolder(context);
  const sandbox = await startSandbox({
    rate: 0,
    faults: [
      { at: 2, fault: 'e500-after' },
      { at: 4, fault: 'e401' },
      { at: 6, fault: 'drop-after' },
    ],
  });
  context.onTestFinished(sandbox.close);
  const proxy = await startForwardProxy({ user: 'ann', password: proxyPassword });
  context.onTestFinished(proxy.close);
  const job = await writeDatabaseJob(join(home, 'job'), rows, sandbox, {
    target:
      '{ reportSuiteID: scenariodev, baseUrl: "${env:BDIA_BASE_URL}", proxy: "${env:BDIA_PROXY}", auth: { kind: oauth, ' +
      'tokenUrl: "${env:BDIA_TOKEN_URL}", clientId: "${env:BDIA_CLIENT_ID}", clientSecret: "${env:BDIA_CLIENT_SECRET}" } }',
    notify: tellCommand,
  });
  await writeFile(join(home, 'job', 'tell.mjs'), tell);
  const withLog = ['--log-file', join(home, 'job', 'log.jsonl'), '--log-level', 'debug'];
  const ends: ProgramEnd[] = [];
  const start = async (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ProgramEnd> => {
    const end = await runProgram([...words, ...withLog], { ...job.env, BDIA_PROXY: proxy.url, ...env });
    ends.push(end);
    return end;
  };

  const failed = await start(['run', job.file, '--json'], { BDIA_CLIENT_SECRET: wrongSecret });
  expect({ exitCode: failed.exitCode, stopped: JSON.parse(failed.stdout).stopped }).toMatchObject({
    exitCode: 3,
    stopped: { code: 'auth.failed' },
  });
  await start(['run', job.file], { BDIA_CLIENT_SECRET: wrongSecret });
  const noProxy = await start(['run', job.file, '--json'], { BDIA_PROXY: 'http://ann:wrong-one@127.0.0.1:1' });
  expect(JSON.parse(noProxy.stdout).stopped).toMatchObject({ code: 'delivery.unreachable' });
  const straight = { BDIA_PROXY: 'none', http_proxy: proxy.url.replace('ann', 'bob') };
  expect(await start(['run', job.file])).toMatchObject({ exitCode: 0 });
  for (const command of ['status', 'settle', 'verify', 'plan', 'check', 'doctor', 'preview'])
    await start([command, job.file, '--json']);

  // Straight, whatever the environment says.
  await start(['settle', job.file, '--json'], straight);
  expect(proxy.requests.length).toBeGreaterThan(10);

  const places = await readTree(join(home, 'job'));
  expect([...places.keys()]).toContain('log.jsonl');
  expect([...places.keys()]).toContain(join('work', 'ledger.sqlite'));
  expect(leaks(places, ends, [...formsOf(sandbox.clientSecret), ...formsOf(wrongSecret)])).toEqual([]);
});

const fills = {
  postgres: `CREATE TABLE hits (id bigint PRIMARY KEY, at timestamp NOT NULL, visitor text NOT NULL, title text); CREATE INDEX ON hits (at);
      INSERT INTO hits SELECT n, timestamp '2023-03-01' + n * interval '7 minutes', 'v' || n % 37, 'page ' || n FROM generate_series(1, 2000) AS n`,
  mysql: `CREATE TABLE hits (id BIGINT PRIMARY KEY, at DATETIME NOT NULL, visitor VARCHAR(40) NOT NULL, title TEXT, KEY (at));
      INSERT INTO hits SELECT seq, '2023-03-01' + INTERVAL seq * 7 MINUTE, CONCAT('v', seq % 37), CONCAT('page ', seq) FROM ${mysqlNumbers(1, 2_000)} AS n`,
} as const;

const hitsMapping = (engine: string, column: string): string => `
mapping: scenario-server
engine: ${engine}
streams:
  hits:
    query: SELECT id, at, visitor, ${column} AS title FROM hits WHERE at >= :from AND at < :to ORDER BY at, id
    key: [id]
    time: { from: at, zone: UTC }
    window: { column: at, type: datetime, zone: UTC }
    hit: { visitorID: visitor, userAgent: { const: Mozilla/5.0 }, pageName: title }
`;

it.each(['postgres', 'mysql'] as const)(
  'keeps the password of a %s database out of everything, in a URL and by itself, right and wrong',
  async (engine) => {
    const fill = fills[engine];
    const home = scratchFolder({ onTestFinished });
    const sandbox = await startSandbox({ rate: 0 });
    onTestFinished(sandbox.close);
    const server = await sharedServer(engine);
    const database = await server.freshDatabase();
    onTestFinished(database.remove);
    await database.run(fill);
    const proxy = await startTcpProxy(database);
    onTestFinished(proxy.close);

    const ends: ProgramEnd[] = [];
    const withLog = ['--log-file', join(home, 'log.jsonl'), '--log-level', 'debug'];
    const start = async (words: readonly string[], env: Readonly<Record<string, string>>): Promise<ProgramEnd> => {
      // What is told runs with the environment, where a test server's address is none of the program's.
      const ofTests = { BDIA_TEST_MYSQL_URL: '', BDIA_TEST_POSTGRES_URL: '' };
      const end = await runProgram([...words, ...withLog], { ...env, ...ofTests });
      ends.push(end);
      return end;
    };
    const { host, port, user, password } = database;
    const fields = `{ engine: ${engine}, host: ${host}, port: ${port}, user: ${user}, password: "\${env:LEGACY_DB_PASSWORD}", database: ${database.database} }`;
    const byUrl = `{ engine: ${engine}, url: "\${env:LEGACY_DB_URL}" }`;
    const whole = ['check', 'doctor', 'preview', 'plan', 'run', 'status', 'verify'];
    for (const [name, source, commands, ofServer] of [
      ['url', byUrl, whole, { LEGACY_DB_URL: database.url }],
      ['fields', fields, ['doctor', 'plan'], { LEGACY_DB_PASSWORD: password }],
    ] as const) {
      const mapping = hitsMapping(engine, 'title');
      const job = await writeJob(join(home, name), { source, mapping }, sandbox, { notify: tellCommand });
      await writeFile(join(home, name, 'tell.mjs'), tell);
      const env = { ...job.env, ...ofServer };
      for (const command of commands) {
        const { exitCode, stdout } = await start([command, job.file, '--json'], env);
        expect({ command, exitCode, stdout }).toMatchObject({ exitCode: 0 });
      }
      const wrongUrl = addressUrl({ ...database, password: wrongSecret });
      const wrong = { ...env, LEGACY_DB_URL: wrongUrl, LEGACY_DB_PASSWORD: wrongSecret };
      for (const words of [
        ['doctor', job.file],
        ['preview', job.file, '--json'],
      ]) {
        expect((await start(words, wrong)).exitCode).toBe(2);
      }
      const unreadable = { ...env, LEGACY_DB_URL: database.url.replace('@', '@@'), LEGACY_DB_PASSWORD: '' };
      expect((await start(['preview', job.file], unreadable)).exitCode).toBe(2);
    }
    const bad = await writeJob(join(home, 'bad'), { source: byUrl, mapping: hitsMapping(engine, 'no_such') }, sandbox);
    expect((await start(['plan', bad.file], { ...bad.env, LEGACY_DB_URL: database.url })).exitCode).not.toBe(0);
    const cut = await writeJob(join(home, 'cut'), { source: byUrl, mapping: hitsMapping(engine, 'title') }, sandbox);
    const away = addressUrl({ ...database, host: '127.0.0.1', port: proxy.port });
    proxy.cutAfter(150);
    expect((await start(['plan', cut.file], { ...cut.env, LEGACY_DB_URL: away })).exitCode).toBe(3);

    const places = await readTree(home);
    expect([...places.keys()]).toContain('log.jsonl');
    expect([...places.keys()]).toContain(join('url', 'work', 'ledger.sqlite'));
    expect([...places.keys()]).toContain(join('url', 'told.txt'));
    expect(leaks(places, ends, [...formsOf(password), ...formsOf(wrongSecret)])).toEqual([]);
  },
);

/** Which files and outputs hold a secret, or what is one wherever it stands. */
function leaks(places: Map<string, Buffer>, ends: readonly ProgramEnd[], secrets: readonly string[]): string[] {
  const all = new Map(places);
  ends.forEach(({ stdout, stderr }, place) => {
    all.set(`output of command ${place + 1}`, Buffer.from(stdout + stderr));
  });
  return [...all].flatMap(([name, content]) =>
    [...secrets, 'Bearer ', 'access_token', tokenStart]
      .filter((secret) => content.includes(secret))
      .map((secret) => `${name} holds ${secret}`),
  );
}

/** How every token of the sandbox begins: the head of a JWT. */
const tokenStart = Buffer.from('{"alg":"RS256"').toString('base64url').slice(0, 18);

/** A secret as it may stand in a text: by itself, in a URL, a form or JSON, in base64 alone. */
function formsOf(secret: string): string[] {
  const form = new URLSearchParams({ secret }).toString().slice('secret='.length);
  const base64 = Buffer.from(secret).toString('base64');
  const base64url = Buffer.from(secret).toString('base64url');
  return [secret, encodeURIComponent(secret), form, JSON.stringify(secret).slice(1, -1), base64, base64url];
}

async function readTree(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Buffer>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    files.set(path.slice(folder.length + 1), path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  }
  return files;
}

import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it, type TestContext } from 'vitest';
import { Database } from '../../src/domain/sqlite.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { expectExactlyOnce } from '../support/expect-exactly-once.ts';
import { csvMapping, legacyCsv } from '../support/legacy-csv.ts';
import { type LegacyRow, legacyRows } from '../support/legacy-hits.ts';
import { type MigrationJob, writeJob } from '../support/migration-job.ts';
import { shuffled } from '../support/random.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { type Program, type ProgramEnd, runProgram, startProgram } from '../support/start-program.ts';

const kilobyte = 1024;
const megabyte = 1024 * kilobyte;
const page = 4 * kilobyte;

/** Rows, and the job that reads them. */
interface Shape {
  readonly rows: readonly LegacyRow[];
  readonly mapping: string;
  readonly changes: Readonly<Record<string, string>>;
}

const few: Shape = { rows: exported(31, 900), mapping: csvMapping, changes: {} };
const many: Shape = {
  rows: shuffled(exported(32, 90_000), 1),
  mapping: csvMapping,
  changes: { chunks: '{ maxRows: 4000 }', slices: '{ rows: 20000 }' },
};
const queried: Shape = {
  ...many,
  // The inner one sorts so much that it does not fit the memory of the engine.
  mapping: csvMapping.replace(
    'rows: log',
    `query: |
      SELECT * FROM (SELECT log.*, n FROM log, range(8) AS r(n) ORDER BY md5(url || n) LIMIT 1000000)
      WHERE n = 0 ORDER BY url`,
  ),
};

it('stops while rows are spilled, and goes on', async (context) => {
  const scene = await openScene(context, withMemory(many, '16MB'));
  scene.disk.fill(2 * megabyte);
  for (const verb of ['build', 'run']) {
    const stopped = await scene.expectStop(await scene.run(verb, '--json'));
    expect(stopped.message).toContain(join(scene.disk.path, 'work', 'spool', '000000.spool'));
    expect(stopped.next).toMatch(/^Free space on this disk, or choose another .*disk\.spool/);
  }
  await scene.expectFinish();
});

it('stops while chunks are sealed, and goes on', async (context) => {
  const scene = await openScene(context, withMemory(many, '64MB'));
  scene.disk.fill(600 * kilobyte);
  for (const verb of ['build', 'run']) {
    const stopped = await scene.expectStop(await scene.run(verb, '--json'));
    // While it delivers, too, the ledger may be the first to find no room.
    if (verb === 'run' && stopped.message.startsWith('The ledger ')) continue;
    expect(stopped.message).toMatch(/^Cannot write .*\/work\/(chunks|sidecars)\/scenario_\d\//);
    expect(stopped.next).toMatch(/^Free space on this disk, or choose another .*disk\.ahead/);
  }
  expect(scene.files().filter((name) => /\.tmp$|\.spool$/.test(name))).toEqual([]);
  await scene.expectFinish();
});

it('stops wherever the ledger finds no room, and goes on', async (context) => {
  const scene = await openScene(context, few);
  const begun = scene.start('run', '--json');
  scene.onUpload(() => begun.kill('SIGINT'));
  expect(await begun.ended).toMatchObject({ exitCode: 130 });
  scene.onUpload(() => undefined);
  const log = join(scene.disk.path, 'run.log');
  const messages: string[] = [];
  for (let pages = 0; ; pages += 2) {
    scene.disk.fill(pages * page);
    const end = await scene.run('run', '--json', ...(pages === 0 ? ['--log-file', log] : []));
    // A log on the same disk ends, and says so once.
    expect(end.stderr.match(/--log-file .* ends here: ENOSPC/g) ?? []).toHaveLength(pages === 0 ? 1 : 0);
    if (end.exitCode === 0) break;
    messages.push((await scene.expectStop(end)).message);
    scene.disk.clear();
  }
  expect(messages.length).toBeGreaterThan(1);
  for (const message of messages) expect(message).toMatch(/ledger\.sqlite cannot be read or written: |^Cannot write /);
  await scene.expectFinish();
}, 600_000);

it('stops where an upload has arrived and the ledger has no room to say so, and sends nothing twice', async (context) => {
  const scene = await openScene(context, few);
  scene.onUpload((count) => {
    if (count === 3) scene.disk.fill(0);
  });
  const end = await scene.run('run', '--json');
  const stopped = await scene.expectStop(end);
  expect(stopped.message).toContain('ledger.sqlite cannot be read or written: ');
  await scene.expectFinish();
});

it.for([
  ['its tables are filled', 2 * megabyte, 'rows.duckdb'],
  ['it sorts', 24 * megabyte, 'duckdb_temp_storage'],
] as const)('stops while a query computes and %s, and goes on', async ([, left, file], context) => {
  const scene = await openScene(context, withMemory(queried, '144MB'));
  scene.disk.fill(left);
  for (const verb of ['build', 'run']) {
    const stopped = await scene.expectStop(await scene.run(verb, '--json'));
    expect(stopped.message).toContain('The query of stream views cannot write to its spool: ');
    expect(stopped.message).toContain(join(scene.disk.path, 'work', 'spool', 'query-'));
    expect(stopped.message).toContain(file);
    expect(stopped.next).toContain('Free space on the disk');
  }
  await scene.expectFinish();
});

it('says that a full disk did not take the result', async (context) => {
  const scene = await openScene(context, few);
  scene.disk.fill(0);
  const result = openSync(join(scene.disk.view, 'result.json'), 'w');
  context.onTestFinished(() => closeSync(result));
  const { exitCode, stderr } = await startProgram(
    ['status', scene.job.file, '--json'],
    scene.job.env,
    scene.job.through,
    result,
  ).ended;
  expect({ exitCode, stderr }).toEqual({
    exitCode: 3,
    stderr: 'The result cannot be written to standard output: ENOSPC: no space left on device, write\n',
  });
});

/** What a stopped command says in its report. */
interface Stopped {
  readonly code: string;
  readonly message: string;
  readonly next: string;
}

interface Scene {
  readonly job: MigrationJob;
  readonly disk: SmallDisk;
  /** Starts a command on the job. */
  start(verb: string, ...options: readonly string[]): Program;
  /** Runs a command on the job to its end. */
  run(verb: string, ...options: readonly string[]): Promise<ProgramEnd>;
  /** Calls back with the number of the upload that is arriving. */
  onUpload(listen: (count: number) => void): void;
  /** Everything on the disk, by path. */
  files(): string[];
  /** The command was stopped by the disk in an orderly way, and left a ledger that can be read while the disk is full. */
  expectStop(end: ProgramEnd): Promise<Stopped>;
  /** With space again, the migration ends as if nothing had been. */
  expectFinish(): Promise<void>;
}

/** A job on a disk of its own that has room for it. */
async function openScene(context: TestContext, { rows, mapping, changes }: Shape): Promise<Scene> {
  const home = scratchFolder(context);
  const disk = await mountSmallDisk(context, join(home, 'disk'), 256 * megabyte);
  const keep = join(home, 'kept');
  let uploads = 0;
  let onUpload: (count: number) => void = () => {};
  const sandbox = await startSandbox({
    rate: 0,
    keep,
    onRequest: ({ method, path }) => {
      if (method === 'POST' && path === '/aa/collect/v1/events') onUpload(++uploads);
    },
  });
  context.onTestFinished(sandbox.close);
  writeFileSync(join(home, 'log.csv'), legacyCsv(rows));
  const source = '{ engine: files, paths: { log: ["../log.csv"] } }';
  const written = await writeJob(join(home, 'job'), { source, mapping }, sandbox, {
    ...changes,
    folder: '../disk/work',
  });
  const job = { ...written, folder: join(disk.view, 'work'), through: disk.through };
  const start: Scene['start'] = (verb, ...options) => startProgram([verb, job.file, ...options], job.env, job.through);
  const run: Scene['run'] = (verb, ...options) => start(verb, ...options).ended;
  return {
    job,
    disk,
    start,
    run,
    onUpload: (listen) => {
      onUpload = listen;
    },
    files: () => readdirSync(disk.view, { recursive: true }).map(String),
    async expectStop({ exitCode, stdout, stderr }) {
      expect({ exitCode, stderr }, stderr).toEqual({ exitCode: 3, stderr: expect.not.stringMatching(/bug|\n {4}at /) });
      const { stopped } = JSON.parse(stdout);
      expect(stopped).toMatchObject({ code: 'disk.failed', next: expect.stringMatching(/\w/) });
      expect(faultsOf(job.folder, mkdtempSync(join(home, 'ledger-')))).toEqual(['ok']);
      const status = await run('status', '--json');
      expect({ ...status, stdout: JSON.parse(status.stdout).migration }).toEqual({
        exitCode: 0,
        signal: null,
        stdout: 'scenario-2023',
        stderr: '',
      });
      return stopped;
    },
    async expectFinish() {
      disk.clear();
      onUpload = () => {};
      const end = await run('run');
      expect(end.exitCode, end.stdout + end.stderr).toBe(0);
      await expectExactlyOnce(job, rows, sandbox, keep);
      const free = await writeJob(join(home, 'free'), { source, mapping: csvMapping }, sandbox, changes);
      expect(await runProgram(['build', free.file], free.env)).toMatchObject({ exitCode: 0 });
      expect(hashesOf(job.folder)).toEqual(hashesOf(free.folder));
    },
  };
}

/** Rows of one stream: an export knows no other. */
function exported(seed: number, count: number): LegacyRow[] {
  return legacyRows(seed, count).map((row) => ({ ...row, stream: 'views' }));
}

function withMemory(shape: Shape, memory: string): Shape {
  return { ...shape, changes: { ...shape.changes, build: `{ memory: ${memory} }` } };
}

/** What SQLite finds wrong in a copy of the ledger, taken with the journal that a stopped writer may have left. */
function faultsOf(folder: string, copies: string): unknown[] {
  for (const name of ['ledger.sqlite', 'ledger.sqlite-journal'])
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copies, name));
  const copy = new Database(join(copies, 'ledger.sqlite'));
  try {
    return copy.prepare('PRAGMA integrity_check').pluck().all();
  } finally {
    copy.close();
  }
}

/** The SHA-256 of each chunk's CSV, as read from disk, by its name. */
function hashesOf(folder: string): Record<string, string> {
  const chunks = join(folder, 'chunks');
  const names = readdirSync(chunks, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.csv.gz'));
  expect(names.length).toBeGreaterThan(5);
  return Object.fromEntries(
    names.sort().map((name) => [
      name,
      createHash('sha256')
        .update(gunzipSync(readFileSync(join(chunks, name))))
        .digest('hex'),
    ]),
  );
}

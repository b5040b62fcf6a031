import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { beforeAll, expect, it, type TestContext } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { expectExactlyOnce } from '../support/expect-exactly-once.ts';
import { csvMapping, legacyCsv } from '../support/legacy-csv.ts';
import { type LegacyRow, legacyRows } from '../support/legacy-hits.ts';
import { type JobTarget, type MigrationJob, writeJob } from '../support/migration-job.ts';
import { shuffled } from '../support/random.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { type ProgramEnd, runProgram } from '../support/start-program.ts';

const page = 4096;
const megabyte = 1 << 20;

/** Where rows come from, and the limits of their job. */
interface Shape {
  readonly rows: readonly LegacyRow[];
  readonly mapping: string;
  readonly changes: Readonly<Record<string, string>>;
}

const few: Shape = { rows: legacyRows(31, 900), mapping: csvMapping, changes: {} };
const many: Shape = {
  rows: shuffled(legacyRows(32, 90_000), 1),
  mapping: csvMapping,
  changes: {
    chunks: '{ maxRows: 4000 }',
    slices: '{ rows: 20000 }',
    build: '{ memory: 16MB }',
  },
};
const queried: Shape = {
  ...many,
  mapping: csvMapping.replace('rows: log', 'query: SELECT id, time, visitor, url, title, agent FROM log ORDER BY url'),
};

/** The SHA-256 of each chunk's CSV, by the chunk's path in the work folder. */
type Hashes = Readonly<Record<string, string>>;

it('x', async (context) => {
  const scene = await openScene(context, many, 64 * megabyte);
  scene.disk.fill(2 * megabyte);
  console.log(await scene.run('build'));
  console.log(scene.files(), scene.disk.free());
  console.log(await scene.run('status'));
  scene.disk.clear();
  scene.disk.fill(30 * megabyte);
  console.log(await scene.run('run'));
  console.log(scene.files(), scene.disk.free());
});
it('q', async (context) => {
  const scene = await openScene(context, queried, 128 * megabyte);
  for (const left of [0,0.02, 0.2,0.5, 1,2,4,8,12]) {
  scene.disk.fill(left * megabyte);
  console.log(left, await scene.run('build'));
  console.log(scene.files(), scene.disk.free());
  scene.disk.clear();
  }
});
it('y', async (context) => {
  const scene = await openScene(context, few, 64 * megabyte);
  for (let left = 0; ; left += 1) {
  scene.disk.fill(left * page);
  const end = await scene.run('build', '--json');
  console.log(left, end.exitCode, end.stderr, end.stdout === '' ? '' : JSON.parse(end.stdout).stopped);
  const st = await scene.run('status', '--json');
  console.log( st.exitCode, st.stderr, st.stdout === '' ? '' : JSON.parse(st.stdout).state);
  scene.disk.clear();
  if (end.exitCode === 0) break;
  }
});

interface Scene {
  readonly job: MigrationJob;
  readonly disk: SmallDisk;
  readonly sandbox: Sandbox;
  readonly keep: string;
  /** Runs a command on the job. */
  run(...words: readonly string[]): Promise<ProgramEnd>;
  /** Names of the files in the work folder. */
  files(): string[];
}

async function openScene(context: TestContext, { rows, mapping, changes }: Shape, bytes: number, onUpload = () => {}): Promise<Scene> {
  const home = scratchFolder(context);
  const disk = await mountSmallDisk(context, join(home, 'disk'), bytes);
  const keep = join(home, 'kept');
  const sandbox = await startSandbox({
    rate: 0,
    keep,
    onRequest: ({ method, path }) => {
      if (method === 'POST' && path === '/aa/collect/v1/events') onUpload();
    },
  });
  context.onTestFinished(sandbox.close);
  writeFileSync(join(home, 'log.csv'), legacyCsv(rows));
  const source = '{ engine: files, paths: { log: ["*.csv"] } }';
  const written = await writeJob(home, { source, mapping }, sandbox, { ...changes, folder: './disk/work' });
  const job = { ...written, folder: join(disk.view, 'work'), through: disk.through };
  return {
    job,
    disk,
    sandbox,
    keep,
    run: (verb, ...options) => runProgram([verb!, job.file, ...options], job.env, job.through),
    files: () => readdirSync(disk.view, { recursive: true }) as string[],
  };
}

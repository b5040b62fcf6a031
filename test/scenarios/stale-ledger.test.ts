import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import { Database } from '../../src/domain/sqlite.ts';
import { steps } from '../../src/ledger/schema/steps.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { expectExactlyOnce } from '../support/expect-exactly-once.ts';
import { legacyRows } from '../support/legacy-hits.ts';
import { type MigrationJob, writeDatabaseJob } from '../support/migration-job.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { type ProgramEnd, runProgram, startProgram } from '../support/start-program.ts';

const rows = legacyRows(11, 3000);

it('stops at the first chunk that Adobe already has after the work folder was deleted, then takes all over', async (context) => {
  const scene = await openScene(context);
  expect(await scene.run()).toMatchObject({ exitCode: 0 });
  await rm(scene.job.folder, { recursive: true });
  await expectStopThenAdoption(scene);
});

it('stops where the ledger was copied back from before the last uploads, then takes them over', async (context) => {
  const scene = await openScene(context);
  const { job, sandbox } = scene;
  // A soft stop, so that the copy is the work folder as it stood between two commands.
  expect(await scene.run({ signal: 'SIGINT', atUpload: 7 })).toMatchObject({ exitCode: 130 });
  const early = sandbox.report().files;
  await cp(job.folder, `${job.folder}-copy`, { recursive: true });
  expect(await scene.run()).toMatchObject({ exitCode: 0 });
  expect(sandbox.report().files).toBeGreaterThan(early + 7);
  await rm(job.folder, { recursive: true });
  await cp(`${job.folder}-copy`, job.folder, { recursive: true });
  await expectStopThenAdoption(scene);
});

it('sends nothing where a changed column is accepted on a ledger that was copied back, and leads out of it', async (context) => {
  // One chunk for each slice, all built, so that the next one of the copy goes with the change.
  const scene = await openScene(context, {
    visitorGroups: '{ count: 1, prefix: scenario }',
    chunks: '{ maxRows: 1000 }',
  });
  const { job, uploads } = scene;
  expect(await runProgram(['build', job.file], job.env)).toMatchObject({ exitCode: 0 });
  expect(await scene.run({ signal: 'SIGINT', atUpload: 2 })).toMatchObject({ exitCode: 130 });
  await cp(job.folder, `${job.folder}-copy`, { recursive: true });
  expect(await scene.run()).toMatchObject({ exitCode: 0 });
  await rm(job.folder, { recursive: true });
  await cp(`${job.folder}-copy`, job.folder, { recursive: true });

  const mapping = await readFile(job.mappingFile, 'utf8');
  expect(mapping).toContain('pageName: title');
  await writeFile(job.mappingFile, mapping.replaceAll('pageName: title', 'pageName: { const: changed }'));
  const before = uploads();
  // Accepted by a process that asks for no key, then met by one that does.
  expect(await runProgram(['run', job.file, '--dry-run', '--accept-change'], job.env)).toMatchObject({ exitCode: 0 });
  const { exitCode, stdout } = await runProgram(['run', job.file, '--json'], job.env);
  expect({ exitCode, stopped: JSON.parse(stdout).stopped }).toMatchObject({
    exitCode: 3,
    stopped: { code: 'ledger.stale', next: expect.stringContaining('undo the change') },
  });
  await writeFile(job.mappingFile, mapping);
  expect(await runProgram(['run', job.file, '--accept-change'], job.env)).toMatchObject({ exitCode: 3 });
  expect(uploads()).toBe(before);
  await expectStopThenAdoption(scene);
});

it('takes over what Adobe has where the ledger alone was copied back, and the chunks of the last uploads were removed', async (context) => {
  const scene = await openScene(context, { disk: '{ keep: undelivered }' });
  const { job } = scene;
  expect(await scene.run({ signal: 'SIGINT', atUpload: 7 })).toMatchObject({ exitCode: 130 });
  await cp(join(job.folder, 'ledger.sqlite'), join(job.folder, 'copy.sqlite'));
  expect(await scene.run({ signal: 'SIGINT', atUpload: 12 })).toMatchObject({ exitCode: 130 });
  await cp(join(job.folder, 'copy.sqlite'), join(job.folder, 'ledger.sqlite'));
  await expectStopThenAdoption(scene);
});

it('takes over what arrived and sends the rest where the work folder was lost half-way', async (context) => {
  const scene = await openScene(context);
  expect(await scene.run({ signal: 'SIGKILL', atUpload: 13 })).toMatchObject({ signal: 'SIGKILL' });
  await rm(scene.job.folder, { recursive: true });
  await expectAdoption(scene);
});

it('brings the ledger of an older program up to date ', async (context) => {
  const scene = await openScene(context);
  const { job } = scene;
  await mkdir(job.folder);
  const db = new Database(join(job.folder, 'ledger.sqlite'));
  db.exec(steps[0]!);
  db.pragma(`application_id = ${0x62646961}`);
  db.pragma('user_version = 1');
  db.close();
  expect(await runProgram(['status', job.file], job.env)).toMatchObject({ exitCode: 0 });
  expect(await scene.run()).toMatchObject({ exitCode: 0 });
  await expectExactlyOnce(job, rows, scene.sandbox, scene.keep);
});

interface Scene {
  readonly keep: string;
  readonly job: MigrationJob;
  readonly sandbox: Sandbox;
  /** Requests for an upload until now. */
  uploads(): number;
  /** Runs the migration to its end, or to the signal that it gets at its n-th upload. */
  run(stop?: { readonly signal: NodeJS.Signals; readonly atUpload: number }): Promise<ProgramEnd>;
}

async function openScene(context: TestContext, changes: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const home = scratchFolder(context);
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
  const job = await writeDatabaseJob(home, rows, sandbox, changes);
  const run: Scene['run'] = async (stop) => {
    const program = startProgram(['run', job.file], job.env);
    const from = uploads;
    onUpload = (count) => {
      if (stop !== undefined && count - from === stop.atUpload) program.kill(stop.signal);
    };
    const end = await program.ended;
    onUpload = () => {};
    return end;
  };
  return { keep, job, sandbox, uploads: () => uploads, run };
}

/** The next run must send nothing and name the way out, and that way must lead to the end. */
async function expectStopThenAdoption(scene: Scene): Promise<void> {
  const { job, uploads } = scene;
  const before = uploads();
  const { exitCode, stdout } = await runProgram(['run', job.file, '--json'], job.env);
  expect({ exitCode, stopped: JSON.parse(stdout).stopped }).toMatchObject({
    exitCode: 3,
    stopped: { code: 'ledger.stale', next: expect.stringContaining('settle --adopt') },
  });
  expect(uploads()).toBe(before);
  await expectAdoption(scene);
}

/** `settle --adopt` must send nothing, and the run after it must finish. */
async function expectAdoption({ job, sandbox, keep, uploads, run }: Scene): Promise<void> {
  const before = uploads();
  expect(await runProgram(['settle', job.file, '--adopt'], job.env)).toMatchObject({ exitCode: 0 });
  expect(uploads()).toBe(before);
  expect(await run()).toMatchObject({ exitCode: 0 });
  await expectExactlyOnce(job, rows, sandbox, keep);
}

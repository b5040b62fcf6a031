import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { expectExactlyOnce } from '../support/expect-exactly-once.ts';
import { legacyRows } from '../support/legacy-hits.ts';
import { type MigrationJob, writeDatabaseJob } from '../support/migration-job.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { type Program, runProgram, startProgram } from '../support/start-program.ts';

const rows = legacyRows(3, 3000);
/** An accepted change as every report tells it. */
const recorded = /UTC: accepted change: columns of views; \d+ sealed slices are built again/;

it.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'ends softly at %s, names the command that goes on, and goes on',
  async (signal, context) => {
    const scene = await openScene(context);
    const end = await stopAtUpload(scene, 5, signal);
    expect(end.exitCode).toBe(130);
    const lastLine = end.stdout.trimEnd().split('\n').at(-1);
    expect(lastLine).toMatch(/^Next: (npx )?bdia-migrate run \S+$/);
    // What stands there is what is done, word by word.
    const words = lastLine?.split('bdia-migrate ')[1]?.split(' ') ?? [];
    expect(await runProgram(words, scene.job.env)).toMatchObject({ exitCode: 0 });
    await expectExactlyOnce(scene.job, rows, scene.sandbox, scene.keep);
  },
);

it('ends at once at a second SIGINT, with one document, and goes on', async (context) => {
  const scene = await openScene(context, [{ at: 5, fault: 'slow', seconds: 5 }]);
  const program = startProgram(['run', scene.job.file, '--json'], scene.job.env);
  scene.onUpload((count) => {
    if (count === 5) program.kill('SIGINT');
  });
  program.onNote((text) => {
    if (text.includes('once more stops at once')) program.kill('SIGINT');
  });
  const { exitCode, stdout } = await program.ended;
  expect(exitCode).toBe(130);
  const stopped = { code: 'interrupted', message: 'stopped at once; nothing is lost' };
  expect(JSON.parse(stdout)).toMatchObject({ stopped: { ...stopped, next: expect.stringMatching(/ run .+ --json$/) } });
  expect(await runProgram(['run', scene.job.file], scene.job.env)).toMatchObject({ exitCode: 0 });
  await expectExactlyOnce(scene.job, rows, scene.sandbox, scene.keep);
});

it('is still ending softly at the second SIGHUP of a terminal that was closed, and goes on', async (context) => {
  const scene = await openScene(context, [{ at: 5, fault: 'slow', seconds: 3 }]);
  const program = startProgram(['run', scene.job.file, '--json'], scene.job.env);
  scene.onUpload((count) => {
    if (count === 5) program.kill('SIGHUP');
  });
  program.onNote((text) => {
    if (text.includes('once more stops at once')) program.kill('SIGHUP');
  });
  const { exitCode, stdout } = await program.ended;
  expect(exitCode).toBe(130);
  const { stopped, chunks } = JSON.parse(stdout);
  expect(stopped).toMatchObject({ code: 'interrupted', message: 'a signal asked for it; nothing is lost' });
  // The answer to what was under way was awaited.
  expect(chunks).toMatchObject({ unknown: 0 });
  expect(chunks.uploaded).toBeGreaterThanOrEqual(4);
  expect(await runProgram(['run', scene.job.file], scene.job.env)).toMatchObject({ exitCode: 0 });
  await expectExactlyOnce(scene.job, rows, scene.sandbox, scene.keep);
});

it('refuses a second process on the same work folder', async (context) => {
  const { job, onUpload } = await openScene(context);
  const first = startProgram(['run', job.file], job.env);
  const second = await new Promise<Program>((resolve) => {
    onUpload((count) => {
      if (count === 1) {
        // Stopped where it stands, so that it is at work for as long as the second looks.
        first.kill('SIGSTOP');
        resolve(startProgram(['run', job.file, '--json'], job.env));
      }
    });
  });
  const refused = await second.ended;
  first.kill('SIGCONT');
  expect(refused.exitCode).toBe(3);
  expect(JSON.parse(refused.stdout).stopped).toMatchObject({ code: 'ledger.locked' });
  expect((await first.ended).exitCode).toBe(0);
});

it('says that a finished migration is finished, and asks nobody anything', async (context) => {
  const { job, sandbox, requests } = await openScene(context);
  expect(await runProgram(['run', job.file], job.env)).toMatchObject({ exitCode: 0 });
  const before = requests();
  const again = await runProgram(['run', job.file], job.env);
  expect(again.exitCode).toBe(0);
  expect(again.stdout).toContain('finished');
  expect(again.stderr).toContain('nothing to do');
  expect(requests()).toBe(before);
  await sandbox.close();
  expect(await runProgram(['run', job.file], job.env)).toMatchObject({ exitCode: 0 });
});

it('refuses another range for a work folder that was begun', async (context) => {
  const scene = await openScene(context);
  const { job } = scene;
  expect((await stopAtUpload(scene, 5, 'SIGINT')).exitCode).toBe(130);
  const before = scene.requests();
  const original = await replaceIn(job.file, 'to: 2023-04-01', 'to: 2023-03-20');
  for (const words of [[], ['--accept-change']]) {
    const refused = await runProgram(['run', job.file, '--json', ...words], job.env);
    expect(refused.exitCode).toBe(3);
    expect(JSON.parse(refused.stdout).stopped).toMatchObject({
      code: 'ledger.changed-job',
      message: expect.stringContaining('range'),
    });
  }
  expect(scene.requests()).toBe(before);
  await writeFile(job.file, original);
  expect(await runProgram(['run', job.file], job.env)).toMatchObject({ exitCode: 0 });
  await expectExactlyOnce(job, rows, scene.sandbox, scene.keep);
});

it('refuses other columns until the change is accepted, then goes on with them', async (context) => {
  const scene = await openScene(context);
  const { job } = scene;
  expect((await stopAtUpload(scene, 5, 'SIGINT')).exitCode).toBe(130);
  const before = scene.requests();
  await replaceIn(job.mappingFile, 'pageName: title', 'pageName: title, channel: { const: Shop }');
  const refused = await runProgram(['run', job.file, '--json'], job.env);
  expect(refused.exitCode).toBe(3);
  expect(JSON.parse(refused.stdout).stopped).toMatchObject({
    code: 'ledger.changed-job',
    next: expect.stringContaining('--accept-change'),
  });
  expect(scene.requests()).toBe(before);
  const accepted = await runProgram(['run', job.file, '--accept-change'], job.env);
  expect(accepted).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(recorded) });
  // For as long as there is a ledger, and on the page for others.
  expect((await runProgram(['status', job.file], job.env)).stdout).toMatch(recorded);
  const page = join(job.folder, 'report.html');
  expect(await runProgram(['report', job.file, '--out', page], job.env)).toMatchObject({ exitCode: 0 });
  expect(await readFile(page, 'utf8')).toMatch(recorded);
  await expectExactlyOnce(job, rows, scene.sandbox, scene.keep);
});

interface Scene {
  readonly keep: string;
  readonly job: MigrationJob;
  readonly sandbox: Sandbox;
  /** Requests of any kind until now. */
  requests(): number;
  /** Calls back with the number of uploads asked for until now, at each. */
  onUpload(listen: (count: number) => void): void;
}

async function openScene(
  context: TestContext,
  faults: NonNullable<Parameters<typeof startSandbox>[0]>['faults'] = [],
): Promise<Scene> {
  const home = scratchFolder(context);
  const keep = join(home, 'kept');
  let requests = 0;
  let uploads = 0;
  let listen: (count: number) => void = () => {};
  const sandbox = await startSandbox({
    rate: 0,
    keep,
    faults,
    onRequest: ({ method, path }) => {
      requests += 1;
      if (method === 'POST' && path === '/aa/collect/v1/events') listen(++uploads);
    },
  });
  context.onTestFinished(sandbox.close);
  const job = await writeDatabaseJob(home, rows, sandbox);
  return {
    keep,
    job,
    sandbox,
    requests: () => requests,
    onUpload: (next) => {
      listen = next;
    },
  };
}

function stopAtUpload({ job, onUpload }: Scene, upload: number, signal: NodeJS.Signals): Program['ended'] {
  const program = startProgram(['run', job.file], job.env);
  onUpload((count) => {
    if (count === upload) program.kill(signal);
  });
  return program.ended;
}

/** Replaces a text that must be there; gives the old content. */
async function replaceIn(file: string, old: string, fresh: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  expect(text).toContain(old);
  await writeFile(file, text.replace(old, fresh));
  return text;
}

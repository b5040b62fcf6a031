import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import { Database } from '../../src/domain/sqlite.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { expectExactlyOnce } from '../support/expect-exactly-once.ts';
import { readKeptHits } from '../support/kept-hits.ts';
import { csvMapping, legacyCsv } from '../support/legacy-csv.ts';
import { type LegacyRow, legacyRows } from '../support/legacy-hits.ts';
import { type MigrationJob, writeDatabaseJob, writeJob } from '../support/migration-job.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { runProgram } from '../support/start-program.ts';

const rows = legacyRows(21, 1500);
/** As one export of one stream knows them. */
const exported: LegacyRow[] = rows.map((row) => ({ ...row, stream: 'views' }));

/** A title that grows with the change: chunks that were cut by bytes would end elsewhere. */
const mended = 'pageName: { template: "mended beyond what was there before: {title}" }';

it.for(['a database', 'an export'] as const)(
  'a rejected chunk of %s is built again over its rows, once a changed column is accepted',
  async (kind, context) => {
    const scene = await openScene(context, kind);
    const { job, run, sandbox, keep } = scene;
    const stopped = await run();
    expect(stopped).toMatchObject({ exitCode: 3 });
    expect(stopped.report.stopped).toMatchObject({
      code: 'delivery.lane-stopped',
      message: expect.stringContaining('Adobe rejected it'),
      next: expect.stringContaining('--accept-change'),
    });
    const before = chunksOf(job);
    // The other lanes have gone on: some slices are partly with Adobe, and never cut anew.
    expect(before.filter(({ state }) => state === 'uploaded').length).toBeGreaterThan(5);
    expect(before.filter(({ state }) => state === 'rejected')).toHaveLength(1);

    // Without a change there is nothing to build again, and nothing is sent.
    const uploads = sandbox.report().files;
    expect(await run()).toMatchObject({ exitCode: 3 });
    expect(sandbox.report().files).toBe(uploads);

    await replaceIn(job.mappingFile, 'pageName: title', mended);
    expect(await run()).toMatchObject({ exitCode: 3, report: { stopped: { code: 'ledger.changed-job' } } });
    expect(await run('--accept-change')).toMatchObject({
      exitCode: 2,
      report: { stopped: { code: 'input.invalid', message: expect.stringContaining('it is never cut anew') } },
    });
    expect(sandbox.report().files).toBe(uploads);
    await replaceIn(job.file, 'maxRawBytes: 12KB', 'maxRawBytes: 40KB');
    expect(await run('--accept-change')).toMatchObject({ exitCode: 0 });
    const after = chunksOf(job);
    expect(after.map(({ place, rows: held }) => [place, held])).toEqual(
      before.map(({ place, rows: held }) => [place, held]),
    );
    const lane = before.find(({ state }) => state === 'rejected')!.lane;
    for (const [index, chunk] of before.entries()) {
      const changed = chunk.key !== after[index]!.key;
      expect([chunk.place, changed]).toEqual([chunk.place, chunk.lane === lane && chunk.state !== 'uploaded']);
    }
    expect((await readKeptHits(keep)).length).toBeGreaterThan(0);
    await expectExactlyOnce(job, kind === 'a database' ? rows : exported, sandbox, keep);
  },
);

it('a rejected chunk is sent again as it is, once a person says that the cause lay at Adobe', async (context) => {
  const { job, run, sandbox, keep } = await openScene(context, 'a database');
  const { report } = await run();
  const [, lane, name] = /^lane (\S+) stopped at (\S+): Adobe rejected it/.exec(report.stopped.message) ?? [];
  expect(report.stopped.next).toContain(`--not-uploaded ${lane}/${name}`);
  const before = chunksOf(job);
  // Nothing is to be accepted, so nothing is built again.
  expect(await run('--accept-change')).toMatchObject({ exitCode: 3 });

  const settled = await runProgram(['settle', job.file, '--not-uploaded', `${lane}/${name}`], job.env);
  expect(settled).toMatchObject({ exitCode: 0 });
  expect(await run()).toMatchObject({ exitCode: 0 });
  expect(chunksOf(job).map(({ place, key }) => [place, key])).toEqual(before.map(({ place, key }) => [place, key]));
  await expectExactlyOnce(job, rows, sandbox, keep);
});

it('a rejected chunk is not built again over other rows', async (context) => {
  const { job, run } = await openScene(context, 'a database');
  expect(await run()).toMatchObject({ exitCode: 3 });
  await replaceIn(job.mappingFile, 'pageName: title', mended);
  const legacy = new Database(join(job.folder, '..', 'legacy.sqlite'));
  const { first } = rejectedSpan(job);
  legacy.prepare('UPDATE views SET visitor = ? WHERE viewed_ms >= ?').run('a visitor of one lane', first * 1000);
  legacy.close();
  expect(await run('--accept-change')).toMatchObject({
    exitCode: 3,
    report: { stopped: { code: 'build.not-reproducible', message: expect.stringContaining('cannot be built again') } },
  });
});

async function openScene(context: TestContext, kind: 'a database' | 'an export') {
  const home = scratchFolder(context);
  const keep = join(home, 'kept');
  const sandbox = await startSandbox({ rate: 0, keep, faults: [{ at: 5, fault: 'rejected' }] });
  context.onTestFinished(sandbox.close);
  // One slice, so that nothing is left that could simply be built anew.
  const changes = { chunks: '{ maxRows: 100, maxRawBytes: 12KB }', slices: '{ rows: 5000 }' };
  if (kind === 'an export') await writeFile(join(home, 'log.csv'), legacyCsv(exported));
  const source = '{ engine: files, paths: { log: ["log.csv"] } }';
  const job =
    kind === 'a database'
      ? await writeDatabaseJob(home, rows, sandbox, changes)
      : await writeJob(home, { source, mapping: csvMapping }, sandbox, changes);
  const run = async (...words: string[]) => {
    const { exitCode, stdout, stderr } = await runProgram(['run', job.file, '--json', ...words], job.env);
    return { exitCode, stderr, report: JSON.parse(stdout) };
  };
  return { job, run, sandbox, keep };
}

function chunksOf({ folder }: MigrationJob) {
  const db = new Database(join(folder, 'ledger.sqlite'), { readonly: true });
  const found = db
    .prepare(
      "SELECT lane || ' ' || slice || '-' || part AS place, lane, row_count AS rows, idempotency_key AS key, state FROM chunks ORDER BY lane, slice, part",
    )
    .all() as { place: string; lane: string; rows: number; key: string; state: string }[];
  db.close();
  return found;
}

function rejectedSpan({ folder }: MigrationJob): { first: number } {
  const db = new Database(join(folder, 'ledger.sqlite'), { readonly: true });
  const found = db.prepare("SELECT first_time AS first FROM chunks WHERE state = 'rejected'").get() as {
    first: number;
  };
  db.close();
  return found;
}

async function replaceIn(file: string, old: string, fresh: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  expect(text).toContain(old);
  await writeFile(file, text.replace(old, fresh));
}

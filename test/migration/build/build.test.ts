import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { Database } from '../../../src/domain/sqlite.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { buildSlices } from '../../../src/migration/build/build.ts';
import { prepare } from '../../../src/migration/build/prepare.ts';
import { contextOf } from '../../../src/migration/context.ts';
import { plan } from '../../../src/migration/estimate.ts';
import { acceptJob } from '../../../src/migration/job/accept-job.ts';
import type { Job } from '../../../src/migration/job/job.ts';
import { openJob } from '../../../src/migration/job/open-job.ts';
import { build } from '../../../src/migration/run.ts';
import { csvFolder, type FixtureFolder, offline, sqliteFolder } from '../job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const settings = { range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }', slices: 20 };
/** 100 rows, ten minutes apart: ten without a time, ten robots, ten before the range, and one line that is no row. */
const lines = Array.from({ length: 100 }, (_, id) => {
  const hit = id % 10 === 3 ? '' : id % 10 === 4 ? begin - 5 : begin + id * 600;
  return `${id},${hit},${id % 10 === 5 ? 'robot' : 'home'},v${id % 7}`;
});
const csv = `id,hit,page,visitor\n${lines.join('\n')}\nnot,a row\n`;
const counts = { read: 101, hits: 70, rejected: 11, filtered: 20 };

let fixture: FixtureFolder;
afterEach(() => fixture.remove());

/** Builds until `slices` are sealed, as a process would that is killed then. */
async function buildSome(slices: number, change: (job: Job) => Job = (job) => job): Promise<void> {
  const context = contextOf(offline);
  const job = change(await openJob(fixture.file, context));
  const ledger = await openLedger(job.migration.folder);
  let left = slices;
  const admit = async (): Promise<void> => {
    if (left === 0) throw new Error('killed');
    left -= 1;
  };
  try {
    await acceptJob(job, ledger, { acceptChange: false });
    const building = buildSlices(job, ledger, await prepare(job, ledger, context), { ...context, admit });
    await expect(building).rejects.toThrow('killed');
  } finally {
    await ledger.close();
    await job.close();
  }
}

async function hashes(): Promise<string[]> {
  const ledger = await openLedger(join(fixture.folder, 'work'), { readOnly: true });
  const chunks = await ledger.chunks();
  await ledger.close();
  return chunks.map(({ path, key }) => `${path} ${key}`);
}

describe('a job that is read once', () => {
  it('counts every row once, and what became no hit in the first slice', async () => {
    fixture = csvFolder(csv, settings);
    const report = await build(fixture.file, offline);
    expect(report).toMatchObject({ rows: counts, plannedRows: 70, slices: { total: 4, sealed: 4 } });
    const ledger = await openLedger(join(fixture.folder, 'work'), { readOnly: true });
    const perSlice = await ledger.sliceCounts();
    await ledger.close();
    expect(perSlice.map(({ rejected, filtered }) => [rejected, filtered])).toEqual([
      [11, 20],
      ...Array.from({ length: 3 }, () => [0, 0]),
    ]);
  });

  it.each([0, 1, 3])('goes on after %i sealed slices, to the same chunks', async (sealed) => {
    fixture = csvFolder(csv, settings);
    await build(fixture.file, offline);
    const whole = await hashes();
    fixture.remove();
    fixture = csvFolder(csv, settings);
    await buildSome(sealed);
    expect((await build(fixture.file, offline)).rows).toEqual(counts);
    expect(await hashes()).toEqual(whole);
  });

  it('refuses changed and added input files while slices are missing', async () => {
    fixture = csvFolder(csv, settings);
    await buildSome(2);
    writeFileSync(join(fixture.folder, 'rows.csv'), csv.replace('v1', 'v2'));
    expect((await build(fixture.file, offline)).stopped).toMatchObject({
      code: 'source.changed',
      message: 'the input files are not those that this migration began with: rows: rows.csv has other content',
    });
    writeFileSync(join(fixture.folder, 'rows.csv'), csv);
    expect((await build(fixture.file, offline)).rows).toEqual(counts);
  });

  it('refuses to go on where other rows would become hits than the sealed first slice has counted', async () => {
    fixture = csvFolder(csv, settings);
    await buildSome(2);
    // As after an accepted change: the mapper rejects other rows than before.
    const other = (job: Job): Job => ({
      ...job,
      streams: job.streams.map((stream) => ({
        ...stream,
        mapper: { ...stream.mapper, map: (row) => (row[0] === '90' ? 1 : stream.mapper.map(row)) },
      })),
    });
    const context = contextOf(offline);
    const job = other(await openJob(fixture.file, context));
    const ledger = await openLedger(job.migration.folder);
    const known = await ledger.job();
    await ledger.setJob({ ...known!, content: { hash: 'accepted', json: '{}' } });
    try {
      await expect(prepare(job, ledger, context)).rejects.toMatchObject({
        code: 'build.not-reproducible',
        message: expect.stringContaining('stream views has 101 rows, but with slices that are sealed already 100'),
      });
    } finally {
      await ledger.close();
      await job.close();
    }
  });

  it('refuses a table without a window that has got other rows, and says what happened', async () => {
    const rows = Array.from({ length: 100 }, (_, id) => ({ id, at: 0, hit: begin + id * 600 }));
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], settings);
    fixture.edit('mapping.yaml', '    window: { column: at, type: s }\n', '');
    fixture.edit('mapping.yaml', ' WHERE at >= :from AND at < :to OR at IS NULL ORDER BY at', '');
    await buildSome(2);
    const write = (statement: string): void => {
      const database = new Database(join(fixture.folder, 'legacy.sqlite'));
      database.exec(statement);
      database.close();
    };
    write('INSERT INTO views SELECT 100, at, hit, page, visitor FROM views WHERE id = 99');
    expect((await build(fixture.file, offline)).stopped).toMatchObject({
      code: 'source.changed',
      message:
        'the source has changed under the migration: stream views had 100 rows when it was planned, now 101 would be counted with the slices that are sealed already',
      next: expect.stringMatching(
        /^bring the rows back as they were \(.* a database is known by its host name, port and name/,
      ),
    });
    write('DELETE FROM views WHERE id = 100');
    expect((await build(fixture.file, offline)).rows).toEqual({ read: 100, hits: 100, rejected: 0, filtered: 0 });
  });

  it('is planned without storing anything', async () => {
    fixture = csvFolder(csv, settings);
    const { estimate, state } = await plan(fixture.file, offline);
    expect({ state, rows: estimate.rows, inRange: estimate.rowsInRange, slices: estimate.slices.length }).toEqual({
      state: 'new',
      rows: 101,
      inRange: 70,
      slices: 4,
    });
    await expect(openLedger(join(fixture.folder, 'work'), { readOnly: true })).rejects.toMatchObject({
      code: 'input.not-found',
    });
  });
});

describe('rejects', () => {
  const rows = Array.from({ length: 100 }, (_, id) => ({
    id,
    at: begin + id * 600,
    hit: id >= 40 && id < 60 ? null : begin + id * 600,
  }));

  it('stop the build over their budget, on this run and the next', async () => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], settings);
    const strict = (job: Job): Job => ({ ...job, migration: { ...job.migration, rejects: { budget: 0.1 } } });
    const context = contextOf(offline);
    for (let runs = 0; runs < 2; runs += 1) {
      const job = strict(await openJob(fixture.file, context));
      const ledger = await openLedger(job.migration.folder);
      await acceptJob(job, ledger, { acceptChange: false });
      const admit = (): Promise<void> => Promise.resolve();
      const building = prepare(job, ledger, context).then((prepared) =>
        buildSlices(job, ledger, prepared, { ...context, admit }),
      );
      await expect(building).rejects.toMatchObject({
        code: 'build.rejects',
        message: `14 of 100 planned rows (14 %) were rejected; rejects.budget allows 10 %. They stand in ${job.migration.folder}/rejects, with their reasons.`,
      });
      expect((await ledger.summary()).slices.sealed).toBe(3);
      await ledger.close();
      await job.close();
    }
  });
});

describe('rows that are more than memory', () => {
  /** 3,000 rows in no order, minutes of one hour crowded, and every 50th without a time. */
  const many = Array.from({ length: 3000 }, (_, at) => {
    const id = (at * 1117) % 3000;
    const hit = id % 50 === 7 ? '' : begin + (id < 1500 ? Math.floor(id / 40) : id * 600);
    return `${id},${hit},home of ${'x'.repeat(id % 90)},v${id % 70}`;
  });
  const unordered = `id,hit,page,visitor\n${many.join('\n')}\n`;
  const fine = { ...settings, slices: 300, groups: 3 };
  const memories: number[] = [];

  /** The job's settings as they could not be written: files allow no less than 16 MB. */
  async function buildIn(memory: number, spool = 10_000_000, sealed = Number.POSITIVE_INFINITY): Promise<void> {
    const context = contextOf(offline);
    const opened = await openJob(fixture.file, context);
    const { migration } = opened;
    const job = {
      ...opened,
      migration: { ...migration, build: { ...migration.build, memory }, disk: { ...migration.disk, spool } },
    };
    const ledger = await openLedger(migration.folder);
    let left = sealed;
    const admit = async (): Promise<void> => {
      if (left-- === 0) throw new Error('killed');
    };
    try {
      await acceptJob(job, ledger, { acceptChange: false });
      const prepared = await prepare(job, ledger, context);
      const spilled = existsSync(join(migration.folder, 'spool'));
      await buildSlices(job, ledger, prepared, { ...context, admit });
      if (prepared.whole !== null) memories.push(spilled ? prepared.whole.hits.peakBytes : 0);
    } finally {
      await ledger.close();
      await job.close();
    }
  }

  async function outcome(): Promise<unknown> {
    const ledger = await openLedger(join(fixture.folder, 'work'), { readOnly: true });
    const counts = await ledger.sliceCounts();
    const summary = await ledger.summary();
    await ledger.close();
    const rejects = gunzipSync(readFileSync(join(fixture.folder, 'work/rejects/000000.jsonl.gz'))).toString();
    return { chunks: await hashes(), counts, rows: summary.rows, rejects };
  }

  it('become the same chunks, counts and rejects as in memory, from files and from a database', async () => {
    const rows = many.map((line) => {
      const [id, hit, page, visitor] = line.split(',') as [string, string, string, string];
      return { id: Number(id), at: begin, hit: hit === '' ? null : Number(hit), page, visitor };
    });
    const make = [
      () => csvFolder(unordered, fine),
      // All of them are in one window, so that one slice has most of the rows.
      () => sqliteFolder([{ name: 'views', window: 'type: s, lateness: 40d', rows }], fine),
    ];
    for (const folder of make) {
      fixture = folder();
      await buildIn(64_000_000);
      const whole = await outcome();
      expect((whole as { rows: unknown }).rows).toEqual({ read: 3000, hits: 2940, rejected: 60, filtered: 0 });
      fixture.remove();
      fixture = folder();
      memories.length = 0;
      await buildIn(20_000);
      expect(await outcome()).toEqual(whole);
      expect(existsSync(join(fixture.folder, 'work/spool'))).toBe(false);
      fixture.remove();
    }
    fixture = csvFolder(unordered, fine);
    await buildIn(20_000);
    expect(memories.at(-1)).toBeGreaterThan(10_000);
    expect(memories.at(-1)).toBeLessThanOrEqual(20_000);
  });

  it.each([0, 1, 4])('go on after %i sealed slices, whatever a killed process left in the spool', async (sealed) => {
    fixture = csvFolder(unordered, fine);
    await buildIn(64_000_000);
    const whole = await outcome();
    fixture.remove();
    fixture = csvFolder(unordered, fine);
    await expect(buildIn(20_000, 10_000_000, sealed)).rejects.toThrow('killed');
    const spool = join(fixture.folder, 'work/spool');
    // Where a run was damaged all files are read again; what is not in the ledger does not matter.
    if (sealed === 1) writeFileSync(join(spool, readdirSync(spool)[0]!), 'torn');
    mkdirSync(join(spool, 'deeper'), { recursive: true });
    writeFileSync(join(spool, '999999.spool'), 'torn');
    await buildIn(20_000);
    expect(await outcome()).toEqual(whole);
    expect(existsSync(spool)).toBe(false);
  });

  it('stop where disk.spool is too small too, and go on where it was raised', async () => {
    fixture = csvFolder(unordered, fine);
    await expect(buildIn(20_000, 100_000)).rejects.toMatchObject({
      code: 'disk.failed',
      message: expect.stringContaining('disk.spool allows 100000'),
      next: expect.stringContaining('Raise disk.spool'),
    });
    expect(existsSync(join(fixture.folder, 'work/spool'))).toBe(false);
    await buildIn(20_000, 1_000_000);
    expect(((await outcome()) as { rows: unknown }).rows).toMatchObject({ hits: 2940 });
  });

  it('are planned as they are built, by counting alone', async () => {
    fixture = csvFolder(unordered, fine);
    const { estimate } = await plan(fixture.file, offline);
    expect(existsSync(join(fixture.folder, 'work'))).toBe(false);
    await buildIn(20_000);
    const ledger = await openLedger(join(fixture.folder, 'work'), { readOnly: true });
    const slices = await ledger.slices();
    const rows = await ledger.sourceRows();
    await ledger.close();
    expect(estimate.slices.length).toBeGreaterThan(8);
    expect(slices.map(({ index, from, to, plannedRows }) => [index, from, to, plannedRows])).toEqual(
      estimate.slices.map(({ index, from, to, plannedRows }) => [index, from, to, plannedRows]),
    );
    expect(rows).toEqual({ views: 3000 });
    expect(estimate.streams).toEqual(rows);
  });
});

import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { MigrationError } from '../../src/domain/error.ts';
import { Database } from '../../src/domain/sqlite.ts';
import { verify } from '../../src/inspection/verify.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { buildSlices } from '../../src/migration/build/build.ts';
import { prepare } from '../../src/migration/build/prepare.ts';
import { contextOf } from '../../src/migration/context.ts';
import { acceptJob } from '../../src/migration/job/accept-job.ts';
import type { Job } from '../../src/migration/job/job.ts';
import { openJob } from '../../src/migration/job/open-job.ts';
import { build } from '../../src/migration/run.ts';
import type { SourceReader } from '../../src/source/source.ts';
import { type FixtureFolder, offline, sqliteFolder } from './job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
/** 5,000 rows, a minute apart: a slice of 1,500 rows or less has 25 hours. */
const rows = Array.from({ length: 5000 }, (_, id) => ({ id, at: begin + id * 60, hit: begin + id * 60 }));
const settings = {
  range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }',
  slices: 1500,
  // Cut in every hit.
  hit: [`channel: { template: "{page} ${'x'.repeat(120)}" }`],
};

let fixture: FixtureFolder;
afterEach(() => fixture.remove());

const makeFolder = (): FixtureFolder => sqliteFolder([{ name: 'views', window: 'type: s', rows }], settings);

/** Builds until `slices` are sealed, or to the end. */
async function buildWith(slices: number, change: (job: Job) => Job, options = contextOf(offline)): Promise<void> {
  const job = change(await openJob(fixture.file, options));
  const ledger = await openLedger(job.migration.folder);
  let left = slices;
  const admit = async (): Promise<void> => {
    if (left-- === 0) throw new Error('killed');
  };
  try {
    await acceptJob(job, ledger, { acceptChange: false });
    await buildSlices(job, ledger, await prepare(job, ledger, options), { ...options, admit });
  } finally {
    await ledger.close();
    await job.close();
  }
}

async function hashes(): Promise<string[]> {
  const ledger = await openLedger(join(fixture.folder, 'work'), { readOnly: true });
  const chunks = await ledger.chunks();
  await ledger.close();
  return chunks.map(({ path, rawSha256 }) => `${path} ${rawSha256}`);
}

async function tallies(): Promise<unknown> {
  const ledger = await openLedger(join(fixture.folder, 'work'), { readOnly: true });
  const found = await ledger.tallies();
  await ledger.close();
  return found;
}

describe('a source that changes under a migration', () => {
  it.each([
    [
      'a row that is gone',
      'DELETE FROM views WHERE id = 4800',
      'had 500 rows from 2021-01-04 03:00:00 to the end of the range when it was planned, now it has 499',
    ],
    [
      'a row that is new',
      `INSERT INTO views SELECT 9000, at, hit, page, visitor FROM views WHERE id = 4800`,
      'now it has 501',
    ],
    [
      'a row that lies elsewhere now',
      'UPDATE views SET at = at - 86400 WHERE id = 4800',
      'had 1500 rows from 2021-01-03 02:00:00 to 2021-01-04 03:00:00 when it was planned, now it has 1501',
    ],
  ])('is refused for %s, before the slice is sealed', async (_, statement, found) => {
    fixture = makeFolder();
    await expect(buildWith(2, (job) => job)).rejects.toThrow('killed');
    const database = new Database(join(fixture.folder, 'legacy.sqlite'));
    database.exec(statement);
    database.close();
    const { stopped, slices } = await build(fixture.file, offline);
    expect(stopped).toMatchObject({
      code: 'source.changed',
      message: expect.stringContaining('the source has changed under the migration: stream views had '),
      next: expect.stringMatching(
        /^bring the rows back as they were \(.* a database is known by its host name, port and name/,
      ),
    });
    expect(stopped?.message).toContain(found);
    expect(slices.sealed).toBeLessThan(slices.total);
  });
});

it('takes no text without seconds for a change, wherever it sorts', async () => {
  const text = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const whole = rows.map((row) => ({ ...row, at: text(row.at) }));
  // The first slice ends at this hour: in it by its bytes, in the next one by its meaning.
  const short = ['2021-01-02 01:00', '2021-01-02'].map((at, n) => ({ id: 6000 + n, at, hit: begin }));
  fixture = sqliteFolder(
    [{ name: 'views', window: 'type: datetime, zone: UTC', rows: [...whole, ...short] }],
    settings,
  );
  const report = await build(fixture.file, offline);
  expect(report.stopped).toBeUndefined();
  expect(report.rows).toEqual({ read: 5002, hits: 5000, rejected: 2, filtered: 0 });
});

describe('a table that is written on', () => {
  const february = Date.UTC(2021, 1, 1) / 1000;
  const insert = (id: number, at: number): void => {
    const database = new Database(join(fixture.folder, 'legacy.sqlite'));
    database.prepare('INSERT INTO views VALUES (?, ?, ?, ?, ?)').run(id, BigInt(at), at, 'home', 'v1');
    database.close();
  };
  const broken = async (): Promise<string[]> => {
    const { promises } = await verify(fixture.file, { ...offline, source: true });
    return promises.filter(({ holds }) => !holds).map(({ detail }) => detail);
  };

  it('is built to its end and proved, whatever comes behind the range', async () => {
    fixture = makeFolder();
    insert(8000, february);
    await expect(buildWith(1, (job) => job)).rejects.toThrow('killed');
    insert(8001, february + 7);
    insert(8002, Date.UTC(2026, 0, 1) / 1000);
    const { stopped, rows: counts, plannedRows } = await build(fixture.file, offline);
    expect(stopped).toBeUndefined();
    expect(plannedRows).toBe(5000);
    expect(counts).toEqual({ read: 5003, hits: 5000, rejected: 0, filtered: 3 });
    expect(await broken()).toEqual([]);
    insert(8003, Date.UTC(2026, 0, 2) / 1000);
    expect(await broken()).toEqual([]);
    insert(8004, february - 1);
    expect(await broken()).toEqual([
      'the source has 5,001 rows of views up to the end of the range, 5,000 when it was planned; 5,000 rows of views up to the end of the range read, the source has 5,001',
    ]);
  });

  it('is refused for a row inside the range, beside those behind it', async () => {
    fixture = makeFolder();
    insert(8000, february + 7);
    await expect(buildWith(1, (job) => job)).rejects.toThrow('killed');
    insert(8001, february + 8);
    insert(8002, february - 1);
    const { stopped } = await build(fixture.file, offline);
    expect(stopped).toMatchObject({
      code: 'source.changed',
      message: expect.stringMatching(/had 500 rows .* to the end of the range when it was planned, now it has 501$/),
    });
  });

  it('is compared whole with a plan that an older release has made', async () => {
    fixture = makeFolder();
    insert(8000, february + 7);
    await expect(buildWith(1, (job) => job)).rejects.toThrow('killed');
    const ledger = new Database(join(fixture.folder, 'work', 'ledger.sqlite'));
    ledger.exec('UPDATE home_rows SET beyond_count = NULL');
    ledger.close();
    insert(8001, february + 8);
    expect((await build(fixture.file, offline)).stopped).toMatchObject({
      code: 'source.changed',
      message: expect.stringMatching(/had 501 rows from 2021-01-04 03:00:00 on when .* now it has 502$/),
    });
    const database = new Database(join(fixture.folder, 'legacy.sqlite'));
    database.exec('DELETE FROM views WHERE id = 8001');
    database.close();
    expect((await build(fixture.file, offline)).stopped).toBeUndefined();
    expect(await broken()).toEqual([]);
  });
});

describe('a source that is lost while it is read', () => {
  /** Fails at the second batch of the n-th snapshots that are named, as often as they are named. */
  const losing = (when: readonly number[]): ((job: Job) => Job) => {
    let snapshots = 0;
    const failing = (reader: SourceReader): SourceReader => ({
      async *read(stream, range, signal) {
        let batches = 0;
        for await (const batch of reader.read(stream, range, signal)) {
          if (batches++ === 1) throw new MigrationError('source.unreachable', 'The connection was lost.');
          yield batch;
        }
      },
    });
    return (job) => ({
      ...job,
      source: {
        ...job.source,
        snapshot: (use) => job.source.snapshot((reader) => use(when.includes(++snapshots) ? failing(reader) : reader)),
      },
    });
  };

  it('is read again, slice by slice, to the same chunks', async () => {
    fixture = makeFolder();
    await build(fixture.file, offline);
    const undisturbed = await hashes();
    const counted = await tallies();
    expect(counted).toContainEqual(expect.objectContaining({ outcome: 'cut', column: 'channel', count: 5000 }));
    fixture.remove();
    fixture = makeFolder();
    const told: string[] = [];
    const context = contextOf({
      ...offline,
      clock: { ...systemClock, sleep: async () => undefined },
      onEvent: (event) => void (event.type === 'message' && told.push(event.text)),
    });
    await buildWith(Number.POSITIVE_INFINITY, losing([1, 3, 4, 5, 7]), context);
    expect(told).toEqual([
      'The source was lost: The connection was lost. Reading slice 0 again in 1 s.',
      'The source was lost: The connection was lost. Reading slice 1 again in 1 s.',
      'The source was lost: The connection was lost. Reading slice 1 again in 2 s.',
      'The source was lost: The connection was lost. Reading slice 1 again in 5 s.',
      'The source was lost: The connection was lost. Reading slice 2 again in 1 s.',
    ]);
    expect(await hashes()).toEqual(undisturbed);
    expect(await tallies()).toEqual(counted);
  });
});

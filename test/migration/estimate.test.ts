import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Migration } from '../../src/config/migration.ts';
import type { JobEvent } from '../../src/domain/event.ts';
import { Database } from '../../src/domain/sqlite.ts';
import { status } from '../../src/inspection/status.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { estimateOf, plan } from '../../src/migration/estimate.ts';
import { build } from '../../src/migration/run.ts';
import { csvFolder, type FixtureFolder, offline, sqliteFolder } from './job-fixture.ts';

const slices = [
  { index: 0, from: 0, to: 10, homeFrom: null, homeTo: 10, plannedRows: 1000 },
  { index: 1, from: 10, to: 20, homeFrom: 10, homeTo: null, plannedRows: 150 },
];
const chunks = { maxRows: 100, maxRawBytes: 95_000_000 };
const visitorGroups = { count: 2, prefix: 'acme' };
const target = { reportSuiteID: { const: 'acmeprod,acmeglobal' } } as unknown as Migration['target'];

/** The lines of all chunks but their headers; no cell holds a line break. */
function linesIn(chunks: string): string[] {
  return readdirSync(chunks, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.csv.gz'))
    .flatMap((name) =>
      gunzipSync(readFileSync(join(chunks, name)))
        .toString()
        .trimEnd()
        .split('\n')
        .slice(1),
    );
}

describe('the estimate', () => {
  // 5 chunks of the first slice and 1 of the second, in each of 2 lanes.
  it.each([
    ['requests', { requestsPerSecond: 1, secondsPerLane: 0, rowsPerSecondPerLane: 0 }, 12, /pace of 1 a second/],
    ['the lane', { requestsPerSecond: 1, secondsPerLane: 20, rowsPerSecondPerLane: 0 }, 120, /20 s between/],
    ['rows', { requestsPerSecond: 1, secondsPerLane: 0, rowsPerSecondPerLane: 10 }, 58, /10 rows a second/],
  ] as const)('names the limit that binds: %s', (_, pace, seconds, bound) => {
    const estimate = estimateOf({ target, visitorGroups, chunks, pace: { ...pace, lookUps: true } }, slices, {
      views: 1100,
      orders: 70,
    });
    expect(estimate).toMatchObject({
      rows: 1170,
      rowsInRange: 1150,
      serverCalls: 2300,
      groups: 2,
      chunks: 12,
      seconds,
    });
    expect(estimate.bound).toMatch(bound);
  });

  it('is nothing for no rows', () => {
    const pace = { requestsPerSecond: 1, secondsPerLane: 20, rowsPerSecondPerLane: 2000 };
    const empty = [{ ...slices[0]!, plannedRows: 0 }];
    expect(estimateOf({ target, visitorGroups, chunks, pace: { ...pace, lookUps: true } }, empty, {})).toMatchObject({
      rows: 0,
      chunks: 0,
      seconds: 0,
    });
  });
});

describe('plan', () => {
  const begin = Date.UTC(2021, 0, 1) / 1000;
  const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';
  const rows = Array.from({ length: 60 }, (_, id) => ({
    id,
    at: begin + id * 600,
    hit: id === 7 ? null : begin + id * 600,
  }));
  const csv = `id,hit,page,visitor\n${rows.map(({ id, hit }) => `${id},${hit ?? ''},home,v${id}`).join('\n')}\n`;
  const work = (): string => join(fixture.folder, 'work');
  let fixture: FixtureFolder;
  beforeEach(() => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { range, slices: 20 });
  });
  afterEach(() => fixture.remove());

  /** What `plan` says, the estimate apart. */
  const inTwo = async () => {
    const { estimate, visitors: _, rawBytes: __, ...report } = await plan(fixture.file, offline);
    return { estimate, report };
  };

  it('of what has not begun is new, and leaves no trace', async () => {
    const { estimate, report } = await inTwo();
    expect(report).toMatchObject({ state: 'new', slices: { sealed: 0 }, chunks: { built: 0 }, plannedRows: 60 });
    expect(report.slices.total).toBe(estimate.slices.length);
    expect(existsSync(work())).toBe(false);
  });

  it('of a database counts visitors in a sample of its hits', async () => {
    // v7 lives at row 7, 24, 41 and 58, and row 7 has no time; v0 to v8 have four rows of 60, the others three.
    expect((await plan(fixture.file, offline)).visitors).toMatchObject({
      basis: 'sample',
      hits: 59,
      visitors: 17,
      exact: true,
      mostOfVisitor: 4,
    });
  });

  it('samples no more than some rows of a database, of each stream by its part', async () => {
    const many = (count: number, of: (id: number) => string) =>
      Array.from({ length: count }, (_, id) => {
        // All in the first of 31 days, which the sample must not take for a thirtieth of all rows.
        const time = begin + Math.floor((id * 86_400) / count);
        return { id, at: time, hit: time, visitor: of(id) };
      });
    const streams = [
      { name: 'views', window: 'type: s', rows: many(24_000, (id) => `view${id}`) },
      { name: 'orders', window: 'type: s', rows: many(6_000, () => 'shopper') },
    ];
    const large = sqliteFolder(streams, { range, slices: 6_000 });
    onTestFinished(() => large.remove());
    // 4,000 views of as many visitors, and 1,000 orders.
    expect((await plan(large.file, offline)).visitors).toMatchObject({
      basis: 'sample',
      hits: 5_000,
      visitors: 4_001,
      mostOfVisitor: 1_000,
    });
  });

  it.each([
    ['most of the rows', '{ from: 2021-01-01, to: 2021-01-01T04:00:00Z, zone: UTC }', 1],
    ['half of them', '{ from: 2021-01-01, to: 2021-01-01T05:00:00Z, zone: UTC }', 0],
  ])('of a database warns where the range leaves out %s', async (_, range, times) => {
    // Six rows an hour, over ten hours.
    const narrow = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { range, slices: 20 });
    onTestFinished(() => narrow.remove());
    const told: JobEvent[] = [];
    await plan(narrow.file, { ...offline, onEvent: (event) => told.push(event) });
    const texts = told.flatMap((event) => (event.type === 'message' ? [event.text] : []));
    expect(texts.filter((text) => text.startsWith('36 of 60 rows lie outside the range.'))).toHaveLength(times);
  });

  it('of files counts the visitors of all hits in the range', async () => {
    const outside = `61,${begin - 1},home,early\n62,${begin + 5},robot,r\n63,${begin + 9},home,v1\n`;
    const folder = csvFolder(`${csv}${outside}`, { range });
    onTestFinished(() => folder.remove());
    expect((await plan(folder.file, offline)).visitors).toMatchObject({
      basis: 'all',
      hits: 60,
      visitors: 59,
      exact: true,
      mostOfVisitor: 2,
    });
  });

  it('tells bytes as they are built, but for header lines', async () => {
    const folder = csvFolder(csv, { range });
    onTestFinished(() => folder.remove());
    for (const { file } of [fixture, folder]) {
      const { rawBytes, estimate } = await plan(file, offline);
      const built = await build(file, offline);
      const lines = linesIn(join(dirname(file), 'work', 'chunks'));
      expect(lines).toHaveLength(built.rows.hits);
      const each = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0) / lines.length;
      expect(rawBytes).toBe(Math.round(each * estimate.rowsInRange));
      expect(await plan(file, offline)).not.toHaveProperty('rawBytes');
    }
  });

  it('of what is half built says what status says, and estimates by the plan that it has', async () => {
    const before = (await inTwo()).estimate;
    const person = new AbortController();
    const onEvent = ({ type }: JobEvent): void => {
      if (type === 'sealed') person.abort();
    };
    expect((await build(fixture.file, { ...offline, signal: person.signal, onEvent })).state).toBe('stopped');
    const { estimate, report } = await inTwo();
    expect(estimate).toEqual(before);
    expect(report).toEqual(await status(fixture.file, offline));
    expect(report).toMatchObject({ state: 'stopped', stopped: { code: 'interrupted' } });
    expect(report.slices.sealed).toBeGreaterThan(0);
    expect(report.lanes.reduce((sum, lane) => sum + lane.chunks, 0)).toBe(report.chunks.built);
  });

  it('of what is built counts nothing anew, whatever became of the source', async () => {
    const before = (await inTwo()).estimate;
    await build(fixture.file, offline);
    const database = new Database(join(fixture.folder, 'legacy.sqlite'));
    database.exec('DELETE FROM views WHERE id > 30');
    database.close();
    expect((await inTwo()).estimate).toEqual(before);
    rmSync(join(fixture.folder, 'legacy.sqlite'));
    const { estimate, report } = await inTwo();
    expect(estimate).toEqual(before);
    expect(report).toMatchObject({ state: 'building', slices: { total: 4, sealed: 4 }, rows: { read: 60, hits: 59 } });
  });

  it('warns where the files say another job than its plan was made for', async () => {
    await build(fixture.file, offline);
    const before = (await inTwo()).estimate;
    const told: string[] = [];
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'message' && event.level === 'warn') told.push(event.text);
    };
    expect((await plan(fixture.file, { ...offline, onEvent })).estimate).toEqual(before);
    expect(told).toEqual([]);
    fixture.edit('migration.yaml', 'to: 2021-02-01', 'to: 2021-03-01');
    expect((await plan(fixture.file, { ...offline, onEvent })).estimate).toEqual(before);
    expect(told).toEqual([expect.stringMatching(/a run refuses what has changed since: range\.$/)]);
    fixture.edit('migration.yaml', 'migration: fixture', 'migration: other');
    await expect(plan(fixture.file, offline)).rejects.toMatchObject({ code: 'ledger.foreign' });
  });

  it('of files that are still being read says so, and counts them', async () => {
    fixture.remove();
    fixture = csvFolder(csv, { range, slices: 20 });
    const writer = await openLedger(work());
    try {
      await writer.freezeFiles([{ set: 'rows', path: 'rows.csv', size: csv.length, modified: '2021-01-01T00:00:00Z' }]);
      const { estimate, report } = await inTwo();
      expect(report).toMatchObject({ state: 'building', reading: { files: 1, read: 0 }, slices: { sealed: 0 } });
      expect(estimate).toMatchObject({ rows: 60, rowsInRange: 59 });
    } finally {
      await writer.close();
    }
  });

  it('of files that are built is the plan that was made of their hits', async () => {
    fixture.remove();
    fixture = csvFolder(csv, { range, slices: 20 });
    const before = (await inTwo()).estimate;
    await build(fixture.file, offline);
    writeFileSync(join(fixture.folder, 'rows.csv'), 'gone');
    const { estimate, report } = await inTwo();
    expect(estimate).toEqual(before);
    expect(report).toEqual(await status(fixture.file, offline));
  });
});

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { interruption } from '../../src/domain/error.ts';
import { rejects } from '../../src/inspection/rejects.ts';
import { build } from '../../src/migration/run.ts';
import { csvFolder, type FixtureFolder, offline, sqliteFolder } from '../migration/job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';

let fixture: FixtureFolder;
const views = async (): Promise<void> => {
  const rows = [
    { id: 1, at: begin, hit: begin },
    { id: 2, at: begin + 1, hit: null },
    { id: 3, at: begin + 2, hit: null, page: 'a, "b"' },
    { id: 4, at: begin + 3, hit: begin + 9000 },
  ];
  fixture = sqliteFolder([{ name: 'views', window: 'type: s, lateness: 1000s', rows }], { range });
  await build(fixture.file, offline);
};
afterEach(() => fixture.remove());

describe('rejects', () => {
  it('are counted by reason, with samples', async () => {
    await views();
    const report = await rejects(fixture.file, { ...offline, samples: 1 });
    expect(report).toMatchObject({ rejected: 3, exported: null });
    expect(report.reasons).toMatchObject([
      { stream: 'views', reason: 'time', column: 'timestamp', count: 2, samples: [{ key: ['2'], value: null }] },
      { stream: 'views', reason: 'beyond lateness', count: 1, samples: [{ key: ['4'], row: { id: '4' } }] },
    ]);
    expect(report.reasons[0]?.samples).toHaveLength(1);
    expect((await rejects(fixture.file, { ...offline, samples: 0 })).reasons[0]?.samples).toEqual([]);
  });

  it('can be asked for by reason and stream', async () => {
    await views();
    expect(await rejects(fixture.file, { ...offline, reason: 'time' })).toMatchObject({ rejected: 2 });
    expect(await rejects(fixture.file, { ...offline, stream: 'views' })).toMatchObject({ rejected: 3 });
    await expect(rejects(fixture.file, { ...offline, stream: 'orders' })).rejects.toMatchObject({
      code: 'input.invalid',
      message: 'the mapping has no stream orders',
      next: 'choose one of: views',
    });
    await expect(rejects(fixture.file, { ...offline, reason: 'tiem' })).rejects.toMatchObject({
      code: 'input.invalid',
      message: 'no row was rejected for the reason tiem',
      next: 'choose one of: time, beyond lateness',
    });
  });

  it('can be asked for in the words of reports', async () => {
    const rows = [
      { id: 1, at: begin, hit: begin, page: '' },
      { id: 2, at: begin + 1, hit: null },
    ];
    fixture = sqliteFolder([{ name: 'views', window: 'type: s, lateness: 1000s', rows }], { range });
    const mapping = join(fixture.folder, 'mapping.yaml');
    writeFileSync(
      mapping,
      readFileSync(mapping, 'utf8').replace('{ const: Mozilla/5.0 }', '{ from: page, else: reject }'),
    );
    await build(fixture.file, offline);
    const { reasons } = await rejects(fixture.file, { ...offline, reason: 'missing or unusable' });
    expect(reasons).toMatchObject([{ reason: 'userAgent', column: 'userAgent', count: 1 }]);
  });

  it('are exported as CSV, and as JSON lines', async () => {
    await views();
    const csv = join(fixture.folder, 'out.csv');
    expect(await rejects(fixture.file, { ...offline, exportTo: csv, reason: 'time' })).toMatchObject({ exported: csv });
    expect(readFileSync(csv, 'utf8')).toBe(
      '_stream,_key,_reason,_column,_value,id,at,hit,page,visitor\n' +
        `views,2,time,timestamp,,2,${begin + 1},,home,v2\n` +
        `views,3,time,timestamp,,3,${begin + 2},,"a, ""b""",v3\n`,
    );
    const lines = join(fixture.folder, 'out.jsonl');
    await rejects(fixture.file, { ...offline, exportTo: lines });
    expect(
      readFileSync(lines, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).key),
    ).toEqual([['2'], ['3'], ['4']]);
    await expect(rejects(fixture.file, { ...offline, exportTo: join(csv, 'x.csv') })).rejects.toMatchObject({
      code: 'disk.failed',
      next: expect.stringContaining('folder'),
    });
  });

  it('are all in an export, or the file stays as it was', async () => {
    await views();
    const csv = join(fixture.folder, 'out.csv');
    writeFileSync(csv, 'of last week');
    const { signal } = new AbortController();
    let looks = 0;
    // The second look is that of the export.
    signal.throwIfAborted = () => {
      if (++looks === 2) throw interruption();
    };
    await expect(rejects(fixture.file, { ...offline, signal, exportTo: csv })).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(readFileSync(csv, 'utf8')).toBe('of last week');
    expect(readdirSync(fixture.folder).filter((name) => name.startsWith('out'))).toEqual(['out.csv']);
  });

  it('name lines of files that are no rows', async () => {
    fixture = csvFolder(`id,hit,page,visitor\n1,${begin},home,a\n2,${begin},home\n`, { range });
    await build(fixture.file, offline);
    expect((await rejects(fixture.file, offline)).reasons).toMatchObject([
      { count: 1, column: null, samples: [{ value: `2,${begin},home`, row: {} }] },
    ]);
  });

  it('of what was never built are not there', async () => {
    fixture = csvFolder(`id,hit,page,visitor\n`, { range });
    await expect(rejects(fixture.file, offline)).rejects.toMatchObject({ code: 'input.not-found' });
  });
});

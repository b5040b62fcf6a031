import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { check } from '../../src/inspection/check.ts';
import { preview } from '../../src/inspection/preview.ts';
import { status } from '../../src/inspection/status.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { build } from '../../src/migration/run.ts';
import { csvFolder, type FixtureFolder, type FixtureRow, offline, sqliteFolder } from '../migration/job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';
const rows: FixtureRow[] = [
  { id: 1, at: begin, hit: begin, page: 'x'.repeat(150) },
  { id: 2, at: begin + 60, hit: null },
  { id: 3, at: begin + 120, hit: begin + 7000 },
  { id: 4, at: begin + 180, hit: begin - 10 },
  { id: 5, at: begin + 240, hit: begin + 240, page: 'robot' },
  { id: 6, at: begin + 300, hit: begin + 300 },
];

let fixture: FixtureFolder;
const views = (): void => {
  fixture = sqliteFolder([{ name: 'views', window: 'type: s, lateness: 1000s', rows }], { range });
};
afterEach(() => fixture.remove());

describe('preview', () => {
  it('shows what becomes of each row, as building would decide it', async () => {
    views();
    const found = await preview(fixture.file, offline);
    expect(
      found.map(({ key, outcome, reason, column, value, time }) => [key[0], outcome, reason, column, value, time]),
    ).toEqual([
      ['1', 'hit', null, null, null, begin],
      ['2', 'rejected', 'time', 'timestamp', null, null],
      ['3', 'rejected', 'beyond lateness', 'timestamp', String(begin + 120), begin + 7000],
      ['4', 'filtered', 'out of range', null, null, begin - 10],
      ['5', 'filtered', 'robots', null, null, null],
      ['6', 'hit', null, null, null, begin + 300],
    ]);
    expect(found[0]?.changes).toMatchObject([{ outcome: 'cut', column: 'pageName', count: 1 }]);
    expect(found[5]).toMatchObject({
      stream: 'views',
      row: { id: '6', page: 'home', visitor: 'v6' },
      hit: { visitorID: 'v6', pageName: 'home', reportSuiteID: 'acmedev' },
      changes: [],
    });
    const { rows: counted } = await build(fixture.file, offline);
    expect(counted).toEqual({ read: 6, hits: 2, rejected: 2, filtered: 2 });
  });

  it('shows so many rows of one stream, from a time on', async () => {
    views();
    const found = await preview(fixture.file, { ...offline, rows: 2, stream: 'views', at: begin + 200 });
    expect(found.map(({ key }) => key[0])).toEqual(['5', '6']);
    await expect(preview(fixture.file, { ...offline, stream: 'view' })).rejects.toMatchObject({
      code: 'input.invalid',
      next: 'choose one of: views',
    });
  });

  it('reads files from their beginning, and shows lines that are no rows', async () => {
    const csv = `id,hit,page,visitor\n1,${begin},home,a\n2,${begin},home\n3,${begin + 50},home,b\n`;
    fixture = csvFolder(csv, { range });
    const found = await preview(fixture.file, offline);
    expect(found.map(({ outcome }) => outcome).sort()).toEqual(['hit', 'hit', 'rejected']);
    expect((await preview(fixture.file, { ...offline, at: begin + 1 })).map(({ key }) => key[0])).toEqual(['3']);
  });
});

describe('check', () => {
  it('finds nothing in a good migration and its mapping', async () => {
    views();
    const mapping = join(fixture.folder, 'mapping.yaml');
    expect(await check([fixture.file, mapping], offline)).toEqual([
      { file: fixture.file, kind: 'migration', problems: [] },
      { file: mapping, kind: 'mapping', problems: [] },
    ]);
  });

  it('needs the source for columns only, and does without it offline', async () => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { range, hit: ['eVar1: nowhere'] });
    const [online] = await check([fixture.file], offline);
    expect(online?.problems).toMatchObject([{ severity: 'error', line: expect.any(Number) }]);
    expect(online?.problems[0]?.message).toContain('nowhere');
    rmSync(join(fixture.folder, 'legacy.sqlite'));
    expect((await check([fixture.file], { ...offline, offline: true }))[0]?.problems).toEqual([]);
    await expect(check([fixture.file], offline)).rejects.toMatchObject({ code: 'input.not-found' });
  });

  it('tells all faults of migration, mapping and lookups at once', async () => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], {
      range,
      hit: ['eVar1: page', 'eVarr2: page'],
      more: ['variables: { site: 1 }', 'lookups: { goals: ./goals.csv }'],
    });
    writeFileSync(join(fixture.folder, 'goals.csv'), 'id,event\n');
    const [report] = await check([fixture.file], { ...offline, offline: true });
    const messages = report?.problems.map(({ message }) => message).join('\n');
    expect(messages).toContain('eVarr2');
    expect(messages).toContain('no variable `site`');
    expect(messages).toContain('no lookup `goals`');
  });
});

describe('status', () => {
  it('is new without a ledger, and leaves no trace', async () => {
    views();
    expect(await status(fixture.file, offline)).toMatchObject({
      state: 'new',
      slices: { total: 0, sealed: 0 },
      lanes: [],
    });
    await expect(openLedger(join(fixture.folder, 'work'), { readOnly: true })).rejects.toMatchObject({
      code: 'input.not-found',
    });
  });

  it('reads a ledger that another one is writing', async () => {
    views();
    await build(fixture.file, offline);
    const writer = await openLedger(join(fixture.folder, 'work'));
    try {
      expect(await status(fixture.file, offline)).toMatchObject({
        state: 'building',
        slices: { total: 1, sealed: 1 },
        rows: { read: 6, hits: 2, rejected: 2, filtered: 2 },
      });
    } finally {
      await writer.close();
    }
  });
});

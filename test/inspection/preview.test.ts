import { afterEach, describe, expect, it } from 'vitest';
import { type PreviewFilter, preview } from '../../src/inspection/preview.ts';
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
    expect(found[0]?.changes).toMatchObject([{ outcome: 'cut', column: 'pageName', count: 1, rule: 'byte-limit' }]);
    expect(found.map(({ rule }) => rule)).toEqual([null, 'timestamp', null, null, null, null]);
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

  it.each<[PreviewFilter, string[]]>([
    ['rejected', ['2', '3']],
    ['filtered', ['4', '5']],
    ['cut', ['1']],
    ['mended', []],
  ])('shows only what is %s', async (only, keys) => {
    views();
    expect((await preview(fixture.file, { ...offline, only })).map(({ key }) => key[0])).toEqual(keys);
  });

  it('shows lines that are no rows among the rejected only', async () => {
    fixture = csvFolder(`id,hit,page,visitor\n1,${begin},home,a\n2,${begin},home\n`, { range });
    const outcomes = async (only: PreviewFilter) =>
      (await preview(fixture.file, { ...offline, only })).map(({ outcome }) => outcome);
    expect(await outcomes('rejected')).toEqual(['rejected']);
    expect(await outcomes('cut')).toEqual([]);
  });

  it('reads files from their beginning, and shows lines that are no rows', async () => {
    const csv = `id,hit,page,visitor\n1,${begin},home,a\n2,${begin},home\n3,${begin + 50},home,b\n`;
    fixture = csvFolder(csv, { range });
    const found = await preview(fixture.file, offline);
    expect(found.map(({ outcome }) => outcome).sort()).toEqual(['hit', 'hit', 'rejected']);
    expect((await preview(fixture.file, { ...offline, at: begin + 1 })).map(({ key }) => key[0])).toEqual(['3']);
  });

  it('looks for such rows among the first 200,000 from the time on, not among those that files hold before', async () => {
    const before = Array.from({ length: 210_000 }, (_, id) => `${id},${begin},home,a\n`);
    fixture = csvFolder(`id,hit,page,visitor\n${before.join('')}210000,${begin + 9},${'x'.repeat(150)},a\n`, { range });
    const told: string[] = [];
    const found = await preview(fixture.file, {
      ...offline,
      at: begin + 1,
      only: 'cut',
      onEvent: (event) => {
        if (event.type === 'message') told.push(event.text);
      },
    });
    expect(found.map(({ key }) => key[0])).toEqual(['210000']);
    expect(told).toEqual([]);
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/domain/sqlite.ts';
import { explain } from '../../src/inspection/explain.ts';
import { rejects } from '../../src/inspection/rejects.ts';
import { build } from '../../src/migration/run.ts';
import { csvFolder, type FixtureFolder, offline, sqliteFolder } from '../migration/job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';
const rows = [
  { id: 1, at: begin, hit: begin, page: 'one' },
  { id: 2, at: begin + 1, hit: null },
  { id: 3, at: begin + 2, hit: begin + 600, page: 'x'.repeat(120) },
  { id: 4, at: begin + 3, hit: begin - 5 },
];

let fixture: FixtureFolder;
const views = async (): Promise<void> => {
  fixture = sqliteFolder([{ name: 'views', window: 'type: s, lateness: 1000s', rows }], { range, groups: 1 });
  await build(fixture.file, offline);
};
const change = (sql: string): void => {
  const database = new Database(join(fixture.folder, 'legacy.sqlite'));
  database.exec(sql);
  database.close();
};
afterEach(() => fixture.remove());

describe('explain', () => {
  it("leads from Adobe's row to the source row", async () => {
    await views();
    const found = await explain(fixture.file, { ...offline, chunk: 'acme_0/000000-0000', row: 2 });
    expect(found).toMatchObject([
      {
        stream: 'views',
        key: ['3'],
        chunk: { group: 'acme_0', name: '000000-0000', row: 2, state: 'sealed', lost: null },
        hit: { timestamp: String(begin + 600), visitorID: 'v3', pageName: 'x'.repeat(100) },
        reject: null,
        row: { id: '3', at: String(begin + 2), page: 'x'.repeat(120) },
        changes: [{ outcome: 'cut', column: 'pageName', rule: 'byte-limit' }],
        source: 'same',
        now: null,
        note: null,
      },
    ]);
    const { path = '', idempotencyKey = '' } = found[0]?.chunk ?? {};
    for (const chunk of [path, idempotencyKey, '000000-0000', `${path.split('/').pop()}`])
      expect(await explain(fixture.file, { ...offline, chunk, row: 2 })).toEqual(found);
  });

  it('leads from a key to the hit, or to the reject', async () => {
    await views();
    expect(await explain(fixture.file, { ...offline, key: ['1'] })).toMatchObject([
      { chunk: { row: 1 }, hit: { pageName: 'one' }, source: 'same' },
    ]);
    expect(await explain(fixture.file, { ...offline, key: ['2'], stream: 'views' })).toMatchObject([
      { chunk: null, hit: null, reject: { reason: 'time', column: 'timestamp' }, row: { id: '2' } },
    ]);
    expect(await explain(fixture.file, { ...offline, key: ['4'] })).toEqual([]);
    expect(await explain(fixture.file, { ...offline, key: ['1', '2'] })).toEqual([]);
  });

  it('says what the source says now', async () => {
    await views();
    const ask = async () => (await explain(fixture.file, { ...offline, key: ['1'] }))[0];
    change("UPDATE views SET page = 'other' WHERE id = 1");
    expect(await ask()).toMatchObject({ source: 'other', hit: { pageName: 'one' }, now: { pageName: 'other' } });
    change('UPDATE views SET hit = NULL WHERE id = 1');
    expect(await ask()).toMatchObject({ source: 'other', now: {}, note: 'rejected: time' });
    change('DELETE FROM views WHERE id = 1');
    expect(await ask()).toMatchObject({ source: 'gone', row: null });
    expect((await explain(fixture.file, { ...offline, key: ['1'], source: false }))[0]).toMatchObject({
      source: 'not asked',
      hit: { pageName: 'one' },
      note: null,
    });
    change('DROP TABLE views');
    expect(await ask()).toMatchObject({ source: 'not asked', hit: { pageName: 'one' }, note: expect.any(String) });
  });

  it('reads files from their beginning', async () => {
    fixture = csvFolder(`id,hit,page,visitor\n1,${begin},home,a\n2,${begin + 1},home,b\n`, { range, groups: 1 });
    await build(fixture.file, offline);
    const [found] = await explain(fixture.file, { ...offline, chunk: '000000-0000', row: 2 });
    expect(found).toMatchObject({ row: { id: '2', visitor: 'b' }, source: 'same' });
    expect(await explain(fixture.file, { ...offline, key: found?.key ?? [] })).toEqual([found]);
  });

  it('finds the row of each hit where a key is not unique', async () => {
    fixture = csvFolder(`id,hit,page,visitor\n1,${begin},home,a\n2,${begin},home,a\n1,${begin + 9},cart,b\n`, {
      range,
      groups: 1,
    });
    await build(fixture.file, offline);
    const ask = () => explain(fixture.file, { ...offline, key: ['1'] });
    expect(await ask()).toMatchObject([
      { chunk: { row: 1 }, hit: { pageName: 'home' }, row: { page: 'home' }, source: 'same', now: null },
      { chunk: { row: 3 }, hit: { pageName: 'cart' }, row: { page: 'cart' }, source: 'same', now: null },
    ]);
    fixture.edit('rows.csv', 'cart', 'till');
    expect(await ask()).toMatchObject([
      { chunk: { row: 1 }, source: 'same' },
      { chunk: { row: 3 }, source: 'other', now: { pageName: 'home' } },
    ]);
  });

  it('takes a key of several parts as it is printed', async () => {
    fixture = csvFolder(`id,hit,page,visitor\n1,${begin},home,a\n2,${begin},home\n`, { range });
    await build(fixture.file, offline);
    const [named] = (await rejects(fixture.file, offline)).reasons;
    const key = named?.samples[0]?.key ?? [];
    const found = await explain(fixture.file, { ...offline, key });
    expect(found).toMatchObject([{ reject: { column: null, value: `2,${begin},home` }, row: {} }]);
    expect(await explain(fixture.file, { ...offline, key: [`${key[0]} / ${key[1]}`] })).toEqual(found);
  });

  it('refuses what names no row', async () => {
    await views();
    const refused = (options: Parameters<typeof explain>[1]) =>
      expect(explain(fixture.file, { ...offline, ...options })).rejects;
    await refused({}).toMatchObject({ code: 'input.invalid' });
    await refused({ chunk: 'acme_0/000000-0000' }).toMatchObject({ code: 'input.invalid' });
    await refused({ row: 1, key: ['1'] }).toMatchObject({ code: 'input.invalid' });
    await refused({ key: ['1'], stream: 'orders' }).toMatchObject({
      message: 'the mapping has no stream orders',
      next: 'choose one of: views',
    });
    await refused({ chunk: 'acme_0/000009-0000', row: 1 }).toMatchObject({
      message: 'no chunk acme_0/000009-0000 was built',
    });
    await refused({ chunk: 'acme_0/000000-0000', row: 3 }).toMatchObject({
      message: 'acme_0/000000-0000 has 2 rows, no row 3',
    });
    writeFileSync(join(fixture.folder, 'work', 'chunks', 'acme_0', '000000-0000.csv.gz'), 'damaged');
    await refused({ chunk: 'acme_0/000000-0000', row: 1 }).toMatchObject({ code: 'chunk.damaged' });
  });
});

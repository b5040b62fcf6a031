import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellsOf } from '../../src/cli/cell-width.ts';
import { bdia, emptyFolder } from './command-line-runner.ts';

const place = emptyFolder();
const wide = emptyFolder();
afterAll(place.remove);
afterAll(wide.remove);

const mapping = `mapping: few
engine: files
files: { rows: { format: csv, header: true } }
streams:
  views:
    rows: rows
    key: [id]
    time: { from: ts, unit: s }
    skip: { robots: { ua: bot } }
    hit:
      visitorID: visitor
      userAgent: ua
      pageName: title
      currencyCode: currency
      prop1: note
`;
const migration = `migration: few
mapping: ./mapping.yaml
source: { engine: files, paths: { rows: [rows.csv] } }
target:
  reportSuiteID: acmedev
  baseUrl: "http://127.0.0.1:9"
  auth: { kind: token, clientId: a, token: t }
range: { from: 2023-01-01, to: 2024-01-01, zone: UTC }
visitorGroups: { count: 1, prefix: few }
folder: ./work
`;
const rows = [
  'id,ts,visitor,ua,title,currency,note',
  '1,1680000000,v1,Mozilla,日本語のページ 🎬 映画,EUR,plain',
  `2,1680000001,v1,Mozilla,Home,EUR,${'long '.repeat(30)}`,
  '3,1680000002,v1,Mozilla,Home,EUR,D=v1',
  '4,1680000003,v1,Mozilla,Home,Euro,plain',
  '5,1680000004,unknown,Mozilla,Home,EUR,plain',
  '6,1680000005,v1,bot,Home,EUR,plain',
];

describe('preview', () => {
  beforeAll(() => {
    writeFileSync(join(place.path, 'mapping.yaml'), mapping);
    writeFileSync(join(place.path, 'migration.yaml'), migration);
    writeFileSync(join(place.path, 'rows.csv'), `${rows.join('\n')}\n`);
  });
  const shown = (columns: number, ...words: string[]) =>
    bdia(['preview', 'migration.yaml', ...words], place.path, { COLUMNS: String(columns) });

  it('stands side by side on 200 columns, wide signs counted as they are shown', async () => {
    const { out } = await shown(200);
    const lines = out.split('\n');
    for (const line of lines) expect(cellsOf(line)).toBeLessThanOrEqual(200);
    const places = lines.flatMap((line) => {
      const at = line.search(/(?<= {2})(?:timestamp|reportSuiteID|visitorID|userAgent|pageName) {3,}\S/);
      return at === -1 ? [] : [cellsOf(line.slice(0, at))];
    });
    expect(places.length).toBeGreaterThan(10);
    expect(new Set(places)).toEqual(new Set([101]));
    expect(lines.find((line) => line.includes('title') && line.includes('日本語'))).toContain(
      'pageName           日本語のページ 🎬 映画',
    );
  });

  it('stands one below the other on 80 columns, and says what was done and why', async () => {
    const { out, err } = await shown(80, '--only', 'cut');
    expect(err).toBe('');
    for (const line of out.split('\n')) expect(cellsOf(line)).toBeLessThanOrEqual(80);
    expect(out).toMatchInlineSnapshot(`
      "views 2  2023-03-28 10:40:01 UTC  hit in few_0
        id                 2
        ts                 1680000001
        visitor            v1
        ua                 Mozilla
        title              Home
        currency           EUR
        note               long long long long long long long long long long long l…
        #file              rows.csv
        #line              3
        →
        timestamp          1680000001
        reportSuiteID      acmedev
        visitorID          v1
        userAgent          Mozilla
        pageName           Home
        currencyCode       EUR
        prop1              long long long long long long long long long long long l…
                           ↑ cut: over 100 bytes  rule byte-limit

      Rules are explained in docs/adobe-rules.md.
      "
    `);
  });

  it.each([
    ['rejected', '5', 'rejected: visitor  rule required-value'],
    ['filtered', '6', 'filtered: robots'],
    ['mended', '3', '↑ mended: dynamic variable  rule dynamic-variable'],
    ['emptied', '4', 'currencyCode       emptied: unusable  rule currency'],
  ])('--only %s shows such rows with their rule', async (only, key, words) => {
    const { out } = await shown(80, '--only', only);
    expect(out.match(/^views .*$/gm)?.map((line) => line.split(' ')[1])).toEqual([key]);
    expect(out).toContain(words);
  });

  it('shows a line that is no row as it stands in the file', async () => {
    writeFileSync(join(wide.path, 'mapping.yaml'), mapping);
    writeFileSync(join(wide.path, 'migration.yaml'), migration);
    writeFileSync(join(wide.path, 'rows.csv'), `${rows[0]}\n9,1680000000,v1\n`);
    const { out } = await bdia(['preview', 'migration.yaml'], wide.path, { COLUMNS: '80' });
    expect(out).toBe('views rows.csv / 2  rejected: too few fields\n  9,1680000000,v1\n\n');
  });

  it('says once what a row lacks', async () => {
    writeFileSync(join(wide.path, 'mapping.yaml'), mapping);
    writeFileSync(join(wide.path, 'migration.yaml'), migration);
    writeFileSync(join(wide.path, 'rows.csv'), `${rows[0]}\n9,1680000000,v1,,Home,EUR,note\n`);
    const { out } = await bdia(['preview', 'migration.yaml'], wide.path, { COLUMNS: '200' });
    expect(out.split('\n')[0]).toMatch(/ rejected: userAgent missing or unusable {2}rule required-value$/);
  });

  it('shows columns that the mapping reads, and the names of others once', async () => {
    const long = 'contexts_of_a_vendor_with_a_long_name_page_view_1_0';
    const texts = [
      `id,ts,visitor,ua,title,currency,note,region,${long},${long}_1`,
      `${'7'.repeat(60)},1680000000,v1,Mozilla,Home,EUR,plain,Hesse,one,`,
      '8,1680000001,v1,Mozilla,Home,EUR,plain,Hesse,,two',
    ];
    const reads = mapping.replace('prop1: note', `prop1: ${long}`);
    writeFileSync(join(wide.path, 'mapping.yaml'), reads);
    writeFileSync(join(wide.path, 'migration.yaml'), migration);
    writeFileSync(join(wide.path, 'rows.csv'), `${texts.join('\n')}\n`);
    const told = (...words: string[]) =>
      bdia(['preview', 'migration.yaml', ...words], wide.path, { COLUMNS: '80' }).then(({ out }) => out.split('\n'));
    const lines = await told();
    for (const line of lines) expect(cellsOf(line)).toBeLessThanOrEqual(80);
    expect(lines.slice(0, 2)).toEqual([`views ${'7'.repeat(60)}`, '  2023-03-28 10:40:00 UTC  hit in few_0']);
    expect(lines).toContain('  contexts_of_a_…e_page_view_1_0 one');
    expect(lines.filter((line) => line.includes('does not read'))).toEqual([
      '  2 columns that the mapping does not read (--all shows them): note, region',
      '  3 columns that the mapping does not read (--all shows them):',
    ]);
    const all = await told('--all');
    expect(all.filter((line) => line.startsWith('  region  '))).toHaveLength(2);
    expect(all.join()).not.toContain('does not read');
  });

  it('--json is one document with all of it', async () => {
    const { out, err } = await shown(80, '--json', '--only', 'emptied');
    expect(err).toBe('');
    expect(JSON.parse(out).rows).toMatchObject([
      {
        key: ['4'],
        outcome: 'hit',
        unread: [],
        rule: null,
        changes: [{ outcome: 'emptied', column: 'currencyCode', reason: 'unusable', rule: 'currency' }],
      },
    ]);
  });
});

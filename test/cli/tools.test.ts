import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bdia, copyExample, emptyFolder } from './command-line-runner.ts';

const place = emptyFolder();
afterAll(place.remove);

describe('lint', () => {
  const head = 'timestamp,reportSuiteID,visitorID,userAgent,pageName,eVar1';
  writeFileSync(
    join(place.path, 'acme_0-1.csv'),
    `${head}\n1425204009,rs,v1,Mozilla,Home,\n1425204000,rs,v1,Mozilla,Home,D=12mm\n,rs,v2,Mozilla,Home,\n`,
  );
  writeFileSync(join(place.path, 'good.csv'), `${head}\n1425204009,rs,v1,Mozilla,Home,\n`);

  it('tells rows and consequences, and ends with 2', async () => {
    const { code, out, err } = await bdia(['lint', 'acme_0-1.csv'], place.path);
    expect([code, err]).toEqual([2, '']);
    expect(out).toMatchInlineSnapshot(`
      "acme_0-1.csv  3 rows, 2015-03-01 10:00:00 to 2015-03-01 10:00:09 UTC, not compressed yet
        value misread, 1 ×  dynamic-variable
          row 2 eVar1 "D=12mm": a value that begins with D= is run as code by the collection servers, and replaced by what that gives
        value misread, 1 ×  visitor-order
          row 2 "v1": 9 s before an earlier row of this visitor: visits and attribution go wrong
        row skipped, 1 ×  required-value
          row 3: the row has no timestamp
      1 file, 1 visitor group, 3 rows: faults
      "
    `);
  });

  it('ends with 0 where there are no faults', async () => {
    expect(await bdia(['lint', 'good.csv'], place.path)).toEqual({
      code: 0,
      out:
        'good.csv  1 row, 2015-03-01 10:00:09 to 2015-03-01 10:00:09 UTC, not compressed yet\n' +
        '1 file, 1 visitor group, 1 row: no faults\n',
      err: '',
    });
  });

  it('compares files by group, as one document', async () => {
    const { code, out } = await bdia(['lint', '--json', '--group-by', 'name', 'good.csv', 'acme_0-1.csv'], place.path);
    expect(code).toBe(2);
    const { ok, files, visitors } = JSON.parse(out);
    expect([ok, visitors]).toEqual([false, { followed: 1, share: 1 }]);
    expect(files[1]).toMatchObject({ path: 'acme_0-1.csv', group: 'acme_0', rows: 3 });
    expect(files[1].findings.map(({ rule }: { rule: string }) => rule)).toEqual([
      'visitor-groups',
      'dynamic-variable',
      'required-value',
    ]);
  });

  it('holds files against what a migration says of its report suite', async () => {
    copyExample('csv-export', join(place.path, 'linted'));
    const migration = 'linted/csv-export/migration.yaml';
    writeFileSync(join(place.path, 'lists.csv'), `${head},list1\n1425204009,newspaperdev,v1,Mozilla,Home,,"a, b"\n`);
    expect((await bdia(['lint', 'lists.csv'], place.path)).code).toBe(0);
    const { code, out } = await bdia(['lint', '--migration', migration, 'lists.csv', 'good.csv'], place.path);
    expect(code).toBe(2);
    expect(out).toContain('list-divider\n    row 1 list1 " b": a blank beside the divider ","\n');
    expect(out).toContain(
      'report-suite\n    row 1 reportSuiteID "rs": the report suite "rs" is none of this migration\n',
    );
    const missing = await bdia(['lint', '--migration', 'none.yaml', 'good.csv'], place.path);
    expect([missing.code, missing.out]).toEqual([2, '']);
  });

  it('of several files of which one is not there tells the others all the same', async () => {
    const words = ['lint', 'acme_0-1.csv', 'none.csv', 'good.csv'];
    const { code, out, err } = await bdia(words, place.path);
    expect([code, err]).toEqual([2, '']);
    expect(out).toContain('row 3: the row has no timestamp\n');
    expect(out).toContain('none.csv: there is no such file\n2 files, 1 visitor group, 4 rows: faults\n');
    const only = await bdia(['lint', 'none.csv', 'good.csv', '--json'], place.path);
    expect(only.code).toBe(2);
    expect(JSON.parse(only.out)).toMatchObject({
      ok: false,
      unread: [{ path: 'none.csv', code: 'input.not-found', message: 'none.csv: there is no such file' }],
      files: [{ path: 'good.csv', findings: [] }],
    });
  });

  it('of a file that is not there is wrong input', async () => {
    const { code, err } = await bdia(['lint', 'none.csv.gz'], place.path);
    expect([code, err]).toEqual([2, 'none.csv.gz: there is no such file\n']);
  });
});

describe('what was built', () => {
  const csv = 'csv-export/migration.yaml';
  beforeAll(async () => {
    copyExample('csv-export', place.path);
    expect((await bdia(['build', csv], place.path)).code).toBe(0);
  });

  it('rejects tells reasons and writes the rows', async () => {
    const { code, out, err } = await bdia(['rejects', csv, '-n', '1', '--export', 'out.csv'], place.path);
    expect([code, err]).toEqual([0, 'The rows stand in out.csv.\n']);
    expect(out).toMatchInlineSnapshot(`
      "1 × log: no consent
        1007  hit_id=1007  local_time=2023-03-27 08:05:00  kind=page  cookie=c4-c4  ip=203.0.113.80  brow…

      1 × log: time (timestamp)  rule timestamp
        2004  hit_id=2004  kind=page  cookie=c4-c4  ip=203.0.113.80  browser=Mozilla/5.0 (iPhone; CPU iPh…

      1 × log: too few fields
        log-2023-10.csv / 7  "2006;2023-10-30 09:00:00;page;c4-c4"

      3 rows rejected, 3 reasons
      Rules are explained in docs/adobe-rules.md.
      "
    `);
    expect(readFileSync(join(place.path, 'out.csv'), 'utf8')).toMatch(/^_stream,_key,_reason,_column,_value,/);
  });

  it('explain goes from a hit to its row and back', async () => {
    const { code, out } = await bdia(['explain', csv, '--key', '1004', '--json'], place.path);
    expect(code).toBe(0);
    const [found] = JSON.parse(out).rows;
    expect(found).toMatchObject({ stream: 'log', key: ['1004'], source: 'same', chunk: { group: 'newspaper_1' } });
    const { group, name, row } = found.chunk;
    const back = await bdia(['explain', csv, '--chunk', `${group}/${name}`, '--row', String(row)], place.path);
    expect(back.out).toContain('log 1004\n');
    expect(back.out).toContain('The source still gives this hit.\n');
    const none = await bdia(['explain', csv, '--key', 'none'], place.path);
    expect([none.code, none.out]).toEqual([2, '']);
    expect(none.err).toContain('What was built has no row with the key none');
    expect((await bdia(['explain', csv, '--key', 'none', '--quiet'], place.path)).err).toBe(none.err);
    expect(none.err).toContain('stands in a line that was rejected as a whole, whose key is file and line.');
  });

  it('explain shows a line that was no row', async () => {
    const { out } = await bdia(['explain', csv, '--key', 'log-2023-10.csv / 7'], place.path);
    expect(out).toMatchInlineSnapshot(`
      "log log-2023-10.csv / 7
      rejected: too few fields
      line
        2006;2023-10-30 09:00:00;page;c4-c4
      The line is shown as it was when it was rejected.

      "
    `);
  });

  it('rejects and explain do not take a misspelt name for one without rows', async () => {
    for (const words of [
      ['rejects', csv, '--stream', 'nope'],
      ['rejects', csv, '--reason', 'nope'],
      ['explain', csv, '--key', '1002', '--stream', 'nope'],
    ]) {
      const { code, out, err } = await bdia(words, place.path);
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(/nope\nNext: choose one of: /);
    }
  });
});

describe('test', () => {
  it('shows what differs, and ends with 2', async () => {
    copyExample('csv-export', join(place.path, 'tested'));
    const mapping = 'tested/csv-export/mapping.yaml';
    expect(await bdia(['test', mapping], place.path)).toEqual({
      code: 0,
      out: `${mapping}: 5 tests, all pass\n`,
      err: '',
    });
    const file = join(place.path, 'tested/csv-export/mapping.test.yaml');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('prop5: müller', 'prop5: müllar').replace('reject: time', 'skip: time'),
    );
    const { code, out } = await bdia(['test', mapping], place.path);
    expect(code).toBe(2);
    expect(out).toMatchInlineSnapshot(`
      "✘ tested/csv-export/mapping.test.yaml:3:3: a page view in winter time
          prop5
            expected  müllar
            found     müller
                          ↑
      ✘ tested/csv-export/mapping.test.yaml:41:3: a row without a time
          expected  skip: time
          found     reject: time (timestamp: absent)
      tested/csv-export/mapping.yaml: 5 tests, 3 pass, 2 fail
      "
    `);
  });
});

it('diff shows what a change does to a sample', async () => {
  copyExample('csv-export', join(place.path, 'changed'));
  const folder = join(place.path, 'changed/csv-export');
  const mapping = readFileSync(join(folder, 'mapping.yaml'), 'utf8');
  writeFileSync(join(folder, 'old.yaml'), mapping.replace('prop5: { from: author, then: [lower] }', 'prop5: author'));
  const { code, out } = await bdia(['diff', 'old.yaml', 'migration.yaml'], folder);
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "log  13 rows of the source: 4 change
      prop5 of 4 hits
        1004
          - Müller
          + müller
        1002
          - Ito
          + ito
        1003
          - Ito
          + ito

    A migration that has begun can go on with this change: run … --accept-change
    "
  `);
  const migration = readFileSync(join(folder, 'migration.yaml'), 'utf8');
  writeFileSync(join(folder, 'other.yaml'), migration.replace('newspaperdev', 'newspaperprod'));
  expect((await bdia(['diff', 'migration.yaml', 'other.yaml'], folder)).out.trimEnd()).toMatch(
    /--accept-change \(but not with another suite for all rows, once anything was sent\)$/,
  );
});

it('report is one page that loads nothing, and takes no text of the source for HTML', async () => {
  copyExample('csv-export', join(place.path, 'reported'));
  const folder = join(place.path, 'reported/csv-export');
  const rows = readFileSync(join(folder, 'export/log-2023-03.csv'), 'utf8');
  writeFileSync(join(folder, 'export/log-2023-03.csv'), rows.replace('Vote &amp; count', '<script>alert(1)</script>'));
  expect((await bdia(['build', 'migration.yaml'], folder)).code).toBe(0);
  const { code, out } = await bdia(['report', 'migration.yaml', '--out', 'deep/page.html'], folder);
  expect(code).toBe(0);
  expect(out).toContain('the whole report: deep/page.html\n');
  const page = readFileSync(join(folder, 'deep/page.html'), 'utf8');
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).not.toMatch(/<script|<link|<img|src=|url\(|@import/i);
  expect(page).toContain('no consent');
  const json = await bdia(['report', 'migration.yaml', '--json'], folder);
  expect(JSON.parse(json.out)).toMatchObject({
    job: { migration: 'csv-export-2023' },
    visits: { visits: expect.any(Number) },
  });
});

it('check lists members of JSON that nobody mapped, and finds no fault in that', async () => {
  copyExample('ga4-export', join(place.path, 'checked'));
  const { code, out } = await bdia(['check', 'checked/ga4-export/migration.yaml'], place.path);
  expect(code).toBe(0);
  expect(out).toContain('events: JSON members that no value reads, and in how many of 15 sampled rows they stand:\n');
  expect(out).toContain('event.device.web_info.hostname');
});

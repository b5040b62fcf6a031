import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { groupOfFile, guessGroupBy, inUploadOrder } from '../../src/lint/group-of-file.ts';
import { type LintFilesOptions, lintFiles } from '../../src/lint/lint-files.ts';
import { createVisitorTable } from '../../src/lint/visitor-table.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

let folder = '';
beforeEach((context) => {
  folder = scratchFolder(context);
});

const t = 1_425_204_000;
const head = 'timestamp,reportSuiteID,visitorID,userAgent,pageName';
/** `time visitor` pairs as a file. */
const rowsOf = (pairs: string): string =>
  `${head}\n${pairs
    .split(',')
    .map((pair) => pair.trim().split(' '))
    .map(([time, visitor]) => `${time},rs,${visitor},Mozilla,Home\n`)
    .join('')}`;

async function lintPairs(files: Record<string, string>, options?: LintFilesOptions) {
  const paths = Object.keys(files).map((name) => join(folder, name));
  for (const [name, pairs] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, name.endsWith('.gz') ? gzipSync(rowsOf(pairs)) : rowsOf(pairs));
  }
  return lintFiles(paths, options);
}

const told = (report: Awaited<ReturnType<typeof lintPairs>>) =>
  report.files.flatMap(({ path, findings }) =>
    findings.flatMap(({ rule, samples }) =>
      samples.map(({ row, value, message }) => `${path.slice(folder.length + 1)} ${row} ${rule} ${value}: ${message}`),
    ),
  );

const early = (seconds: number) =>
  `${seconds} s before an earlier row of this visitor: visits and attribution go wrong`;

it('an order, a serial number and a transaction stand once in all files of all groups', async () => {
  const first = `${head},events,purchaseID,products,transactionID,queryString\n`;
  const texts: Record<string, string> = {
    'a/1.csv': `${first}${t},rs,a,Mozilla,Home,"purchase,event1:S1",12345678901234567890x,;a,,\n${t},rs,b,Mozilla,Home,event2:S1,,,T1,\n`,
    'b/1.csv': `${first}${t},rs,c,Mozilla,Home,purchase=1,12345678901234567890y,;a,,\n${t},rs,d,Mozilla,Home,"event1:S1,event3",A1,,"T2,T1",\n${t},rs,e,Mozilla,Home,purchase,,;a,,pi=A1\n${t},rs,f,Mozilla,Home,purchase,,;a,,pi=A1\n${t},rs,g,Mozilla,Home,,,,,xact=T3%2CT1\n`,
  };
  for (const [name, text] of Object.entries(texts)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const { files, ok } = await lintFiles(Object.keys(texts).map((name) => join(folder, name)));
  const twice = files.map(({ findings }) =>
    findings
      .filter(({ rule }) => rule.endsWith('-twice'))
      .flatMap(({ rule, consequence, samples }) =>
        samples.map(({ row, value }) => `${row} ${rule} ${value}: ${consequence}`),
      ),
  );
  expect(twice).toEqual([
    [],
    [
      '1 order-twice 12345678901234567890y: value lost',
      '4 order-twice A1: value lost',
      '2 serial-twice event1:S1: unsure',
      '2 transaction-twice T1: unsure',
      '5 transaction-twice T1: unsure',
    ],
  ]);
  expect(ok).toBe(false);
});

it('one visitor is told of a file of 1,000 rows', async () => {
  const rules = async (pairs: string) => {
    const { files } = await lintPairs({ 'g/1.csv': pairs });
    return files.flatMap(({ findings }) => findings.map(({ rule, consequence }) => `${rule}: ${consequence}`));
  };
  const one = (rows: number): string => `${t} a, `.repeat(rows - 1);
  expect(await rules(`${one(999)}${t} a`)).toEqual([]);
  expect(await rules(`${one(1_000)}${t} a`)).toEqual(['visitor-constant: unsure']);
  expect(await rules(`${one(1_000)}${t} b`)).toEqual([]);
});

it('a time is held to the time of today', async () => {
  const rules = async (now: number) => {
    const { files } = await lintPairs({ 'g/1.csv': `${t} a` }, { now });
    return files.flatMap(({ findings }) => findings.map(({ rule, consequence }) => `${rule}: ${consequence}`));
  };
  expect(await rules(t * 1_000)).toEqual([]);
  expect(await rules(t * 1_000 - 1)).toEqual(['timestamp-future: value misread']);
});

describe('the order of a visitor', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['one second twice is fine', { 'g/1.csv': `${t} a, ${t} a` }, []],
    ['visitors may overlap', { 'g/1.csv': `${t + 9} a, ${t} b`, 'g/2.csv': `${t + 5} b, ${t + 9} a` }, []],
    ['inside a file', { 'g/1.csv': `${t} a, ${t + 9} b, ${t - 7} a` }, [`g/1.csv 3 visitor-order a: ${early(7)}`]],
    [
      'the latest counts, not the last',
      { 'g/1.csv': `${t + 9} a, ${t} a, ${t + 5} a` },
      [`g/1.csv 2 visitor-order a: ${early(9)}`, `g/1.csv 3 visitor-order a: ${early(4)}`],
    ],
    [
      'across files, in the order of their numbers',
      { 'g/10.csv.gz': `${t} a`, 'g/9.csv.gz': `${t + 1} a` },
      [`g/10.csv.gz 1 visitor-order a: ${early(1)}`],
    ],
    [
      'case and blanks make no other visitor',
      { 'g/1.csv': `${t} AB, ${t - 1} ab` },
      [`g/1.csv 2 visitor-order ab: ${early(1)}`],
    ],
  ])('%s', async (_name, files, findings) => {
    const report = await lintPairs(files);
    expect(told(report)).toEqual(findings);
    expect(report.ok).toBe(findings.length === 0);
  });
});

describe('visitor groups', () => {
  it('may share no visitor, told by folder', async () => {
    const report = await lintPairs({
      'g0/1.csv': `${t} a, ${t} b`,
      'g1/1.csv': `${t} b, ${t} c`,
      'g0/2.csv': `${t} a`,
    });
    expect(report.files.map(({ path, group }) => [path, group].map((text) => text.slice(folder.length + 1)))).toEqual([
      ['g0/1.csv', 'g0'],
      ['g0/2.csv', 'g0'],
      ['g1/1.csv', 'g1'],
    ]);
    expect(told(report)).toEqual([
      `g1/1.csv 1 visitor-groups b: this visitor has rows in ${join(folder, 'g0')} too: groups are processed side by side, in no order`,
    ]);
    expect(report.visitors).toEqual({ followed: 3, share: 1 });
  });

  it('are one where the caller says so', async () => {
    expect(told(await lintPairs({ 'g0/1.csv': `${t} a`, 'g1/2.csv': `${t} a` }, { groupBy: 'none' }))).toEqual([]);
  });

  it.each([
    [['w/acme_0/000000-0000.csv.gz', 'w/acme_1/000000-0000.csv.gz'], 'folder', ['w/acme_0', 'w/acme_1']],
    [['kept/0001-acme_0.csv.gz', 'kept/0002-acme_1.csv.gz'], 'name', ['acme_0', 'acme_1']],
    [['out/a.csv', 'out/b.csv'], 'folder', ['out', 'out']],
  ] as const)('of %j are guessed from the %s', (paths, by, groups) => {
    expect(guessGroupBy(paths)).toBe(by);
    expect(paths.map((path) => groupOfFile(path, by))).toEqual(groups);
  });

  it.each([
    ['acme_0-000001.csv.gz', 'acme_0'],
    ['7-acme_0-000001.csv', 'acme_0'],
    ['2015-01-acme.csv', 'acme'],
    ['acme.0001.gz', 'acme'],
    ['acme', 'acme'],
    ['000001-0002.csv.gz', '0002'],
  ])('are named by a file name: %s', (name, group) => {
    expect(groupOfFile(join('some', name), 'name')).toBe(group);
  });

  it('read their files in the order of names', () => {
    expect(inUploadOrder(['x/10.csv', 'y/2.csv', 'x/2.csv', 'x/1.csv'])).toEqual([
      'x/1.csv',
      'x/2.csv',
      'y/2.csv',
      'x/10.csv',
    ]);
  });
});

describe('very many visitors', () => {
  it('are followed by halves above the bound, and what is said stays true', () => {
    const table = createVisitorTable(100);
    for (let n = 0; n < 1_000; n++) table.see(`vid:${n}`, 0, n);
    expect(table.size).toBeLessThan(100);
    expect(table.size).toBeGreaterThan(20);
    expect([1 / 8, 1 / 16, 1 / 32]).toContain(table.share);
    const followed: number[] = [];
    for (let n = 0; n < 1_000; n++) {
      if (table.see(`vid:${n}`, 1, 0) !== 'other') continue;
      followed.push(n);
      expect(table.before).toEqual({ group: 0, latest: n });
    }
    expect(followed).toHaveLength(table.size);
  });

  it('are told apart and found again', () => {
    const table = createVisitorTable(50_000);
    for (let n = 0; n < 40_000; n++) expect(table.see(`vid:${n.toString(36)}`, n % 7, n)).toBe('new');
    for (let n = 0; n < 40_000; n++) expect(table.see(`vid:${n.toString(36)}`, n % 7, n)).toBe('same');
    expect([table.size, table.share]).toEqual([40_000, 1]);
  });

  it('are said to be followed in part', async () => {
    const visitors = Array.from({ length: 50 }, (_, n) => `${t} v${n}`).join(', ');
    const { visitors: found } = await lintPairs({ 'g/1.csv': visitors }, { mostVisitors: 10 });
    expect(found.followed).toBeLessThan(10);
    expect(found.share).toBeLessThan(1);
  });
});

describe('a file before gzip', () => {
  it('is read as it is; gzip is told by the name or the first bytes', async () => {
    await lintPairs({ 'plain.csv': `${t} a` });
    await writeFile(join(folder, 'zipped.csv'), gzipSync(rowsOf(`${t} b`)));
    await writeFile(join(folder, 'no.csv.gz'), rowsOf(`${t} c`));
    const { files } = await lintFiles(['no.csv.gz', 'plain.csv', 'zipped.csv'].map((name) => join(folder, name)));
    expect(files.map(({ gzip, rows, findings }) => [gzip, rows, findings.map(({ rule }) => rule)])).toEqual([
      [true, 0, ['gzip']],
      [false, 1, []],
      [true, 1, []],
    ]);
  });

  it('that is not there is an error, and so is a stop', async () => {
    await expect(lintFiles([join(folder, 'none.csv')])).rejects.toMatchObject({ code: 'input.not-found' });
    const all = lintFiles(['none.csv', 'nowhere.csv'].map((name) => join(folder, name)));
    await expect(all).rejects.toMatchObject({
      code: 'input.not-found',
      message: `${join(folder, 'none.csv')}: there is no such file; ${join(folder, 'nowhere.csv')}: there is no such file`,
    });
    await expect(lintFiles([folder])).rejects.toMatchObject({ code: 'input.invalid' });
    await lintPairs({ 'plain.csv': `${t} a` });
    const stop = AbortSignal.abort(new Error('stopped'));
    await expect(lintFiles([join(folder, 'plain.csv')], { signal: stop })).rejects.toThrow('stopped');
  });
});

it('tells the faults of all files at once, of those too that cannot be read', async () => {
  await mkdir(join(folder, 'b.csv'));
  await writeFile(join(folder, 'a.csv'), rowsOf(`${t} v`));
  await writeFile(join(folder, 'd.csv'), rowsOf(`${t} v, ${t - 5} v`));
  const paths = ['a.csv', 'b.csv', 'c.csv', 'd.csv'].map((name) => join(folder, name));
  const report = await lintFiles(paths);
  expect(report.ok).toBe(false);
  expect(report.unread).toEqual([
    { path: paths[1], code: 'input.invalid', message: `${paths[1]} is a folder` },
    { path: paths[2], code: 'input.not-found', message: `${paths[2]}: there is no such file` },
  ]);
  expect(report.files.map(({ path }) => path)).toEqual([paths[0], paths[3]]);
  expect(told(report)).toEqual([expect.stringMatching(/^d\.csv 2 visitor-order v: /)]);
  expect(await lintFiles([paths[0]!, paths[2]!])).toMatchObject({ ok: false });
});

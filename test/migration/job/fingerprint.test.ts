import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextOf } from '../../../src/migration/context.ts';
import { changedEntries, digest, type Fingerprint } from '../../../src/migration/job/fingerprint.ts';
import { openJob } from '../../../src/migration/job/open-job.ts';
import { type FixtureFolder, offline, sqliteFolder } from '../job-fixture.ts';

describe('digests', () => {
  it.each([
    ['order of keys', { a: 1, b: { c: [1, 2], d: 2n } }, { b: { d: 2n, c: [1, 2] }, a: 1 }, true],
    ['order of a list', [1, 2], [2, 1], false],
    ['a text and a number', { a: '1' }, { a: 1 }, false],
    ['an absent entry', { a: 1, b: undefined }, { a: 1 }, true],
  ])('%s', (_, left, right, equal) => {
    expect(digest(left) === digest(right)).toBe(equal);
  });

  it('name what was changed, added and taken away', () => {
    expect(changedEntries({ a: '1', b: '2', c: '3' }, { a: '1', b: '9', d: '4' })).toEqual(['b', 'c', 'd']);
  });
});

describe('what a change of the files changes', () => {
  let fixture: FixtureFolder;
  beforeEach(() => {
    const settings = {
      range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }',
      slices: 4,
      hit: ['eVar1: page', 'eVar2: page'],
    };
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: [] }], settings);
    writeFileSync(join(fixture.folder, 'pages.csv'), 'code,page,title,section\n7,home,Home,all\n');
    const lookups = [
      'lookups:',
      '  pages: { key: page, values: [title, section] }',
      '  people: { key: visitor, values: [age] }',
    ];
    fixture.edit('mapping.yaml', 'streams:', `${lookups.join('\n')}\nstreams:`);
    fixture.edit('migration.yaml', 'folder:', 'lookups: { pages: ./pages.csv }\nfolder:');
  });
  afterEach(() => fixture.remove());

  const fingerprint = async (runtime = {}): Promise<Fingerprint> => {
    const job = await openJob(fixture.file, contextOf({ ...offline, runtime }));
    await job.close();
    return job.fingerprint;
  };

  it.each([
    ['migration.yaml', 'slices: { rows: 4 }', 'slices: { rows: 5 }', ['slices'], []],
    ['migration.yaml', 'to: 2021-02-01', 'to: 2021-02-02', ['range'], []],
    ['migration.yaml', 'count: 2', 'count: 3', ['visitor groups'], []],
    ['migration.yaml', 'acmedev', 'acmeprod', [], ['report suite']],
    ['migration.yaml', 'folder:', 'chunks: { maxRows: 5 }\nfolder:', [], ['chunk limits']],
    ['migration.yaml', 't0ken-of-the-test', 'another-token', [], []],
    ['migration.yaml', 'folder:', 'build: { gzipLevel: 1 }\nfolder:', [], []],
    ['migration.yaml', '  auth:', '  suite: { counterEVars: [eVar1] }\n  auth:', [], ['settings of the suite']],
    ['migration.yaml', '  auth:', '  suite: { counterEVars: [], multiByte: true, retention: 25 }\n  auth:', [], []],
    ['migration.yaml', '  auth:', '  suite: { multiByte: false, retention: 121 }\n  auth:', [], []],
    ['mapping.yaml', 'key: [id]', 'key: [hit]', ['rows of views'], []],
    ['mapping.yaml', 'page: robot', 'page: bot', ['rows of views'], []],
    ['mapping.yaml', 'unit: s', 'unit: ms', ['time of views'], []],
    ['mapping.yaml', 'visitorID: visitor', 'visitorID: page', ['visitors of views'], []],
    ['mapping.yaml', 'pageName: page', 'pageName: visitor', [], ['columns of views']],
    ['mapping.yaml', '      eVar1: page\n      eVar2: page', '      eVar2: page\n      eVar1: page', [], []],
    ['mapping.yaml', 'key: page, values', 'key: code, values', [], ['lookup files']],
    ['mapping.yaml', 'values: [title, section]', 'values: [title]', [], ['lookup files']],
    ['mapping.yaml', 'values: [title, section]', 'values: [section, title]', [], []],
    ['mapping.yaml', 'key: visitor', 'key: name', [], []],
    ['pages.csv', '7,home', '7,house', [], ['lookup files']],
  ] as const)('%s: %s', async (file, from, to, identity, content) => {
    const before = await fingerprint();
    const path = join(fixture.folder, file);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
    const after = await fingerprint();
    expect(changedEntries(before.identity, after.identity)).toEqual(identity);
    expect(changedEntries(before.content, after.content)).toEqual(content);
    expect(JSON.stringify(after)).not.toContain('t0ken-of-the-test');
  });

  it('knows the versions that content depends on', async () => {
    const [before, after] = [await fingerprint({ ICU: '75' }), await fingerprint({ ICU: '76' })];
    expect(changedEntries(before.content, after.content)).toEqual(['version of ICU']);
    expect(after.identity).toEqual(before.identity);
  });
});

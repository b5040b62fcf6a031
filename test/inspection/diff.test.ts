import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diff } from '../../src/inspection/diff.ts';
import { build } from '../../src/migration/run.ts';
import { csvFolder, type FixtureFolder, offline, sqliteFolder } from '../migration/job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';
const day = 86_400;

let fixture: FixtureFolder;
beforeEach(() => {
  const rows = Array.from({ length: 40 }, (_, id) => ({
    id,
    at: begin + Math.floor((id * 31 * day) / 40),
    hit: id === 7 ? null : begin + Math.floor((id * 31 * day) / 40),
    page: id === 5 ? 'robot' : `Page ${id}`,
  }));
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { range, groups: 8 });
});
afterEach(() => fixture.remove());

/** The fixture's mapping, with something replaced, as a file of its own. */
function changed(from: string | RegExp, to: string): string {
  const text = readFileSync(join(fixture.folder, 'mapping.yaml'), 'utf8');
  expect(text).toMatch(from);
  const path = join(fixture.folder, 'changed.yaml');
  writeFileSync(path, text.replace(from, to));
  return path;
}

describe('diff', () => {
  it('of a mapping with itself is nothing', async () => {
    expect(await diff(join(fixture.folder, 'mapping.yaml'), fixture.file, offline)).toEqual({
      streams: [
        {
          stream: 'views',
          rows: 40,
          same: 40,
          outcomes: [],
          columns: [],
          visitors: 17,
          moved: 0,
          movedSamples: [],
        },
      ],
      gone: [],
      added: [],
      identity: [],
      content: [],
    });
  });

  it('tells the columns that change, in how many hits', async () => {
    const path = changed(
      'pageName: page',
      'pageName: { from: page, then: [lower] }\n      eVar1: { const: x, when: { id: 3 } }',
    );
    const report = await diff(fixture.file, path, offline);
    expect(report.streams).toMatchObject([
      {
        rows: 40,
        same: 2,
        outcomes: [],
        columns: [
          {
            column: 'pageName',
            hits: 38,
            samples: [{ key: ['0'], before: 'Page 0', after: 'page 0' }, { key: ['1'] }, { key: ['2'] }],
          },
          { column: 'eVar1', hits: 1, samples: [{ key: ['3'], before: null, after: 'x' }] },
        ],
        moved: 0,
      },
    ]);
    expect([report.identity, report.content.length]).toEqual([[], 1]);
  });

  it('tells rows that become something else', async () => {
    const path = changed('skip: { robots: { page: robot } }', 'skip: { robots: { page: "Page 1" } }');
    const { streams } = await diff(fixture.file, path, offline);
    expect(streams[0]?.outcomes).toEqual([
      { before: 'hit', after: 'filtered: robots', rows: 1, samples: [['1']] },
      { before: 'filtered: robots', after: 'hit', rows: 1, samples: [['5']] },
    ]);
  });

  it('tells visitors that change lane, and that the identity changed', async () => {
    const { streams, identity } = await diff(
      fixture.file,
      changed('visitorID: visitor', 'visitorID: { template: "w{visitor}" }'),
      offline,
    );
    const [found] = streams;
    expect(found?.visitors).toBe(17);
    expect(found?.moved).toBeGreaterThan(8);
    expect(found?.movedSamples).toHaveLength(3);
    expect(found?.columns.map(({ column }) => column)).toEqual(['visitorID']);
    expect(identity).not.toEqual([]);
  });

  it('finds rows again by their key where the query changed', async () => {
    const path = changed('WHERE at', 'WHERE id <> 3 AND at');
    const { streams } = await diff(fixture.file, path, offline);
    expect(streams[0]).toMatchObject({
      rows: 40,
      same: 39,
      outcomes: [{ before: 'hit', after: 'not read', rows: 1, samples: [['3']] }],
    });
  });

  it('takes each of several rows with one key once where the query changed', async () => {
    fixture.remove();
    const twice = Array.from({ length: 6 }, (_, id) => {
      const at = begin + id;
      return { id, at, hit: at, page: id % 2 === 0 ? `Page ${id}` : 'robot' };
    });
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: twice }], { range });
    const mapping = join(fixture.folder, 'mapping.yaml');
    writeFileSync(mapping, readFileSync(mapping, 'utf8').replace(/key: \[.*\]/, 'key: [visitor]'));
    const { streams } = await diff(fixture.file, changed('WHERE at', 'WHERE id <> 4 AND at'), offline);
    expect(streams[0]).toMatchObject({
      rows: 6,
      same: 5,
      outcomes: [{ before: 'hit', after: 'not read', rows: 1 }],
      columns: [],
    });
  });

  it('takes rows all over the range, and as many as were asked for', async () => {
    const path = changed('pageName: page', 'pageName: { from: page, then: [lower] }');
    const { streams } = await diff(fixture.file, path, { ...offline, rows: 5 });
    expect(streams[0]?.rows).toBe(5);
    // The first of each fifth of the range; 3 samples are shown.
    expect(streams[0]?.columns[0]?.samples.map(({ key }) => key[0])).toEqual(['0', '8', '16']);
  });

  it('tells streams that come and go', async () => {
    const text = readFileSync(join(fixture.folder, 'mapping.yaml'), 'utf8');
    const path = changed('  views:', '  looks:');
    expect(text).toContain('  views:');
    expect(await diff(fixture.file, path, offline)).toMatchObject({ streams: [], gone: ['views'], added: ['looks'] });
  });

  it('needs a migration, and files that are there', async () => {
    const path = changed('pageName: page', 'pageName: page');
    const mapping = join(fixture.folder, 'mapping.yaml');
    await expect(diff(mapping, path, offline)).rejects.toMatchObject({ code: 'input.invalid' });
    expect(await diff(mapping, path, { ...offline, migration: fixture.file })).toMatchObject({ content: [] });
    await expect(diff(mapping, join(fixture.folder, 'none.yaml'), offline)).rejects.toMatchObject({
      code: 'input.not-found',
    });
  });

  it('reads files from their beginning', async () => {
    fixture.remove();
    fixture = csvFolder(`id,hit,page,visitor\n1,${begin},Home,a\n2,${begin + 1},Shop,b\n`, { range });
    const { streams } = await diff(
      fixture.file,
      changed('pageName: page', 'pageName: { from: page, then: [lower] }'),
      offline,
    );
    expect(streams[0]).toMatchObject({ rows: 2, same: 0, columns: [{ column: 'pageName', hits: 2 }] });
  });

  it.each([
    ['of what hits say', 'pageName: page', 'pageName: { from: page, then: [lower] }'],
    ['of visitors', 'visitorID: visitor', 'visitorID: { from: visitor, then: [lower] }'],
  ])('is what a refused change %s points to', async (_name, from, to) => {
    await build(fixture.file, offline);
    const path = changed(from, to);
    writeFileSync(join(fixture.folder, 'mapping.yaml'), readFileSync(path));
    await expect(build(fixture.file, offline)).rejects.toMatchObject({
      code: 'ledger.changed-job',
      next: expect.stringContaining(`bdia-migrate diff <the mapping as it was> ${fixture.file}`),
    });
  });
});

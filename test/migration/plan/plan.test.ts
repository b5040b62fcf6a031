import { afterEach, describe, expect, it } from 'vitest';
import { plan } from '../../../src/migration/estimate.ts';
import { build } from '../../../src/migration/run.ts';
import { csvFolder, type FixtureFolder, type FixtureRow, offline, sqliteFolder } from '../job-fixture.ts';

/** A hit every two seconds, from an hour before the range to an hour after its beginning. */
const midnight = Date.UTC(2021, 0, 1) / 1000;
const times = Array.from({ length: 3600 }, (_, id) => midnight - 3600 + id * 2);
const settings = { range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }', slices: 500 };

let fixture: FixtureFolder;
afterEach(() => fixture.remove());

describe('a plan whose range begins in crowded hours', () => {
  it.each([
    [
      'a table',
      () => {
        const rows = times.map((hit, id): FixtureRow => ({ id, at: hit, hit }));
        return sqliteFolder([{ name: 'views', window: 'type: s', rows }], settings);
      },
    ],
    [
      'files',
      () => csvFolder(`id,hit,page,visitor\n${times.map((hit, id) => `${id},${hit},home,v1`).join('\n')}\n`, settings),
    ],
  ])('counts the rows of %s inside the range alone', async (_, makeFolder) => {
    fixture = makeFolder();
    const { estimate } = await plan(fixture.file, offline);
    expect([estimate.rows, estimate.rowsInRange]).toEqual([3600, 1800]);
    // Thirty rows a minute: sixteen whole minutes fill a slice.
    expect(estimate.slices.map(({ plannedRows }) => plannedRows)).toEqual([480, 480, 480, 360]);
    expect(estimate.slices[1]!.from).toBe(midnight + 16 * 60);
  });
});

describe('a query that gives more rows than it is asked for', () => {
  const rows = Array.from({ length: 5400 }, (_, id): FixtureRow => {
    const at = midnight - 3600 + id * 2;
    return { id, at, hit: at };
  });

  it.each([
    ['both ends of a range', 'at >= :from AND at < :to OR at IS NULL', 'at BETWEEN :from AND :to'],
    ['some with every range', 'OR at IS NULL', 'OR id % 90 = 0'],
  ])('is planned and built as one that does not: %s', async (_, from, to) => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], settings);
    fixture.edit('mapping.yaml', from, to);
    const { estimate } = await plan(fixture.file, offline);
    const report = await build(fixture.file, offline);
    expect(report.stopped).toBeUndefined();
    expect(report.rows).toEqual({ read: 5400, hits: 3600, rejected: 0, filtered: 1800 });
    expect(estimate.slices.map(({ plannedRows }) => plannedRows)).toEqual([480, 480, 480, 480, 480, 480, 480, 240]);
  });

  it('is refused where it compares another time than it returns', async () => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s, lateness: 1h', rows }], settings);
    fixture.edit('mapping.yaml', 'SELECT id, at,', 'SELECT id, at - 3600 AS at,');
    expect((await build(fixture.file, offline)).stopped).toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining(
        'returns as at: asked for other times it gives 1,800 rows whose at lies in the hour from 2020-12-31 23:00:00, asked for that time 0',
      ),
    });
  });
});

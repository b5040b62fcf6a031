import { afterEach, describe, expect, it } from 'vitest';
import { plan } from '../../../src/migration/estimate.ts';
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

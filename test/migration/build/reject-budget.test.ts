import { afterEach, describe, expect, it } from 'vitest';
import { preview } from '../../../src/inspection/preview.ts';
import { build } from '../../../src/migration/run.ts';
import { csvFolder, type FixtureFolder, type FixtureRow, offline, sqliteFolder } from '../job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
/** The sixth of ten hours. */
const range = '{ from: 2021-01-01T05:00:00Z, to: 2021-01-01T06:00:00Z, zone: UTC }';

/** 1,000 rows, 100 an hour; `odd` says what is wrong with one, by its number. */
function tenHours(odd: (id: number) => Partial<FixtureRow>): FixtureRow[] {
  return Array.from({ length: 1000 }, (_, id) => {
    const at = begin + id * 36;
    return { id, at, hit: at, page: 'home', visitor: `v${id % 17}`, ...odd(id) };
  });
}

const isInRange = (id: number): boolean => id >= 500 && id < 600;
const nobody = { visitor: '' };
const named = { page: 'broken' };
const timeless = { hit: null };

type Make = (rows: readonly FixtureRow[], budget: string) => FixtureFolder;

/** As `folder`, with a rule that rejects rows by name, and this budget. */
function prepared(folder: FixtureFolder, budget: string): FixtureFolder {
  folder.edit('mapping.yaml', '    hit:', '    reject: { broken rows: { page: broken } }\n    hit:');
  folder.edit('migration.yaml', 'rejects: { budget: 100% }', `rejects: { budget: ${budget} }`);
  return folder;
}

const windowed: Make = (rows, budget) =>
  prepared(sqliteFolder([{ name: 'views', window: 'type: s', rows }], { range }), budget);

function readOnce(workers: number): Make {
  return (rows, budget) => {
    const lines = rows.map(({ id, hit, page, visitor }) => `${id},${hit ?? ''},${page},${visitor}\n`);
    return prepared(
      csvFolder(`id,hit,page,visitor\n${lines.join('')}`, { range, more: [`build: { workers: ${workers} }`] }),
      budget,
    );
  };
}

let fixture: FixtureFolder;
afterEach(() => fixture.remove());

/** What becomes of all rows, as a preview shows them. */
async function previewed(isWindowed: boolean): Promise<unknown> {
  const shown = await preview(fixture.file, { ...offline, rows: 1000, ...(isWindowed ? { at: begin } : {}) });
  const count = (wanted: string): number => shown.filter(({ outcome }) => outcome === wanted).length;
  return { read: shown.length, hits: count('hit'), rejected: count('rejected'), filtered: count('filtered') };
}

describe.each([
  ['with a window', windowed, true],
  ['read once', readOnce(1), false],
  ['read once, by two workers', readOnce(2), false],
] as const)('the budget of rejects, of rows %s,', (_, make, isWindowed) => {
  it('is a share of the rows in the range, however many the source has', async () => {
    fixture = make(
      tenHours((id) => (isInRange(id) && id % 10 === 5 ? (id % 20 === 5 ? nobody : named) : {})),
      '5%',
    );
    const { rows, stopped } = await build(fixture.file, offline);
    expect(stopped).toMatchObject({
      code: 'build.rejects',
      message: expect.stringContaining('10 of 100 planned rows (10 %) were rejected; rejects.budget allows 5 %'),
    });
    expect(rows).toEqual({ read: 1000, hits: 90, rejected: 10, filtered: 900 });
    expect(await previewed(isWindowed)).toEqual(rows);
  });

  it('is not used up by broken rows outside the range, as long as their time can be read', async () => {
    fixture = make(
      tenHours((id) => (isInRange(id) ? {} : id < 4 ? timeless : id % 3 === 0 ? nobody : id % 3 === 1 ? named : {})),
      '5%',
    );
    const { rows, stopped, tallies } = await build(fixture.file, offline);
    expect(stopped).toBeUndefined();
    expect(rows).toEqual({ read: 1000, hits: 100, rejected: 4, filtered: 896 });
    const told = tallies.filter(({ outcome }) => outcome === 'rejected' || outcome === 'filtered');
    expect(told.map(({ outcome, reason, count }) => `${outcome} ${reason} ${count}`)).toEqual([
      'filtered out of range 896',
      'rejected time 4',
    ]);
    expect(await previewed(isWindowed)).toEqual(rows);
  });

  it('is a share of the source where nothing lies in the range', async () => {
    fixture = make(
      tenHours((id) => (id % 100 === 0 ? timeless : {})),
      '5%',
    );
    fixture.edit('migration.yaml', range, '{ from: 2010-01-01, to: 2010-02-01, zone: UTC }');
    const { stopped, rows } = await build(fixture.file, offline);
    expect(stopped).toBeUndefined();
    expect(rows).toMatchObject({ read: 1000, hits: 0 });
  });
});

it.each([
  ['99%', '300 of 300 planned rows (100 %)'],
  ['100%', undefined],
])('a budget of %s where rows that no plan can place are rejected', async (budget, message) => {
  const rows = tenHours((id) => (isInRange(id) ? {} : id < 300 ? { at: null, hit: null } : {}));
  fixture = windowed(rows, budget);
  const { stopped } = await build(fixture.file, offline);
  expect(stopped?.message.split(' were')[0]).toBe(message);
});

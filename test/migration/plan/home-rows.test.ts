import { describe, expect, it } from 'vitest';
import type { Slice } from '../../../src/domain/slice.ts';
import { createHomeCheck, rowsByHome } from '../../../src/migration/plan/home-rows.ts';

const hour = 3600;
const begin = Date.UTC(2021, 0, 1) / 1000;

/** Slices whose homes are cut at these seconds after midnight. */
function slicesCutAt(...cuts: readonly number[]): Slice[] {
  return [...cuts, null].map((cut, index) => ({
    index,
    from: begin + (cuts[index - 1] ?? -hour),
    to: begin + (cut ?? 100 * hour),
    homeFrom: index === 0 ? null : begin + cuts[index - 1]!,
    homeTo: cut === null ? null : begin + cut,
    plannedRows: 0,
  }));
}

const noFiner = async (): Promise<never> => {
  throw new Error('nothing is to be counted again');
};

describe('rows by home', () => {
  it('places spans by their start, and those without one nowhere', async () => {
    const spans = [
      { start: null, rows: 4 },
      { start: begin - 900 * hour, rows: 1 },
      { start: begin + hour, rows: 10 },
      { start: begin + 2 * hour, rows: 20 },
      { start: begin + 900 * hour, rows: 2 },
    ];
    const placed = await rowsByHome(spans, hour, slicesCutAt(hour, 2 * hour, 3 * hour), begin + 100 * hour, noFiner);
    expect(placed).toEqual({ rows: [1, 10, 20, 2], beyond: 2, unplaced: 4 });
  });

  it('counts a span again where a cut lies in it, that one only', async () => {
    const spans = [
      { start: begin, rows: 5 },
      { start: begin + hour, rows: 30 },
      { start: begin + 2 * hour, rows: 7 },
    ];
    const asked: number[] = [];
    const slices = slicesCutAt(hour + 60, hour + 1800, 2 * hour);
    const placed = await rowsByHome(spans, hour, slices, begin + 100 * hour, async (start) => {
      asked.push(start);
      return [
        { start: null, rows: 9 },
        { start: begin + hour + 59, rows: 1 },
        { start: begin + hour + 60, rows: 2 },
        { start: begin + hour + 1799, rows: 3 },
        { start: begin + hour + 1800, rows: 24 },
        // What `BETWEEN :from AND :to` gives beside.
        { start: begin + 2 * hour, rows: 7 },
      ];
    });
    expect(asked).toEqual([begin + hour]);
    expect(placed).toEqual({ rows: [6, 5, 24, 7], beyond: 0, unplaced: 0 });
  });

  it('leaves a row of no minute or second without a home, as reading may find it on either side of a cut', async () => {
    const slices = slicesCutAt(1800);
    const counted = await rowsByHome([{ start: begin, rows: 3 }], hour, slices, begin + 100 * hour, async () => [
      { start: null, rows: 1 },
      { start: begin + 60, rows: 2 },
    ]);
    expect(counted).toEqual({ rows: [2, 0], beyond: 0, unplaced: 1 });
    const assertSame = createHomeCheck([{ stream: 'hits', ...counted }]);
    assertSame(slices[0]!, [{ stream: 'hits', read: 2 }]);
    assertSame(slices[1]!, [{ stream: 'hits', read: 1 }]);
  });

  it('expects rows that are absent when their own time is asked for in no other home', async () => {
    const elsewhere = async () => [{ start: begin - hour, rows: 30 }];
    const placed = await rowsByHome([{ start: begin, rows: 30 }], hour, slicesCutAt(1800), begin + 9 * hour, elsewhere);
    expect(placed).toEqual({ rows: [0, 0], beyond: 0, unplaced: 0 });
  });

  it('tells what is too late for any hit, to the second', async () => {
    const spans = [
      { start: begin + 99 * hour, rows: 5 },
      { start: begin + 100 * hour, rows: 30 },
      { start: begin + 101 * hour, rows: 7 },
    ];
    const finer = async () => [
      { start: begin + 100 * hour + 89, rows: 10 },
      { start: begin + 100 * hour + 90, rows: 20 },
    ];
    const placed = await rowsByHome(spans, hour, slicesCutAt(hour), begin + 100 * hour + 90, finer);
    expect(placed).toEqual({ rows: [0, 42], beyond: 27, unplaced: 0 });
    // Where the last home begins no earlier, all of it is too late.
    const late = await rowsByHome(spans, hour, slicesCutAt(hour, 101 * hour), begin + 101 * hour, noFiner);
    expect(late).toEqual({ rows: [0, 35, 7], beyond: 7, unplaced: 0 });
  });

  it('has one home for all where nothing is cut', async () => {
    expect(await rowsByHome([{ start: begin, rows: 3 }], hour, slicesCutAt(), begin + hour, noFiner)).toEqual({
      rows: [3],
      beyond: 0,
      unplaced: 0,
    });
  });
});

describe('the check of homes', () => {
  const slices = slicesCutAt(hour, 2 * hour);
  const planned = [{ stream: 'views', rows: [10, 20, 30], beyond: 4, unplaced: 2 }];

  it.each([
    ['what was planned', [10, 20, 30]],
    ['rows without a known home, in one slice', [12, 20, 30]],
    ['the same, in several', [10, 21, 31]],
  ])('takes %s', (_, reads) => {
    const check = createHomeCheck(planned);
    for (const slice of slices) {
      const beyond = slice.index === 2 ? { beyond: 4 } : {};
      expect(() => check(slice, [{ stream: 'views', read: reads[slice.index]!, ...beyond }])).not.toThrow();
    }
  });

  it('lets rows too late for any hit come and go, and no others in their place', () => {
    const check = (read: number, beyond: number) => () =>
      createHomeCheck(planned)(slices[2]!, [{ stream: 'views', read, beyond }]);
    expect(check(26, 0)).not.toThrow();
    expect(check(1026, 1000)).not.toThrow();
    expect(check(30, 5)).toThrow(
      'had 26 rows from 2021-01-01 02:00:00 to the end of the range when it was planned, now it has 25',
    );
  });

  it('compares the last home whole where the plan does not tell such rows apart', () => {
    const check = createHomeCheck([{ stream: 'views', rows: [10, 20, 30], beyond: null, unplaced: 0 }]);
    expect(() => check(slices[2]!, [{ stream: 'views', read: 30, beyond: 4 }])).not.toThrow();
    expect(() => check(slices[2]!, [{ stream: 'views', read: 31, beyond: 5 }])).toThrow(
      'had 30 rows from 2021-01-01 02:00:00 on when it was planned, now it has 31',
    );
  });

  it.each([
    [0, 9, 'had 10 rows before 2021-01-01 01:00:00 when it was planned, now it has 9'],
    [1, 23, 'had 20 rows from 2021-01-01 01:00:00 to 2021-01-01 02:00:00 when it was planned, now it has 23'],
    [2, 0, 'had 26 rows from 2021-01-01 02:00:00 to the end of the range when it was planned, now it has 0'],
  ])('refuses slice %i with %i rows', (index, read, message) => {
    const check = createHomeCheck(planned);
    expect(() => check(slices[index]!, [{ stream: 'views', read }])).toThrow(message);
  });

  it('refuses more rows without a known home than there are', () => {
    const check = createHomeCheck(planned);
    check(slices[0]!, [{ stream: 'views', read: 12 }]);
    expect(() => check(slices[1]!, [{ stream: 'views', read: 21 }])).toThrow('had 20 rows');
  });

  it('says nothing of streams and slices that were not counted', () => {
    const check = createHomeCheck(planned);
    expect(() => check(slices[0]!, [{ stream: 'orders', read: 3 }])).not.toThrow();
  });
});

import { expect, it } from 'vitest';
import { adviseGroups } from '../../../src/migration/plan/group-advice.ts';

const pace = { requestsPerSecond: 1, secondsPerLane: 20, rowsPerSecondPerLane: 2_000, lookUps: true };
const chunks = { maxRows: 40_000, maxRawBytes: 95_000_000 };
const settings = (
  count: number,
  over: Partial<Parameters<typeof adviseGroups>[1]> = {},
): Parameters<typeof adviseGroups>[1] => ({
  slices: { rows: 'auto' as const },
  visitorGroups: { count, prefix: 'acme' },
  chunks,
  pace,
  ...over,
});

// By hand: a lane sends 40,000 rows in 20 s. Slices hold at most 200,000 rows, so that more than five lanes only get
// smaller files: 100 M rows are 500 slices, one file a lane and slice, 10,000 s.
it.each([
  ['one lane where five are five times as fast', 100_000_000, settings(1), { groups: 5, seconds: 10_000 }],
  ['five lanes', 100_000_000, settings(5), null],
  // 64 requests for each of 500 slices, one a second.
  ['so many lanes that requests bind', 100_000_000, settings(64), { groups: 5, seconds: 10_000 }],
  ['too few rows for an hour to be gained', 5_000_000, settings(1), null],
  ['no rows', 0, settings(1), null],
  // Slices of four files: 5,000 slices, and as many requests for each lane.
  ['slices of another size', 100_000_000, settings(1, { slices: { rows: 20_000 } }), null],
  [
    'no pace by lane, where more lanes only make more requests',
    100_000_000,
    settings(8, { pace: { ...pace, secondsPerLane: 0, rowsPerSecondPerLane: 0 } }),
    null,
  ],
])('of %s', (_, rows, migration, advice) => {
  expect(adviseGroups(rows, migration, null)).toEqual(advice);
});

it.each([
  // A quarter of the rows go by one lane however many there are: four are as fast as five.
  ['one visitor with a quarter of the hits', 25_000_000, { groups: 4, seconds: 12_500 }],
  ['one visitor alone', 100_000_000, null],
  ['visitors that are all small', 10, { groups: 5, seconds: 10_000 }],
])('goes by what more lanes can send apart: %s', (_, mostOfVisitor, advice) => {
  expect(adviseGroups(100_000_000, settings(1), { hits: 100_000_000, mostOfVisitor })).toEqual(advice);
});

import { describe, expect, it } from 'vitest';
import { estimateOf } from '../../src/migration/estimate.ts';

const slices = [
  { index: 0, from: 0, to: 10, homeFrom: null, homeTo: 10, plannedRows: 1000 },
  { index: 1, from: 10, to: 20, homeFrom: 10, homeTo: null, plannedRows: 150 },
];
const chunks = { maxRows: 100, maxRawBytes: 95_000_000 };
const visitorGroups = { count: 2, prefix: 'acme' };

describe('the estimate', () => {
  // 5 chunks of the first slice and 1 of the second, in each of 2 lanes.
  it.each([
    ['requests', { requestsPerSecond: 1, secondsPerLane: 0, rowsPerSecondPerLane: 0 }, 12, /pace of 1 a second/],
    ['the lane', { requestsPerSecond: 1, secondsPerLane: 20, rowsPerSecondPerLane: 0 }, 120, /20 s between/],
    ['rows', { requestsPerSecond: 1, secondsPerLane: 0, rowsPerSecondPerLane: 10 }, 58, /10 rows a second/],
  ] as const)('names the limit that binds: %s', (_, pace, seconds, bound) => {
    const estimate = estimateOf({ visitorGroups, chunks, pace: { ...pace, lookUps: true } }, slices, {
      views: 1100,
      orders: 70,
    });
    expect(estimate).toMatchObject({ rows: 1170, rowsInRange: 1150, groups: 2, chunks: 12, seconds });
    expect(estimate.bound).toMatch(bound);
  });

  it('is nothing for no rows', () => {
    const pace = { requestsPerSecond: 1, secondsPerLane: 20, rowsPerSecondPerLane: 2000 };
    const empty = [{ ...slices[0]!, plannedRows: 0 }];
    expect(estimateOf({ visitorGroups, chunks, pace: { ...pace, lookUps: true } }, empty, {})).toMatchObject({
      rows: 0,
      chunks: 0,
      seconds: 0,
    });
  });
});

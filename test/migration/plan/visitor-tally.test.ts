import { expect, it } from 'vitest';
import { createVisitorTally } from '../../../src/migration/plan/visitor-tally.ts';

it('counts visitors and the most hits of one and of a group', () => {
  const tally = createVisitorTally(3);
  for (const [visitor, group] of [
    ['a', 0],
    ['b', 2],
    ['a', 0],
    ['c', 2],
    ['a', 0],
    ['d', 2],
    ['e', 2],
  ] as const)
    tally.hit(visitor, group);
  expect(tally.counts()).toEqual({ hits: 7, visitors: 5, exact: true, mostOfVisitor: 3, mostOfGroup: 4 });
});

it('of no hits is nothing', () => {
  const none = { hits: 0, visitors: 0, exact: true, mostOfVisitor: 0, mostOfGroup: 0 };
  expect(createVisitorTally(1).counts()).toEqual(none);
});

it('estimates many visitors, and says no more of the most frequent than it has', () => {
  const tally = createVisitorTally(2);
  for (let n = 0; n < 120_000; n++) tally.hit(n % 4 === 1 ? 'robot' : `visitor ${n}`, n % 2);
  const { visitors, exact, mostOfVisitor, ...counts } = tally.counts();
  expect(counts).toEqual({ hits: 120_000, mostOfGroup: 60_000 });
  expect(exact).toBe(false);
  expect(Math.abs(visitors - 90_001) / 90_001).toBeLessThan(0.05);
  expect(mostOfVisitor).toBeLessThanOrEqual(30_000);
  expect(mostOfVisitor).toBeGreaterThan(29_000);
});

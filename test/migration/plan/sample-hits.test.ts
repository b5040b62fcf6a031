import { expect, it } from 'vitest';
import { samplePlaces } from '../../../src/migration/plan/sample-hits.ts';

const slices = (...cuts: number[]) => cuts.slice(1).map((to, at) => ({ from: cuts[at] ?? 0, to, plannedRows: 9_000 }));

it.each([
  ['one slice, in fifths of it', slices(0, 100), [0, 20, 40, 60, 80], [20, 40, 60, 80, 100]],
  [
    'two slices, of which the first is long',
    slices(0, 1000, 1100),
    [0, 400, 800, 1020, 1060],
    [400, 800, 1000, 1060, 1100],
  ],
  ['as many slices as places', slices(0, 1, 10, 20, 90, 95), [0, 1, 10, 20, 90], [1, 10, 20, 90, 95]],
  [
    'many slices, none passed over the end of its own',
    slices(0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110),
    [0, 22, 44, 66, 88],
    [10, 30, 50, 70, 90],
  ],
])('places lie in %s', (_, given, from, to) => {
  const found = samplePlaces(given);
  expect([found.map((place) => place.from), found.map((place) => place.to)]).toEqual([from, to]);
});

it('is one place where there are few rows', () => {
  const few = slices(0, 10, 20, 30).map((slice) => ({ ...slice, plannedRows: 1_000 }));
  expect(samplePlaces(few)).toEqual([{ from: 0, to: 30 }]);
});

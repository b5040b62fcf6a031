import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inArrivalOrder, sortedPositions } from '../../src/chunking/sorted-positions.ts';

test.each<[string, number[], number[]]>([
  ['nothing', [], []],
  ['one', [5], [0]],
  ['equal ones keep their order', [1, 0, 1, 0], [1, 3, 0, 2]],
  ['falling', [3, 2, 1], [2, 1, 0]],
])('%s', (_, values, expected) => {
  expect([...sortedPositions(values.length, (a, b) => values[a]! - values[b]!)]).toEqual(expected);
});

test('sorts any values as a stable sort does', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 300 }), (values) => {
      const expected = values
        .map((value, index) => ({ value, index }))
        .sort((a, b) => a.value - b.value || a.index - b.index);
      expect([...sortedPositions(values.length, (a, b) => values[a]! - values[b]!)]).toEqual(
        expected.map(({ index }) => index),
      );
    }),
  );
});

test('merges two sorted streams with about two comparisons a row', () => {
  const values = [
    ...Array.from({ length: 1000 }, (_, index) => 2 * index),
    ...Array.from({ length: 1000 }, (_, index) => 2 * index + 1),
  ];
  let comparisons = 0;
  const sorted = sortedPositions(values.length, (a, b) => {
    comparisons++;
    return values[a]! - values[b]!;
  });
  expect([...sorted].map((position) => values[position])).toEqual(Array.from({ length: 2000 }, (_, index) => index));
  expect(comparisons).toBeLessThan(4100);
});

test('arrival order counts up', () => {
  expect([...inArrivalOrder(3)]).toEqual([0, 1, 2]);
});

import { describe, expect, test } from 'vitest';
import { closesBefore, fitsAlone, sortsByName } from '../../src/chunking/cut.ts';

const limits = { maxRows: 3, maxRawBytes: 100 };

describe('a chunk is closed', () => {
  test.each<[string, number, number, number, boolean]>([
    ['never before its first row', 0, 10, 500, false],
    ['not while rows and bytes have room', 2, 60, 30, false],
    ['not when the row fills it to the byte', 2, 60, 40, false],
    ['when the row is one byte too long', 2, 60, 41, true],
    ['when it has all its rows', 3, 20, 1, true],
  ])('%s', (_, rows, rawBytes, lineBytes, closes) => {
    expect(closesBefore(rows, rawBytes, lineBytes, limits)).toBe(closes);
  });
});

test.each([
  [20, 80, true],
  [20, 81, false],
])('header of %i with a line of %i bytes fits alone: %s', (header, line, fits) => {
  expect(fitsAlone(header, line, limits)).toBe(fits);
});

test('ten thousand parts of a slice sort by name', () => {
  expect([0, 9999, 10_000].map(sortsByName)).toEqual([true, true, false]);
});

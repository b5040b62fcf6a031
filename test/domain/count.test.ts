import { expect, it } from 'vitest';
import { bytes, count, plural } from '../../src/domain/count.ts';

it.each([
  [0, '0', '0 rows'],
  [1, '1', '1 row'],
  [1_000, '1,000', '1,000 rows'],
  [1_234_567, '1,234,567', '1,234,567 rows'],
])('%d in words', (value, alone, rows) => {
  expect([count(value), plural(value, 'row')]).toEqual([alone, rows]);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [94e6, '94.0 MB'],
  [999_949, '999.9 kB'],
  [999_999, '1.0 MB'],
  [12.34e9, '12.3 GB'],
  [5e15, '5000.0 TB'],
])('%d bytes in words', (value, words) => {
  expect(bytes(value)).toBe(words);
});

import { expect, it } from 'vitest';
import { count, plural } from '../../src/domain/count.ts';

it.each([
  [0, '0', '0 rows'],
  [1, '1', '1 row'],
  [1_000, '1,000', '1,000 rows'],
  [1_234_567, '1,234,567', '1,234,567 rows'],
])('%d in words', (value, alone, rows) => {
  expect([count(value), plural(value, 'row')]).toEqual([alone, rows]);
});

import { expect, it } from 'vitest';
import { assertWholeNumber } from '../../src/cli/whole-number.ts';

it.each([
  [0, 1],
  [1.5, 1],
  [-1, 0],
  [Number.POSITIVE_INFINITY, 0],
])('%d is no whole number of %d or more', (value, least) => {
  const message = `-n ${value} is no whole number of ${least} or more`;
  expect(() => assertWholeNumber('-n', value, least)).toThrow(
    expect.objectContaining({ code: 'input.invalid', message }),
  );
});

it.each([
  [0, 0],
  [100, 100],
])('%d is one of %d or more', (value, least) => {
  expect(() => assertWholeNumber('--rows', value, least)).not.toThrow();
});

import { describe, expect, it } from 'vitest';
import { hanging, wrap } from '../../src/cli/wrap.ts';

describe('wrap', () => {
  it.each([
    ['', 10, ['']],
    ['one two', 10, ['one two']],
    ['one two three', 7, ['one two', 'three']],
    ['one  two\nthree', 20, ['one two three']],
    ['a-word-that-is-too-long for it', 6, ['a-word-that-is-too-long', 'for it']],
    ['über grün', 4, ['über', 'grün']],
  ])('%j in %d', (text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });
});

it('what is wrapped behind a mark stands below itself, and is never narrower than can be read', () => {
  const text = 'rows that have no place in any lane, and the lane that each of them should be in';
  expect(hanging('  \u001B[32m✔\u001B[39m P2  ', text, 60)).toEqual([
    '  \u001B[32m✔\u001B[39m P2  rows that have no place in any lane, and the lane',
    '        that each of them should be in',
  ]);
  expect(hanging('✔ ', text, Number.POSITIVE_INFINITY)).toEqual([`✔ ${text}`]);
  expect(hanging('✔ ', text, 10)[0]).toBe('✔ rows that have no place in any lane, and');
});

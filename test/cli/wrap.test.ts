import { describe, expect, it } from 'vitest';
import { wrap } from '../../src/cli/wrap.ts';

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

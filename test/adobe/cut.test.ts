import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteLength, cutToBytes } from '../../src/adobe/cut.ts';

describe('cutToBytes', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc'],
    ['abc', 0, ''],
    ['', 5, ''],
    ['äöü', 5, 'äö'],
    ['äöü', 6, 'äöü'],
    ['a€b', 3, 'a'],
    ['a€b', 4, 'a€'],
    ['😀😀', 7, '😀'],
    ['😀😀', 8, '😀😀'],
    ['a😀', 4, 'a'],
    ['\ud800x', 3, '\ud800'],
    ['e\u0301', 2, 'e'],
  ])('%j at %i', (text, limit, kept) => {
    expect(cutToBytes(text, limit)).toBe(kept);
  });

  it('keeps the longest beginning of whole code points', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, limit) => {
        let kept = '';
        for (const point of text) {
          if (Buffer.from(kept + point).length > limit) break;
          kept += point;
        }
        expect(cutToBytes(text, limit)).toBe(kept);
      }),
    );
  });
});

it('counts UTF-8 bytes', () => {
  expect(['', 'a', 'ä', '€', '😀'].map(byteLength)).toEqual([0, 1, 2, 3, 4]);
});

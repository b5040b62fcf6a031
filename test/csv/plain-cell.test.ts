import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isPlain } from '../../src/csv/plain-cell.ts';

describe('isPlain', () => {
  const long = 'words of more than a dozen letters';
  it.each(['', ' ', 'a', '~', '!', '+', '-', 'a-b', '#', long, `${long} ~!#$%&'()*+-./:;<=>?@[]^_\`{|}`])(
    '%j is',
    (text) => {
      expect(isPlain(text)).toBe(true);
    },
  );

  it.each([',', '"', '\n', '\r', '\t', '\u0000', '\u001f', '\u007f', '\u0080', 'é', '\u2028', '東', '😀', '\ud83d'])(
    '%j is not, alone, inside, and at either end of a long text',
    (text) => {
      for (const cell of [text, `a${text}b`, `${long}${text}${long}`, `${long}${text}`, `${text}${long}`]) {
        expect(isPlain(cell)).toBe(false);
      }
    },
  );
});

test('a plain text has as many bytes as characters, and needs no quotes', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
      const ascii = [...text].every((character) => character >= ' ' && character <= '~');
      expect(isPlain(text)).toBe(ascii && !text.includes(',') && !text.includes('"'));
    }),
  );
});

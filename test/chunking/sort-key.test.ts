import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeKey, keyBytesAtMost, writeKey } from '../../src/chunking/sort-key.ts';

function encoded(key: readonly string[]): Buffer {
  const target = Buffer.alloc(keyBytesAtMost(key) + 3, 0xee);
  const end = writeKey(key, target, 3);
  expect(end).toBeLessThanOrEqual(target.length);
  return target.subarray(3, end);
}

/** The order as the mapping language states it, written without bytes. */
function compareKeys(left: readonly string[], right: readonly string[]): number {
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const [a, b] = [left[index]!, right[index]!];
    const [aNumber, bNumber] = [/^[0-9]+$/.test(a), /^[0-9]+$/.test(b)];
    if (aNumber !== bNumber) return aNumber ? -1 : 1;
    const by = aNumber
      ? Number(BigInt(a) > BigInt(b)) - Number(BigInt(a) < BigInt(b))
      : Buffer.compare(Buffer.from(a), Buffer.from(b));
    if (by !== 0) return by;
  }
  return left.length - right.length;
}

describe('the order of keys', () => {
  // Each list is strictly ascending.
  test.each<[string, string[][]]>([
    ['integers by value', [['0'], ['1'], ['2'], ['9'], ['10'], ['99'], ['100'], ['18446744073709551616']]],
    ['integers before texts', [['99999999999999999999'], [''], ['-5'], ['1.5'], ['1a'], ['a']]],
    ['texts as UTF-8 bytes', [['A'], ['Z'], ['a'], ['ab'], ['b'], ['é'], ['\u{ffee}'], ['\u{1f600}']]],
    [
      'control characters keep their place',
      [[''], ['\0'], ['\0\0'], ['\0\u0001'], ['\u0001'], ['\u0001\0'], ['\u0002'], ['a'], ['a\0'], ['a\u0001'], ['a ']],
    ],
    ['parts are kept apart', [['a'], ['a', ''], ['a', 'b'], ['ab'], ['ab', '']]],
    ['leading zeros only break ties', [['7'], ['07'], ['007'], ['7', 'a'], ['07', 'a'], ['7', 'b'], ['8']]],
    [
      'the value of a later part beats earlier leading zeros',
      [
        ['07', '1'],
        ['7', '2'],
        ['07', '2'],
        ['07', '02'],
      ],
    ],
    ['zero itself', [['0'], ['00'], ['1']]],
    [
      'very long integers',
      [
        ['9'.repeat(250)],
        [`1${'0'.repeat(250)}`],
        [`1${'0'.repeat(249)}1`],
        ['9'.repeat(251)],
        ['9'.repeat(300)],
        ['1'.repeat(301)],
        ['x'],
      ],
    ],
    ['many leading zeros', [['7'], [`${'0'.repeat(254)}7`], [`${'0'.repeat(255)}7`], [`${'0'.repeat(300)}7`], ['8']]],
    ['no parts at all', [[], ['0'], ['']]],
  ])('%s', (_, ascending) => {
    const keys = ascending.map(encoded);
    for (let index = 1; index < keys.length; index++) {
      expect(Buffer.compare(keys[index - 1]!, keys[index]!), JSON.stringify(ascending[index])).toBe(-1);
    }
    expect(keys.map((key) => decodeKey(key, 0, key.length))).toEqual(ascending);
  });

  const part = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[0-9]{1,22}$/),
    fc.constantFrom('', '0', '00', '01', '\0', '\u0001', '\u0001\0', 'é', '😀'),
  );
  const key = fc.array(part, { maxLength: 4 });

  test('agrees with the words on any two keys, tells different keys apart and gives them back', () => {
    fc.assert(
      fc.property(key, key, (left, right) => {
        const [a, b] = [encoded(left), encoded(right)];
        const said = Math.sign(compareKeys(left, right));
        if (said !== 0) expect(Buffer.compare(a, b)).toBe(said);
        expect(a.equals(b)).toBe(JSON.stringify(left) === JSON.stringify(right));
        expect(decodeKey(a, 0, a.length)).toEqual(left);
      }),
      { numRuns: 500 },
    );
  });
});

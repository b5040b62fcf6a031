import { describe, expect, test } from 'vitest';
import { createGrouper, groupName } from '../../src/chunking/visitor-group.ts';

describe('the group of a visitor', () => {
  // The published digests begin e3b0c44298fc (nothing), ba7816bf8f01 (abc), 248d6a61d206 (the 448-bit message of FIPS 180-2).
  test.each([
    ['abc', 4, 0xba7816bf8f01 % 4],
    ['abc', 1000, 0xba7816bf8f01 % 1000],
    ['', 7, 0xe3b0c44298fc % 7],
    ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', 256, 0x06],
    ['anything', 1, 0],
  ])('%s of %i', (visitor, count, group) => {
    expect(createGrouper(count)(visitor)).toBe(group);
  });

  test('is the same again, remembered or not', () => {
    const group = createGrouper(16);
    const visitors = Array.from({ length: 120_000 }, (_, index) => `visitor-${index}`);
    const first = visitors.map(group);
    expect(visitors.map(group)).toEqual(first);
    expect(new Set(first).size).toBe(16);
  });

  test.each([0, -1, 1.5, Number.NaN])('%d groups are refused', (count) => {
    expect(() => createGrouper(count)).toThrow(RangeError);
  });
});

test('names', () => {
  expect(groupName('acme', 3)).toBe('acme_3');
});

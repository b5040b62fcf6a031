import { describe, expect, it } from 'vitest';
import { createHashSet, createRowHashes } from '../../src/sandbox/row-hashes.ts';

describe('row hashes', () => {
  it('depend on the cells and where they end', () => {
    const hashes = createRowHashes();
    for (const row of [['a', 'bc'], ['ab', 'c'], ['a', 'bc'], ['abc']]) hashes.add(row);
    const words = hashes.words();
    const all = [0, 1, 2, 3].map((at) => `${words[at * 2]}/${words[at * 2 + 1]}`);
    expect(words).toHaveLength(8);
    expect(all[2]).toBe(all[0]);
    expect(new Set(all).size).toBe(3);
  });

  it('are found again by a set that has grown many times', () => {
    const hashes = createRowHashes();
    for (let index = 0; index < 20_000; index++) hashes.add([String(index)]);
    const words = hashes.words();
    const set = createHashSet();
    const count = (): number => {
      let known = 0;
      for (let at = 0; at < words.length; at += 2) if (set.add(words[at] ?? 0, words[at + 1] ?? 0)) known += 1;
      return known;
    };
    expect([count(), count()]).toEqual([0, 20_000]);
  });
});

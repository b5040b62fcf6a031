import { describe, expect, it } from 'vitest';
import { createFrequentTexts } from '../../../src/migration/plan/frequent.ts';

describe('frequent texts', () => {
  it('are exact while they are few', () => {
    const found = createFrequentTexts(10);
    for (const text of ['b', 'a', 'b', 'c', 'b', 'a']) found.add(text);
    expect(found.top(2)).toEqual([
      { text: 'b', count: 3, over: 0 },
      { text: 'a', count: 2, over: 0 },
    ]);
  });

  it('are not missed among many rare ones, nor counted too low', () => {
    const found = createFrequentTexts(50);
    for (let n = 0; n < 20_000; n++) found.add(n % 10 === 3 ? 'robot' : `visitor ${n}`);
    const [first] = found.top(1);
    expect(first?.text).toBe('robot');
    expect(first?.count).toBeGreaterThanOrEqual(2_000);
    expect((first?.count ?? 0) - (first?.over ?? 0)).toBeLessThanOrEqual(2_000);
  });
});

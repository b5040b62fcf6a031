import { describe, expect, it } from 'vitest';
import { createDistinctCount } from '../../../src/migration/plan/distinct.ts';

describe('distinct values', () => {
  it.each([0, 1, 7, 100])('are counted closely where they are few: %i', (many) => {
    const found = createDistinctCount();
    for (let turn = 0; turn < 3; turn++) for (let n = 0; n < many; n++) found.add(`value ${n}`);
    expect(Math.abs(found.estimate() - many)).toBeLessThanOrEqual(many * 0.03);
  });

  it.each([5_000, 20_000, 200_000])('are estimated where they are many: %i', (many) => {
    const found = createDistinctCount();
    for (let n = 0; n < many; n++) found.add(`https://example.com/page/${n}`);
    expect(Math.abs(found.estimate() - many) / many).toBeLessThan(0.05);
  });
});

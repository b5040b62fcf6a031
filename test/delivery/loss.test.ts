import { describe, expect, test } from 'vitest';
import { allowedLoss, type LossPolicy, lossStop } from '../../src/delivery/loss.ts';

describe('rows that may be lost', () => {
  test.each<[string, LossPolicy, number, number]>([
    ['none where the first one stops', { stop: true }, 1_000_000, 0],
    ['none of nothing', { budget: 1 }, 0, 0],
    ['none without a budget', { budget: 0 }, 1_000_000, 0],
    ['all', { budget: 1 }, 1_000_000, 1_000_000],
    ['a share, rounded down', { budget: 0.1 }, 19, 1],
    ['a share that floating point makes too small', { budget: 0.001 }, 30_000, 30],
    ['a share of very many', { budget: 0.003 }, 5_000_000_001, 15_000_000],
  ])('%s', (_, policy, plannedHits, rows) => {
    expect(allowedLoss(policy, plannedHits)).toBe(rows);
  });
});

describe('the stop for lost rows', () => {
  test.each<[string, number, LossPolicy, number]>([
    ['nothing is lost and nothing may be', 0, { stop: true }, 100],
    ['as many are lost as may be', 10, { budget: 0.1 }, 100],
    ['all are lost and all may be', 100, { budget: 1 }, 100],
  ])('does not come where %s', (_, lost, policy, plannedHits) => {
    expect(lossStop(lost, policy, plannedHits)).toBeNull();
  });

  test.each<[number, LossPolicy, number, string]>([
    [1, { stop: true }, 100, '1 row of files that it accepted; 0 of 100 planned hits may be lost'],
    [11, { budget: 0.1 }, 100, '11 rows of files that it accepted; 10 of 100 planned hits may be lost'],
    [1_234, { stop: true }, 56_789, '1,234 rows of files that it accepted; 0 of 56,789 planned hits may be lost'],
  ])('comes at %d rows with %j', (lost, policy, plannedHits, says) => {
    expect(lossStop(lost, policy, plannedHits)).toMatchObject({
      code: 'delivery.loss',
      message: `Adobe did not take ${says}`,
      next: expect.stringMatching(/`status`.*cannot be sent again.*onInvalidRows: \{ budget: … \}/),
    });
  });
});

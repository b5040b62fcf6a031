import { expect } from 'vitest';
import type { PromiseCheck } from '../../src/inspection/verify.ts';

/** Proves that `verify` looked at every promise and that all hold; shows the detail of those that do not. */
export function expectAllPromises(promises: readonly PromiseCheck[]): void {
  expect(promises.filter(({ holds }) => !holds)).toEqual([]);
  expect(promises.map(({ id }) => id)).toEqual(['P1', 'P2', 'P3', 'P4', 'P5']);
}

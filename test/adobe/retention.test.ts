import { expect, it } from 'vitest';
import { keptFrom } from '../../src/adobe/retention.ts';

const seconds = (text: string): number => Date.parse(text) / 1000;

it.each([
  ['2026-11-22T04:15:32.900Z', 25, '2024-10-22T04:15:32Z'],
  ['2026-01-31T00:00:00Z', 1, '2025-12-31T00:00:00Z'],
  ['2026-03-31T12:00:00Z', 1, '2026-02-28T12:00:00Z'],
  ['2024-03-30T12:00:00Z', 1, '2024-02-29T12:00:00Z'],
  ['2024-02-29T00:00:00Z', 12, '2023-02-28T00:00:00Z'],
  ['2026-11-22T00:00:00Z', 121, '2016-10-22T00:00:00Z'],
])('at %s, %i months reach back to %s', (now, months, from) => {
  expect(keptFrom(Date.parse(now), months)).toBe(seconds(from));
});

import type { WindowCount } from '../../src/source/source.ts';

/** Counts as tables of cases say them: `null: 1, -60: 2`. */
export function spansOf(counts: readonly WindowCount[]): string {
  return counts.map(({ start, rows }) => `${start}: ${rows}`).join(', ');
}

import { plural } from '../../domain/count.ts';
import { MigrationError } from '../../domain/error.ts';
import type { StreamQuery, WindowColumn } from '../source.ts';
import { wholeText } from '../window-count.ts';

/** The label under which texts with an hour and a minute, but without seconds, are counted; no time begins like this. */
export const shortLabel = 'no seconds';

/** Of those that are no `wholeText`, the LIKE pattern of texts without seconds; none is a `date`. */
export function shortText(type: 'datetime' | 'iso' | 'date'): string {
  return `${wholeText(type).slice(0, '____-__-__ __:__'.length)}%`;
}

/**
 * Throws `input.invalid` where rows are found by their times and return texts without seconds: `2015-03-01 10:24` sorts
 * before the cut `2015-03-01 10:24:00` that its row lies behind, so that it would be counted in no slice. `found` are
 * answers to `countStatement`, `always` those to the same question over an empty range.
 */
export function assertNoneShort(
  { stream }: StreamQuery,
  { column }: WindowColumn,
  found: readonly (readonly (string | null)[])[],
  always: readonly (readonly (string | null)[])[],
): void {
  const rows = shortRows(found) - shortRows(always);
  if (rows <= 0) return;
  throw new MigrationError(
    'input.invalid',
    `Stream ${stream}: :from and :to are compared with times, but ${plural(rows, 'row')} return ${column} as text without seconds`,
    { next: `Return ${column} as the column that is compared, or as text with its seconds.` },
  );
}

/** Rows that were counted under `shortLabel`. */
export function shortRows(groups: readonly (readonly (string | null)[])[]): number {
  return groups.reduce((sum, [label, rows]) => (label === shortLabel ? sum + Number(rows) : sum), 0);
}

import { PostgresAdapter, PostgresQueryCompiler, type RawBuilder, sql } from 'kysely';
import { compileOnly } from '../compile-only.ts';
import type { WindowColumn, WindowCount } from '../source.ts';
import { isEpoch, perSecond } from '../window.ts';
import { type CountedGroup, prefixLength, wholeText, windowCounts } from '../window-count.ts';
import { shortLabel, shortText } from './short-texts.ts';
import type { Kind } from './window-binding.ts';

const compiler = compileOnly(new PostgresAdapter(), new PostgresQueryCompiler());

/**
 * Counts a query's rows by span of the window column, unsorted: the span's number for numbers and points in time
 * (`±Infinity` for infinite ones), for texts their beginning down to the coarsest unit that divides `grain`, for those that
 * are no `wholeText` NULL or `shortLabel`.
 */
export function countStatement(query: string, { column, type }: WindowColumn, kind: Kind, grain: number): string {
  const cell = sql.id(column);
  const label = isEpoch(type)
    ? numberSpan(cell, kind, sql.raw(`${perSecond[type] * BigInt(grain)}::bigint`))
    : kind === 'text'
      ? sql`CASE WHEN ${cell} COLLATE "C" LIKE ${sql.lit(wholeText(type))} THEN left(${cell}, ${sql.lit(prefixLength(grain))})
          WHEN ${cell} COLLATE "C" LIKE ${sql.lit(shortText(type))} THEN ${sql.lit(shortLabel)} END`
      : // Whole seconds are exact in a float, and dividing floats is many times faster than numerics.
        sql`floor(date_part('epoch', date_trunc('second', ${cell}::${timestamp(kind)})) / ${sql.lit(grain)})`;
  return sql`SELECT ${label}, count(*) FROM (${sql.raw(query)}\n) AS result GROUP BY 1`.compile(compiler).sql;
}

function numberSpan(cell: RawBuilder<unknown>, kind: Kind, size: RawBuilder<unknown>): RawBuilder<unknown> {
  // Numeric division rounds, and remainders do not; integer division rounds towards zero.
  return kind === 'numeric'
    ? sql`div(floor(${cell}) - mod(mod(floor(${cell}), ${size}) + ${size}, ${size}), ${size})`
    : sql`${cell} / ${size} - CASE WHEN ${cell} % ${size} < 0 THEN 1 ELSE 0 END`;
}

function timestamp(kind: Kind): RawBuilder<unknown> {
  return sql.raw(kind === 'timestamptz' ? 'timestamptz' : 'timestamp');
}

/** The answer to `countStatement`; what is NULL, `-infinity` or no number stands under `null`. */
export function countsOf(
  groups: readonly (readonly (string | null)[])[],
  { type }: WindowColumn,
  kind: Kind,
  grain: number,
): WindowCount[] {
  const isText = kind === 'text';
  return windowCounts(
    groups.map(([label = null, rows = null]): CountedGroup => {
      const known = label !== null && (isText || Number(label) > Number.NEGATIVE_INFINITY);
      return [known ? label : null, Number(rows)];
    }),
    // Only texts have their beginning as label; the others have their span's number, as seconds would.
    isText ? type : 's',
    grain,
  );
}

import { PostgresAdapter, PostgresQueryCompiler, type RawBuilder, sql } from 'kysely';
import { compileOnly } from '../compile-only.ts';
import type { WindowColumn, WindowCount } from '../source.ts';
import { isEpoch } from '../window.ts';
import { prefixLength, windowCounts } from '../window-count.ts';
import type { Kind } from './window-binding.ts';

const compiler = compileOnly(new PostgresAdapter(), new PostgresQueryCompiler());

const unit = { s: 1n, ms: 1_000n, us: 1_000_000n, ns: 1_000_000_000n } as const;

/**
 * Counts a query's rows by span of the window column, unsorted: the span's number for numbers and points in time
 * (`±Infinity` for infinite ones), for texts their beginning down to the coarsest unit that divides `grain`.
 */
export function countStatement(query: string, { column, type }: WindowColumn, kind: Kind, grain: number): string {
  const cell = sql.id(column);
  const label = labelOf(cell, kind, isEpoch(type) ? unit[type] * BigInt(grain) : BigInt(grain), grain);
  return sql`SELECT ${label}, count(*) FROM (${sql.raw(query)}\n) AS result GROUP BY 1`.compile(compiler).sql;
}

function labelOf(cell: RawBuilder<unknown>, kind: Kind, span: bigint, grain: number): RawBuilder<unknown> {
  const size = sql.raw(`${span}::bigint`);
  switch (kind) {
    case 'text':
      return sql`left(${cell}, ${sql.lit(prefixLength(grain))})`;
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      // Whole seconds are exact in a float, and dividing floats is many times faster than numerics.
      return sql`floor(date_part('epoch', date_trunc('second', ${cell}::${timestamp(kind)})) / ${sql.lit(grain)})`;
    case 'numeric':
      // Numeric division rounds, and remainders do not.
      return sql`div(floor(${cell}) - mod(mod(floor(${cell}), ${size}) + ${size}, ${size}), ${size})`;
    default:
      // Integer division rounds towards zero.
      return sql`${cell} / ${size} - CASE WHEN ${cell} % ${size} < 0 THEN 1 ELSE 0 END`;
  }
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
    groups.map(([label = null, rows = null]) => {
      const known = label !== null && (isText || Number(label) > Number.NEGATIVE_INFINITY);
      return ['', known ? label : null, Number(rows)] as const;
    }),
    // Only texts have their beginning as label; the others have their span's number, as seconds would.
    isText ? type : 's',
    grain,
  );
}

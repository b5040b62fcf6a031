import { type RawBuilder, SqliteAdapter, SqliteQueryCompiler, sql } from 'kysely';
import { withoutEnd } from '../../config/query-places.ts';
import { plural } from '../../domain/count.ts';
import { MigrationError } from '../../domain/error.ts';
import { compileOnly } from '../compile-only.ts';
import type { StreamQuery, WindowColumn, WindowCount } from '../source.ts';
import { isEpoch, perSecond } from '../window.ts';
import { type CountedGroup, prefixLength, wholeText, windowCounts } from '../window-count.ts';
import { shortForms } from './short-texts.ts';

const compiler = compileOnly(new SqliteAdapter(), new SqliteQueryCompiler());

/**
 * SQLite's statement that counts a query's rows by storage class and span of the window column: the span's number for
 * integers, for texts their beginning down to the coarsest of day, hour, minute and second that divides `grain`, for
 * those that are no `wholeText` NULL. The last value is one of the texts of `shortForms` in the group.
 */
export function countStatement(query: string, { column, type }: WindowColumn, grain: number): string {
  const cell = sql.id(column);
  const label = isEpoch(type)
    ? spanNumber(cell, sql.lit(Number(perSecond[type]) * grain))
    : sql`CASE WHEN ${cell} LIKE ${sql.lit(wholeText(type))} THEN substr(${cell}, 1, ${sql.lit(prefixLength(grain))}) END`;
  const forms = isEpoch(type) ? [] : shortForms(type).map((form) => sql`${cell} GLOB ${sql.lit(form)}`);
  const short = forms.length === 0 ? sql`NULL` : sql`max(CASE WHEN ${sql.join(forms, sql` OR `)} THEN ${cell} END)`;
  return sql`SELECT typeof(${cell}), ${label}, count(*), ${short} FROM (${rowsOf(query)}) GROUP BY 1, 2`.compile(
    compiler,
  ).sql;
}

/** SQLite's statement that counts the rows whose window column is this text. */
export function countTextStatement(query: string, { column }: WindowColumn, text: string): string {
  return sql`SELECT count(*) FROM (${rowsOf(query)}) WHERE ${sql.id(column)} = ${sql.lit(text)}`.compile(compiler).sql;
}

/** The user's query as it is; the line break ends a comment that it may close with. */
function rowsOf(query: string): RawBuilder<unknown> {
  return sql.raw(`${withoutEnd(query, 'sqlite')}\n`);
}

/** Floor division; SQLite's `/` rounds integers towards zero. */
function spanNumber(cell: RawBuilder<unknown>, size: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`CASE typeof(${cell})
    WHEN 'integer' THEN ${cell} / ${size} - (${cell} % ${size} < 0)
    WHEN 'real' THEN CAST(floor(${cell} / ${size}) AS INTEGER) END`;
}

/** An answer to `countStatement`: storage class, label, rows, a text without seconds. */
export type StoredGroup = readonly [storage: string, label: bigint | string | null, rows: bigint, short: string | null];

/** The counts that groups tell. Throws `input.invalid` for values that SQLite stores as another type than declared. */
export function countsOf(
  stream: StreamQuery,
  window: WindowColumn,
  grain: number,
  groups: readonly StoredGroup[],
): WindowCount[] {
  assertStorage(stream, window, groups);
  const labelled = groups.map(([, label, rows]): CountedGroup => [label === null ? null : String(label), Number(rows)]);
  return windowCounts(labelled, window.type, grain);
}

/** SQLite columns take any value, and values of another storage class sort apart: ranges would miss them. */
function assertStorage({ stream }: StreamQuery, { column, type }: WindowColumn, groups: readonly StoredGroup[]): void {
  const right = isEpoch(type) ? ['integer', 'real'] : ['text'];
  const wrong = groups.filter(([storage]) => storage !== 'null' && !right.includes(storage));
  if (wrong.length === 0) return;
  const rows = wrong.reduce((sum, [, , some]) => sum + Number(some), 0);
  const found = [...new Set(wrong.map(([storage]) => storage))].sort().join(' and ');
  throw new MigrationError(
    'input.invalid',
    `Stream ${stream}: window column ${column} is declared as ${type}, but in ${plural(rows, 'row')} SQLite stores it as ${found}`,
    {
      next: `Declare the type that the column has, or convert it with CAST both in the result and where :from and :to are compared.`,
    },
  );
}

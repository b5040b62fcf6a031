import { type RawBuilder, SqliteAdapter, SqliteQueryCompiler, sql } from 'kysely';
import { withoutEnd } from '../config/query-places.ts';
import { compileOnly } from './compile-only.ts';
import { shortForms } from './short-texts.ts';
import type { WindowColumn, WindowCount } from './source.ts';
import { isEpoch, perSecond, readWall } from './window.ts';

const compiler = compileOnly(new SqliteAdapter(), new SqliteQueryCompiler());

/** One group of the counting query: storage class, the group's label, its rows. */
export type CountedGroup = readonly [storage: string, label: string | null, rows: number];

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

/**
 * The LIKE pattern of texts that sort within the span that their beginning tells. A shorter one, such as
 * `2015-03-01 10:00`, sorts before the cut `2015-03-01 10:00:00`, and one with other separators may sort anywhere.
 */
export function wholeText(type: 'datetime' | 'iso' | 'date'): string {
  return { datetime: '____-__-__ __:__:__%', iso: '____-__-__T__:__:__%', date: '____-__-__%' }[type];
}

/** How much of a text such as `2015-03-01 10:00:00` tells its span of a grid of `grain` seconds. */
export function prefixLength(grain: number): number {
  if (grain % 86_400 === 0) return 10;
  if (grain % 3_600 === 0) return 13;
  return grain % 60 === 0 ? 16 : 19;
}

/** Counts in ascending `start`, first the `null` one: rows whose window column is NULL or cannot be read as its type. */
export function windowCounts(groups: Iterable<CountedGroup>, type: WindowColumn['type'], grain: number): WindowCount[] {
  const found = new Map<number | null, number>();
  for (const [, label, rows] of groups) {
    const start = label === null ? null : isEpoch(type) ? Number(label) * grain : spanOf(label, type, grain);
    found.set(start, (found.get(start) ?? 0) + rows);
  }
  return [...found]
    .map(([start, rows]) => ({ start, rows }))
    .sort((a, b) => (a.start ?? Number.NEGATIVE_INFINITY) - (b.start ?? Number.NEGATIVE_INFINITY));
}

/** The start of the grid span in which a text with this beginning lies. */
function spanOf(beginning: string, type: 'datetime' | 'iso' | 'date', grain: number): number | null {
  const whole = type === 'date' ? '' : type === 'iso' ? '0000-00-00T00:00:00' : '0000-00-00 00:00:00';
  const wall = readWall(type, beginning + whole.slice(beginning.length));
  return wall === null ? null : Math.floor(wall / grain) * grain;
}

/** The storage classes in which SQLite may hold a window column of this type, NULL aside. */
export function storageOf(type: WindowColumn['type']): readonly string[] {
  return isEpoch(type) ? ['integer', 'real'] : ['text'];
}

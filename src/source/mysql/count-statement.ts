import { MysqlAdapter, MysqlQueryCompiler, type RawBuilder, sql } from 'kysely';
import { count } from '../../domain/count.ts';
import { MigrationError } from '../../domain/error.ts';
import { compileOnly } from '../compile-only.ts';
import type { StreamQuery, WindowColumn, WindowCount } from '../source.ts';
import { isEpoch, perSecond } from '../window.ts';
import { type CountedGroup, prefixLength, wholeText, windowCounts } from '../window-count.ts';
import type { TextRow } from './connection.ts';
import type { FieldKind } from './result-field.ts';

const compiler = compileOnly(new MysqlAdapter(), new MysqlQueryCompiler());

/** `TO_SECONDS('1970-01-01')`. */
const epochInSeconds = 62_167_219_200;

/**
 * The statement that counts a query's rows by span of the window column: the span's number for instants and numbers, for
 * texts their beginning down to the coarsest of day, hour, minute and second that divides `grain`. The label of texts that
 * are no `wholeText` is NULL where they have no seconds or no time, else a few characters of them. Rows are grouped by
 * hash; only the groups are sorted, if at all.
 */
export function countStatement(query: string, { column, type }: WindowColumn, kind: FieldKind, grain: number): string {
  const value = sql`${sql.id('counted', column)}`;
  const label = isEpoch(type)
    ? spanNumber(value, Number(perSecond[type]) * grain)
    : kind === 'text'
      ? textLabel(value, type, grain)
      : timeSpan(value, grain);
  // The user's query stays as it is; the line break ends a comment that it may close with.
  return sql`SELECT ${label}, COUNT(*) FROM (${sql.raw(query)}\n) AS ${sql.id('counted')} GROUP BY 1`.compile(compiler)
    .sql;
}

/**
 * NULL for dates of no calendar: as a number, '2015-02-31' is the third of March and, up to MySQL 8.0, '2015-03-00' the
 * last of February (MySQL sources, sql/item_timefunc.cc: TO_DAYS and TO_SECONDS refuse '0000-00-00' alone), while ranges
 * and homes see the first before the first of March and the second behind the 28th of February.
 */
function timeSpan(value: RawBuilder<unknown>, grain: number): RawBuilder<unknown> {
  const span = spanNumber(sql`(TO_SECONDS(${value}) - ${sql.lit(epochInSeconds)})`, grain);
  return sql`CASE WHEN DATE(${value}) = FROM_DAYS(TO_DAYS(${value})) THEN ${span} END`;
}

/** DIV rounds towards zero, and a DECIMAL may have a negative zero as its remainder. */
function spanNumber(number: RawBuilder<unknown>, size: number): RawBuilder<unknown> {
  return sql`${number} DIV ${sql.lit(size)} - (${number} < ${number} DIV ${sql.lit(size)} * ${sql.lit(size)})`;
}

const shortText = '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}Z?)?$';
/** Ends before the day, so that no text can be taken for a time by it. */
const unreadableLength = 8;

function textLabel(value: RawBuilder<unknown>, type: 'datetime' | 'iso' | 'date', grain: number): RawBuilder<unknown> {
  const label = sql`CASE WHEN ${value} LIKE ${sql.lit(wholeText(type))} THEN LEFT(${value}, ${sql.lit(prefixLength(grain))})
    WHEN ${value} REGEXP ${sql.lit(shortText)} THEN NULL ELSE LEFT(${value}, ${sql.lit(unreadableLength)}) END`;
  return sql`CONVERT(${label} USING utf8mb4) COLLATE utf8mb4_bin`;
}

/** The counts that the statement's rows tell. Throws `input.invalid` for texts whose order the server sees otherwise than their bytes. */
export function countsOf(
  stream: StreamQuery,
  window: WindowColumn,
  kind: FieldKind,
  grain: number,
  rows: readonly TextRow[],
): WindowCount[] {
  const groups = rows.map(([label = null, count]): CountedGroup => [label, Number(count)]);
  const counts = windowCounts(groups, kind === 'text' ? window.type : 's', grain);
  if (kind === 'text') assertOrdered(stream, window, grain, groups);
  return counts;
}

/**
 * Homes are told apart by bytes, ranges by the column's collation. The two agree on texts of the declared shape, on empty
 * ones and on words; other signs and digits may sort apart, and a row would be in no range.
 */
function assertOrdered(
  { stream }: StreamQuery,
  window: WindowColumn,
  grain: number,
  groups: readonly CountedGroup[],
): void {
  const wrong = groups.filter(
    ([label, rows]) =>
      label !== null &&
      !/^($|[A-Za-z])/.test(label) &&
      windowCounts([[label, rows]], window.type, grain)[0]?.start === null,
  );
  if (wrong.length === 0) return;
  const rows = wrong.reduce((sum, [, some]) => sum + some, 0);
  throw new MigrationError(
    'input.invalid',
    `Stream ${stream}: window column ${window.column} is declared as ${window.type}, but ${count(rows)} of its rows hold other text, such as ${JSON.stringify(wrong[0]?.[0])}`,
    { next: 'Declare the type that the column has, or leave such rows out in the query.' },
  );
}

import type { SourceTable } from '../../source/source.ts';
import { isTimeName } from './choose-time.ts';
import { namesOf } from './guess-roles.ts';
import { type Role, rules } from './roles.ts';

const timeType = /^(?:timestamp|datetime|date)\b/;
const hitName = /hit|page_?view|view|event|action|request|click|track|log|impression|visit/i;
/** What Adobe counts first; a table of what visitors did beside holds links. */
const pageTable = /(?:^|_)(?:pages?(?:_?(?:view|hit|visit|load)s?)?|requests?)$/i;
const otherName =
  /user|customer|order|commerce|transaction|payment|item|product|goal|setting|config|option|migration|archive|report|cache|queue|summar|aggregat|daily|monthly|stat|index|segment|session|data$/i;
const visitors: readonly Role[] = ['visitorID', 'ipaddress', 'userAgent'];
/** What a hit is known by: a table that has these is one of hits. */
const telling: readonly Role[] = [...visitors, 'pageURL', 'path', 'pageName', 'referrer', 'kind'];

/**
 * The tables that may hold hits, the likeliest first: a time, best with an index; columns that hits have; a name such as
 * pageviews. How many rows they have is not asked.
 */
export function likelyHits(tables: readonly SourceTable[]): SourceTable[] {
  const points = new Map(tables.map((table) => [table, pointsOf(table)]));
  return tables
    .filter((table) => table.columns.some(mayBeTime))
    .sort((one, other) => (points.get(other) ?? 0) - (points.get(one) ?? 0));
}

function mayBeTime({ name, type }: SourceTable['columns'][number]): boolean {
  return timeType.test(type) || isTimeName(name);
}

function pointsOf(table: SourceTable): number {
  const isIndexed = table.columns.some((column) => table.indexed.includes(column.name) && mayBeTime(column));
  const roles = tellingRoles(table);
  // A table of a website's pages tells of no visitor.
  const isOfPages = pageTable.test(table.name) && roles.some((role) => visitors.includes(role));
  const name = (hitName.test(table.name) || isOfPages ? 2 : 0) - (otherName.test(table.name) ? 2 : 0);
  return (isIndexed ? 2 : 0) + name + (isOfPages ? 2 : 0) + 1.5 * roles.length;
}

/** What a table tells of its rows that a hit is known by, by the names of its columns. */
export function tellingRoles({ columns }: SourceTable): Role[] {
  const names = columns.flatMap(({ name }) => namesOf(name));
  return rules
    .filter((rule) => telling.includes(rule.role) && names.some((name) => rule.names.test(name)))
    .map(({ role }) => role);
}

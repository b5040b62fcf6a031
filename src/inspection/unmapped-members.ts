import { type Row, wholeRow } from '../domain/row.ts';
import { parseJson, withMembersRead } from '../mapping/json.ts';
import { parseSourceName, writeSourceName } from '../mapping/source-name.ts';
import { jsonMembers } from './json-members.ts';

/** A member of a JSON column that no value of the mapping reads. */
export interface UnmappedMember {
  /** As the mapping would name it, odd names quoted. */
  readonly name: string;
  /** Rows in which it has a value. */
  readonly rows: number;
}

const mostMembers = 500;
/** Keys below which names are only asked for. */
const conditions = new Set(['skip', 'reject', 'when']);

/**
 * The members of JSON columns that rows have and that nothing in a stream's part of the mapping names, most frequent
 * first. What its query names may be read there. A list of `{key, value}` counts by its keys, another list as one member.
 * What a value names as a whole is named with all that is inside; a condition names no more than it asks. At most 500
 * members are followed.
 */
export function unmappedMembers(spec: object, columns: readonly string[], rows: readonly Row[]): UnmappedMember[] {
  const named = namesIn(spec);
  const inQuery = new Set('query' in spec ? String(spec.query).match(/[\w-]+/g) : []);
  const found = new Map<string, { parts: readonly string[]; rows: number }>();
  for (const row of rows) {
    for (const [place, column] of columns.entries()) {
      const cell = row[place];
      if (typeof cell !== 'string' || !/^\s*[[{]/.test(cell)) continue;
      const node = parseJson(cell);
      const members = column === wholeRow ? jsonMembers(withMembersRead(node), []) : jsonMembers(node, [column]);
      for (const [parts] of members) {
        const key = JSON.stringify(parts);
        const known = found.get(key);
        if (known !== undefined) known.rows += 1;
        else if (found.size < mostMembers) found.set(key, { parts, rows: 1 });
      }
    }
  }
  return [...found.values()]
    .filter(({ parts }) => !inQuery.has(parts.at(-1) ?? '') && !named.some((name) => names(parts, name)))
    .map(({ parts, rows: count }) => ({ name: writeSourceName(parts), rows: count }))
    .sort((one, other) => other.rows - one.rows);
}

/**
 * Those of a row's columns, as `shownRow` names them, that nothing in a stream's part of the mapping names, nor anything
 * inside them. What this program adds to rows of files (`#file`, `#line`) is none of them.
 */
export function unreadColumns(spec: object, columns: readonly string[]): string[] {
  const named = namesIn(spec);
  const isRead = (parts: readonly string[]): boolean =>
    named.some(({ parts: name }) => parts.slice(0, name.length).every((part, at) => part === name[at]));
  return columns.filter(
    (column) => !column.startsWith('#') && ![[column], parseSourceName(column) ?? [column]].some(isRead),
  );
}

/** A name of the mapping, in parts; `isWhole` where all that is inside comes along. */
interface Name {
  readonly parts: readonly string[];
  readonly isWhole: boolean;
}

function names(parts: readonly string[], { parts: name, isWhole }: Name): boolean {
  if (isWhole ? name.length > parts.length : name.length !== parts.length) return false;
  return name.every((one, at) => one === parts[at]);
}

/** Every text of the mapping that may be a source's name, templates' parts among them. */
function namesIn(spec: unknown, isWhole = true): Name[] {
  if (typeof spec === 'string') {
    const inTemplates = [...spec.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name);
    return [spec, ...inTemplates].flatMap((name) => [
      { parts: [name], isWhole },
      { parts: parseSourceName(name) ?? [name], isWhole },
    ]);
  }
  if (typeof spec !== 'object' || spec === null) return [];
  if (Array.isArray(spec)) return spec.flatMap((item) => namesIn(item, isWhole));
  return Object.entries(spec).flatMap(([key, value]) => {
    if (key === 'query') return [];
    // Elsewhere keys are the language's own: `event` of an entry of `events` is no column of that name.
    return [...(isWhole ? [] : namesIn(key, isWhole)), ...namesIn(value, isWhole && !conditions.has(key))];
  });
}

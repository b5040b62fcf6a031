import { escapeId } from 'mysql2';
import type { RangeAccess } from '../source.ts';
import type { ResultField } from './result-field.ts';

/** A table of the plan: the alias where the query gives one, in angle brackets where it is made of a query's rows. */
interface PlannedTable {
  readonly name: string;
  /** As MariaDB and MySQL's version 1 have it: `ALL` and `index` read everything. */
  readonly access: string;
  readonly key: string | null;
  readonly usedParts: readonly string[];
  readonly possibleKeys: readonly string[];
  /** What its rows are filtered by, where a plan names no possible keys. */
  readonly filter: string;
}

/** Every table of a plan, whatever sorts, joins, unions and materialised queries stand around it. */
function plannedTables(plan: unknown, filter = ''): PlannedTable[] {
  if (Array.isArray(plan)) return plan.flatMap((part) => plannedTables(part, filter));
  if (typeof plan !== 'object' || plan === null) return [];
  const node = plan as Record<string, unknown>;
  const own = Object.hasOwn(node, 'operation') ? ofVersion2(node, filter) : ofVersion1(node);
  const inside = own === null ? filter + (textOf(node['condition']) ?? '') : '';
  const inner = Object.values(node).flatMap((part) => plannedTables(part, inside));
  return own === null ? inner : [own, ...inner];
}

function ofVersion1(node: Readonly<Record<string, unknown>>): PlannedTable | null {
  const name = textOf(node['table_name']);
  const access = textOf(node['access_type']);
  if (name === null || access === null) return null;
  const isMade = Object.hasOwn(node, 'materialized_from_subquery');
  return {
    name: isMade ? `<${name}>` : name,
    access,
    key: textOf(node['key']),
    usedParts: textsOf(node['used_key_parts']),
    possibleKeys: textsOf(node['possible_keys']),
    filter: '',
  };
}

/** What MySQL's hypergraph optimizer writes whatever version is asked for: conditions stand around the tables. */
function ofVersion2(node: Readonly<Record<string, unknown>>, filter: string): PlannedTable | null {
  const name = textOf(node['alias']) ?? textOf(node['table_name']);
  const kind = textOf(node['index_access_type']);
  if (name === null || (kind === null && node['access_type'] !== 'table')) return null;
  const isMade = kind === null && Object.hasOwn(node, 'inputs');
  return {
    name: isMade ? `<${name}>` : name,
    access: kind === null ? 'ALL' : kind === 'index_scan' ? 'index' : kind,
    key: textOf(node['index_name']),
    usedParts: textsOf(node['key_columns']),
    possibleKeys: [],
    filter,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/**
 * What a plan (the text of `EXPLAIN FORMAT=JSON`) says about the window column. An index that begins with the column and
 * that the server could use, but does not (the table is small, or the range is most of it), counts as an index.
 * `firsts` gives the first column of each index of the field's table. A field without a table is computed, or of a derived table.
 */
export function rangeAccess(plan: string, field: ResultField, firsts: ReadonlyMap<string, string>): RangeAccess {
  const tables = plannedTables(JSON.parse(plan));
  const own = tables.filter(({ name }) => name === field.table);
  const candidates = own.length > 0 ? own : tables;
  const isColumn = (name: string | undefined) => name?.toLowerCase() === field.orgName.toLowerCase();
  const used = candidates.find((table) => !isReadWhole(table) && table.key !== null && table.usedParts.some(isColumn));
  // Of a union one arm says nothing of the others; what is materialised has a name such as `<derived2>`.
  const isMerged = field.table !== '' && tables.every(({ name }) => !name.startsWith('<'));
  if (used !== undefined && (field.orgTable !== '' || isMerged)) {
    return { isIndexed: true, detail: told(used), cure: null };
  }
  if (field.orgTable === '') {
    const whole = [...new Set(tables.filter(isReadWhole).map(({ name }) => name.replace(/^<|>$/g, '')))];
    return {
      isIndexed: whole.length === 0,
      detail: whole.length === 0 ? tables.map(told).join(', ') : `${whole.join(', ')} is read whole`,
      cure:
        whole.length === 0
          ? null
          : `Return ${field.name} as a plain column, compare that with :from and :to, and create an index that begins with it.`,
    };
  }
  const key = candidates
    .flatMap((table) => (isCompared(table, field) ? [...firsts.keys()] : table.possibleKeys))
    .find((name) => isColumn(firsts.get(name)));
  if (key !== undefined) {
    return { isIndexed: true, detail: `${key} (there, and not worth it for this range)`, cure: null };
  }
  const [first] = candidates;
  const isWhole = first === undefined || isReadWhole(first);
  return {
    isIndexed: false,
    detail: isWhole ? `${field.table} is read whole` : `${told(first)}, without ${field.orgName}`,
    cure: createIndex(field),
  };
}

/** Whether a plan without possible keys filters the table by its column as it stands, which an index on it would serve. */
function isCompared({ name, filter }: PlannedTable, { orgName }: ResultField): boolean {
  const plain = [escapeId(name, true), name].flatMap((table) =>
    [escapeId(orgName, true), orgName].map((column) => `(${table}.${column} `),
  );
  return plain.some((start) => ['<', '>'].some((sign) => filter.includes(start + sign)));
}

/** `index` is every entry of an index, one after another. */
function isReadWhole({ access }: PlannedTable): boolean {
  return access === 'ALL' || access === 'index';
}

function told({ name, key, access }: PlannedTable): string {
  return key === null ? `${name} (${access})` : `${name}.${key}`;
}

function createIndex({ schema, orgTable, orgName }: ResultField): string {
  const index = `${orgTable}_${orgName}`.slice(0, 64);
  return `CREATE INDEX ${escapeId(index, true)} ON ${escapeId(schema, true)}.${escapeId(orgTable, true)} (${escapeId(orgName, true)})`;
}

import { escapeId } from 'mysql2';
import type { RangeAccess } from '../source.ts';
import type { ResultField } from './result-field.ts';

/** A table of the plan, as `EXPLAIN FORMAT=JSON` of MySQL and of MariaDB both have it. */
interface PlannedTable {
  readonly name: string;
  readonly access: string;
  readonly key: string | null;
  readonly usedParts: readonly string[];
  readonly possibleKeys: readonly string[];
}

/** Every table of a plan, whatever sorts, joins, unions and materialised queries stand around it. */
function plannedTables(plan: unknown): PlannedTable[] {
  if (Array.isArray(plan)) return plan.flatMap(plannedTables);
  if (typeof plan !== 'object' || plan === null) return [];
  const node = plan as Record<string, unknown>;
  const inner = Object.values(node).flatMap(plannedTables);
  const { table_name: name, access_type: access, key } = node;
  if (typeof name !== 'string' || typeof access !== 'string') return inner;
  const own = {
    name,
    access,
    key: typeof key === 'string' ? key : null,
    usedParts: textsOf(node['used_key_parts']),
    possibleKeys: textsOf(node['possible_keys']),
  };
  return [own, ...inner];
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/**
 * What a plan (the text of `EXPLAIN FORMAT=JSON`) says about the window column. An index that begins with the column and
 * that the server could use, but does not (the table is small, or the range is most of it), counts as an index.
 * `leading` gives the first column of a table's index. A field without a table is computed, or of a derived table.
 */
export function rangeAccess(
  plan: string,
  field: ResultField,
  leading: (key: string) => string | undefined,
): RangeAccess {
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
    const whole = tables.filter(isReadWhole).map(({ name }) => name);
    return {
      isIndexed: whole.length === 0,
      detail: whole.length === 0 ? tables.map(told).join(', ') : `${whole.join(', ')} is read whole`,
      cure:
        whole.length === 0
          ? null
          : `Return ${field.name} as a plain column, compare that with :from and :to, and create an index that begins with it.`,
    };
  }
  const key = candidates.flatMap(({ possibleKeys }) => possibleKeys).find((name) => isColumn(leading(name)));
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

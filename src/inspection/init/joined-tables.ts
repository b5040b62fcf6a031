import type { SourceTable } from '../../source/source.ts';
import { tellingRoles } from './hit-tables.ts';

/** A table of which each hit names one row. */
export interface JoinedTable {
  readonly table: SourceTable;
  /** The column of the hits' table, and the key of this one that it holds. */
  readonly by: string;
  readonly key: string;
  /** What the table's name says one row is. */
  readonly one: string;
  /** Whether numbers stand as text in the hits' column. */
  readonly isCast: boolean;
}

/** Tables whose row each hit names (`visit_id` of `visits`) and that tell who it was or where, which the hit's own does not. */
export function joinedTables(hits: SourceTable, tables: readonly SourceTable[]): JoinedTable[] {
  const own = tellingRoles(hits);
  return tables.flatMap((table) => {
    const [key, ...more] = table.key;
    if (table === hits || table.schema !== hits.schema || key === undefined || more.length > 0) return [];
    const by = hits.columns.find(({ name }) => namesKey(name, table.name) && !hits.key.includes(name));
    if (by === undefined || tellingRoles(table).every((role) => own.includes(role))) return [];
    const [from, to] = [familyOf(by.type), familyOf(table.columns.find(({ name }) => name === key)?.type ?? '')];
    const isCast = from === 'text' && to === 'number';
    const fits = isCast || from === to || from === '' || to === '';
    return fits ? [{ table, by: by.name, key, one: oneOf(table.name), isCast }] : [];
  });
}

/** Types that can be compared without losing an index or a digit. */
function familyOf(type: string): string {
  if (/int|serial|numeric|decimal/.test(type)) return 'number';
  return /char|text|clob/.test(type) ? 'text' : type.replace(/\(.*/, '');
}

/** `visits` and `log_visit` hold visits. */
function oneOf(table: string): string {
  return table
    .toLowerCase()
    .replace(/^.*_(?=[a-z]+$)/, '')
    .replace(/(?<!s)s$/, '');
}

/** `visit_id`, `idvisit` and `visit` name a row of `visits`, `log_visit` and `visit`. */
function namesKey(column: string, table: string): boolean {
  const one = oneOf(table);
  return [one, `${one}_id`, `${one}id`, `id_${one}`, `id${one}`, `${one}_key`].includes(column.toLowerCase());
}

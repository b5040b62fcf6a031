import type { SourceTable } from '../../source/source.ts';
import type { JoinedTable } from './joined-tables.ts';

/** The engines whose tables a draft reads. */
export type TableEngine = 'postgres' | 'mysql' | 'sqlite';

/** A draft's tables, as a query reads them. */
export interface TableRows {
  readonly engine: TableEngine;
  readonly table: SourceTable;
  readonly joins: readonly JoinedTable[];
}

/** Words that SQLite takes nowhere as a bare name; behind a table's name the other engines take any. */
const reserved = new Set(
  `add all alter and as between case check collate commit constraint create default delete distinct drop else escape
   exists foreign from group having in index insert into is isnull join limit not nothing notnull null on or order primary
   references returning select set table then to transaction union unique update using values when where`.split(/\s+/),
);

/** A name in the engine's quotes. */
export function quoted(engine: TableEngine, name: string): string {
  const mark = engine === 'mysql' ? '`' : '"';
  return `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
}

/** A table's name, with its schema where the engine would look elsewhere first. */
export function tableName(engine: TableEngine, { schema, name }: Pick<SourceTable, 'schema' | 'name'>): string {
  return schema === null || schema === 'public'
    ? quoted(engine, name)
    : `${quoted(engine, schema)}.${quoted(engine, name)}`;
}

/** One column of a query's result. */
export interface SelectItem {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

/** The columns of all tables; one of a joined table whose name is taken is named after its table. */
export function selectItems({ engine, table, joins }: TableRows): SelectItem[] {
  const items = new Map<string, SelectItem>();
  const add = (at: number, { name: own, type }: SourceTable['columns'][number], name: string): void => {
    const place = placeOf(engine, at, own);
    const text = readable(engine, place, name, type);
    const isAs = text !== place || name !== own;
    const key = name.toLowerCase();
    if (!items.has(key)) items.set(key, { name, type, text: isAs ? `${text} AS ${quoted(engine, name)}` : text });
  };
  for (const column of table.columns) add(0, column, column.name);
  for (const [at, { table: joined, key, one }] of joins.entries()) {
    // The hits' own column holds the key.
    for (const column of joined.columns.filter(({ name }) => name !== key))
      add(at + 1, column, items.has(column.name.toLowerCase()) ? `${one}_${column.name}` : column.name);
  }
  return [...items.values()];
}

const isAddress = (name: string): boolean => /(?:^|_)(?:ip|addr(?:ess)?)(?:_|$)|ip$/i.test(name);

/** What a mapping can read: no bytes, and addresses as people write them. */
function readable(engine: TableEngine, place: string, name: string, type: string): string {
  if (type === 'bytea') return `encode(${place}, 'hex')`;
  if (engine === 'mysql' && /^(?:var)?binary\((?:4|16)\)/.test(type) && isAddress(name)) return `INET6_NTOA(${place})`;
  return /binary\b|blob$/.test(type) ? `LOWER(HEX(${place}))` : place;
}

const width = 110;

/** `SELECT … FROM …` over several lines, without anything behind it. */
export function selectText(rows: TableRows): string {
  const { engine, table, joins } = rows;
  const lines: string[] = [];
  for (const { text } of selectItems(rows)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + text.length + 2 <= width) lines[lines.length - 1] = `${last}, ${text}`;
    else lines.push(`${last === undefined ? 'SELECT ' : '       '}${text}`);
  }
  const joined = joins.map(({ table: other, by, key, isCast }, at) => {
    const held = ownColumn(rows, by);
    const on = `${placeOf(engine, at + 1, key)} = ${isCast ? asNumber(engine, held) : held}`;
    return `LEFT JOIN ${tableName(engine, other)} ${aliasOf(at + 1)} ON ${on}`;
  });
  return [lines.join(',\n'), `FROM ${tableName(engine, table)} ${aliasOf(0)}`, ...joined].join('\n');
}

/** A column of the hits' own table, as the query's other clauses write it. */
export function ownColumn({ engine }: TableRows, name: string): string {
  return placeOf(engine, 0, name);
}

/** A number that stands as text; as a text it would be compared without the index, and without its last digits. */
function asNumber(engine: TableEngine, text: string): string {
  if (engine === 'postgres') return `CASE WHEN ${text} ~ '^\\d{1,18}$' THEN ${text}::bigint END`;
  return `CAST(${text} AS ${engine === 'mysql' ? 'SIGNED' : 'INTEGER'})`;
}

function placeOf(engine: TableEngine, at: number, name: string): string {
  // PostgreSQL makes bare names lower case.
  const isBare = /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name);
  return `${aliasOf(at)}.${isBare ? name : quoted(engine, name)}`;
}

function aliasOf(at: number): string {
  return at === 0 ? 'h' : `j${at}`;
}

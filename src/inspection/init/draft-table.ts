import { MigrationError } from '../../domain/error.ts';
import type { Row } from '../../domain/row.ts';
import { readSample } from '../../migration/read/read-sample.ts';
import type { Source, SourceTable, WindowColumn } from '../../source/source.ts';
import { isEpoch, isUtc } from '../../source/window.ts';
import type { Draft, DraftOptions } from './draft.ts';
import { type DraftedColumns, draftColumns } from './draft-columns.ts';
import { likelyHits } from './hit-tables.ts';
import { joinedTables } from './joined-tables.ts';
import { sampledFacts } from './sampled-facts.ts';
import { ownColumn, selectItems, selectText, type TableEngine, type TableRows } from './table-query.ts';

const sampleRows = 1_000;
const lastRows = 500;

/**
 * A draft of the table that a person names, else of the first with rows of those that look most like hits; with the tables
 * that its rows name.
 */
export async function draftTable(
  source: Source,
  engine: TableEngine,
  tables: readonly SourceTable[],
  options: DraftOptions,
): Promise<Draft> {
  const likely = likelyHits(tables);
  for (const table of options.table === undefined ? likely : [namedTable(tables, options.table)]) {
    const read: TableRows = { engine, table, joins: joinedTables(table, tables) };
    const rows = await sampleOf(source, read, options);
    const others = likely.filter((other) => other !== table).map(({ name }) => name);
    if (rows.length > 0) return { ...(await draftOf(source, read, rows, options)), others };
  }
  throw noRows(tables, options.table);
}

async function sampleOf(source: Source, read: TableRows, { signal }: DraftOptions): Promise<Row[]> {
  const { name: stream, key } = read.table;
  const query = selectText(read);
  const rows = await readSample(source, { stream, query }, { most: sampleRows, signal });
  if (rows.length < sampleRows || key.length === 0) return rows;
  // The newest rows may be filled otherwise than the oldest.
  const last = `${query}\nORDER BY ${key.map((name) => `${ownColumn(read, name)} DESC`).join(', ')}`;
  return [...rows, ...(await readSample(source, { stream, query: last }, { most: lastRows, signal }))];
}

async function draftOf(
  source: Source,
  read: TableRows,
  rows: readonly Row[],
  options: DraftOptions,
): Promise<Omit<Draft, 'others'>> {
  const { engine, table } = read;
  const query = selectText(read);
  const columns = await source.columns({ stream: table.name, query });
  const shortened = (await source.shortened?.({ stream: table.name, query })) ?? [];
  const types = new Map(selectItems(read).map(({ name, type }) => [name, type]));
  const isUtcType = (type: string): boolean =>
    type === 'timestamp with time zone' || (engine === 'mysql' && /^timestamp\b/.test(type));
  const draft = draftColumns(
    sampledFacts(columns, types, rows),
    { ...table, says: `the columns of table ${table.name}`, isUtcType },
    options,
  );
  const time = draft.time.facts.name;
  const { window } = draft.time.form;
  const isOwn = table.columns.some(({ name }) => name === time);
  const key = table.key.length > 0 ? table.key : tieBreak(draft, columns);
  const windowed = isOwn && window !== null ? { column: time, type: window, ...windowClock(window, draft.zone) } : null;
  return {
    ...draft,
    stream: table.name,
    of: `table ${table.name} and ${rows.length} of its rows`,
    query: windowed === null ? query : `${query}\n${windowClauses(read, time, key)}`,
    files: null,
    key,
    window: windowed,
    sampledRows: rows.length,
    remarks: [
      ...(table.key.length > 0
        ? []
        : [`${table.name} declares no key: ${key.join(', ')} tell rows of one instant apart`]),
      ...(windowed === null ? [`no range of ${time} can be asked for: the table is read once, whole`] : []),
      ...(windowed === null || table.indexed.includes(time)
        ? []
        : [`no index begins with ${time}: each slice reads the whole table; doctor says which index to create`]),
      ...joinRemarks(draft, read),
      ...shortened.map(({ column, detail, cure }) => `${column}: ${detail}; ${cure}`),
    ],
  };
}

function namedTable(tables: readonly SourceTable[], wanted: string): SourceTable {
  const fullName = ({ schema, name }: SourceTable): string => (schema === null ? name : `${schema}.${name}`);
  const found = tables.filter((table) => table.name === wanted || fullName(table) === wanted);
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  const [says, names] = first === undefined ? ['No table is', tables] : ['Several tables are', found];
  throw new MigrationError('input.invalid', `${says} named ${wanted}: there are ${names.map(fullName).join(', ')}`, {
    next: 'Correct --table.',
  });
}

function noRows(tables: readonly SourceTable[], wanted: string | undefined): MigrationError {
  const names = tables.map(({ name }) => name).join(', ');
  const message =
    wanted === undefined
      ? `No table that may be read has a column of times, and rows: there are ${names === '' ? 'none' : names}`
      : `Table ${wanted} is empty`;
  const next = 'Look at the database, or name the table of hits with --table.';
  return new MigrationError('input.invalid', message, { next });
}

/** What was joined; what a visit says once stands then in each of its hits. */
function joinRemarks({ hit }: DraftedColumns, { table: own, joins }: TableRows): string[] {
  const of = (table: SourceTable): ReadonlySet<string> => new Set(table.columns.map(({ name }) => name));
  return joins.flatMap(({ table, by }) => {
    const once = hit.columns.filter(
      ({ column, from: [name = ''] }) =>
        /^(?:referrer|campaign)$/.test(column) && of(table).has(name) && !of(own).has(name),
    );
    const list = once.map(({ column }) => column).join(' and ');
    return [
      `${by} names a row of ${table.name}: its columns are joined`,
      ...(list === ''
        ? []
        : [`${list} of ${table.name} stand in each of its hits now: let when: keep the first alone`]),
    ];
  });
}

/** Where no key is declared: time, visitor and page, as far as they are columns of the result. */
function tieBreak({ time, hit }: DraftedColumns, columns: readonly string[]): string[] {
  const telling = hit.columns.filter(({ column }) => /^(?:visitorID|ipaddress|pageURL|pageName)$/.test(column));
  const times = time.timeOfDay === null ? [time.facts] : [time.facts, time.timeOfDay];
  const names = [...times.map(({ name }) => name), ...telling.flatMap(({ from }) => from)];
  return [...new Set(names)].filter((name) => columns.includes(name));
}

/** Ranges of ISO 8601 are asked for in UTC, whatever clock its texts say. */
function windowClock(type: WindowColumn['type'], zone: string): Record<string, string> {
  if (type === 'iso') return isUtc(zone) ? {} : { lateness: '15h' };
  return isEpoch(type) ? {} : { zone };
}

function windowClauses(rows: TableRows, time: string, key: readonly string[]): string {
  const column = ownColumn(rows, time);
  const own = key.filter((name) => rows.table.columns.some((one) => one.name === name));
  const order = [...new Set([time, ...own])].map((name) => ownColumn(rows, name)).join(', ');
  return `WHERE ${column} >= :from AND ${column} < :to\nORDER BY ${order}`;
}

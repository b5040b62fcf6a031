import type { Connection, Statement } from '../../domain/sqlite.ts';
import type { RangeAccess, WindowColumn } from '../source.ts';

/** A line of SQLite's `EXPLAIN QUERY PLAN`: a tree by `id` and `parent`, 0 its root. */
export interface PlanLine {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

/** The column of a table that a result column shows; `index` is one that begins with it, `null` where there is none. */
export interface ColumnOrigin {
  readonly table: string;
  readonly column: string;
  /** It is the table's own key (INTEGER PRIMARY KEY), which plans call `rowid`. */
  readonly isRowId: boolean;
  readonly index: string | null;
}

/**
 * Asks SQLite how it would read a range of a stream: nothing is read. `statement` is the query, prepared; `values` are
 * those of its parameters.
 */
export function askAccess(
  db: Connection,
  statement: Statement,
  values: Readonly<Record<string, string | bigint | number>>,
  window: WindowColumn,
): RangeAccess {
  const lines = db.prepare(`EXPLAIN QUERY PLAN ${statement.source}`).safeIntegers(false).all(values) as PlanLine[];
  return accessOf(lines, window.column, originOf(db, statement, window.column));
}

/**
 * What a plan says about the range of the window column: it is served where an index is searched from `:from` to `:to`,
 * in every arm of a UNION (format: SQLite docs, "EXPLAIN QUERY PLAN"). `origin` is `null` for an expression.
 */
export function accessOf(lines: readonly PlanLine[], column: string, origin: ColumnOrigin | null): RangeAccess {
  const isIndexed = isServed(lines, 0, (name, detail) => {
    if (origin === null || name === '<expr>') return true;
    if (name === 'rowid' && detail.includes('INTEGER PRIMARY KEY')) return origin.isRowId;
    return [column, origin.column].some((own) => own.toLowerCase() === name.toLowerCase());
  });
  const detail = lines.map((line) => line.detail).filter((text) => /^(SEARCH|SCAN) /.test(text));
  return { isIndexed, detail: detail.join('; '), cure: isIndexed ? null : cureOf(column, origin) };
}

type IsWindow = (name: string, detail: string) => boolean;

function isServed(lines: readonly PlanLine[], parent: number, isWindow: IsWindow): boolean {
  return lines
    .filter((line) => line.parent === parent)
    .some(({ id, detail }) => {
      // The origin is that of one arm; the others have columns of their own.
      if (/^(COMPOUND QUERY|MERGE)/.test(detail))
        return armsOf(lines, id).every((arm) => isServed(lines, arm, () => true));
      return isRangeSearch(detail, isWindow) || isServed(lines, id, isWindow);
    });
}

function armsOf(lines: readonly PlanLine[], parent: number): readonly number[] {
  return lines.filter((line) => line.parent === parent && /^(LEFT|RIGHT|UNION)/.test(line.detail)).map(({ id }) => id);
}

/** `SEARCH t USING INDEX i (a=? AND b>? AND b<?)`: both ends of the range are looked up. */
function isRangeSearch(detail: string, isWindow: IsWindow): boolean {
  const terms = /^SEARCH .*\((?<terms>.*)\)$/.exec(detail)?.groups?.['terms']?.split(' AND ') ?? [];
  return ['>?', '<?'].every((end) =>
    terms.some((term) => term.endsWith(end) && isWindow(term.slice(0, -end.length), detail)),
  );
}

function cureOf(column: string, origin: ColumnOrigin | null): string {
  if (origin === null)
    return `Compare an indexed column of the table with :from and :to in the query; ${column} is computed.`;
  const name = `${origin.table}.${origin.column}`;
  if (origin.isRowId) return `Compare ${name} itself, not an expression of it, with :from and :to in the query.`;
  if (origin.index !== null)
    return `The index ${origin.index} begins with ${name}, but the query does not use it: compare the column itself, not an expression of it, with :from and :to.`;
  const index = quoted(`${origin.table}_${origin.column}`);
  return `CREATE INDEX ${index} ON ${quoted(origin.table)} (${quoted(origin.column)});`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function originOf(db: Connection, statement: Statement, name: string): ColumnOrigin | null {
  const found = statement.columns().find((column) => column.name === name);
  if (found === undefined || found.column === null || found.table === null) return null;
  const { table, column } = found;
  const asked = { table, column };
  const isRowId =
    db
      .prepare(
        `SELECT 1 FROM pragma_table_info(:table) WHERE name = :column AND pk = 1 AND upper(type) = 'INTEGER'
           AND NOT EXISTS (SELECT 1 FROM pragma_table_info(:table) WHERE pk = 2)`,
      )
      .get(asked) !== undefined;
  const index = db
    .prepare(
      `SELECT list.name FROM pragma_index_list(:table) AS list, pragma_index_info(list.name) AS info
       WHERE info.seqno = 0 AND info.name = :column AND NOT list.partial ORDER BY list.seq LIMIT 1`,
    )
    .pluck()
    .get(asked) as string | undefined;
  return { table, column, isRowId, index: index ?? null };
}

import type { Connection } from '../../domain/sqlite.ts';
import type { SourceTable } from '../source.ts';
import { type IndexColumn, sourceTable } from '../table-list.ts';

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly notnull: bigint;
  readonly pk: bigint;
}

interface IndexRow {
  readonly index: string;
  readonly column: string | null;
  readonly origin: string;
  readonly isUnique: bigint;
}

/** The tables and views of a database, SQLite's own aside. */
export function listTables(db: Connection): SourceTable[] {
  const names = db
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    )
    .pluck()
    .all() as string[];
  const columnsOf = db.prepare<[string], ColumnRow>('SELECT name, type, "notnull", pk FROM pragma_table_info(?)');
  const indexesOf = db.prepare<[string], IndexRow>(
    `SELECT list.name AS "index", info.name AS "column", list.origin, list."unique" AND NOT list.partial AS isUnique
     FROM pragma_index_list(?) list, pragma_index_info(list.name) info ORDER BY list.seq, info.seqno`,
  );
  return names.map((name) => {
    const columns = columnsOf.all(name);
    const primary = columns.filter(({ pk }) => pk > 0n).sort((one, other) => Number(one.pk - other.pk));
    return sourceTable({
      schema: null,
      name,
      columns: columns.map(({ name: column, type, notnull, pk }) => {
        return { name: column, type: type.toLowerCase(), isNullable: notnull === 0n && pk === 0n };
      }),
      indexes: [
        // An INTEGER PRIMARY KEY is the table itself and in no list of indexes.
        ...primary.map(({ name: column }): IndexColumn => ({ index: '', column, isPrimary: true, isUnique: true })),
        ...indexesOf
          .all(name)
          .filter(({ origin }) => origin !== 'pk')
          .map(({ index, column, isUnique }) => ({ index, column, isPrimary: false, isUnique: isUnique === 1n })),
      ],
    });
  });
}

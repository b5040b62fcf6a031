import type { SourceTable } from './source.ts';

/** One column of one index, in the index's order; `column` is `null` where the index holds an expression there. */
export interface IndexColumn {
  readonly index: string;
  readonly column: string | null;
  readonly isPrimary: boolean;
  /** Unique over all rows; an index over some of them is not. */
  readonly isUnique: boolean;
}

/** A table as an engine's catalogue tells it. */
export interface CataloguedTable extends Pick<SourceTable, 'schema' | 'name'> {
  readonly columns: readonly { readonly name: string; readonly type: string; readonly isNullable: boolean }[];
  readonly indexes: readonly IndexColumn[];
}

/**
 * The table with its key: the primary one, else the shortest unique index whose columns are never NULL; and the columns
 * that an index begins with.
 */
export function sourceTable({ schema, name, columns, indexes }: CataloguedTable): SourceTable {
  const nullable = new Set(columns.filter(({ isNullable }) => isNullable).map((column) => column.name));
  const byName = new Map<string, IndexColumn[]>();
  for (const part of indexes) byName.set(part.index, [...(byName.get(part.index) ?? []), part]);
  const all = [...byName.values()];
  const isKey = (parts: readonly IndexColumn[]): boolean =>
    parts.every(({ column, isUnique }) => isUnique && column !== null && !nullable.has(column));
  const primary = all.find(([first]) => first?.isPrimary === true);
  const [shortest] = all.filter(isKey).sort((one, other) => one.length - other.length);
  return {
    schema,
    name,
    columns: columns.map((column) => ({ name: column.name, type: column.type })),
    key: (primary ?? shortest ?? []).flatMap(({ column }) => column ?? []),
    indexed: [...new Set(all.flatMap(([first]) => first?.column ?? []))],
  };
}

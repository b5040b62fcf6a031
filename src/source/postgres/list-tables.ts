import type { SourceTable } from '../source.ts';
import { sourceTable } from '../table-list.ts';
import type { Session } from './session.ts';

const tables = `
  SELECT c.oid::text, n.nspname, c.relname
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND has_table_privilege(c.oid, 'SELECT')
  ORDER BY n.nspname, c.relname`;

const columns = `
  SELECT attrelid::text, attname, format_type(atttypid, NULL), (NOT attnotnull)::text
  FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attrelid = ANY ($1::oid[]) ORDER BY attrelid, attnum`;

const indexes = `
  SELECT i.indrelid::text, i.indexrelid::text, a.attname, i.indisprimary::text, (i.indisunique AND i.indpred IS NULL)::text
  FROM pg_index i
  CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS part (attnum, place)
  LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = part.attnum
  WHERE i.indisvalid AND part.place <= i.indnkeyatts AND i.indrelid = ANY ($1::oid[])
  ORDER BY i.indrelid, i.indexrelid, part.place`;

/** The tables and views that the user may read, those of the server aside; a partitioned table is one. */
export async function listTables(session: Session): Promise<SourceTable[]> {
  const found = await session.query(tables);
  const ids = `{${found.map(([id]) => id).join(',')}}`;
  const [allColumns, allIndexes] = [await session.query(columns, [ids]), await session.query(indexes, [ids])];
  return found.map(([id, schema = null, name]) =>
    sourceTable({
      schema,
      name: name ?? '',
      columns: allColumns
        .filter(([table]) => table === id)
        .map(([, column, type, isNullable]) => {
          return { name: column ?? '', type: type ?? '', isNullable: isNullable === 'true' };
        }),
      indexes: allIndexes
        .filter(([table]) => table === id)
        .map(([, index, column = null, isPrimary, isUnique]) => {
          return { index: index ?? '', column, isPrimary: isPrimary === 'true', isUnique: isUnique === 'true' };
        }),
    }),
  );
}

import type { SourceTable } from '../source.ts';
import { sourceTable } from '../table-list.ts';
import type { MysqlConnection } from './connection.ts';

// The names differ in case between MySQL and MariaDB, so that results are told by their places.
const tables = `
  SELECT table_name FROM information_schema.tables
  WHERE table_schema = DATABASE() ORDER BY table_name`;

const columns = `
  SELECT table_name, column_name, column_type, is_nullable FROM information_schema.columns
  WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`;

const indexes = `
  SELECT table_name, index_name, column_name, CAST(non_unique AS CHAR) FROM information_schema.statistics
  WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index`;

/** The tables and views of the connection's database. */
export async function listTables(connection: Pick<MysqlConnection, 'ask'>): Promise<SourceTable[]> {
  const found = await connection.ask(tables);
  const [allColumns, allIndexes] = [await connection.ask(columns), await connection.ask(indexes)];
  return found.map(([name = null]) =>
    sourceTable({
      schema: null,
      name: name ?? '',
      columns: allColumns
        .filter(([table]) => table === name)
        .map(([, column, type, isNullable]) => {
          return { name: column ?? '', type: type ?? '', isNullable: isNullable === 'YES' };
        }),
      indexes: allIndexes
        .filter(([table]) => table === name)
        .map(([, index, column = null, nonUnique]) => {
          return { index: index ?? '', column, isPrimary: index === 'PRIMARY', isUnique: nonUnique === '0' };
        }),
    }),
  );
}

import { literal } from './bind-query.ts';
import type { MysqlConnection } from './connection.ts';
import type { ResultField } from './result-field.ts';

/**
 * The field, naming the table that it comes from only where the server has that table or view, with that column: MariaDB
 * names a derived table, a CTE and the alias of a view in the same way.
 */
export async function withKnownOrigin(
  connection: Pick<MysqlConnection, 'ask'>,
  field: ResultField,
): Promise<ResultField> {
  const { schema, orgTable, orgName } = field;
  if (orgTable === '' || orgName === '') return field;
  const found = await connection.ask(
    `SELECT 1 FROM information_schema.columns WHERE table_schema = ${literal(schema)}
     AND table_name = ${literal(orgTable)} AND column_name = ${literal(orgName)}`,
  );
  return found.length > 0 ? field : { ...field, schema: '', orgTable: '' };
}

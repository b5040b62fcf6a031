import { sqlTokens } from '../../config/sql-tokens.ts';
import { literal } from './bind-query.ts';
import type { MysqlConnection } from './connection.ts';
import type { ResultField } from './result-field.ts';

/**
 * The field, naming the table that it comes from only where the server has that table or view, with that column: MariaDB
 * names a derived table, a CTE and the alias of a view in the same way. Of a column that a derived table or a CTE passes
 * on, MySQL names the table inside, and the column by its name outside: that may be another column (`isPassedOn`).
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
  return found.length > 0 ? field : withoutOrigin(field);
}

/** The field as one that comes from no table. */
export function withoutOrigin(field: ResultField): ResultField {
  return { ...field, schema: '', orgTable: '' };
}

/**
 * Whether a field may come out of a derived table or a CTE of the query, by the query's words: the name that it has there
 * is given to one, or is not given to its table.
 */
export function isPassedOn(query: string, { table, orgTable }: ResultField): boolean {
  const words = sqlTokens(query, 'mysql')
    .filter(({ kind }) => kind !== 'comment')
    .map(({ kind, text }) => (kind === 'name' ? text.slice(1, -1).replaceAll('``', '`') : text).toLowerCase());
  // `FROM t AS name` and `FROM t name` are one.
  const isAs = (at: number) => words[at] === 'as';
  const before = (at: number) => words[isAs(at - 1) ? at - 2 : at - 1];
  const after = (at: number) => words[isAs(at + 1) ? at + 2 : at + 1];
  const places = (name: string) => words.flatMap((word, at) => (word === name.toLowerCase() ? [at] : []));
  const isDerived = (name: string) => places(name).some((at) => before(at) === ')' || after(at) === '(');
  if (isDerived(table) || isDerived(orgTable)) return true;
  const isSame = table.toLowerCase() === orgTable.toLowerCase();
  return !isSame && !places(table).some((at) => before(at) === orgTable.toLowerCase());
}

import { sqlTokens } from '../../config/sql-tokens.ts';
import { literal } from './bind-query.ts';
import type { MysqlConnection } from './connection.ts';

/**
 * The tables whose engine knows no transactions, each with its engine, that a query names, or a view that it names: of
 * the connection's database, and of others that it names. A table that is only called like something else in the query
 * is among them. Nothing is read.
 */
export async function tablesWithoutSnapshot(
  connection: Pick<MysqlConnection, 'ask'>,
  query: string,
): Promise<readonly string[]> {
  const names = new Set<string>();
  for (let texts: readonly string[] = [query]; texts.length > 0; ) {
    const found = texts.flatMap(namesIn).filter((name) => !names.has(name));
    if (found.length === 0) break;
    for (const name of found) names.add(name);
    const views = await connection.ask(`SELECT view_definition FROM information_schema.views WHERE ${named(names)}`);
    texts = views.map(([definition]) => definition ?? '');
  }
  const rows = await connection.ask(
    `SELECT table_name, t.engine FROM information_schema.tables t JOIN information_schema.engines e ON e.engine = t.engine
     WHERE COALESCE(e.transactions, 'NO') <> 'YES' AND ${named(names)} ORDER BY 1`,
  );
  return rows.map(([table, engine]) => `${table} (${engine})`);
}

function namesIn(text: string): string[] {
  return sqlTokens(text, 'mysql').flatMap(({ kind, text }) => {
    if (kind === 'name') return [text.replace(/^`|`$/g, '').replaceAll('``', '`')];
    return kind === 'word' ? [text] : [];
  });
}

function named(names: ReadonlySet<string>): string {
  const list = [...names].map(literal).join(', ');
  return `table_name IN (${list}) AND (table_schema = DATABASE() OR table_schema IN (${list}))`;
}

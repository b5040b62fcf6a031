import { literal } from './bind-query.ts';
import type { MysqlConnection } from './connection.ts';
import type { ResultField } from './result-field.ts';

/**
 * The plan of a query, which is not run, as JSON. Of MySQL's two forms the first names possible keys; where its hypergraph
 * optimizer plans it comes as the second all the same. What MariaDB and older servers do not have is not set.
 */
export async function explain(connection: MysqlConnection, query: string): Promise<string> {
  const known = await connection.ask(
    `SHOW SESSION VARIABLES WHERE variable_name IN ('explain_json_format_version', 'end_markers_in_json')`,
  );
  for (const [name] of known) {
    await connection.ask(`SET SESSION ${name} = ${name === 'end_markers_in_json' ? 'OFF' : 1}`);
  }
  const [row] = await connection.ask(`EXPLAIN FORMAT=JSON ${query}`);
  return row?.[0] ?? '{}';
}

/** The first column of each index of the field's table. */
export async function firstColumns(
  connection: MysqlConnection,
  field: ResultField,
): Promise<ReadonlyMap<string, string>> {
  if (field.orgTable === '') return new Map();
  const rows = await connection.ask(
    `SELECT index_name, column_name FROM information_schema.statistics WHERE seq_in_index = 1
     AND table_schema = ${literal(field.schema)} AND table_name = ${literal(field.orgTable)}`,
  );
  return new Map(rows.map(([index, column]) => [index ?? '', column ?? '']));
}

import { escapeId } from 'mysql2';
import { MigrationError } from '../../domain/error.ts';
import type { StreamQuery } from '../source.ts';
import { literal } from './bind-query.ts';
import type { MysqlConnection, TextRow } from './connection.ts';
import { withKnownOrigin } from './field-origin.ts';
import { kindOf, type ResultField } from './result-field.ts';
import { lowestBeyond, type WindowBounds } from './window-bounds.ts';

/**
 * Throws `input.invalid` where bounds that are open upwards would pass over rows: those whose window cell is at or above
 * `lowestBeyond`. An index that begins with the column answers at once, and where there is none the range itself reads
 * the table whole. The question is about the table, whatever else the query asks for; a column that is computed, or
 * comes out of a derived table, belongs to none and is not asked about.
 */
export async function assertNoneBeyond(
  connection: MysqlConnection,
  { stream }: StreamQuery,
  field: ResultField,
  bounds: WindowBounds,
): Promise<void> {
  const kind = kindOf(field);
  const lowest = lowestBeyond(kind);
  if (lowest === null || bounds.to !== lowest) return;
  const { schema, orgTable, orgName } = await withKnownOrigin(connection, field);
  if (orgTable === '') return;
  const column = escapeId(orgName, true);
  const table = `${escapeId(schema, true)}.${escapeId(orgTable, true)}`;
  const [[highest = null] = []] = await connection.ask(
    `SELECT MAX(${column}) FROM ${table} HAVING MAX(${column}) >= ${literal(lowest)}`,
  );
  if (highest === null) return;
  throw new MigrationError(
    'input.invalid',
    `Stream ${stream}: window column ${field.name} holds ${JSON.stringify(highest)} in table ${orgTable}, and no range reaches so far`,
    {
      next: `Correct such rows; where the query leaves them out itself, return ${kind === 'text' ? 'CONCAT' : 'TIMESTAMP'}(${column}) AS ${escapeId(field.name, true)}.`,
    },
  );
}

/**
 * The answer to a statement over a range of a window column that is returned as text. Throws `input.invalid` where the range
 * is open upwards and the server says that it is compared with times instead: MariaDB warns that the end is none, and gives
 * no row. MySQL refuses whatever end is no time (MySQL 8.0.16 release notes, ER_WRONG_VALUE).
 */
export async function askTextRange(
  connection: Pick<MysqlConnection, 'ask'>,
  { stream, window }: StreamQuery,
  statement: string,
): Promise<TextRow[]> {
  const timeCompared = (cause?: unknown): MigrationError =>
    new MigrationError(
      'input.invalid',
      `Stream ${stream}: :from and :to are compared with times, but the query returns ${window?.column} as text`,
      { next: `Return ${window?.column} as the column that is compared.`, cause },
    );
  const rows = await connection.ask(statement).catch((error: unknown) => {
    throw error instanceof Error && /^Incorrect (DATE|DATETIME|TIMESTAMP) value: '/.test(error.message)
      ? timeCompared(error)
      : error;
  });
  const warnings = await connection.ask('SHOW WARNINGS');
  if (warnings.some(([, , says]) => says?.includes(openText))) throw timeCompared();
  return rows;
}

const openText = `'${lowestBeyond('text')}'`;

import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';
import type { Cell } from '../../domain/row.ts';
import { realText } from '../real-text.ts';
import { quoteName } from './duckdb.ts';

/** A column of a result. */
export interface ResultColumn {
  readonly name: string;
  /** As DuckDB calls it, such as `BIGINT` or `STRUCT(a INTEGER)`. */
  readonly type: string;
}

/** Values of a query's `$name` places, with their types. */
export interface Bound {
  readonly values: Record<string, string | bigint>;
  readonly types: Record<string, DuckDBType>;
}

/** The columns that a query would return, doubled names and all; it is not run. */
export async function describeQuery(
  connection: DuckDBConnection,
  query: string,
  bound?: Bound,
): Promise<readonly ResultColumn[]> {
  const asked = `SELECT encode(column_name), column_type FROM (DESCRIBE ${query}\n)`;
  const described = await connection.runAndReadAll(asked, bound?.values, bound?.types);
  return described.getRows().map(([name, type]) => ({ name: textOfBytes(name), type: String(type) }));
}

/** The text of what `encode` gave: as a text, the driver would give it without the byte order mark that it begins with. */
export function textOfBytes(value: unknown): string {
  return Buffer.from((value as { readonly bytes: Uint8Array }).bytes).toString('utf8');
}

/**
 * Runs `SELECT … FROM <from>` and gives its rows as they come, a few thousand at a time, nothing being computed ahead.
 * Every value is text: integers and decimals digit by digit, dates and timestamps as SQL writes them (instants in UTC,
 * with offset), floats as the shortest digits that read back as the same; lists, structs and maps as JSON, decimals and
 * floats in them in quotes. A BLOB is bytes, and so is what holds one, whose text JSON would not have.
 */
export async function* selectRows(
  connection: DuckDBConnection,
  columns: readonly ResultColumn[],
  from: string,
  bound?: Bound,
): AsyncGenerator<Cell[][]> {
  const list = columns.map(asText).join(', ');
  const result = await connection.stream(`SELECT ${list} FROM ${from}`, bound?.values, bound?.types);
  const floats = columns.flatMap(({ type }, at) => (type === 'FLOAT' || type === 'DOUBLE' ? [at] : []));
  const fractions = columns.flatMap(({ type }, at) => (isFraction.test(type) ? [at] : []));
  let ended = false;
  try {
    for (;;) {
      const chunk = await result.fetchChunk();
      ended = chunk === null || chunk.rowCount === 0;
      if (chunk === null || ended) return;
      yield chunk.getRows().map((values) => {
        const cells = values.map(cellOf);
        for (const at of floats) cells[at] = withoutExponent(cells[at] ?? null);
        for (const at of fractions) cells[at] = withZero(cells[at] ?? null);
        return cells;
      });
    }
  } finally {
    // A result that is not at its end keeps the engine and its files open.
    if (!ended) connection.interrupt();
    while (!ended)
      ended = await result.fetchChunk().then(
        (chunk) => !chunk?.rowCount,
        () => true,
      );
  }
}

/** A decimal without a digit before its point, of which the engine writes none, not even a zero. */
const isFraction = /^DECIMAL\((\d+), ?\1\)$/;

const mark = 'chr(65279)';

function asText({ name, type }: ResultColumn): string {
  const column = quoteName(name);
  if (type === 'BLOB') return column;
  const isNested = type.endsWith(']') || type.startsWith('STRUCT(') || type.startsWith('MAP(');
  if (!isNested) {
    const text = `CAST(${column} AS VARCHAR)`;
    // The driver takes one byte order mark off the beginning of a text.
    return isText.test(type)
      ? `CASE WHEN starts_with(${text}, ${mark}) THEN ${mark} || ${text} ELSE ${text} END`
      : text;
  }
  const inText = withTextForReals(type);
  const json = `CAST(to_json(${inText === type ? column : `CAST(${column} AS ${inText})`}) AS VARCHAR)`;
  return isBlob.test(type.replace(quoted, '')) ? `encode(${json})` : json;
}

const isText = /^(?:VARCHAR|JSON|VARIANT)$|^(?:ENUM|UNION)\(/;
/** As a type: a member's name has a blank behind it. */
const isBlob = /\bBLOB\b(?! )/;
/** Names of members, and the words of an ENUM. */
const quoted = /"(?:[^"]|"")*"|'(?:[^']|'')*'/g;
const realOrQuoted = new RegExp(`(${quoted.source})|\\b(?:DECIMAL\\(\\d+, ?\\d+\\)|FLOAT\\b|DOUBLE\\b)`, 'g');

/**
 * A nested type with text for its decimals and floats. On their way into JSON decimals would become floats, floats take
 * all the digits of their doubles, and NaN and infinities are written as no JSON has them.
 */
function withTextForReals(type: string): string {
  return type.replace(realOrQuoted, (_, kept: string | undefined) => kept ?? 'VARCHAR');
}

function cellOf(value: unknown): Cell {
  if (value === null || typeof value === 'string') return value;
  return (value as { readonly bytes: Uint8Array }).bytes;
}

function withoutExponent(cell: Cell): Cell {
  return typeof cell === 'string' && /\de/.test(cell) ? realText(Number(cell)) : cell;
}

function withZero(cell: Cell): Cell {
  return typeof cell === 'string' ? cell.replace(/^-?(?=\.)/, '$&0') : cell;
}

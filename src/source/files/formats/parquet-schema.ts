import type { DuckDBConnection } from '@duckdb/node-api';
import type { ShortenedColumn } from '../../source.ts';
import { globLiteral, quoteText } from '../duckdb.ts';
import { textOfBytes } from '../duckdb-rows.ts';

/** A field of a Parquet file, as its schema has it: a column, or what is nested in one. */
export interface ParquetField {
  /** As it stands in the file: the engine renames what differs from another one in case alone. */
  readonly name: string;
  /** What the engine reads it as, such as `BIGINT`; `null` where it has fields of its own. */
  readonly type: string | null;
  /** How it is stored, as Parquet calls it, such as `INT96`; empty where it has fields of its own. */
  readonly stored: string;
  /** What the file says it means, such as `DecimalType(scale=3, precision=40)`; empty where it says nothing. */
  readonly logical: string;
  /** Whether it is a list without saying so. */
  readonly isRepeated: boolean;
  readonly fields: readonly ParquetField[];
}

/** The columns of a file, in their order. */
export async function readSchema(connection: DuckDBConnection, path: string): Promise<readonly ParquetField[]> {
  const found = await connection.runAndReadAll(
    `SELECT encode(name), duckdb_type, coalesce(type, ''), coalesce(logical_type, converted_type, ''),
       repetition_type = 'REPEATED', CAST(coalesce(num_children, 0) AS INTEGER)
     FROM parquet_schema(${quoteText(globLiteral(path))})`,
  );
  const rows = found.getRows();
  let at = 0;
  // A field stands before those in it, as deep as they go.
  const next = (): ParquetField => {
    const [name, type, stored, logical, repeated, children] = rows[at++] ?? [];
    const fields = Array.from({ length: Number(children ?? 0) }, next);
    return {
      name: textOfBytes(name),
      type: fields.length > 0 ? null : String(type),
      stored: String(stored),
      logical: String(logical),
      isRepeated: repeated === true,
      fields,
    };
  };
  return next().fields;
}

/** The first field with a decimal of more digits than the engine has, which it would read as a float; `null` where none is. */
export function tooLongDecimal(fields: readonly ParquetField[]): string | null {
  return firstPath(fields, ({ type, logical }) => /^decimal/i.test(logical) && type?.startsWith('DECIMAL') === false);
}

/** The columns with times in nanoseconds of which the engine reads microseconds: INT96, and those that are instants. */
export function shortenedColumns(fields: readonly ParquetField[]): readonly ShortenedColumn[] {
  const isShort = ({ type, stored, logical }: ParquetField): boolean =>
    stored === 'INT96' || (type === 'TIMESTAMP WITH TIME ZONE' && logical.includes('NANOS=NanoSeconds'));
  return fields.flatMap((field) => {
    if (firstPath([field], isShort) === null) return [];
    const cure = 'where times less than a microsecond apart matter, export it as an integer or as text';
    return [{ column: field.name, detail: 'of its nanoseconds DuckDB reads microseconds', cure }];
  });
}

/** Which field is of another type than in the files before; both types as the engine calls them. */
export interface TypeDifference {
  readonly field: string;
  readonly before: string;
  readonly here: string;
}

/**
 * The fields of two files as those of one, where no value loses anything by it: integers of any size are integers, decimals
 * have the same places, what never has a value is of any type, and a struct may have members that the other lacks.
 */
export function mergeFields(
  before: readonly ParquetField[],
  here: readonly ParquetField[],
  namelessLevels = 0,
): readonly ParquetField[] | TypeDifference {
  const merged = [...before];
  for (const [at, field] of here.entries()) {
    const isLike = ({ name }: ParquetField): boolean => name.toLowerCase() === field.name.toLowerCase();
    const place = namelessLevels > 0 ? at : before.findIndex(isLike);
    const other = before[place];
    const one = other === undefined ? field : mergeField(other, field, namelessLevels);
    if ('before' in one) return one;
    if (other === undefined) merged.push(one);
    else merged[place] = one;
  }
  return merged;
}

const never = '"NULL"';

function mergeField(before: ParquetField, here: ParquetField, namelessLevels: number): ParquetField | TypeDifference {
  const difference = { field: here.name, before: typeOf(before), here: typeOf(here) };
  if (difference.before === never) return here;
  if (difference.here === never) return before;
  if (widthless(difference.before) !== widthless(difference.here)) return difference;
  // What the two levels of a list or a map are called is their writer's choice.
  const levels = kindOf(before) === 'STRUCT' ? Math.max(0, namelessLevels - 1) : 2;
  const fields = mergeFields(before.fields, here.fields, levels);
  return 'before' in fields ? { ...fields, field: `${here.name}.${fields.field}` } : { ...before, fields };
}

function widthless(type: string): string {
  return type.replace(/^U?(?:TINY|SMALL|BIG)?INT(?:EGER)?\b/, 'INTEGER').replace(/^DECIMAL\(\d+,/, 'DECIMAL(');
}

function kindOf({ logical }: ParquetField): string {
  return /^list/i.test(logical) ? 'LIST' : /^map/i.test(logical) ? 'MAP' : 'STRUCT';
}

function typeOf(field: ParquetField): string {
  return `${field.type ?? kindOf(field)}${field.isRepeated ? '[]' : ''}`;
}

function firstPath(fields: readonly ParquetField[], is: (field: ParquetField) => boolean): string | null {
  for (const field of fields) {
    const inside = firstPath(field.fields, is);
    if (is(field)) return field.name;
    if (inside !== null) return `${field.name}.${inside}`;
  }
  return null;
}

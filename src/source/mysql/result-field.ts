import { MigrationError } from '../../domain/error.ts';
import type { ShortenedColumn } from '../source.ts';

/** A column of a result as the server describes it. */
export interface ResultField {
  readonly name: string;
  /** Where the server says that the value comes from; empty texts where it is computed. `table` is the alias in the query. */
  readonly schema: string;
  readonly table: string;
  readonly orgTable: string;
  readonly orgName: string;
  /** A number of the protocol's `enum_field_types`. */
  readonly type: number;
  /** The number of a collation; 63 is `binary`: bytes where the type is a text's, and meaningless for other types. */
  readonly charset: number;
  readonly length: number;
  /** Digits behind the point; 31 and more where a number has as many as it has. */
  readonly decimals: number;
}

/** What a column holds, as far as a window can be compared with it. `other` is text that is none of these. */
export type FieldKind =
  | 'text'
  | 'bytes'
  | 'datetime'
  | 'timestamp'
  | 'date'
  | 'exact'
  | 'double'
  | 'geometry'
  | 'other';

const binary = 63;

// MySQL docs, "Protocol::ColumnDefinition" and field_types.h. JSON says that it is binary, and is text in UTF-8.
const kinds: Readonly<Record<number, FieldKind>> = {
  0: 'exact',
  1: 'exact',
  2: 'exact',
  3: 'exact',
  5: 'double',
  7: 'timestamp',
  8: 'exact',
  9: 'exact',
  10: 'date',
  12: 'datetime',
  14: 'date',
  15: 'text',
  242: 'bytes',
  246: 'exact',
  247: 'text',
  248: 'text',
  249: 'text',
  250: 'text',
  251: 'text',
  252: 'text',
  253: 'text',
  254: 'text',
  255: 'geometry',
};

const float = 4;
const vector = 242;
const anyDecimals = 31;

/**
 * Columns of bare FLOAT, of which MySQL and MariaDB write six digits: 12345.67 as 12345.7, 16777217 as 16777200 (MySQL docs,
 * "Problems with Floating-Point Values"). One of FLOAT(M,D) has all its decimals.
 */
export function shortenedColumns(fields: readonly ResultField[]): ShortenedColumn[] {
  return fields
    .filter(({ type, decimals }) => type === float && decimals >= anyDecimals)
    .map(({ name }) => ({
      column: name,
      detail: 'MySQL writes six digits of a FLOAT',
      cure: `select ROUND(${name} + 0e0, 2) AS ${name} for an amount, ${name} + 0e0 AS ${name} for a whole number`,
    }));
}

/** The kind of a column. A NULL that a query spells out may be declared as bytes of no length: it is no bytes. */
export function kindOf({ type, charset, length }: ResultField): FieldKind {
  const kind = kinds[type] ?? 'other';
  return kind === 'text' && charset === binary ? (length === 0 ? 'other' : 'bytes') : kind;
}

/** Throws `input.invalid` where a query returns bytes, which have no text of their own; all such columns at once. */
export function assertText(stream: string, fields: readonly ResultField[]): void {
  const bytes = fields.filter((field) => kindOf(field) === 'bytes');
  const shapes = fields.filter((field) => kindOf(field) === 'geometry');
  if (bytes.length + shapes.length === 0) return;
  const names = [...bytes, ...shapes].map(({ name }) => name);
  const cures = [
    ...bytes.map(({ name, type }) => `${type === vector ? 'VECTOR_TO_STRING' : 'HEX'}(${name}) AS ${name}`),
    ...shapes.map(({ name }) => `ST_AsText(${name}) AS ${name}`),
  ];
  const orText = bytes.length === 0 ? '' : '; bytes that are text: CONVERT(… USING utf8mb4)';
  throw new MigrationError(
    'input.invalid',
    `The query of stream ${stream} returns bytes, not text, in ${names.join(', ')}`,
    { next: `Convert in the query: ${cures.join(', ')}${orText}.` },
  );
}

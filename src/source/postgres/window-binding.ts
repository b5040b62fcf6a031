import { MigrationError } from '../../domain/error.ts';
import type { StreamQuery, WindowColumn, WindowRange } from '../source.ts';
import { isEpoch, isUtc, openEnds, windowText } from '../window.ts';
import type { BoundQuery } from './bound-query.ts';
import type { Description } from './session.ts';

// Object ids of built-in types (PostgreSQL source, src/include/catalog/pg_type.dat): they never change.
const kinds: ReadonlyMap<number, Kind> = new Map([
  [20, 'integer'],
  [21, 'integer'],
  [23, 'integer'],
  [1700, 'numeric'],
  [700, 'float'],
  [701, 'float'],
  [25, 'text'],
  [1042, 'text'],
  [1043, 'text'],
  [1082, 'date'],
  [1114, 'timestamp'],
  [1184, 'timestamptz'],
]);

/** What matters of a type for a window. */
export type Kind = 'integer' | 'numeric' | 'float' | 'text' | 'date' | 'timestamp' | 'timestamptz';

/** What a window column may be declared as, by what PostgreSQL returns it as. */
const declarable: Readonly<Record<Kind, readonly WindowColumn['type'][]>> = {
  integer: ['s', 'ms', 'us', 'ns'],
  numeric: ['s', 'ms', 'us', 'ns'],
  float: [],
  text: ['datetime', 'iso', 'date'],
  date: ['date'],
  timestamp: ['datetime'],
  timestamptz: ['datetime'],
};

/** And by what `:from` and `:to` are compared with. */
const comparable: Readonly<Record<Kind, readonly WindowColumn['type'][]>> = {
  ...declarable,
  float: ['s', 'ms', 'us', 'ns'],
  timestamp: ['datetime', 'iso', 'date'],
  timestamptz: ['datetime', 'iso', 'date'],
};

/** A windowed stream's query, ready to be asked for ranges. */
export interface WindowBinding {
  /** The statement that asks for a range. */
  text(range: WindowRange): string;
  /** The window column's place in a row, and its type. */
  readonly at: number;
  readonly kind: Kind;
  /** True where the database compares points in time, false where it compares texts or numbers. */
  readonly isChronological: boolean;
  /** True where it compares points in time and nothing else. */
  readonly isOnlyChronological: boolean;
  /** The values of `$1` and on. */
  values(range: WindowRange): readonly string[];
  /** Those of them that stand for `:from` and `:to`. */
  cuts(range: WindowRange): readonly string[];
}

/**
 * Fits a window to the types that PostgreSQL understood: how `:from` and `:to` are written and cast, so that the database
 * compares as the column's own type does (and an index of it serves), and what stands for an open end. `typeName` is for
 * messages. Throws `input.invalid` where the column is declared as what it is not, since ranges would then miss rows.
 */
export function bindWindow(
  stream: StreamQuery,
  window: WindowColumn,
  query: BoundQuery,
  { fields, parameters }: Description,
  typeName: (id: number) => string,
): WindowBinding {
  const at = fields?.findIndex(({ name }) => name === window.column) ?? -1;
  const field = fields?.[at];
  const whose = `Stream ${stream.stream}: window column ${window.column}`;
  if (field === undefined) {
    throw new MigrationError('input.invalid', `${whose} is not among the columns that its query returns`, {
      next: `Return it: SELECT …, ${window.column} FROM ….`,
    });
  }
  const kind = kinds.get(field.dataTypeID);
  if (kind === undefined || !declarable[kind].includes(window.type)) {
    throw new MigrationError(
      'input.invalid',
      `${whose} is declared as ${window.type}, but PostgreSQL returns it as ${typeName(field.dataTypeID)}`,
      { next: cureOf(kind, window.column) },
    );
  }
  assertZone(whose, window, kind, 'is');
  const kindAt = (index: number): Kind => {
    const type = parameters[index] ?? 0;
    const compared = kinds.get(type);
    if (compared === undefined || !comparable[compared].includes(window.type)) {
      throw new MigrationError(
        'input.invalid',
        `${whose} is declared as ${window.type}, but :${query.parameters[index]} is compared with ${typeName(type)}`,
        { next: 'Compare :from and :to with the window column itself, and declare the type that it has.' },
      );
    }
    assertZone(whose, window, compared, `:${query.parameters[index]} is compared with`);
    return compared;
  };
  const places = query.parameters.map((name, index) => (name === 'from' || name === 'to' ? kindAt(index) : null));
  const compared = places.filter((place) => place !== null);
  const valueAt = (index: number, range: WindowRange): string => {
    const name = query.parameters[index] ?? '';
    const place = places[index] ?? null;
    if (place === null) return variableText(stream, name);
    return name === 'from' ? boundText(window, place, range.from, 'from') : boundText(window, place, range.to, 'to');
  };
  return {
    text: (range) =>
      query.text((place, index) => {
        const isEnd = query.parameters[index] === 'to' && range.to === null;
        return cast(place, places[index] ?? null, isEnd);
      }),
    at,
    kind,
    isChronological: compared.some(isTime),
    isOnlyChronological: compared.every(isTime),
    values: (range) => places.map((_, index) => valueAt(index, range)),
    cuts: (range) => places.flatMap((place, index) => (place === null ? [] : [valueAt(index, range)])),
  };
}

function isTime(kind: Kind): boolean {
  return kind === 'date' || kind === 'timestamp' || kind === 'timestamptz';
}

/** The values of a stream that is read whole. */
export function plainValues(stream: StreamQuery, { parameters }: BoundQuery): readonly string[] {
  return parameters.map((name) => variableText(stream, name));
}

function variableText({ stream, parameters = {} }: StreamQuery, name: string): string {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value !== undefined) return String(value);
  throw new MigrationError('input.invalid', `Stream ${stream}: :${name} has no value`, {
    next: `Declare the variable ${name} in the mapping, or remove it from the query.`,
  });
}

/** Rendered in the session's UTC, and compared in it. */
function assertZone(whose: string, { type, zone }: WindowColumn, kind: Kind, says: string): void {
  if (kind !== 'timestamptz' || type === 'iso' || isUtc(zone)) return;
  throw new MigrationError(
    'input.invalid',
    `${whose} is declared in zone ${zone}, but ${says} timestamp with time zone, which is read in UTC`,
    { next: 'Declare zone: UTC; the hits keep the zone of their own `time`.' },
  );
}

function cureOf(kind: Kind | undefined, column: string): string {
  switch (kind) {
    case undefined:
      return 'Read by a column of type timestamp, timestamptz, date, text, integer or numeric.';
    case 'float':
      return `Select CAST(CAST(${column} AS text) AS numeric) AS ${column}, and compare :from and :to with the column as it is.`;
    case 'timestamp':
    case 'timestamptz':
      return 'Declare type: datetime.';
    case 'date':
      return 'Declare type: date.';
    case 'text':
      return 'Declare type: datetime, iso or date, as the texts are written.';
    default:
      return 'Declare type: s, ms, us or ns, as the numbers count.';
  }
}

function cast(place: string, kind: Kind | null, isEnd: boolean): string {
  // An integer column as narrow as it may be still meets open ends; its index serves the wider type too. The open end
  // lies above the highest bigint, which is in no range else; no index need look it up.
  if (kind === 'integer') return isEnd ? `(${place}::numeric)` : `(${place}::bigint)`;
  // Cuts sort by bytes, as homes do; the collation of a database may sort otherwise.
  if (kind === 'text') return `(${place} COLLATE "C")`;
  return place;
}

function boundText(window: WindowColumn, kind: Kind, wall: number | null, side: 'from' | 'to'): string {
  const open = openEnds(window.type);
  const text = String(wall === null ? open[side] : windowText(window.type, wall));
  if (isEpoch(window.type)) {
    if (wall !== null || (kind === 'integer' && side === 'from')) return text;
    return (side === 'from' ? '-' : '') + (kind === 'float' ? 'Infinity' : '1e1000');
  }
  if (kind === 'text') return text;
  if (text === open.to) return 'infinity';
  if (text === open.from) return '-infinity';
  // PostgreSQL has no year 0, and a window no time before the year 1.
  return text.startsWith('0000') ? '0001-01-01' : text;
}

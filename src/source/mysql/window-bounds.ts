import { MigrationError } from '../../domain/error.ts';
import type { StreamQuery, WindowColumn, WindowRange } from '../source.ts';
import { isEpoch, isUtc, openEnds, windowText } from '../window.ts';
import { type FieldKind, kindOf, type ResultField } from './result-field.ts';

/** What `:from` and `:to` stand for. */
export type WindowBounds = Readonly<Record<'from' | 'to', string | bigint>>;

// No value of a column's type lies below the first, and but for two kinds none at the second or above. A zero date is
// below every other; what comes after the highest has a microsecond more than DATETIME(0) and TIMESTAMP can hold, and
// BIGINT UNSIGNED ends below 10^20. Nothing is above every DATETIME(6) or every text that could be compared with them:
// MariaDB takes a later time for NULL, and no text is the highest in every charset and collation. `assertNoneBeyond`
// sees to it that there is no such row.
const dates = { from: '0000-00-00', to: '9999-12-31 23:59:59.999999' };
const instants = { from: '0000-00-00 00:00:00', to: dates.to };
const integers = { from: -(10n ** 20n), to: 10n ** 20n };
// A text of any charset, and behind all that begin with a digit in any collation.
const texts = { from: '', to: 'zzzzzzzz' };

/**
 * The values to bind for a range, comparable with a window column of this kind so that its index serves. Open ends are
 * values too; what they would pass over begins at `lowestBeyond`.
 */
export function windowBounds({ type }: WindowColumn, kind: FieldKind, range: WindowRange): WindowBounds {
  const ends = isEpoch(type) ? integers : kind === 'text' ? texts : kind === 'date' ? dates : instants;
  const open = openEnds(type);
  const at = (wall: number | null, end: 'from' | 'to') => {
    const value = wall === null ? open[end] : windowText(type, wall);
    // A cut beyond what a date can say is an open end too.
    return value === open.from ? ends.from : value === open.to ? ends.to : value;
  };
  return { from: at(range.from, 'from'), to: at(range.to, 'to') };
}

/** The lowest value that an open end passes over, where a column of this kind can hold it; `null` where none can. */
export function lowestBeyond(kind: FieldKind): string | null {
  return kind === 'text' ? texts.to : kind === 'datetime' ? instants.to : null;
}

const right: Readonly<Record<WindowColumn['type'], readonly FieldKind[]>> = {
  datetime: ['datetime', 'timestamp', 'text'],
  iso: ['text'],
  date: ['date', 'text'],
  s: ['exact', 'double'],
  ms: ['exact', 'double'],
  us: ['exact'],
  ns: ['exact'],
};

const says: Readonly<Record<FieldKind, string>> = {
  text: 'text',
  bytes: 'bytes',
  datetime: 'a DATETIME',
  timestamp: 'a TIMESTAMP',
  date: 'a DATE',
  exact: 'an exact number',
  double: 'a DOUBLE',
  geometry: 'a geometry',
  other: 'of another type',
};

/**
 * The field of the window column. Throws `input.invalid` where the query does not return it, where it is of another type
 * than declared, and for a TIMESTAMP that is declared to be in another zone than UTC, in which this program reads it.
 */
export function windowField(
  { stream }: StreamQuery,
  window: WindowColumn,
  fields: readonly ResultField[],
): ResultField {
  const { column, type, zone } = window;
  const stop = (message: string, next: string): never => {
    throw new MigrationError('input.invalid', `Stream ${stream}: ${message}`, { next });
  };
  const field = fields.find(({ name }) => name === column);
  if (field === undefined) {
    const names = fields.map(({ name }) => name).join(', ');
    return stop(`the query returns no window column ${column}`, `Return it, or name one of: ${names}.`);
  }
  const kind = kindOf(field);
  if (!right[type].includes(kind)) {
    return stop(
      `window column ${column} is declared as ${type}, but MySQL holds it as ${says[kind]}`,
      `Declare the type that the column has${kind === 'other' || kind === 'double' ? ', or CAST it to DECIMAL both in the result and where :from and :to are compared' : ''}: ${suits(kind)}.`,
    );
  }
  if (kind === 'timestamp' && !isUtc(zone)) {
    return stop(
      `window column ${column} is a TIMESTAMP, which is read in UTC, but its zone is declared as ${zone}`,
      'Declare the zone UTC for the window, and for the time of the hit where it is the same column.',
    );
  }
  return field;
}

function suits(kind: FieldKind): string {
  const types = Object.entries(right).filter(([, kinds]) => kinds.includes(kind));
  return types.length === 0 ? 'no window can have this one' : types.map(([type]) => type).join(', ');
}

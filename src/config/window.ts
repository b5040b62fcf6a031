import type { StreamSpec } from './mapping-schema.ts';
import { parseDuration } from './units.ts';

/** What a database stream is read by, complete: defaults filled in. */
export interface StreamWindow {
  readonly column: string;
  readonly type: 'datetime' | 'iso' | 'date' | 's' | 'ms' | 'us' | 'ns';
  /** The wall clock of the column's texts. */
  readonly zone: string;
  readonly lateness: Lateness;
}

/** How far a hit's time may lie before and after its row's window column, milliseconds. */
export interface Lateness {
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** The window of a loaded stream: type `datetime`, zone UTC and no lateness where nothing else is said; `null` without one. */
export function windowOf(stream: StreamSpec): StreamWindow | null {
  const { window } = stream;
  if (window?.column === undefined) return null;
  // Connections run in UTC, so that a timestamptz comes as a datetime of UTC.
  const type = window.type === 'timestamp' || window.type === 'timestamptz' ? 'datetime' : (window.type ?? 'datetime');
  return { column: window.column, type, zone: window.zone ?? 'UTC', lateness: latenessOf(window.lateness) };
}

type LatenessSpec = NonNullable<StreamSpec['window']>['lateness'];

/** A text holds for both sides. What is no duration counts as 0: `loadMapping` has refused it. */
function latenessOf(spec: LatenessSpec): Lateness {
  const sides = typeof spec === 'string' ? { before: spec, after: spec } : spec;
  const ms = (text: string | undefined) => (text === undefined ? 0 : (parseDuration(text) ?? 0));
  return { beforeMs: ms(sides?.before), afterMs: ms(sides?.after) };
}

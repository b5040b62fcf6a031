import type { Slice } from '../../domain/slice.ts';
import { instantOf, wallClock } from '../../mapping/time.ts';
import type { WindowColumn, WindowRange } from '../../source/source.ts';
import { compareWindow, isEpoch, readWall, windowText } from '../../source/window.ts';

/** What a stream is read by, and how far a hit's time may lie before and after it, in whole seconds. */
export interface StreamWindow extends WindowColumn {
  readonly lateness: { readonly before: number; readonly after: number };
}

const day = 86_400;

/** The zone of a window column's wall clock: numbers since 1970 and `iso` texts are UTC, whatever zone stands beside them. */
export function windowZone({ type, zone }: Pick<WindowColumn, 'type' | 'zone'>): string {
  return type === 'datetime' || type === 'date' ? zone : 'UTC';
}

/**
 * The rows to ask for when a slice is built: all whose home it is and all whose hit time may lie in it. Rows that are
 * neither come too and are passed over; each row's fate is decided alone.
 */
export function rangeToRead(slice: Slice, window: StreamWindow): WindowRange {
  const { lateness } = window;
  const earliest = lowestWall(slice.from - lateness.after, window.zone) - spanOf(window);
  const latest = highestWall(slice.to + lateness.before, window.zone);
  return {
    from: slice.homeFrom === null ? null : Math.min(slice.homeFrom, earliest),
    to: slice.homeTo === null ? null : Math.max(slice.homeTo, latest),
  };
}

/**
 * Where the last slice's home, which is open, can hold no hit any more: a row whose window column is here or later, in its
 * own clock, lies too far behind the range, whatever its hit time is. Such rows come as long as a tracker writes.
 */
export function beyondWall(last: Pick<Slice, 'to' | 'homeFrom'>, { zone, lateness }: StreamWindow): number {
  const wall = highestWall(last.to + lateness.before, zone);
  // Homes are cut on the clock of one stream, which may be ahead of this one's.
  return Math.max(wall, last.homeFrom ?? wall);
}

/** What a window column's cell says about one slice. Built once per slice and stream; asked once per row. */
export interface HomeTest {
  /** The row is counted in this slice. NULL is at home in the first slice. */
  isHome(cell: string | null): boolean;
  /** The row, at home in the last slice, is at `beyondWall` or later, as far as counting by hours can tell its time. */
  isBeyond(cell: string | null): boolean;
  /** The hit time lies within the lateness of the window column; by the same rule wherever the row is read. */
  isTimely(cell: string | null, seconds: number): boolean;
}

/** The test of one slice's homes for one stream. */
export function homeTest(slice: Slice, window: StreamWindow): HomeTest {
  const from = slice.homeFrom === null ? null : String(windowText(window.type, slice.homeFrom));
  const to = slice.homeTo === null ? null : String(windowText(window.type, slice.homeTo));
  const beyond = to === null ? String(windowText(window.type, beyondWall(slice, window))) : null;
  return {
    isHome: (cell) => {
      if (cell === null) return slice.index === 0;
      if (from !== null && compareWindow(window.type, cell, from) < 0) return false;
      return to === null || compareWindow(window.type, cell, to) < 0;
    },
    isBeyond: (cell) =>
      beyond !== null && cell !== null && compareWindow(window.type, cell, beyond) >= 0 && hasHour(window.type, cell),
    isTimely: timelyTest(window),
  };
}

/**
 * Whether a hit's time (Unix seconds) lies within the lateness of its row's window cell. The cell stands for every
 * instant that it may mean: both where the clock shows it twice, either side of a gap, the whole day of a `date`.
 * NULL says nothing and is always timely; a text that cannot be read never is.
 */
export function timelyTest(window: StreamWindow): HomeTest['isTimely'] {
  const { type, zone } = window;
  const { before, after } = window.lateness;
  const span = spanOf(window);
  return (cell, seconds) => {
    if (cell === null) return true;
    const wall = readWall(type, cell);
    if (wall === null) return false;
    return (
      seconds >= instantOf(wall, zone, 'earlier') - before && seconds <= instantOf(wall + span, zone, 'later') + after
    );
  };
}

/** Whether a cell is told by its hour when rows are counted: a text with seconds is by its beginning, whatever follows. */
function hasHour(type: WindowColumn['type'], cell: string): boolean {
  if (isEpoch(type)) return true;
  if (type === 'date') return readWall(type, cell) !== null;
  const hasSeconds = cell.length >= 19 && cell[13] === ':' && cell[16] === ':';
  return hasSeconds && readWall(type, `${cell.slice(0, 13)}:00:00`) !== null;
}

/** Seconds of a cell beyond its first: a `date` is a whole day. */
function spanOf({ type }: Pick<WindowColumn, 'type'>): number {
  return type === 'date' ? day - 1 : 0;
}

// No clock has jumped by more than a day, so the offsets a day around an instant are all that its wall clock can have.

/** Every wall clock that may mean `seconds` or later is at least this. */
function lowestWall(seconds: number, zone: string): number {
  return seconds + Math.min(...offsetsAround(seconds, zone));
}

/** Every wall clock that may mean a moment before `seconds` is less than this. */
function highestWall(seconds: number, zone: string): number {
  return seconds + Math.max(...offsetsAround(seconds, zone));
}

function offsetsAround(seconds: number, zone: string): number[] {
  return [seconds - day, seconds, seconds + day].map((instant) => wallClock(instant, zone) - instant);
}

import type { Slice } from '../domain/slice.ts';
import { wallClock } from '../mapping/time.ts';
import type { WindowColumn, WindowRange } from '../source/source.ts';
import { compareWindow, readWall, windowText } from '../source/window.ts';

/** How far a hit's time may lie before and after its row's window column, in seconds. */
export interface Lateness {
  readonly before: number;
  readonly after: number;
}

/**
 * What the wall clock of a zone may jump by, in seconds: where an hour is lived twice or never, a row's window text and
 * its mapped time may differ by it although they are the same moment. Zero where the clock never jumps.
 */
export function clockSlack(window: WindowColumn): number {
  const steady = window.zone === 'UTC' || !['datetime', 'date'].includes(window.type);
  return steady ? 0 : 3 * 3600;
}

/**
 * The rows to ask for when a slice is built: all whose home it is and all whose hit time may lie in it. Rows that are
 * neither come too and are passed over; each row's fate is decided alone.
 */
export function rangeToRead(slice: Slice, window: WindowColumn, lateness: Lateness): WindowRange {
  const slack = 2 * clockSlack(window);
  const back = lateness.after + slack;
  const forth = lateness.before + slack;
  const from = slice.homeFrom === null ? null : Math.min(slice.homeFrom, wallClock(slice.from, window.zone) - back);
  const to = slice.homeTo === null ? null : Math.max(slice.homeTo, wallClock(slice.to, window.zone) + forth);
  return { from, to };
}

/** What a window column's cell says about one slice. Built once per slice and stream; asked once per row. */
export interface HomeTest {
  /** The row is counted in this slice. NULL is at home in the first slice. */
  isHome(cell: string | null): boolean;
  /** The hit time lies within the lateness of the window column; by the same rule wherever the row is read. */
  isTimely(cell: string | null, seconds: number): boolean;
}

/** The test of one slice's homes for one stream. */
export function homeTest(slice: Slice, window: WindowColumn, lateness: Lateness): HomeTest {
  const from = slice.homeFrom === null ? null : String(windowText(window.type, slice.homeFrom));
  const to = slice.homeTo === null ? null : String(windowText(window.type, slice.homeTo));
  const slack = clockSlack(window);
  const before = -(lateness.before + slack);
  const after = lateness.after + slack;
  return {
    isHome: (cell) => {
      if (cell === null) return slice.index === 0;
      if (from !== null && compareWindow(window.type, cell, from) < 0) return false;
      return to === null || compareWindow(window.type, cell, to) < 0;
    },
    isTimely: (cell, seconds) => {
      if (cell === null) return true;
      const wall = readWall(window.type, cell);
      if (wall === null) return false;
      const apart = wallClock(seconds, window.zone) - wall;
      return apart >= before && apart <= after;
    },
  };
}

import type { WindowColumn, WindowCount } from './source.ts';
import { isEpoch, readWall } from './window.ts';

/** One group of a counting query: its label, which tells the span, and its rows. */
export type CountedGroup = readonly [label: string | null, rows: number];

/**
 * The LIKE pattern of texts that sort within the span that their beginning tells. A shorter one, such as
 * `2015-03-01 10:00`, sorts before the cut `2015-03-01 10:00:00`, and one with other separators may sort anywhere.
 */
export function wholeText(type: 'datetime' | 'iso' | 'date'): string {
  return { datetime: '____-__-__ __:__:__%', iso: '____-__-__T__:__:__%', date: '____-__-__%' }[type];
}

/** How much of a text such as `2015-03-01 10:00:00` tells its span of a grid of `grain` seconds. */
export function prefixLength(grain: number): number {
  if (grain % 86_400 === 0) return 10;
  if (grain % 3_600 === 0) return 13;
  return grain % 60 === 0 ? 16 : 19;
}

/** Counts in ascending `start`, first the `null` one: rows whose window column is NULL or cannot be read as its type. */
export function windowCounts(groups: Iterable<CountedGroup>, type: WindowColumn['type'], grain: number): WindowCount[] {
  const found = new Map<number | null, number>();
  for (const [label, rows] of groups) {
    const start = label === null ? null : isEpoch(type) ? Number(label) * grain : spanOf(label, type, grain);
    found.set(start, (found.get(start) ?? 0) + rows);
  }
  return [...found]
    .map(([start, rows]) => ({ start, rows }))
    .sort((a, b) => (a.start ?? Number.NEGATIVE_INFINITY) - (b.start ?? Number.NEGATIVE_INFINITY));
}

/** The start of the grid span in which a text with this beginning lies. */
function spanOf(beginning: string, type: 'datetime' | 'iso' | 'date', grain: number): number | null {
  const whole = type === 'date' ? '' : type === 'iso' ? '0000-00-00T00:00:00' : '0000-00-00 00:00:00';
  const wall = readWall(type, beginning + whole.slice(beginning.length));
  return wall === null ? null : Math.floor(wall / grain) * grain;
}

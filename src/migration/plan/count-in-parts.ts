import type { WindowCount, WindowRange } from '../../source/source.ts';

const day = 86_400;
const mostParts = 12;

/**
 * Exact counts over all time, asked for in parts of the migration's range and what lies before and after it, so that a
 * large table shows progress and no statement runs for hours. `count` answers on a grid that a day is a multiple of;
 * `range` is Unix seconds. Rows that every part would answer with, because their window column is NULL, count once.
 * Spans come in order, the `null` one first.
 */
export async function countInParts(
  range: { readonly from: number; readonly to: number },
  count: (part: WindowRange) => Promise<readonly WindowCount[]>,
  onRows: (rows: number) => void,
): Promise<readonly WindowCount[]> {
  // Nothing lies in an empty range but what a query adds to every range.
  const always = rowsWithoutStart(await count({ from: range.from, to: range.from }));
  const spans: WindowCount[] = [];
  let unplaced = always;
  for (const part of partsOf(range)) {
    const found = await count(part);
    unplaced += rowsWithoutStart(found) - always;
    for (const span of found) if (span.start !== null && isIn(span.start, part)) spans.push(span);
    onRows(unplaced + spans.reduce((sum, { rows }) => sum + rows, 0));
  }
  return unplaced === 0 ? spans : [{ start: null, rows: unplaced }, ...spans];
}

/** Days, so that no span of a grid lies in two of them. */
function partsOf({ from, to }: { readonly from: number; readonly to: number }): WindowRange[] {
  const first = Math.floor(from / day);
  const days = Math.ceil(to / day) - first;
  const parts = Math.min(mostParts, days);
  const cuts = Array.from({ length: parts + 1 }, (_, at) => (first + Math.round((at * days) / parts)) * day);
  return [null, ...cuts].map((start, at) => ({ from: start, to: cuts[at] ?? null }));
}

function isIn(start: number, { from, to }: WindowRange): boolean {
  return (from === null || start >= from) && (to === null || start < to);
}

function rowsWithoutStart(counts: readonly WindowCount[]): number {
  return counts.reduce((sum, { start, rows }) => (start === null ? sum + rows : sum), 0);
}

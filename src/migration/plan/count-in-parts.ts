import { count as counted, plural } from '../../domain/count.ts';
import { MigrationError } from '../../domain/error.ts';
import type { StreamQuery, WindowCount, WindowRange } from '../../source/source.ts';
import { windowText } from '../../source/window.ts';

const day = 86_400;
const mostParts = 12;

/**
 * Exact counts over all time, asked for in parts of the migration's range and what lies before and after it, so that a
 * large table shows progress and no statement runs for hours. `count` answers on a grid that a day is a multiple of;
 * `range` is Unix seconds. Rows that every part would answer with, because their window column is NULL, count once.
 * Spans come in order, the `null` one first.
 *
 * Throws `input.invalid` where the query is proved to return another value than it compares with the range: another part
 * answers with more rows of a span than the span's own part. A query may well give rows of other times, but no row may
 * be absent when its own time is asked for.
 */
export async function countInParts(
  stream: StreamQuery,
  range: { readonly from: number; readonly to: number },
  count: (part: WindowRange) => Promise<readonly WindowCount[]>,
  onRows: (rows: number) => void,
): Promise<readonly WindowCount[]> {
  // Nothing lies in an empty range but what a query adds to every range.
  const nothing = await count({ from: range.from, to: range.from });
  const always = rowsWithoutStart(nothing);
  const spans: WindowCount[] = [];
  /** Of each span, the most rows that another range than its own was answered with. */
  const elsewhere = new Map<number, number>();
  const enterElsewhere = ({ start, rows }: WindowCount): void => {
    if (start !== null) elsewhere.set(start, Math.max(rows, elsewhere.get(start) ?? 0));
  };
  nothing.forEach(enterElsewhere);
  let unplaced = always;
  for (const part of partsOf(range)) {
    const found = await count(part);
    unplaced += rowsWithoutStart(found) - always;
    for (const span of found) {
      if (span.start !== null && isIn(span.start, part)) spans.push(span);
      else enterElsewhere(span);
    }
    onRows(unplaced + spans.reduce((sum, { rows }) => sum + rows, 0));
  }
  assertNoneAbsent(stream, spans, elsewhere);
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

function assertNoneAbsent(
  { stream, window }: StreamQuery,
  spans: readonly WindowCount[],
  elsewhere: ReadonlyMap<number, number>,
): void {
  const own = new Map(spans.map(({ start, rows }) => [start, rows]));
  for (const [start, rows] of elsewhere) {
    const found = own.get(start) ?? 0;
    if (rows <= found) continue;
    const time = windowText('datetime', start);
    throw new MigrationError(
      'input.invalid',
      `Stream ${stream}: the query compares :from and :to with another value than it returns as ${window?.column}: asked for other times it gives ${plural(rows, 'row')} whose ${window?.column} lies in the hour from ${time}, asked for that time ${counted(found)}`,
      {
        next: `Compare :from and :to with what the query returns: return the column as it is and let \`time\` of the mapping say its zone, or write SELECT * FROM (…) AS h WHERE ${window?.column} >= :from AND ${window?.column} < :to around it.`,
      },
    );
  }
}

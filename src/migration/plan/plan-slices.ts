import type { Slice } from '../../domain/slice.ts';

/** How many rows lie in one span of the grid that begins at `start`, in whole seconds. */
export interface Density {
  readonly start: number;
  readonly rows: number;
}

/**
 * Cut points between slices, in the densities' own clock: strictly increasing, none before the first rows.
 * Neighbouring spans are merged until the next one would pass `maxRows`; a span that alone passes it stays alone.
 * The result depends on the counts only (P4).
 */
export function cutPoints(densities: readonly Density[], maxRows: number): number[] {
  const ordered = [...densities].filter((density) => density.rows > 0).sort((a, b) => a.start - b.start);
  const cuts: number[] = [];
  let rows = 0;
  for (const density of ordered) {
    if (rows > 0 && rows + density.rows > maxRows) {
      cuts.push(density.start);
      rows = 0;
    }
    rows += density.rows;
  }
  return cuts;
}

/** Adds up densities of several streams on one grid; the result is sorted by `start`. */
export function mergeDensities(lists: Iterable<readonly Density[]>): Density[] {
  const byStart = new Map<number, number>();
  for (const list of lists) for (const { start, rows } of list) byStart.set(start, (byStart.get(start) ?? 0) + rows);
  return [...byStart].map(([start, rows]) => ({ start, rows })).sort((a, b) => a.start - b.start);
}

/**
 * Slices of the half-open `range`, from strictly increasing `cuts`; all in hit time, Unix seconds. `toWall` leads from
 * hit time to the clock of the window columns. A cut outside the range, or one that would make two homes begin at the
 * same wall clock (an hour that is lived twice), is dropped: slices and homes are partitions whatever the zone does.
 */
export function slicesOf(
  range: { readonly from: number; readonly to: number },
  cuts: readonly number[],
  densities: readonly Density[],
  toWall: (seconds: number) => number,
): Slice[] {
  const starts: { instant: number; wall: number }[] = [];
  for (const instant of cuts) {
    const wall = toWall(instant);
    const inside = instant > range.from && instant < range.to;
    if (inside && wall > (starts.at(-1)?.wall ?? Number.NEGATIVE_INFINITY)) starts.push({ instant, wall });
  }
  const plannedRows = new Array<number>(starts.length + 1).fill(0);
  let index = 0;
  for (const { start, rows } of [...densities].sort((a, b) => a.start - b.start)) {
    while (index < starts.length && start >= starts[index]!.instant) index += 1;
    plannedRows[index]! += rows;
  }
  return plannedRows.map((rows, slice) => ({
    index: slice,
    from: starts[slice - 1]?.instant ?? range.from,
    to: starts[slice]?.instant ?? range.to,
    homeFrom: starts[slice - 1]?.wall ?? null,
    homeTo: starts[slice]?.wall ?? null,
    plannedRows: rows,
  }));
}

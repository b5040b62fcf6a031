import type { Run } from './run-file.ts';

/** Hits whose second lies in one span of a grid that begins at `start`. */
export interface TimeCount {
  readonly start: number;
  readonly rows: number;
}

/** Counts seconds on a grid of `grain` seconds. */
export function createTimeCount(grain: number): { add(seconds: number): void; counts(): TimeCount[] } {
  const byStart = new Map<number, number>();
  let start = Number.NaN;
  let rows = 0;

  function enter(): void {
    if (rows > 0) byStart.set(start, (byStart.get(start) ?? 0) + rows);
    rows = 0;
  }

  return {
    add(seconds) {
      // Neighbours are mostly of one span, also in rows that are not in order.
      if (!(seconds >= start && seconds < start + grain)) {
        enter();
        start = Math.floor(seconds / grain) * grain;
      }
      rows++;
    },
    counts() {
      enter();
      return [...byStart].map(([each, count]) => ({ start: each, rows: count })).sort((a, b) => a.start - b.start);
    },
  };
}

/** Hands over the seconds of all hits of a run that are in [from, to); of each block only these are read, and only where they matter. */
export async function countSeconds(run: Run, from: number, to: number, add: (seconds: number) => void): Promise<void> {
  const { firstSeconds, rowsOf, starts, file } = run;
  if (run.last.seconds[0]! < from) return;
  let scratch = new Float64Array(1024);
  try {
    for (let block = firstBlockWith(firstSeconds, from); block < starts.length; block++) {
      if (firstSeconds[block]! >= to) break;
      const rows = rowsOf[block]!;
      if (rows > scratch.length) scratch = new Float64Array(2 * rows);
      const seconds = scratch.subarray(0, rows);
      // The seconds stand first in a block.
      await file.read(new Uint8Array(seconds.buffer, 0, seconds.byteLength), starts[block]!);
      for (const second of seconds) if (second >= from && second < to) add(second);
    }
  } finally {
    await file.close();
  }
}

/** The last block that begins before `from`, where there is one: seconds from `from` on may stand in it. */
function firstBlockWith(firstSeconds: readonly number[], from: number): number {
  let low = 0;
  let high = firstSeconds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (firstSeconds[middle]! < from) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

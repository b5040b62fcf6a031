import type { Slice } from '../../domain/slice.ts';
import type { HitSink } from '../read/row-sink.ts';

/** As `hits.add`, but passes over hits that are in none of these slices, which are in order of time. */
export function addingOnly(slices: readonly Pick<Slice, 'from' | 'to'>[], hits: Pick<HitSink, 'add'>): HitSink['add'] {
  const starts = Float64Array.from(slices, ({ from }) => from);
  let current = 0;
  return (seconds, nanos, stream, group, key, cells, plain) => {
    const { from, to } = slices[current]!;
    if (seconds < from || seconds >= to) {
      current = Math.max(0, lastNotAfter(starts, seconds));
      const found = slices[current]!;
      if (seconds < found.from || seconds >= found.to) return true;
    }
    return hits.add(seconds, nanos, stream, group, key, cells, plain);
  };
}

function lastNotAfter(starts: Float64Array, seconds: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= seconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

import type { SortedHits } from '../../chunking/hit-rows.ts';
import type { Slice } from '../../domain/slice.ts';
import type { Job } from '../job/job.ts';
import type { ReadOptions } from '../read/read-options.ts';
import { readForSlice } from './make-slice.ts';
import type { SliceRows } from './slice-rows.ts';
import type { WaitingRows } from './waiting-rows.ts';
import { pickForSlice, type WholeRows } from './whole-rows.ts';

/**
 * The rows of slices that are asked for in order, each to be used up before the next: picked from those of the whole job,
 * or read from the source into `waiting`.
 */
export function rowsInOrder(
  job: Job,
  whole: WholeRows | null,
  waiting: WaitingRows,
  options: ReadOptions,
): (slice: Slice) => Promise<SliceRows> {
  if (whole === null) return (slice) => readForSlice(job, slice, waiting, options);
  let sorted: SortedHits | null = null;
  return async (slice) => {
    sorted ??= await sortedFrom(slice.from, whole, options.signal);
    return pickForSlice(job, slice, whole, sorted);
  };
}

/** All hits in order, those before `from` passed over: they are sealed. */
async function sortedFrom(from: number, { hits }: WholeRows, signal: AbortSignal): Promise<SortedHits> {
  const sorted = await hits.sorted(signal);
  while ((await sorted.next(from)) !== null) signal.throwIfAborted();
  return sorted;
}

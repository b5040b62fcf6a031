import type { SortedHits } from '../../chunking/hit-rows.ts';
import type { Slice } from '../../domain/slice.ts';
import type { Job } from '../job/job.ts';
import type { ReadOptions } from '../read/read-options.ts';
import { readForSlice } from './make-slice.ts';
import type { SliceRows } from './slice-rows.ts';
import type { WaitingRows } from './waiting-rows.ts';
import { pickForSlice, type WholeRows } from './whole-rows.ts';

/** The rows of one slice after another. */
export interface RowsInOrder {
  /**
   * Those of the next slice, hits before rejects; who asks for others has done with them, whatever of them was used.
   * Throws as `readForSlice`.
   */
  of(slice: Slice): Promise<SliceRows>;
  /** Stops what is being read ahead, and resolves when nothing is. Never rejects. */
  close(): Promise<void>;
}

/**
 * The rows of `slices`, to be asked for in this order: picked from those of the whole job, or read from the source into
 * `waiting`. There the source is asked for the next slice as soon as the one before is read, since a server that has to
 * sort takes long for its first row. Its rows are taken when all of the one before are handed over, while the files of that
 * are still compressed and made durable.
 */
export function rowsInOrder(
  job: Job,
  whole: WholeRows | null,
  waiting: WaitingRows,
  slices: readonly Slice[],
  options: ReadOptions,
): RowsInOrder {
  return whole === null ? readAhead(job, waiting, slices, options) : pickInOrder(job, whole, options);
}

function pickInOrder(job: Job, whole: WholeRows, { signal }: ReadOptions): RowsInOrder {
  let sorted: SortedHits | null = null;
  return {
    async of(slice) {
      sorted ??= await sortedFrom(slice.from, whole, signal);
      return pickForSlice(job, slice, whole, sorted);
    },
    close: async () => undefined,
  };
}

/** All hits in order, those before `from` passed over: they are sealed. */
async function sortedFrom(from: number, { hits }: WholeRows, signal: AbortSignal): Promise<SortedHits> {
  const sorted = await hits.sorted(signal);
  while ((await sorted.next(from)) !== null) signal.throwIfAborted();
  return sorted;
}

function readAhead(job: Job, waiting: WaitingRows, slices: readonly Slice[], options: ReadOptions): RowsInOrder {
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  let ahead: { readonly slice: number; readonly rows: Promise<SliceRows> } | null = null;

  /** What is read ahead waits for this; whoever stops need not wait. */
  let free = (): void => undefined;
  signal.addEventListener('abort', () => free(), { once: true });

  const beginAfter = (slice: Slice): void => {
    const next = slices[slices.findIndex(({ index }) => index === slice.index) + 1];
    if (next === undefined || signal.aborted) return;
    const isFree = new Promise<void>((resolve) => {
      free = resolve;
    });
    const rows = readForSlice(job, next, waiting, { ...options, signal }, isFree);
    // Told when it is asked for.
    rows.catch(() => undefined);
    ahead = { slice: next.index, rows };
  };

  return {
    async of(slice) {
      free();
      const reading =
        ahead?.slice === slice.index ? ahead.rows : readForSlice(job, slice, waiting, { ...options, signal });
      const { hits, counts, tallies, rejects } = await reading;
      ahead = null;
      beginAfter(slice);
      const batches = async function* () {
        if (rejects !== null) yield* rejects.batches();
        free();
      };
      return { hits, counts, tallies, rejects: { batches } };
    },
    async close() {
      closing.abort();
      await ahead?.rows.catch(() => undefined);
    },
  };
}

import { removeUnsealed } from '../../chunking/slice-files.ts';
import type { JobEvent } from '../../domain/event.ts';
import type { Slice } from '../../domain/slice.ts';
import type { Job } from '../job/job.ts';
import type { BuildOptions } from './build-options.ts';
import { makeAlone } from './make-alone.ts';
import { type MadeSlice, makeSlice } from './make-slice.ts';
import { rowsInOrder } from './rows-in-order.ts';
import { startSliceThreads } from './slice-threads.ts';
import { threadJob } from './thread-job.ts';
import { openWaitingRows } from './waiting-rows.ts';
import type { WholeRows } from './whole-rows.ts';

/** Who makes slices, which are asked for in order. */
export interface SliceMakers {
  /** So many may be asked for at once. */
  readonly atOnce: number;
  /** Throws as `readForSlice` and `makeSlice`; what goes wrong with a thread alone is done again, a few times. */
  make(slice: Slice): Promise<MadeSlice>;
  /** Stops what is under way, and resolves when nothing is. Never rejects. */
  close(): Promise<void>;
}

/** Those of `slices`, of which nothing is on disk; `whole` are the rows of a single-pass job. */
export function openSliceMakers(
  job: Job,
  whole: WholeRows | null,
  slices: readonly Slice[],
  options: BuildOptions,
): SliceMakers {
  const atOnce = whole === null ? Math.min(job.migration.build.workers, slices.length) : 1;
  return atOnce > 1 ? sideBySide(job, atOnce, options) : oneByOne(job, whole, slices, options);
}

function oneByOne(job: Job, whole: WholeRows | null, slices: readonly Slice[], options: BuildOptions): SliceMakers {
  const waiting = whole ?? openWaitingRows(job);
  const rows = rowsInOrder(job, whole, waiting, slices, options);
  return {
    atOnce: 1,
    make: async (slice) => makeSlice(job, slice, await rows.of(slice), options.signal),
    async close() {
      await rows.close();
      if (whole === null) await waiting.hits.close();
    },
  };
}

/** One is made here, the others in threads: who only waited for threads would cost the memory of another. */
function sideBySide(job: Job, atOnce: number, options: BuildOptions): SliceMakers {
  const removeLeft = ({ index }: Slice): Promise<void> => removeUnsealed(job.migration.folder, [index], job.groups);
  const threads = startSliceThreads(threadJob(job, options), atOnce - 1, { ...options, removeLeft });
  const waiting = openWaitingRows(job, { part: 'main' });
  let isBusy = false;
  /** Read so far, by slice. */
  const rows = new Map<number, number>();

  const hearOf =
    ({ index }: Slice) =>
    (event: JobEvent): void => {
      if (event.type === 'progress') rows.set(index, event.rows);
      const all = [...rows.values()].reduce((sum, each) => sum + each, 0);
      options.onEvent(event.type === 'progress' ? { ...event, rows: all } : event);
    };

  const makeHere = async (slice: Slice, onEvent: (event: JobEvent) => void): Promise<MadeSlice> => {
    isBusy = true;
    try {
      return await makeAlone(job, slice, waiting, { ...options, onEvent });
    } finally {
      isBusy = false;
    }
  };

  return {
    atOnce,
    async make(slice) {
      const hear = hearOf(slice);
      try {
        return await (isBusy ? threads.make(slice, hear) : makeHere(slice, hear));
      } finally {
        rows.delete(slice.index);
      }
    },
    close: threads.close,
  };
}

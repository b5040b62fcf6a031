import type { Slice } from '../../domain/slice.ts';
import type { Job } from '../job/job.ts';
import type { ReadOptions } from '../read/read-options.ts';
import { type MadeSlice, makeSlice, readForSlice } from './make-slice.ts';
import type { WaitingRows } from './waiting-rows.ts';

/**
 * Reads one slice of a windowed job and writes its files, while others do so with other slices. `waiting` has a part of the
 * spool for itself, and can be used for the next slice whatever became of this one. Throws as `readForSlice` and `makeSlice`.
 */
export async function makeAlone(
  job: Job,
  slice: Slice,
  waiting: WaitingRows,
  options: ReadOptions,
): Promise<MadeSlice> {
  try {
    const rows = await readForSlice(job, slice, waiting, options);
    return await makeSlice(job, slice, rows, options.signal);
  } finally {
    await waiting.hits.close();
    await waiting.spool.keepOnly(new Set()).catch(() => undefined);
  }
}

import { type SealedFiles, sealSlice } from '../../chunking/seal-slice.ts';
import type { ReadCounts, Slice, Tally } from '../../domain/slice.ts';
import type { Job } from '../job/job.ts';
import { readAgain } from '../read/read-again.ts';
import type { ReadOptions } from '../read/read-options.ts';
import { readSlice } from '../read/read-slice.ts';
import { createRowCounter } from '../read/row-counts.ts';
import type { SliceRows } from './slice-rows.ts';
import type { WaitingRows } from './waiting-rows.ts';

/** What a slice became, in plain data. Its files are durable; the ledger knows nothing of it yet. */
export interface MadeSlice extends SealedFiles {
  readonly counts: readonly ReadCounts[];
  readonly tallies: readonly Tally[];
}

/** Writes the files of a slice from its rows. Throws as `sealSlice`. */
export async function makeSlice(job: Job, slice: Slice, rows: SliceRows, signal: AbortSignal): Promise<MadeSlice> {
  const { migration } = job;
  const files = await sealSlice({
    folder: migration.folder,
    slice: slice.index,
    header: job.header,
    groups: job.groups,
    limits: migration.chunks,
    gzipLevel: migration.build.gzipLevel,
    hits: rows.hits,
    streams: job.streams.map(({ name }) => name),
    rejects: rows.rejects?.batches() ?? [],
    signal,
  });
  return { ...files, counts: rows.counts(), tallies: rows.tallies };
}

/**
 * The rows of one slice of a windowed job, read in one snapshot, and again where the source is lost meanwhile. The source is
 * asked at once; nothing is put into the stores, which are emptied first, before `isFree` has resolved.
 */
export function readForSlice(
  job: Job,
  slice: Slice,
  { hits, rejects }: Pick<WaitingRows, 'hits' | 'rejects'>,
  options: ReadOptions,
  isFree: Promise<void> = Promise.resolve(),
): Promise<SliceRows> {
  const { signal, onEvent } = options;
  const empty = async (): Promise<void> => {
    await isFree;
    signal.throwIfAborted();
    await hits.clear();
    await rejects.clear();
  };
  const read = async (): Promise<SliceRows> => {
    // What a reading that was lost has counted is counted again.
    for (const { mapper } of job.streams) mapper.takeTallies();
    let emptied: Promise<void> | null = null;
    const beforeBatch = (): Promise<void> => {
      emptied ??= empty();
      return emptied;
    };
    const counter = createRowCounter(job.streams.map(({ name }) => name));
    const afterBatch = async (rows: number): Promise<void> => {
      onEvent({ type: 'progress', doing: 'building', rows });
      await rejects.settle();
    };
    const sink = { hits, counter, groupOf: job.groupOf, reject: rejects.add, beforeBatch, afterBatch };
    await readSlice(job, slice, sink, signal);
    // A slice without rows had no batch.
    await beforeBatch();
    const sorted = await hits.sorted(signal);
    return {
      hits: { next: () => sorted.next(Number.POSITIVE_INFINITY) },
      counts: counter.counts,
      tallies: counter.tallies(),
      rejects,
    };
  };
  return readAgain(`Reading slice ${slice.index}`, read, options);
}

import { removeUnsealed } from '../../chunking/slice-files.ts';
import type { Slice } from '../../domain/slice.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { Job } from '../job/job.ts';
import { createHomeCheck } from '../plan/home-rows.ts';
import type { ReadOptions } from '../read/read-options.ts';
import type { BuildOptions } from './build-options.ts';
import { idempotencyKey } from './idempotency-key.ts';
import type { MadeSlice } from './make-slice.ts';
import type { Prepared } from './prepare.ts';
import { openRejectBudget } from './reject-budget.ts';
import { openSliceMakers, type SliceMakers } from './slice-makers.ts';
import { tidySpool } from './waiting-rows.ts';

/** Resolves when the next slice may be built (the disk bound); may reject to stop. */
export type Admit = () => Promise<void>;

/**
 * Builds every slice that is not sealed, and seals them in order. A slice is a pure function of source, mapping and
 * settings: with more than one of `build.workers`, those of a windowed job are made side by side, all but one in threads.
 * What a killed process left of an unsealed one is built again from nothing. Throws `build.rejects` over the budget. When it
 * ends, whatever happens, the spool holds no more than what a later process need not read again for slices that are missing.
 */
export async function buildSlices(
  job: Job,
  ledger: Ledger,
  { whole }: Pick<Prepared, 'whole'>,
  options: BuildOptions & { readonly admit: Admit },
): Promise<void> {
  const halt = new AbortController();
  const signal = AbortSignal.any([options.signal, halt.signal]);
  /** Of the slices that are not sealed yet, oldest first: resolved when they are. */
  const underWay: Promise<void>[] = [];
  let makers: SliceMakers | null = null;
  try {
    const enter = await openBooks(job, ledger, whole === null, options);
    const slices = await ledger.unsealedSlices();
    // Once for all of them: to look through the folders for each would cost more the more slices there are.
    await removeUnsealed(
      job.migration.folder,
      slices.map(({ index }) => index),
      job.groups,
    );
    makers = openSliceMakers(job, whole, slices, { ...options, signal });
    const { atOnce, make } = makers;
    const failure = createFailure();
    for (const slice of slices) {
      if (underWay.length === atOnce) await underWay.shift();
      await Promise.race([options.admit(), failure.happened]);
      signal.throwIfAborted();
      const sealing = sealAfter(underWay.at(-1), make(slice), async (made) => {
        await enter(slice, made);
        await whole?.hits.release(slice.to);
      });
      sealing.catch(failure.tell);
      underWay.push(sealing);
    }
    await Promise.all(underWay);
    await ledger.dropPass();
  } finally {
    halt.abort();
    await Promise.allSettled(underWay);
    await makers?.close();
    await whole?.hits.close();
    // What cannot be removed now is removed by the next run.
    await tidySpool(job, ledger).catch(() => undefined);
  }
}

/** Slices are sealed in order, whichever is made first. */
async function sealAfter(
  earlier: Promise<void> | undefined,
  making: Promise<MadeSlice>,
  seal: (made: MadeSlice) => Promise<void>,
): Promise<void> {
  const made = await making;
  await earlier;
  await seal(made);
}

/** A promise that only ever rejects, with the first failure that it is told of. */
function createFailure(): { readonly happened: Promise<never>; readonly tell: (error: unknown) => void } {
  let tell: (error: unknown) => void = () => undefined;
  const happened = new Promise<never>((_, reject) => {
    tell = reject;
  });
  // It may happen while nobody waits for it.
  happened.catch(() => undefined);
  return { happened, tell };
}

/** Enters slices in the ledger, which is what seals them; throws where a slice is not what was planned, or over the budget. */
async function openBooks(
  job: Job,
  ledger: Ledger,
  windowed: boolean,
  { onEvent }: Pick<ReadOptions, 'onEvent'>,
): Promise<(slice: Slice, made: MadeSlice) => Promise<void>> {
  const { id, folder } = job.migration;
  const budget = await openRejectBudget(job.migration, ledger);
  const assertSameHomes = createHomeCheck(await ledger.plannedHomes());
  return async (slice, { chunks, rejects, duplicateKeys, counts, tallies }) => {
    try {
      if (windowed) assertSameHomes(slice, counts);
    } catch (error) {
      await removeUnsealed(folder, [slice.index], job.groups).catch(() => undefined);
      throw error;
    }
    await ledger.sealSlice({
      slice: slice.index,
      chunks: chunks.map((chunk) => ({ ...chunk, key: idempotencyKey(id, chunk) })),
      counts,
      tallies,
      rejects,
      groups: job.groups,
      duplicateKeys,
    });
    const sum = (outcome: 'rejected' | 'filtered'): number => counts.reduce((total, each) => total + each[outcome], 0);
    onEvent({
      type: 'sealed',
      slice: slice.index,
      chunks: chunks.length,
      hits: chunks.reduce((total, { rows }) => total + rows, 0),
      rejected: sum('rejected'),
      filtered: sum('filtered'),
    });
    budget.spend(rejects?.rows ?? 0);
  };
}

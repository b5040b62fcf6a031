import type { SortedHits } from '../chunking/hit-rows.ts';
import type { HitStore } from '../chunking/hit-store.ts';
import { sealSlice } from '../chunking/seal-slice.ts';
import type { Slice } from '../domain/slice.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { assertUnchanged, changedFiles } from './assert-same-files.ts';
import { createHomeCheck } from './home-rows.ts';
import { idempotencyKey } from './idempotency-key.ts';
import type { Job } from './job.ts';
import { planSinglePass, planWindowed } from './plan.ts';
import { readAgain } from './read-again.ts';
import type { ReadOptions } from './read-options.ts';
import { readSlice } from './read-rows.ts';
import { rebuildRejected } from './rebuild.ts';
import { openRejectBudget } from './reject-budget.ts';
import type { RejectList } from './reject-list.ts';
import { createRowCounter } from './row-counts.ts';
import type { SliceRows } from './slice-rows.ts';
import { openWaitingRows, tidySpool } from './waiting-rows.ts';
import { assertSameRows, pickForSlice, readEverything, type WholeRows } from './whole-rows.ts';

/** Resolves when the next slice may be built (the disk bound); may reject to stop. */
export type Admit = () => Promise<void>;

/** A job whose plan stands in its ledger; `whole` holds the rows of a single-pass job that has slices to build. */
export interface Prepared {
  readonly whole: WholeRows | null;
}

/**
 * Plans the job if its ledger holds no plan yet, removes what a killed process left in the spool, unless the ledger
 * vouches for it, and builds again what Adobe rejected before a change that was accepted. A single-pass job with slices
 * still to build comes back with its rows read. Throws `source.changed` where an input file is not what it
 * was when it was planned. Only for the process that holds the ledger.
 */
export async function prepare(job: Job, ledger: Ledger, options: ReadOptions): Promise<Prepared> {
  await tidySpool(job, ledger);
  try {
    await rebuildRejected(job, ledger, options, (slices, use) => readSlicesAgain(job, ledger, slices, options, use));
    return (await ledger.hasPlan()) ? await resume(job, ledger, options) : await planAnew(job, ledger, options);
  } catch (error) {
    // The first error is the one to tell; what cannot be removed now is removed by the next run.
    await tidySpool(job, ledger).catch(() => undefined);
    throw error;
  }
}

/** Rows of slices that are sealed, for those of their chunks that are built again. */
async function readSlicesAgain(
  job: Job,
  ledger: Ledger,
  slices: readonly Slice[],
  options: ReadOptions,
  use: (slice: Slice, rows: SliceRows) => Promise<void>,
): Promise<void> {
  // A pass over these slices alone is never to be gone on with.
  await ledger.dropPass();
  const whole = job.windowed ? null : await readEverything(job, ledger, slices, options);
  if (whole !== null) await assertUnchanged(changedFiles(await ledger.files(), whole.files), job, ledger);
  await ledger.dropPass();
  const { hits, rejects } = whole ?? openWaitingRows(job);
  try {
    const sorted = whole === null ? null : await hits.sorted(options.signal);
    for (const slice of slices) {
      options.signal.throwIfAborted();
      await use(slice, await rowsOf(job, slice, whole, sorted, hits, rejects, options));
    }
  } finally {
    await hits.close();
    await tidySpool(job, ledger).catch(() => undefined);
  }
}

/** One slice's rows: picked from those of the whole job, or read from the source, again where it is lost. */
async function rowsOf(
  job: Job,
  slice: Slice,
  whole: WholeRows | null,
  sorted: SortedHits | null,
  hits: HitStore,
  rejects: RejectList,
  options: ReadOptions,
): Promise<SliceRows> {
  if (whole !== null && sorted !== null) return pickForSlice(job, slice, whole, sorted);
  return readAgain(`Reading slice ${slice.index}`, () => readForSlice(job, slice, hits, rejects, options), options);
}

async function planAnew(job: Job, ledger: Ledger, options: ReadOptions): Promise<Prepared> {
  const whole = job.windowed ? null : await readEverything(job, ledger, null, options);
  const plan = whole === null ? await planWindowed(job, options) : await planWhole(job, whole);
  await ledger.storePlan({ ...plan, files: whole?.files ?? [] });
  const rows = plan.slices.reduce((sum, slice) => sum + slice.plannedRows, 0);
  options.onEvent({ type: 'planned', slices: plan.slices.length, rows });
  return { whole };
}

function planWhole(job: Job, { hits, counter }: WholeRows): ReturnType<typeof planSinglePass> {
  return planSinglePass(job, hits, Object.fromEntries(counter.counts().map(({ stream, read }) => [stream, read])));
}

async function resume(job: Job, ledger: Ledger, options: ReadOptions): Promise<Prepared> {
  const unsealed = await ledger.unsealedSlices();
  if (job.windowed || unsealed.length === 0) return { whole: null };
  const whole = await readEverything(job, ledger, unsealed, options);
  await assertUnchanged(changedFiles(await ledger.files(), whole.files), job, ledger);
  assertSameRows(job, await ledger.sourceRows(), await ledger.streamCounts(), unsealed, whole);
  return { whole };
}

/**
 * Builds and seals every slice that is not sealed, in order. A slice is a pure function of source, mapping and settings;
 * what a killed process left of an unsealed one is built again from nothing. Throws `build.rejects` over the budget.
 * When it ends, whatever happens, the spool holds no more than what a later process need not read again for slices that
 * are missing.
 */
export async function buildSlices(
  job: Job,
  ledger: Ledger,
  { whole }: Prepared,
  options: ReadOptions & { readonly admit: Admit },
): Promise<void> {
  const { hits, rejects } = whole ?? openWaitingRows(job);
  try {
    const budget = await openRejectBudget(job, ledger);
    const assertSameHomes = createHomeCheck(await ledger.plannedHomes());
    const unsealed = await ledger.unsealedSlices();
    const sorted = whole === null ? null : await sortedFrom(unsealed[0]?.from ?? 0, hits, options.signal);
    for (const slice of unsealed) {
      await options.admit();
      options.signal.throwIfAborted();
      const rows = await rowsOf(job, slice, whole, sorted, hits, rejects, options);
      if (whole === null) assertSameHomes(slice, rows.counts());
      await seal(job, ledger, slice, rows, options);
      budget.spend(rows.rejects?.rows ?? 0);
      if (whole !== null) await hits.release(slice.to);
    }
    await ledger.dropPass();
  } finally {
    await hits.close();
    // What cannot be removed now is removed by the next run.
    await tidySpool(job, ledger).catch(() => undefined);
  }
}

/** All hits in order, those before `from` passed over: they are sealed. */
async function sortedFrom(from: number, hits: HitStore, signal: AbortSignal): Promise<SortedHits> {
  const sorted = await hits.sorted(signal);
  while ((await sorted.next(from)) !== null) signal.throwIfAborted();
  return sorted;
}

async function readForSlice(
  job: Job,
  slice: Slice,
  hits: HitStore,
  rejects: RejectList,
  { signal, onEvent }: ReadOptions,
): Promise<SliceRows> {
  await hits.clear();
  await rejects.clear();
  const counter = createRowCounter(job.streams.map(({ name }) => name));
  const afterBatch = async (rows: number): Promise<void> => {
    onEvent({ type: 'progress', doing: 'building', rows });
    await rejects.settle();
  };
  await readSlice(job, slice, { hits, counter, groupOf: job.groupOf, reject: rejects.add, afterBatch }, signal);
  const sorted = await hits.sorted(signal);
  return {
    hits: { next: () => sorted.next(Number.POSITIVE_INFINITY) },
    counts: counter.counts,
    tallies: counter.tallies(),
    rejects,
  };
}

async function seal(
  job: Job,
  ledger: Ledger,
  slice: Slice,
  rows: SliceRows,
  { signal, onEvent }: ReadOptions,
): Promise<void> {
  const { migration } = job;
  const made = await sealSlice({
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
  const counts = rows.counts();
  await ledger.sealSlice({
    slice: slice.index,
    chunks: made.chunks.map((chunk) => ({ ...chunk, key: idempotencyKey(migration.id, chunk) })),
    counts,
    tallies: rows.tallies,
    rejects: made.rejects,
    groups: job.groups,
    duplicateKeys: made.duplicateKeys,
  });
  const sum = (outcome: 'rejected' | 'filtered'): number => counts.reduce((total, count) => total + count[outcome], 0);
  onEvent({
    type: 'sealed',
    slice: slice.index,
    chunks: made.chunks.length,
    hits: made.chunks.reduce((total, { rows: held }) => total + held, 0),
    rejected: sum('rejected'),
    filtered: sum('filtered'),
  });
}

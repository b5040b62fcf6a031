import type { Slice } from '../../domain/slice.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { Job } from '../job/job.ts';
import { planSinglePass, planWindowed } from '../plan/plan.ts';
import { assertUnchanged, changedFiles } from './assert-same-files.ts';
import type { BuildOptions } from './build-options.ts';
import { rebuildRejected } from './rebuild.ts';
import { restoreChunks, type Unrestored } from './restore-chunks.ts';
import { assertSameAcross } from './rows-across.ts';
import { rowsInOrder } from './rows-in-order.ts';
import type { RowsAgain } from './seal-again.ts';
import type { SliceRows } from './slice-rows.ts';
import { openWaitingRows, tidySpool } from './waiting-rows.ts';
import { assertSameRows, readEverything, type WholeRows } from './whole-rows.ts';

/** A job whose plan stands in its ledger; `whole` holds the rows of a single-pass job that has slices to build. */
export interface Prepared {
  readonly whole: WholeRows | null;
  readonly unrestored: Unrestored;
}

/**
 * Plans the job if its ledger holds no plan yet, removes what a killed process left in the spool, unless the ledger
 * vouches for it, and builds again what Adobe rejected before a change that was accepted, and what was lost or damaged
 * before it was sent. A single-pass job with slices still to build comes back with its rows read. Throws `source.changed`
 * where an input file, or a table that is read whole, is not what it was when it was planned, and `build.not-reproducible`
 * where an accepted change does not fit slices that are sealed. Only for the process that holds the ledger.
 */
export async function prepare(job: Job, ledger: Ledger, options: BuildOptions): Promise<Prepared> {
  await tidySpool(job, ledger);
  try {
    const rowsAgain: RowsAgain = (slices, use) => readSlicesAgain(job, ledger, slices, options, use);
    await rebuildRejected(job, ledger, options, rowsAgain);
    const unrestored = await restoreChunks(job, ledger, options, rowsAgain);
    const whole = (await ledger.hasPlan()) ? await resume(job, ledger, options) : await planAnew(job, ledger, options);
    return { whole, unrestored };
  } catch (error) {
    // The first error is the one to tell; what cannot be removed now is removed by the next run.
    await tidySpool(job, ledger).catch(() => undefined);
    throw error;
  }
}

const nothing = (): Promise<void> => Promise.resolve();

/** Rows of slices that are sealed, for those of their chunks that are built again. */
async function readSlicesAgain(
  job: Job,
  ledger: Ledger,
  slices: readonly Slice[],
  options: BuildOptions,
  use: (slice: Slice, rows: SliceRows) => Promise<void>,
): Promise<void> {
  // A pass over these slices alone is never to be gone on with: neither what an earlier process kept, nor this one itself,
  // wherever it ends, as the hits of all other slices are not in it.
  await ledger.dropPass();
  await tidySpool(job, ledger);
  const unkept: Ledger = { ...ledger, storePass: nothing, replaceRuns: nothing };
  const whole = job.windowed ? null : await readEverything(job, unkept, slices, options);
  if (whole !== null) await assertUnchanged(changedFiles(await ledger.files(), whole.files), job, ledger);
  const waiting = whole ?? openWaitingRows(job);
  const rows = rowsInOrder(job, whole, waiting, slices, options);
  try {
    for (const slice of slices) {
      options.signal.throwIfAborted();
      await use(slice, await rows.of(slice));
    }
  } finally {
    await rows.close();
    await waiting.hits.close();
    await tidySpool(job, ledger).catch(() => undefined);
  }
}

async function planAnew(job: Job, ledger: Ledger, options: BuildOptions): Promise<WholeRows | null> {
  const whole = job.windowed ? null : await readEverything(job, ledger, null, options);
  const plan = whole === null ? await planWindowed(job, options) : await planWhole(job, whole);
  await ledger.storePlan({ ...plan, files: whole?.files ?? [] });
  const rows = plan.slices.reduce((sum, slice) => sum + slice.plannedRows, 0);
  options.onEvent({ type: 'planned', slices: plan.slices.length, rows });
  return whole;
}

function planWhole(job: Job, { hits, counter }: WholeRows): ReturnType<typeof planSinglePass> {
  return planSinglePass(job, hits, Object.fromEntries(counter.counts().map(({ stream, read }) => [stream, read])));
}

async function resume(job: Job, ledger: Ledger, options: BuildOptions): Promise<WholeRows | null> {
  if (job.windowed) {
    await assertSameAcross(job, ledger, options);
    return null;
  }
  const unsealed = await ledger.unsealedSlices();
  if (unsealed.length === 0) return null;
  const whole = await readEverything(job, ledger, unsealed, options);
  await assertUnchanged(changedFiles(await ledger.files(), whole.files), job, ledger);
  await assertSameRows(job, ledger, unsealed, whole);
  return whole;
}

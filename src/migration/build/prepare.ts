import type { Slice } from '../../domain/slice.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { Job } from '../job/job.ts';
import { planSinglePass, planWindowed } from '../plan/plan.ts';
import { assertUnchanged, changedFiles } from './assert-same-files.ts';
import type { BuildOptions } from './build-options.ts';
import { rebuildRejected } from './rebuild.ts';
import { assertSameAcross } from './rows-across.ts';
import { rowsInOrder } from './rows-in-order.ts';
import type { SliceRows } from './slice-rows.ts';
import { openWaitingRows, tidySpool } from './waiting-rows.ts';
import { assertSameRows, readEverything, type WholeRows } from './whole-rows.ts';

/** A job whose plan stands in its ledger; `whole` holds the rows of a single-pass job that has slices to build. */
export interface Prepared {
  readonly whole: WholeRows | null;
}

/**
 * Plans the job if its ledger holds no plan yet, removes what a killed process left in the spool, unless the ledger
 * vouches for it, and builds again what Adobe rejected before a change that was accepted. A single-pass job with slices
 * still to build comes back with its rows read. Throws `source.changed` where an input file, or a table that is read whole,
 * is not what it was when it was planned, and `build.not-reproducible` where an accepted change does not fit slices that are
 * sealed. Only for the process that holds the ledger.
 */
export async function prepare(job: Job, ledger: Ledger, options: BuildOptions): Promise<Prepared> {
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
  options: BuildOptions,
  use: (slice: Slice, rows: SliceRows) => Promise<void>,
): Promise<void> {
  // A pass over these slices alone is never to be gone on with: neither what an earlier process kept, nor its files.
  await ledger.dropPass();
  await tidySpool(job, ledger);
  const whole = job.windowed ? null : await readEverything(job, ledger, slices, options);
  if (whole !== null) await assertUnchanged(changedFiles(await ledger.files(), whole.files), job, ledger);
  await ledger.dropPass();
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

async function planAnew(job: Job, ledger: Ledger, options: BuildOptions): Promise<Prepared> {
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

async function resume(job: Job, ledger: Ledger, options: BuildOptions): Promise<Prepared> {
  if (job.windowed) {
    await assertSameAcross(job, ledger, options);
    return { whole: null };
  }
  const unsealed = await ledger.unsealedSlices();
  if (unsealed.length === 0) return { whole: null };
  const whole = await readEverything(job, ledger, unsealed, options);
  await assertUnchanged(changedFiles(await ledger.files(), whole.files), job, ledger);
  await assertSameRows(job, ledger, unsealed, whole);
  return { whole };
}

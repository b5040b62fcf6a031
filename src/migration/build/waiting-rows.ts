import { join } from 'node:path';
import { createHitStore, type HitStore } from '../../chunking/hit-store.ts';
import type { RunBooks } from '../../chunking/run-list.ts';
import { createSpool, type Spool } from '../../chunking/spool.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import { type BuildShares, buildShares } from '../job/build-shares.ts';
import type { Job } from '../job/job.ts';
import { createRejectList, type RejectList } from './reject-list.ts';

/** The part of `build.memory` that rejects may take while they wait to be written. */
const REJECT_SHARE = 1 / 16;

/** And no more than this: they are written as one text, and V8 knows none of more than half a gigabyte. */
const MOST_REJECT_BYTES = 64e6;

/**
 * The spool of this job's building: one folder below the work folder, which belongs to the process that holds the ledger.
 * A `part` of it is a folder of its own inside.
 */
function openSpool(job: Pick<Job, 'migration' | 'streams'>, part = '.'): Spool {
  return createSpool({ folder: join(job.migration.folder, 'spool', part), maxBytes: shareOfRows(job).disk });
}

/** Removes everything from the spool but what the ledger names: a first pass that a later process may go on with. */
export async function tidySpool(job: Pick<Job, 'migration' | 'streams'>, ledger: Pick<Ledger, 'pass'>): Promise<void> {
  const pass = await ledger.pass();
  const kept = pass === null ? [] : [...pass.runs, ...(pass.rejects === null ? [] : [pass.rejects])];
  await openSpool(job).keepOnly(new Set(kept.map(({ name }) => name)));
}

/**
 * Removes all of the spool of a job that is sealed as a whole, and the pass that the ledger still names: what is left where
 * the process that sealed the last slice was killed before it came to that, or the disk refused it.
 */
export async function emptySpool(
  migration: Job['migration'],
  ledger: Pick<Ledger, 'pass' | 'dropPass'>,
): Promise<void> {
  if ((await ledger.pass()) !== null) await ledger.dropPass();
  await tidySpool({ migration, streams: [] }, ledger);
}

/** Where rows wait to be sealed: `build.memory` and one spool, divided between hits and rejects. */
export interface WaitingRows {
  readonly spool: Spool;
  readonly hits: HitStore;
  readonly rejects: RejectList;
}

/**
 * Empty stores. Only one pair of them is in use at a time, because they share the names of the spool's files, but for
 * those that have a `part` of the spool for themselves.
 */
export function openWaitingRows(
  job: Pick<Job, 'migration' | 'streams' | 'windowed'>,
  { books, part }: { readonly books?: RunBooks | undefined; readonly part?: string } = {},
): WaitingRows {
  const spool = openSpool(job, part);
  const { memory } = shareOfRows(job);
  const rejectBytes = Math.min(MOST_REJECT_BYTES, Math.floor(memory * REJECT_SHARE));
  return {
    spool,
    hits: createHitStore({
      memoryBytes: memory - rejectBytes,
      spool,
      streams: job.streams.length,
      books,
      isReused: job.windowed,
    }),
    rejects: createRejectList({ memoryBytes: rejectBytes, spool }),
  };
}

function shareOfRows({ migration, streams }: Pick<Job, 'migration' | 'streams'>): BuildShares['rows'] {
  return buildShares(
    migration,
    streams.map(({ query }) => query),
  ).rows;
}

import type { HitPack } from '../../chunking/hit-pack.ts';
import type { HitBatches, SortedHits } from '../../chunking/hit-rows.ts';
import { MigrationError } from '../../domain/error.ts';
import type { InputFile } from '../../domain/input-file.ts';
import type { Slice } from '../../domain/slice.ts';
import { numbersInForce } from '../../ledger/job-records.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import { samePlace } from '../job/accept-job.ts';
import type { Job } from '../job/job.ts';
import { readWhole } from '../read/read-whole.ts';
import { createRowCounter, type RowCounter } from '../read/row-counts.ts';
import { beginPass } from './begin-pass.ts';
import type { BuildOptions } from './build-options.ts';
import { openFirstPass } from './first-pass.ts';
import { createStretchMapper } from './map-stretch.ts';
import { addingOnly } from './only-slices.ts';
import type { SliceRows } from './slice-rows.ts';
import { type StretchThreads, startStretchThreads } from './stretch-threads.ts';
import { threadJob } from './thread-job.ts';
import type { WaitingRows } from './waiting-rows.ts';

/** Rows of a single-pass job, read once: the hits of all slices, and what became none, which is counted in the first. */
export interface WholeRows extends WaitingRows {
  readonly counter: RowCounter;
  /** The input files, by this process or one before; none of a database. */
  readonly files: readonly InputFile[];
}

/**
 * Reads a single-pass job in one pass: partitions, counts and maps. With `slices`, only the hits that lie in one of them
 * are kept, and the rejects only where the first slice is among them: the others are sealed. What an earlier process has
 * read of whole files is not read again; what this one has is made safe for the next, also where it is stopped. Throws
 * `source.changed`, and `disk.failed` where rows are more than memory and `disk.spool` together take.
 */
export async function readEverything(
  job: Job,
  ledger: Ledger,
  slices: readonly Slice[] | null,
  options: BuildOptions,
): Promise<WholeRows> {
  const { signal, onEvent } = options;
  const begun = await beginPass(job, ledger, slices?.[0]?.from ?? Number.NEGATIVE_INFINITY, options);
  const { waiting, counter, restored } = begun;
  const { hits, rejects } = waiting;
  const pass = await openFirstPass(job, ledger, begun);
  const threads = threadsFor(job, slices, options);
  const adopt = (pack: HitPack): boolean => {
    const isTaken = hits.adopt(pack);
    if (isTaken) threads?.reuse(pack.memory);
    return isTaken;
  };
  const keepsRejects = slices === null || slices.some(({ index }) => index === 0);
  const sink = {
    hits: {
      add: slices === null ? hits.add : addingOnly(slices, hits),
      spill: async () => {
        await hits.spill();
        await pass.save();
      },
    },
    counter,
    groupOf: job.groupOf,
    reject: keepsRejects ? rejects.add : () => undefined,
    afterBatch: async (rows: number) => {
      onEvent({ type: 'progress', doing: 'reading', rows });
      await rejects.settle();
    },
    stretches: threads === null ? null : { ...threads, adopt },
    readBefore: pass.readBefore,
    afterFiles: pass.afterFiles,
  };
  try {
    await readWhole(job, sink, signal);
    // What is on disk in part goes there as a whole.
    if (restored !== null || hits.runs > 0) await pass.save();
  } catch (error) {
    if (signal.aborted || error instanceof MigrationError) {
      // The first error is the one to tell; what is not safe now is read again.
      await pass.save().catch(() => undefined);
    }
    // Who is told that a file is damaged will put another one in its place.
    const isDamaged = error instanceof MigrationError && error.code === 'input.invalid';
    if (isDamaged && slices === null) await ledger.thawUnreadFiles().catch(() => undefined);
    throw error;
  } finally {
    await threads?.close();
  }
  return { ...waiting, counter, files: pass.files() };
}

/** Threads for files that are read as they are; `null` where there are none, or the job's own thread is all it may use. */
function threadsFor(job: Job, slices: readonly Slice[] | null, options: BuildOptions): StretchThreads | null {
  const { workers } = job.migration.build;
  if (workers === 1 || job.source.cut === undefined) return null;
  if (job.streams.some(({ query }) => query.query !== undefined)) return null;
  return startStretchThreads(threadJob(job, options), workers - 1, slices, createStretchMapper(job, slices), options);
}

/**
 * A single-pass job counts what became no hit in its first slice. Where that one is sealed, and an accepted change lets
 * other rows become hits or a table has got other rows, some would be counted twice or not at all: throws
 * `build.not-reproducible` or `source.changed`. `whole` holds the hits of `unsealed` alone.
 */
export async function assertSameRows(
  job: Job,
  ledger: Ledger,
  unsealed: readonly Slice[],
  whole: WholeRows,
): Promise<void> {
  const read = new Map((await ledger.streamCounts()).map((count) => [count.stream, count.read]));
  const hits = whole.hits.rowsOfStreams();
  const misfits = unsealed.some(({ index }) => index === 0) ? whole.counter.counts() : [];
  for (const { name, position } of job.streams) {
    read.set(name, (read.get(name) ?? 0) + hits[position]! + (misfits[position]?.read ?? 0));
  }
  for (const [stream, rows] of Object.entries(await ledger.sourceRows())) {
    const counted = read.get(stream) ?? 0;
    if (counted === rows) continue;
    if (await isOfOneContent(ledger)) {
      throw new MigrationError(
        'source.changed',
        `the source has changed under the migration: stream ${stream} had ${rows} rows when it was planned, now ${counted} would be counted with the slices that are sealed already`,
        {
          next: `bring the rows back as they were (a backup, a copy, a replica that stands still; ${samePlace}), then run again; if nothing was sent yet, delete the work folder and plan anew, with a window for the stream where its table is written on`,
        },
      );
    }
    throw new MigrationError(
      'build.not-reproducible',
      `stream ${stream} has ${rows} rows, but with slices that are sealed already ${counted} would be counted: other rows become hits than before`,
      { next: 'undo the change that decides which rows are rejected; what other columns say may change' },
    );
  }
}

/** Whether all that is sealed was built with the content in force. */
async function isOfOneContent(ledger: Ledger): Promise<boolean> {
  const inForce = numbersInForce(await ledger.contents());
  return [...(await ledger.sealedContents()).values()].every((number) => inForce.has(number));
}

/** The next slice of a single-pass job: the hits up to its end, from one walk over all of them. Slices come in order. */
export function pickForSlice(job: Job, slice: Slice, whole: WholeRows, sorted: SortedHits): SliceRows {
  const counter = createRowCounter(job.streams.map(({ name }) => name));
  const hits: HitBatches = {
    async next() {
      const batch = await sorted.next(slice.to);
      for (const position of batch?.positions ?? []) counter.hit(batch!.rows.stream(position));
      return batch;
    },
  };
  if (slice.index > 0) return { hits, counts: counter.counts, tallies: [], rejects: null };
  const misfits = whole.counter.counts();
  const counts: SliceRows['counts'] = () =>
    counter.counts().map((count, index) => ({
      ...count,
      read: count.hits + misfits[index]!.read,
      rejected: misfits[index]!.rejected,
      filtered: misfits[index]!.filtered,
    }));
  return { hits, counts, tallies: whole.counter.tallies(), rejects: whole.rejects };
}

import { createHitBuffer, type HitBuffer } from '../chunking/hit-buffer.ts';
import { sealSlice } from '../chunking/seal-slice.ts';
import { MigrationError } from '../domain/error.ts';
import type { OnEvent } from '../domain/event.ts';
import type { Reject, Slice, StreamCounts, Tally } from '../domain/slice.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { assertSameFiles } from './assert-same-files.ts';
import { idempotencyKey } from './idempotency-key.ts';
import type { Job } from './job.ts';
import { type Plan, planSinglePass, planWindowed } from './plan.ts';
import { type RowSink, readSlice, readWhole } from './read-rows.ts';
import { openRejectBudget } from './reject-budget.ts';
import { createRejectList, type RejectList } from './reject-list.ts';
import { createRowCounter, type RowCounter } from './row-counts.ts';

/** What reading the source needs from outside. */
export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
}

/** Resolves when the next slice may be built (the disk bound); may reject to stop. */
export type Admit = () => Promise<void>;

/** Rows of a single-pass job, read once: the hits of all slices, and what became none, which is counted in the first. */
export interface WholeRows {
  readonly hits: HitBuffer;
  readonly counter: RowCounter;
  readonly rejects: readonly Reject[];
}

/** A job whose plan stands in its ledger; `whole` holds the rows of a single-pass job that has slices to build. */
export interface Prepared {
  readonly whole: WholeRows | null;
}

/**
 * Plans the job if its ledger holds no plan yet. A single-pass job with slices still to build comes back with its rows
 * read. Throws `source.changed` where an input file is not what it was when it was planned.
 */
export async function prepare(job: Job, ledger: Ledger, options: ReadOptions): Promise<Prepared> {
  const planned = await ledger.hasPlan();
  if (planned && (job.windowed || (await ledger.unsealedSlices()).length === 0)) return { whole: null };
  const { plan, whole } = await planSource(job, options);
  const files = job.source.files();
  if (planned) {
    assertSameFiles(await ledger.files(), files);
    if (whole !== null) await assertSameRows(job, ledger, whole);
  } else {
    await ledger.storePlan({ ...plan, files });
    const rows = plan.slices.reduce((sum, slice) => sum + slice.plannedRows, 0);
    options.onEvent({ type: 'planned', slices: plan.slices.length, rows });
  }
  return { whole };
}

/**
 * A single-pass job counts what became no hit in its first slice. Where that one is sealed and an accepted change lets
 * other rows become hits, some would be counted twice or not at all.
 */
async function assertSameRows(job: Job, ledger: Ledger, whole: WholeRows): Promise<void> {
  const planned = await ledger.sourceRows();
  const read = new Map((await ledger.streamCounts()).map((count) => [count.stream, count.read]));
  for (const slice of await ledger.unsealedSlices()) {
    for (const { stream, read: rows } of pickForSlice(job, slice, whole).counts)
      read.set(stream, (read.get(stream) ?? 0) + rows);
  }
  for (const [stream, rows] of Object.entries(planned)) {
    const counted = read.get(stream) ?? 0;
    if (counted === rows) continue;
    throw new MigrationError(
      'build.not-reproducible',
      `stream ${stream} has ${rows} rows, but with slices that are sealed already ${counted} would be counted: other rows become hits than before`,
      { next: 'undo the change that decides which rows are rejected; what other columns say may change' },
    );
  }
}

/** The plan of a job, made from its source alone; nothing is stored. */
export async function planSource(job: Job, options: ReadOptions): Promise<{ plan: Plan; whole: WholeRows | null }> {
  if (job.windowed) return { plan: await planWindowed(job, options.onEvent), whole: null };
  const whole = await readEverything(job, options);
  const misfits = Object.fromEntries(whole.counter.counts().map(({ stream, read }) => [stream, read]));
  return { plan: await planSinglePass(job, whole.hits, misfits), whole };
}

/**
 * Builds and seals every slice that is not sealed, in order. A slice is a pure function of source, mapping and settings;
 * what a killed process left of an unsealed one is built again from nothing. Throws `build.rejects` over the budget.
 */
export async function buildSlices(
  job: Job,
  ledger: Ledger,
  { whole }: Prepared,
  options: ReadOptions & { readonly admit: Admit },
): Promise<void> {
  const hits = whole?.hits ?? createHitBuffer({ memoryBytes: job.migration.build.memory });
  const budget = await openRejectBudget(job, ledger);
  for (const slice of await ledger.unsealedSlices()) {
    await options.admit();
    options.signal.throwIfAborted();
    const rows = whole === null ? await readForSlice(job, slice, hits, options) : pickForSlice(job, slice, whole);
    await seal(job, ledger, slice, hits, rows, options);
    budget.spend(rows.rejects.length);
  }
}

async function readEverything(job: Job, { signal, onEvent }: ReadOptions): Promise<WholeRows> {
  const hits = createHitBuffer({ memoryBytes: job.migration.build.memory });
  const counter = createRowCounter(job.streams.map(({ name }) => name));
  const list = createRejectList(job.migration.build.memory, () => hits.bytes);
  await readWhole(job, sinkFor(job, hits, counter, list, onEvent, 'reading'), signal);
  return { hits, counter, rejects: list.rejects };
}

function sinkFor(
  job: Job,
  hits: HitBuffer,
  counter: RowCounter,
  list: RejectList,
  onEvent: OnEvent,
  doing: 'reading' | 'building',
): RowSink {
  return {
    hits,
    counter,
    groupOf: job.groupOf,
    reject: list.add,
    progress: (rows) => onEvent({ type: 'progress', doing, rows }),
  };
}

interface SliceRows {
  readonly positions: Uint32Array;
  readonly counts: readonly StreamCounts[];
  readonly tallies: readonly Tally[];
  readonly rejects: readonly Reject[];
}

async function readForSlice(
  job: Job,
  slice: Slice,
  hits: HitBuffer,
  { signal, onEvent }: ReadOptions,
): Promise<SliceRows> {
  hits.clear();
  const counter = createRowCounter(job.streams.map(({ name }) => name));
  const list = createRejectList(job.migration.build.memory, () => hits.bytes);
  await readSlice(job, slice, sinkFor(job, hits, counter, list, onEvent, 'building'), signal);
  return { positions: hits.order(), counts: counter.counts(), tallies: counter.tallies(), rejects: list.rejects };
}

function pickForSlice(job: Job, slice: Slice, whole: WholeRows): SliceRows {
  const positions = whole.hits.rangeOf(slice.from, slice.to);
  const counter = createRowCounter(job.streams.map(({ name }) => name));
  for (const position of positions) counter.hit(whole.hits.stream(position));
  if (slice.index > 0) return { positions, counts: counter.counts(), tallies: [], rejects: [] };
  const misfits = whole.counter.counts();
  const counts = counter.counts().map((count, index) => ({
    ...count,
    read: count.hits + misfits[index]!.read,
    rejected: misfits[index]!.rejected,
    filtered: misfits[index]!.filtered,
  }));
  return { positions, counts, tallies: whole.counter.tallies(), rejects: whole.rejects };
}

async function seal(
  job: Job,
  ledger: Ledger,
  slice: Slice,
  hits: HitBuffer,
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
    hits,
    positions: rows.positions,
    streams: job.streams.map(({ name }) => name),
    rejects: rows.rejects,
    signal,
  });
  await ledger.sealSlice({
    slice: slice.index,
    chunks: made.chunks.map((chunk) => ({ ...chunk, key: idempotencyKey(migration.id, chunk) })),
    counts: rows.counts,
    tallies: rows.tallies,
    rejects: made.rejects,
    groups: job.groups,
    duplicateKeys: made.duplicateKeys,
  });
  const sum = (outcome: 'rejected' | 'filtered'): number =>
    rows.counts.reduce((total, count) => total + count[outcome], 0);
  onEvent({
    type: 'sealed',
    slice: slice.index,
    chunks: made.chunks.length,
    hits: rows.positions.length,
    rejected: sum('rejected'),
    filtered: sum('filtered'),
  });
}

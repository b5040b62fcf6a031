import { createHitBuffer, type HitBuffer } from '../chunking/hit-buffer.ts';
import { sealSlice } from '../chunking/seal-slice.ts';
import { MigrationError } from '../domain/error.ts';
import type { OnEvent } from '../domain/event.ts';
import type { Reject, Slice, StreamCounts, Tally } from '../domain/slice.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { idempotencyKey } from './idempotency-key.ts';
import type { Job } from './job.ts';
import { type Plan, planSinglePass, planWindowed } from './plan.ts';
import { type RowSink, readSlice, readWhole } from './read-rows.ts';
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
  if (planned) assertSameFiles(await ledger.files(), files);
  else {
    await ledger.storePlan({ ...plan, files });
    const rows = plan.slices.reduce((sum, slice) => sum + slice.plannedRows, 0);
    options.onEvent({ type: 'planned', slices: plan.slices.length, rows });
  }
  return { whole };
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
  await checkRejects(job, ledger);
  for (const slice of await ledger.unsealedSlices()) {
    await options.admit();
    options.signal.throwIfAborted();
    const rows = whole === null ? await readForSlice(job, slice, hits, options) : pickForSlice(job, slice, whole);
    await seal(job, ledger, slice, hits, rows, options);
    await checkRejects(job, ledger);
  }
}

async function readEverything(job: Job, { signal, onEvent }: ReadOptions): Promise<WholeRows> {
  const hits = createHitBuffer({ memoryBytes: job.migration.build.memory });
  const counter = createRowCounter(job.streams.map(({ name }) => name));
  const rejects: Reject[] = [];
  await readWhole(job, sinkFor(job, hits, counter, rejects, onEvent, 'reading'), signal);
  return { hits, counter, rejects };
}

function sinkFor(
  job: Job,
  hits: HitBuffer,
  counter: RowCounter,
  rejects: Reject[],
  onEvent: OnEvent,
  doing: 'reading' | 'building',
): RowSink {
  return {
    hits,
    counter,
    groupOf: job.groupOf,
    reject: (reject) => rejects.push(reject),
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
  const rejects: Reject[] = [];
  await readSlice(job, slice, sinkFor(job, hits, counter, rejects, onEvent, 'building'), signal);
  return { positions: hits.order(), counts: counter.counts(), tallies: counter.tallies(), rejects };
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

async function checkRejects(job: Job, ledger: Ledger): Promise<void> {
  const plannedRows = Object.values(await ledger.sourceRows()).reduce((sum, rows) => sum + rows, 0);
  const { rejected } = (await ledger.summary()).rows;
  const { budget } = job.migration.rejects;
  if (rejected <= budget * plannedRows) return;
  const share = ((100 * rejected) / Math.max(1, plannedRows)).toFixed(2);
  throw new MigrationError(
    'build.rejects',
    `${rejected} of ${plannedRows} planned rows (${share} %) were rejected; rejects.budget allows ${(100 * budget).toFixed(2)} %. ` +
      `They stand in ${job.migration.folder}/rejects, with their reasons.`,
    { next: 'mend the mapping (then remove the work folder, if nothing was sent yet), or raise rejects.budget' },
  );
}

function assertSameFiles(
  stored: readonly { path: string; size: number; sha256: string }[],
  now: readonly { path: string; size: number; sha256: string }[],
): void {
  const known = new Map(stored.map((file) => [file.path, file]));
  const found = new Map(now.map((file) => [file.path, file]));
  const changes = [
    ...stored.filter(({ path }) => !found.has(path)).map(({ path }) => `${path} is gone`),
    ...now.filter(({ path }) => !known.has(path)).map(({ path }) => `${path} is new`),
    ...now
      .filter(({ path, sha256 }) => known.has(path) && known.get(path)?.sha256 !== sha256)
      .map(({ path }) => `${path} has other content`),
  ];
  if (changes.length === 0) return;
  throw new MigrationError('source.changed', `the input files are not those that were planned: ${changes.join('; ')}`, {
    next: 'put the files back as they were; new files need a migration of their own, with another id and work folder',
  });
}

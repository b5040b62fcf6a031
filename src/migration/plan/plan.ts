import type { Slice } from '../../domain/slice.ts';
import type { PlannedHomes } from '../../ledger/home-records.ts';
import { instantOf, wallClock } from '../../mapping/time.ts';
import type { WindowCount, WindowRange } from '../../source/source.ts';
import { mostSeconds } from '../../source/window.ts';
import type { Job, JobStream } from '../job/job.ts';
import { beyondWall } from '../job/windows.ts';
import { readAgain } from '../read/read-again.ts';
import type { ReadOptions } from '../read/read-options.ts';
import { countInParts } from './count-in-parts.ts';
import { rowsByHome } from './home-rows.ts';
import { cutPoints, type Density, mergeDensities, slicesOf } from './plan-slices.ts';

/** A plan before anything is built: the slices, and the exact rows of the source that it was made from. */
export interface Plan {
  readonly slices: readonly Slice[];
  /** Rows per stream, NULL times and times outside the range included. */
  readonly sourceRows: Readonly<Record<string, number>>;
  /** Of windowed jobs: what each slice must have at home when it is read. */
  readonly homes?: readonly PlannedHomes[];
}

const hour = 3600;
const minute = 60;

const mostAutoRows = 200_000;
const fewestAutoRows = 20_000;

/** How many rows a slice holds at most. `auto`: enough to fill one chunk per group, within what sorts well in memory. */
export function rowsPerSlice({
  slices,
  visitorGroups,
  chunks,
}: Pick<Job['migration'], 'slices' | 'visitorGroups' | 'chunks'>): number {
  if (slices.rows !== 'auto') return slices.rows;
  return Math.min(mostAutoRows, Math.max(fewestAutoRows, visitorGroups.count * chunks.maxRows));
}

/** Exact rows of a stream, and those of them that are too late for any hit. */
export interface SourceCount {
  readonly rows: number;
  readonly beyond: number;
}

/** Exact rows of every stream of a windowed job, as the source has them now; `last` is the last slice of its plan, if it has one. */
export async function countSource(job: Job, last: Slice | null): Promise<Record<string, SourceCount>> {
  const found: Record<string, SourceCount> = {};
  for (const stream of job.streams) {
    const count = (grain: number, range: WindowRange) => job.source.count(stream.query, grain, range);
    const hours = await count(hour, openRange);
    const finer = (start: number) => count(1, { from: start, to: start + hour });
    const beyond = last === null ? Number.POSITIVE_INFINITY : beyondFrom(stream, last);
    found[stream.name] = {
      rows: sumOf(hours),
      beyond: (await rowsByHome(hours, hour, [oneHome], beyond, finer)).beyond,
    };
  }
  return found;
}

const oneHome = { homeFrom: null, homeTo: null };

function beyondFrom({ name, window }: JobStream, last: Slice): number {
  if (window === null) throw new Error(`stream ${name} has no window`);
  return beyondWall(last, window);
}

/** Rows of one stream in one span of the grid; `wall` is where the span begins on the stream's own clock. */
interface StreamSpan extends Density {
  readonly stream: JobStream;
  readonly wall: number;
}

/** Plans a windowed job by counting exactly over time, in the database; nothing is read. */
export async function planWindowed(job: Job, options: ReadOptions): Promise<Plan> {
  const count = ({ query }: JobStream, grain: number, range: WindowRange): Promise<readonly WindowCount[]> =>
    readAgain(`Counting ${query.stream}`, () => job.source.count(query, grain, range), options);
  const hours = new Map<JobStream, readonly WindowCount[]>();
  let rows = 0;
  for (const stream of job.streams) {
    const before = rows;
    const tell = (counted: number): void => {
      rows = before + counted;
      options.onEvent({ type: 'progress', doing: 'counting', rows });
    };
    const countPart = (part: WindowRange) => count(stream, hour, part);
    hours.set(stream, await countInParts(stream.query, job.migration.range, countPart, tell));
  }
  const finer = (stream: JobStream, wall: number, grain: number): Promise<readonly WindowCount[]> =>
    count(stream, grain, { from: wall, to: wall + hour });
  // A span is counted again on its own stream's clock, so that no row is counted in two spans or in none.
  const densities = await refine(
    [...hours].flatMap(([stream, counts]) => spansOf(stream, counts)),
    job.migration,
    async ({ stream, wall }, grain) =>
      // A query may give rows of other hours, which are counted in theirs.
      spansOf(stream, await finer(stream, wall, grain)).filter((span) => span.wall >= wall && span.wall < wall + hour),
  );
  const slices = slicesFor(job, densities);
  const homes: PlannedHomes[] = [];
  for (const [stream, counts] of hours) {
    const beyond = beyondFrom(stream, slices.at(-1)!);
    const byHome = await rowsByHome(counts, hour, slices, beyond, (start) => finer(stream, start, 1));
    homes.push({ stream: stream.name, ...byHome });
  }
  const sourceRows = Object.fromEntries([...hours].map(([{ name }, counts]) => [name, sumOf(counts)]));
  return { slices, sourceRows, homes };
}

const openRange: WindowRange = { from: null, to: null };

/**
 * Spans in hit time. An hour that is lived twice counts where it begins first; rows without a time have no span, nor have
 * those of no calendar.
 */
function spansOf(stream: JobStream, counts: readonly WindowCount[]): StreamSpan[] {
  const zone = stream.window?.zone ?? 'UTC';
  return counts.flatMap(({ start: wall, rows }) =>
    wall === null || Math.abs(wall) > mostSeconds
      ? []
      : [{ stream, wall, start: instantOf(wall, zone, 'earlier'), rows }],
  );
}

/** When the hits of a single-pass job are; see `HitStore`. */
export interface HitTimes {
  /** Hits of each stream, by position. */
  rowsOfStreams(): readonly number[];
  /** Exact hits per span of `grain` seconds whose start is in [from, to); `from` lies on the grid. */
  times(grain: number, from: number, to: number): Promise<readonly Density[]>;
}

/** Plans a single-pass job from the times of its hits; `misfits` are the rows per stream that became none. */
export async function planSinglePass(
  job: Job,
  hits: HitTimes,
  misfits: Readonly<Record<string, number>>,
): Promise<Plan> {
  const counted = hits.rowsOfStreams();
  const sourceRows = Object.fromEntries(
    job.streams.map(({ name, position }) => [name, (misfits[name] ?? 0) + (counted[position] ?? 0)]),
  );
  const hours = await hits.times(hour, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  const densities = await refine(hours, job.migration, ({ start }, grain) => hits.times(grain, start, start + hour));
  return { slices: slicesFor(job, densities), sourceRows };
}

/**
 * The spans that overlap the range. Hours that hold too many rows are counted again by the minute, and where that does
 * not do, by the second, which is never split: one instant belongs to one slice.
 */
async function refine<Span extends Density>(
  hours: readonly Span[],
  migration: Job['migration'],
  recount: (span: Span, grain: number) => Promise<readonly Span[]>,
): Promise<Density[]> {
  const { range } = migration;
  const maxRows = rowsPerSlice(migration);
  const overlapping = (spans: readonly Density[], grain: number): readonly Density[] =>
    spans.filter(({ start }) => start + grain > range.from && start < range.to);
  const isCrowded = ({ rows }: Density): boolean => rows > maxRows;
  const totals = overlapping(mergeDensities([hours]), hour);
  const crowded = new Set(totals.filter(isCrowded).map(({ start }) => start));
  const together = new Map<number, Span[]>();
  for (const span of hours) {
    if (crowded.has(span.start)) together.set(span.start, [...(together.get(span.start) ?? []), span]);
  }
  const fine: Density[] = totals.filter(({ start }) => !crowded.has(start));
  for (const start of crowded) {
    const countBy = async (grain: number): Promise<readonly Density[]> => {
      const perSpan: (readonly Density[])[] = [];
      for (const span of together.get(start) ?? []) perSpan.push(overlapping(await recount(span, grain), grain));
      return mergeDensities(perSpan);
    };
    const minutes = await countBy(minute);
    fine.push(...(minutes.some(isCrowded) ? await countBy(1) : minutes));
  }
  return mergeDensities([fine]);
}

function slicesFor({ migration, streams }: Job, densities: readonly Density[]): Slice[] {
  const zone = streams.find(({ window }) => window !== null)?.window?.zone ?? 'UTC';
  const cuts = cutPoints(densities, rowsPerSlice(migration));
  return slicesOf(migration.range, cuts, densities, (seconds) => wallClock(seconds, zone));
}

function sumOf(counts: readonly { readonly rows: number }[]): number {
  return counts.reduce((sum, { rows }) => sum + rows, 0);
}

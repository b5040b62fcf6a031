import type { HitBuffer } from '../chunking/hit-buffer.ts';
import type { OnEvent } from '../domain/event.ts';
import type { Slice } from '../domain/slice.ts';
import { instantOf, wallClock } from '../mapping/time.ts';
import type { WindowRange } from '../source/source.ts';
import type { Job } from './job.ts';
import { cutPoints, type Density, grains, mergeDensities, slicesOf, spansToRefine } from './plan-slices.ts';

/** A plan before anything is built: the slices, and the exact rows of the source that it was made from. */
export interface Plan {
  readonly slices: readonly Slice[];
  /** Rows per stream, NULL times and times outside the range included. */
  readonly sourceRows: Readonly<Record<string, number>>;
}

const mostAutoRows = 200_000;
const fewestAutoRows = 20_000;

/** How many rows a slice holds at most. `auto`: enough to fill one chunk per group, within what sorts well in memory. */
export function rowsPerSlice({ slices, visitorGroups, chunks }: Job['migration']): number {
  if (slices.rows !== 'auto') return slices.rows;
  return Math.min(mostAutoRows, Math.max(fewestAutoRows, visitorGroups.count * chunks.maxRows));
}

/** Exact rows of every stream of a windowed job, as the source has them now. */
export async function countSource(job: Job): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const { name, query } of job.streams) rows[name] = sumOf(await job.source.count(query, grains[0]!, openRange));
  return rows;
}

/** Plans a windowed job by counting exactly over time, in the database; nothing is read. */
export async function planWindowed(job: Job, onEvent: OnEvent): Promise<Plan> {
  const sourceRows: Record<string, number> = {};
  const count = async (grain: number, span: Density | null): Promise<Density[]> => {
    const perStream: Density[][] = [];
    for (const { name, query, window } of job.streams) {
      const zone = window?.zone ?? 'UTC';
      const counts = await job.source.count(query, grain, span === null ? openRange : wallRange(span.start, zone));
      if (span === null) {
        sourceRows[name] = sumOf(counts);
        const rows = Object.values(sourceRows).reduce((sum, counted) => sum + counted, 0);
        onEvent({ type: 'progress', doing: 'counting', rows });
      }
      const timed = counts.filter((counted) => counted.start !== null);
      perStream.push(timed.map(({ start, rows }) => ({ start: instantOf(start ?? 0, zone, 'earlier'), rows })));
    }
    return mergeDensities(perStream);
  };
  const densities = await refine(count, rowsPerSlice(job.migration));
  return { slices: slicesFor(job, densities), sourceRows };
}

const openRange: WindowRange = { from: null, to: null };

function wallRange(start: number, zone: string): WindowRange {
  return { from: wallClock(start, zone), to: wallClock(start + grains[0]!, zone) };
}

/** Plans a single-pass job from the hits that were buffered; `misfits` are the rows per stream that became none. */
export async function planSinglePass(
  job: Job,
  hits: HitBuffer,
  misfits: Readonly<Record<string, number>>,
): Promise<Plan> {
  const sourceRows: Record<string, number> = { ...misfits };
  const order = hits.order();
  for (const position of order) {
    const { name } = job.streams[hits.stream(position)]!;
    sourceRows[name] = (sourceRows[name] ?? 0) + 1;
  }
  const count = async (grain: number, span: Density | null): Promise<Density[]> => {
    const positions = span === null ? order : hits.rangeOf(span.start, span.start + grains[0]!);
    const byStart = new Map<number, number>();
    for (const position of positions) {
      const start = Math.floor(hits.seconds(position) / grain) * grain;
      byStart.set(start, (byStart.get(start) ?? 0) + 1);
    }
    return [...byStart].map(([start, rows]) => ({ start, rows }));
  };
  const densities = await refine(count, rowsPerSlice(job.migration));
  return { slices: slicesFor(job, densities), sourceRows };
}

/** Counts by the hour, and hours that hold too many rows by the minute, and minutes by the second. */
async function refine(
  count: (grain: number, span: Density | null) => Promise<Density[]>,
  maxRows: number,
): Promise<Density[]> {
  const coarse = await count(grains[0]!, null);
  const crowded = new Map(spansToRefine(coarse, grains[0]!, maxRows).map((span) => [span.start, span]));
  const fine: Density[] = [];
  for (const density of coarse) {
    if (!crowded.has(density.start)) {
      fine.push(density);
      continue;
    }
    const minutes = await count(60, density);
    const seconds = spansToRefine(minutes, 60, maxRows).length > 0 ? await count(1, density) : null;
    fine.push(...(seconds ?? minutes));
  }
  return mergeDensities([fine]);
}

function slicesFor(job: Job, densities: readonly Density[]): Slice[] {
  const { range } = job.migration;
  const inside = densities.filter(({ start }) => start > range.from - grains[0]! && start < range.to);
  const zone = job.streams.find(({ window }) => window !== null)?.window?.zone ?? 'UTC';
  return slicesOf(range, cutPoints(inside, rowsPerSlice(job.migration)), inside, (seconds) => wallClock(seconds, zone));
}

function sumOf(counts: readonly { readonly rows: number }[]): number {
  return counts.reduce((sum, { rows }) => sum + rows, 0);
}

import type { Job } from '../job/job.ts';
import type { ReadOptions } from '../read/read-options.ts';
import { readWhole } from '../read/read-whole.ts';
import { createRowCounter, type RowCounter } from '../read/row-counts.ts';
import type { HitSink } from '../read/row-sink.ts';
import { lineBytesOf } from './line-bytes.ts';
import { type HitTimes, rowsPerSlice } from './plan.ts';
import type { Density } from './plan-slices.ts';
import { createVisitorTally, type VisitorCounts } from './visitor-tally.ts';

const hour = 3600;
const minute = 60;

/** The times of a single-pass job's hits, whose they are, how long their lines, and the rows per stream that became none. */
export interface CountedTimes {
  readonly times: HitTimes;
  readonly visitors: VisitorCounts;
  /** Of all hits together. */
  readonly lineBytes: number;
  readonly misfits: Readonly<Record<string, number>>;
}

/**
 * Reads a single-pass job to know when its hits are; keeps counts alone, so it needs neither disk nor memory for rows.
 * Reads a second time where some minute holds more rows than a slice.
 */
export async function countTimes(job: Job, options: ReadOptions): Promise<CountedTimes> {
  const rowsOfStreams = new Array<number>(job.streams.length).fill(0);
  const minutes = new Map<number, Uint32Array>();
  const visitors = createVisitorTally(job.groups.length);
  const groupOf = (visitor: string): number => {
    const group = job.groupOf(visitor);
    visitors.hit(visitor, group);
    return group;
  };
  let lineBytes = 0;
  const count: Count = (seconds, stream, cells, plain) => {
    rowsOfStreams[stream]! += 1;
    lineBytes += lineBytesOf(cells, plain);
    countIn(minutes, hour / minute, seconds, minute);
  };
  const counter = await readTimes(job, options, groupOf, count);
  let seconds: ReadonlyMap<number, Uint32Array> | null = null;
  const times = async (grain: number, from: number, to: number): Promise<readonly Density[]> => {
    if (grain >= minute) return densities(minutes, minute, grain, from, to);
    seconds ??= await secondsOfCrowded(job, options, minutes);
    return densities(seconds, 1, grain, from, to);
  };
  const misfits = Object.fromEntries(counter.counts().map(({ stream, read }) => [stream, read]));
  return { times: { rowsOfStreams: () => rowsOfStreams, times }, visitors: visitors.counts(), lineBytes, misfits };
}

/** Counts by the second, of the hours in which some minute holds more rows than a slice. */
async function secondsOfCrowded(
  job: Job,
  options: ReadOptions,
  minutes: ReadonlyMap<number, Uint32Array>,
): Promise<ReadonlyMap<number, Uint32Array>> {
  const most = rowsPerSlice(job.migration);
  const crowded = new Set([...minutes].filter(([, counts]) => counts.some((rows) => rows > most)).map(([at]) => at));
  const found = new Map<number, Uint32Array>();
  const count = (seconds: number): void => {
    if (crowded.has(Math.floor(seconds / hour))) countIn(found, hour, seconds, 1);
  };
  await readTimes(job, options, () => 0, count);
  return found;
}

type Count = (seconds: number, stream: number, cells: readonly string[], plain?: Uint8Array) => void;

async function readTimes(
  job: Job,
  { signal, onEvent }: ReadOptions,
  groupOf: (visitor: string) => number,
  count: Count,
): Promise<RowCounter> {
  const counter = createRowCounter(job.streams.map(({ name }) => name));
  const hits: HitSink = {
    add: (seconds, _nanos, stream, _group, _key, cells, plain) => {
      count(seconds, stream, cells, plain);
      return true;
    },
    spill: async () => undefined,
  };
  const afterBatch = async (rows: number): Promise<void> => onEvent({ type: 'progress', doing: 'reading', rows });
  const sink = {
    hits,
    counter,
    groupOf,
    reject: () => undefined,
    afterBatch,
    stretches: null,
    readBefore: () => new Set<string>(),
    afterFiles: () => Promise.resolve(),
  };
  await readWhole(job, sink, signal);
  return counter;
}

function countIn(byHour: Map<number, Uint32Array>, steps: number, seconds: number, grain: number): void {
  const at = Math.floor(seconds / hour);
  let counts = byHour.get(at);
  if (counts === undefined) {
    counts = new Uint32Array(steps);
    byHour.set(at, counts);
  }
  counts[Math.floor((seconds - at * hour) / grain)]! += 1;
}

/** Counts by `step` seconds, added up to spans of `grain` seconds that begin in [from, to). */
function densities(
  byHour: ReadonlyMap<number, Uint32Array>,
  step: number,
  grain: number,
  from: number,
  to: number,
): Density[] {
  const found = new Map<number, number>();
  const add = (at: number): void => {
    for (const [index, rows] of (byHour.get(at) ?? []).entries()) {
      const seconds = at * hour + index * step;
      const start = Math.floor(seconds / grain) * grain;
      if (rows > 0 && seconds >= from && seconds < to) found.set(start, (found.get(start) ?? 0) + rows);
    }
  };
  const isOneHour = to - from <= hour;
  for (const at of isOneHour ? [Math.floor(from / hour)] : byHour.keys()) add(at);
  return [...found].map(([start, rows]) => ({ start, rows })).sort((a, b) => a.start - b.start);
}

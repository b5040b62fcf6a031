import type { Row } from '../../domain/row.ts';
import type { Slice } from '../../domain/slice.ts';
import { wallClock } from '../../mapping/time.ts';
import type { Job, JobStream } from '../job/job.ts';
import { judgeRows } from '../read/misfit.ts';
import { readAgain } from '../read/read-again.ts';
import type { ReadOptions } from '../read/read-options.ts';
import { readSample } from '../read/read-sample.ts';
import { textOf } from '../read/read-slice.ts';
import { lineBytesOf } from './line-bytes.ts';
import type { Plan } from './plan.ts';
import { createVisitorTally, type VisitorCounts } from './visitor-tally.ts';

/** Rows that are looked at, of all streams together. */
const sampleRows = 5_000;
const places = 5;

/** What hits that were looked at tell of all. */
export interface SampledHits {
  readonly visitors: VisitorCounts;
  /** Of all of them together. */
  readonly lineBytes: number;
}

/**
 * The hits of about 5,000 rows of a windowed job, of each stream by its part of all rows. They say that there are no fewer
 * visitors: how many come back later, no sample can tell.
 */
export async function sampleHits(
  job: Job,
  { slices, sourceRows }: Pick<Plan, 'slices' | 'sourceRows'>,
  options: ReadOptions,
): Promise<SampledHits> {
  const tally = createVisitorTally(job.groups.length);
  let lineBytes = 0;
  const all = Object.values(sourceRows).reduce((sum, rows) => sum + rows, 0);
  for (const stream of job.streams) {
    const most = Math.ceil((sampleRows * (sourceRows[stream.name] ?? 0)) / Math.max(1, all));
    const { mapper, window } = stream;
    const judge = judgeRows(job, stream);
    for (const row of await rowsOf(job, stream, samplePlaces(slices), most, options)) {
      if (judge(row, window === null ? null : textOf(row[window.place])) !== null) continue;
      const { visitor, cells, plain } = mapper.output;
      tally.hit(visitor, job.groupOf(visitor));
      lineBytes += lineBytesOf(cells, plain);
      mapper.dropHit();
    }
  }
  return { visitors: tally.counts(), lineBytes };
}

/** A stretch of hit time, half-open, in Unix seconds. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * Five stretches, spread over slices so that each has about as many rows before it, none in another and none longer than
 * a slice: what a query sorts, it sorts for all that it is asked for. Where the sample can be of all rows, one stretch.
 */
export function samplePlaces(slices: readonly Pick<Slice, 'from' | 'to' | 'plannedRows'>[]): Stretch[] {
  const [first, last] = [slices[0]!, slices.at(-1)!];
  if (slices.reduce((sum, { plannedRows }) => sum + plannedRows, 0) <= sampleRows) {
    return [{ from: first.from, to: last.to }];
  }
  const starts = Array.from({ length: places }, (_, place) => {
    const at = place * slices.length;
    const { from, to } = slices[Math.floor(at / places)]!;
    return { from: from + Math.floor(((at % places) * (to - from)) / places), to };
  });
  return starts.map(({ from, to }, place) => ({ from, to: Math.min(to, starts[place + 1]?.from ?? to) }));
}

async function rowsOf(
  { source }: Job,
  { name, query, window }: JobStream,
  stretches: readonly Stretch[],
  most: number,
  options: ReadOptions,
): Promise<Row[]> {
  const rows: Row[] = [];
  const wall = (seconds: number): number => wallClock(seconds, window?.zone ?? 'UTC');
  for (const [place, { from, to }] of stretches.entries()) {
    const wanted = Math.ceil((most - rows.length) / (stretches.length - place));
    if (wanted === 0) continue;
    const reading = { most: wanted, signal: options.signal, range: { from: wall(from), to: wall(to) } };
    const read = () => readSample(source, query, reading);
    rows.push(...(await readAgain(`Reading a sample of ${name}`, read, options)));
  }
  return rows;
}

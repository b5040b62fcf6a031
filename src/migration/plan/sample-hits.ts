import { HIT } from '../../mapping/mapper.ts';
import type { Job } from '../job/job.ts';
import { misfitTest } from '../read/misfit.ts';
import { readAgain } from '../read/read-again.ts';
import type { ReadOptions } from '../read/read-options.ts';
import { textOf } from '../read/read-slice.ts';
import { takeSample } from '../read/take-sample.ts';
import { lineBytesOf } from './line-bytes.ts';
import { createVisitorTally, type VisitorCounts } from './visitor-tally.ts';

/** Rows that are looked at, of all streams together. */
const sampleRows = 5_000;

/** What hits that were looked at tell of all. */
export interface SampledHits {
  readonly visitors: VisitorCounts;
  /** Of all of them together. */
  readonly lineBytes: number;
}

/**
 * The hits of about 5,000 rows of a windowed job, taken from five places of the range and from each stream by its part of
 * `sourceRows`. They say that there are no fewer visitors: how many come back later, no sample can tell.
 */
export async function sampleHits(
  job: Job,
  sourceRows: Readonly<Record<string, number>>,
  options: ReadOptions,
): Promise<SampledHits> {
  const tally = createVisitorTally(job.groups.length);
  let lineBytes = 0;
  const all = Object.values(sourceRows).reduce((sum, rows) => sum + rows, 0);
  for (const stream of job.streams) {
    const most = Math.ceil((sampleRows * (sourceRows[stream.name] ?? 0)) / Math.max(1, all));
    if (most === 0) continue;
    const { mapper, window } = stream;
    const misfitOf = misfitTest(job, stream);
    const work = () => takeSample(job, stream, most, options);
    for (const row of await readAgain(`Reading a sample of ${stream.name}`, work, options)) {
      const outcome = mapper.map(row);
      const isHit = misfitOf(outcome, window === null ? null : textOf(row[window.place])) === null;
      if (isHit) {
        const { visitor, cells, plain } = mapper.output;
        tally.hit(visitor, job.groupOf(visitor));
        lineBytes += lineBytesOf(cells, plain);
      }
      if (outcome === HIT) mapper.dropHit();
    }
  }
  return { visitors: tally.counts(), lineBytes };
}

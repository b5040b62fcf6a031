import { createHitBuffer } from '../../chunking/hit-buffer.ts';
import { packHits } from '../../chunking/hit-pack.ts';
import type { Stretch } from '../../domain/row.ts';
import type { Reject, Slice } from '../../domain/slice.ts';
import type { Job } from '../job/job.ts';
import { type MappedStretch, mapBatch } from '../read/read-rows.ts';
import { createRowCounter } from '../read/row-counts.ts';
import { addingOnly } from './only-slices.ts';
import { type Answer, type ThreadJob, withJob } from './thread-job.ts';

export { closeThread } from './thread-job.ts';

/** One stretch to be mapped. `stream` is a position; with `slices`, only hits that lie in one of them are wanted. */
export interface StretchOrder extends ThreadJob {
  readonly stream: number;
  readonly stretch: Stretch;
  readonly slices: readonly Pick<Slice, 'from' | 'to'>[] | null;
}

/** A stretch is small: what it becomes is never too much for the memory. */
const hits = createHitBuffer({ memoryBytes: Number.POSITIVE_INFINITY });

/** Cuts and maps one stretch of a stream that is read whole, in a thread of its own. */
export function mapInThread({ stream, stretch, slices, ...thread }: StretchOrder): Promise<Answer<MappedStretch>> {
  return withJob(thread, (job) => mapStretch(job, stream, stretch, slices));
}

async function mapStretch(
  job: Job,
  position: number,
  stretch: Stretch,
  slices: StretchOrder['slices'],
): Promise<MappedStretch> {
  const stream = job.streams[position]!;
  const { cut } = job.source;
  if (cut === undefined) throw new Error(`Stream ${stream.name} has no stretches`);
  const counter = createRowCounter(job.streams.map(({ name }) => name));
  const rejects: Reject[] = [];
  let rows = 0;
  hits.clear();
  const sink = {
    hits: { add: slices === null ? hits.add : addingOnly(slices, hits), spill: async () => undefined },
    counter,
    groupOf: job.groupOf,
    reject: (reject: Reject) => rejects.push(reject),
    afterBatch: async () => undefined,
  };
  for (const batch of await cut(stream.query, stretch)) {
    await mapBatch(stream, batch, job.migration.range, sink);
    rows += batch.rows.length;
  }
  counter.add(stream.mapper.takeTallies());
  const counted = { counts: counter.counts(), tallies: counter.tallies() };
  return { hits: packHits(hits, hits.rows), counted, rejects, rows };
}

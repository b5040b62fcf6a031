import { createHitBuffer } from '../../chunking/hit-buffer.ts';
import { packHits } from '../../chunking/hit-pack.ts';
import type { Stretch } from '../../domain/row.ts';
import type { Reject, Slice } from '../../domain/slice.ts';
import type { Job } from '../job/job.ts';
import { type MappedStretch, mapBatch } from '../read/read-whole.ts';
import { createRowCounter } from '../read/row-counts.ts';
import { addingOnly } from './only-slices.ts';

/**
 * Cuts and maps stretches of streams that are read whole, one after another, however they come; `stream` is a position.
 * `memory` is for the hits, if they find room there; it may be the stretch's own.
 */
export type MapStretch = (stream: number, stretch: Stretch, memory: ArrayBuffer | null) => Promise<MappedStretch>;

/** For stretches of `job`. With `slices`, only hits that lie in one of them are kept. */
export function createStretchMapper(job: Job, slices: readonly Pick<Slice, 'from' | 'to'>[] | null): MapStretch {
  // A stretch is small: what it becomes is never too much for the memory.
  const hits = createHitBuffer({ memoryBytes: Number.POSITIVE_INFINITY });
  const map: MapStretch = async (position, stretch, memory) => {
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
      await mapBatch(job, stream, batch, sink);
      rows += batch.rows.length;
    }
    counter.add(stream.mapper.takeTallies());
    const counted = { counts: counter.counts(), tallies: counter.tallies() };
    return { hits: packHits(hits, hits.rows, memory), counted, rejects, rows };
  };
  let before: Promise<unknown> = Promise.resolve();
  return (position, stretch, memory) => {
    const mapping = before.then(() => map(position, stretch, memory));
    before = mapping.catch(() => undefined);
    return mapping;
  };
}

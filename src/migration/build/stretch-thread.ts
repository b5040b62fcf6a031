import type { Stretch } from '../../domain/row.ts';
import type { Slice } from '../../domain/slice.ts';
import type { MappedStretch } from '../read/read-whole.ts';
import { createStretchMapper, type MapStretch } from './map-stretch.ts';
import { type Answer, type ThreadJob, withJob } from './thread-job.ts';
import { handingOver } from './thread-pool.ts';

export { closeThread } from './thread-job.ts';

/** One stretch to be mapped. `stream` is a position; with `slices`, only hits that lie in one of them are wanted. */
export interface StretchOrder extends ThreadJob {
  readonly stream: number;
  /** Its bytes stand at the beginning of memory that goes back with the hits, if those find room in it. */
  readonly stretch: Stretch & { readonly bytes: Uint8Array<ArrayBuffer> };
  /** The same in all orders of a thread. */
  readonly slices: readonly Pick<Slice, 'from' | 'to'>[] | null;
}

let map: MapStretch | null = null;

/** Cuts and maps one stretch of a stream that is read whole, in a thread of its own. */
export async function mapInThread({
  stream,
  stretch,
  slices,
  ...thread
}: StretchOrder): Promise<Answer<MappedStretch>> {
  const answer = await withJob(thread, (job) => {
    map ??= createStretchMapper(job, slices);
    return map(stream, stretch, stretch.bytes.buffer);
  });
  return 'made' in answer ? handingOver(answer, answer.made.hits.memory) : answer;
}

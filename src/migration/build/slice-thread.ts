import { type MessagePort, threadId } from 'node:worker_threads';
import { systemClock } from '../../domain/clock.ts';
import { interruption } from '../../domain/error.ts';
import type { JobEvent } from '../../domain/event.ts';
import type { Slice } from '../../domain/slice.ts';
import type { Job } from '../job/job.ts';
import { readAgain } from '../read/read-again.ts';
import { makeAlone } from './make-alone.ts';
import type { MadeSlice } from './make-slice.ts';
import { type Answer, type ThreadJob, withJob } from './thread-job.ts';
import { openWaitingRows, type WaitingRows } from './waiting-rows.ts';

export { closeThread } from './thread-job.ts';

/** One slice to be made. Events go through `port`; whatever comes back through it is a stop. */
export interface SliceOrder extends ThreadJob {
  readonly slice: Slice;
  readonly port: MessagePort;
}

/** Where the slices of this thread wait, one after another: memory of its own for each would lie about until it is collected. */
let waiting: WaitingRows | null = null;

/** Makes one slice of a windowed job, in a thread of its own. */
export async function makeInThread({ slice, port, ...thread }: SliceOrder): Promise<Answer<MadeSlice>> {
  const stopping = new AbortController();
  port.once('message', () => stopping.abort(interruption()));
  const onEvent = (event: JobEvent): void => port.postMessage(event);
  const options = { signal: stopping.signal, onEvent, clock: systemClock };
  const make = (job: Job): Promise<MadeSlice> => {
    waiting ??= openWaitingRows(job, { part: `thread-${threadId}` });
    return makeAlone(job, slice, waiting, options);
  };
  try {
    // The build is under way: a source that is lost while a thread opens the job is asked again, as for a slice.
    return await withJob(thread, make, (open) => readAgain('Opening the job', open, options));
  } finally {
    port.close();
  }
}

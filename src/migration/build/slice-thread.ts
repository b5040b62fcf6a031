import type { MessagePort } from 'node:worker_threads';
import { systemClock } from '../../domain/clock.ts';
import { MigrationError } from '../../domain/error.ts';
import type { JobEvent } from '../../domain/event.ts';
import type { Slice } from '../../domain/slice.ts';
import { type MadeSlice, makeSlice, readForSlice } from './make-slice.ts';
import { type Answer, type ThreadJob, withJob } from './thread-job.ts';
import { openWaitingRows } from './waiting-rows.ts';

export { closeThread } from './thread-job.ts';

/** One slice to be made. Events go through `port`; whatever comes back through it is a stop. */
export interface SliceOrder extends ThreadJob {
  readonly slice: Slice;
  /** Nothing of the slice is on disk: no thread has begun it before. */
  readonly isFresh: boolean;
  readonly port: MessagePort;
}

/** Makes one slice of a windowed job, in a thread of its own. */
export async function makeInThread({ slice, isFresh, port, ...thread }: SliceOrder): Promise<Answer<MadeSlice>> {
  const stopping = new AbortController();
  port.once('message', () => stopping.abort(new MigrationError('interrupted', 'the build was stopped')));
  const onEvent = (event: JobEvent): void => port.postMessage(event);
  try {
    return await withJob(thread, async (job) => {
      const waiting = openWaitingRows(job, { part: `slice-${slice.index}` });
      try {
        const options = { signal: stopping.signal, onEvent, clock: systemClock };
        const rows = await readForSlice(job, slice, waiting, options);
        return await makeSlice(job, slice, rows, isFresh, stopping.signal);
      } finally {
        await waiting.hits.close();
        await waiting.spool.keepOnly(new Set()).catch(() => undefined);
      }
    });
  } finally {
    port.close();
  }
}

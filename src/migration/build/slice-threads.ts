import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import type { JobEvent } from '../../domain/event.ts';
import type { Slice } from '../../domain/slice.ts';
import type { ReadOptions } from '../read/read-options.ts';
import type { MadeSlice } from './make-slice.ts';
import type { SliceOrder } from './slice-thread.ts';
import type { Answer, ThreadJob } from './thread-job.ts';
import { startThreads } from './thread-pool.ts';

/** Threads that make slices side by side; which of them makes which changes nothing. */
export interface SliceThreads {
  /**
   * Tells `onEvent` what the thread tells. Throws what `readForSlice` and `makeSlice` throw; where the thread itself ends the
   * slice is made again, a few times.
   */
  make(slice: Slice, onEvent: (event: JobEvent) => void): Promise<MadeSlice>;
  /** Stops what is under way and ends the threads. */
  close(): Promise<void>;
}

interface ThreadOptions extends Pick<ReadOptions, 'signal' | 'onEvent'> {
  /** Removes what a thread that ended left of a slice. */
  readonly removeLeft: (slice: Slice) => Promise<void>;
}

/**
 * `threads` of them; each opens the job by itself. Nothing of the slices that they are given is on disk. `program` is
 * what they run: a module with the two functions of `slice-thread.ts`.
 */
export function startSliceThreads(
  job: ThreadJob,
  threads: number,
  { removeLeft, ...options }: ThreadOptions,
  program = new URL('./slice-thread.js', import.meta.url),
): SliceThreads {
  const pool = startThreads(program, 'makeInThread', { threads, orders: 1 }, options);

  async function ask(slice: Slice, onEvent: (event: JobEvent) => void): Promise<Answer<MadeSlice>> {
    const { port1, port2 } = new MessageChannel();
    const stop = (): void => port1.postMessage('stop');
    pool.signal.addEventListener('abort', stop, { once: true });
    port1.on('message', onEvent);
    try {
      const order: SliceOrder = { ...job, slice, port: port2 };
      const ended = once(port1, 'close');
      const answer = await pool.run<MadeSlice>(order, [port2]);
      // Events come by another way than the answer: the thread closes it behind the last of them.
      await ended;
      return answer;
    } finally {
      pool.signal.removeEventListener('abort', stop);
      port1.close();
    }
  }

  return {
    make: (slice, onEvent) =>
      pool.persist(`built slice ${slice.index}`, async (crashes) => {
        if (crashes > 0) await removeLeft(slice);
        return ask(slice, onEvent);
      }),
    close: pool.close,
  };
}

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
  /** Throws what `readForSlice` and `makeSlice` throw; where the thread itself ends the slice is made again, a few times. */
  make(slice: Slice): Promise<MadeSlice>;
  /** Stops what is under way and ends the threads. */
  close(): Promise<void>;
}

/**
 * `threads` of them; each opens the job by itself. Nothing of the slices that they are given is on disk. `program` is
 * what they run: a module with the two functions of `slice-thread.ts`.
 */
export function startSliceThreads(
  job: ThreadJob,
  threads: number,
  { signal, onEvent }: Pick<ReadOptions, 'signal' | 'onEvent'>,
  program = new URL('./slice-thread.js', import.meta.url),
): SliceThreads {
  const pool = startThreads(program, 'makeInThread', threads, { signal, onEvent });
  const rows = new Map<number, number>();
  const hear = (slice: Slice, event: JobEvent): void => {
    if (event.type === 'progress') rows.set(slice.index, event.rows);
    const all = [...rows.values()].reduce((sum, each) => sum + each, 0);
    onEvent(event.type === 'progress' ? { ...event, rows: all } : event);
  };

  async function ask(slice: Slice, isFresh: boolean): Promise<Answer<MadeSlice>> {
    const { port1, port2 } = new MessageChannel();
    const stop = (): void => port1.postMessage('stop');
    pool.signal.addEventListener('abort', stop, { once: true });
    port1.on('message', (event: JobEvent) => hear(slice, event));
    try {
      const order: SliceOrder = { ...job, slice, isFresh, port: port2 };
      const ended = once(port1, 'close');
      const answer = await pool.run<MadeSlice>(order, [port2]);
      // Events come by another way than the answer: the thread closes it behind the last of them.
      await ended;
      return answer;
    } finally {
      pool.signal.removeEventListener('abort', stop);
      port1.close();
      rows.delete(slice.index);
    }
  }

  return {
    make: (slice) => pool.persist(`built slice ${slice.index}`, (crashes) => ask(slice, crashes === 0)),
    close: pool.close,
  };
}

import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { Tinypool } from 'tinypool';
import { MigrationError } from '../../domain/error.ts';
import type { JobEvent } from '../../domain/event.ts';
import type { Slice } from '../../domain/slice.ts';
import type { ReadOptions } from '../read/read-options.ts';
import type { MadeSlice } from './make-slice.ts';
import type { SliceAnswer, SliceOrder, ThreadJob } from './slice-thread.ts';

/** How often a slice is made anew because the thread that made it ended. */
const crashesAtMost = 2;

/** Threads that make slices side by side; which of them makes which changes nothing. */
export interface SliceThreads {
  /** Throws what `readForSlice` and `makeSlice` throw; where the thread itself ends the slice is made again, a few times. */
  make(slice: Slice): Promise<MadeSlice>;
  /** Stops what is under way and ends the threads. */
  close(): Promise<void>;
}

/**
 * `threads` of them; each opens the job by itself. `program` is what they run: a
 * module with the two functions of `slice-thread.ts`.
 */
export function startSliceThreads(
  job: ThreadJob,
  threads: number,
  { signal, onEvent }: Pick<ReadOptions, 'signal' | 'onEvent'>,
  program = new URL('./slice-thread.js', import.meta.url),
): SliceThreads {
  const pool = new Tinypool({
    filename: program.href,
    name: 'makeInThread',
    teardown: 'closeThread',
    // A thread that has nothing to do for a moment keeps its job open.
    minThreads: threads,
    maxThreads: threads,
    // A thread that waits for its next slice still has to answer its database.
    useAtomics: false,
  });
  // What befalls a thread between two slices befalls the next one too, if it matters.
  pool.on('error', () => undefined);
  const watched = new WeakSet<object>();
  /** The pool learns of a thread's error, not of its mere end, and would wait for it for ever. */
  const watchThreads = (): void => {
    for (const thread of pool.threads) {
      if (watched.has(thread)) continue;
      watched.add(thread);
      let isKnown = false;
      thread.once('error', () => {
        isKnown = true;
      });
      thread.once('exit', () => {
        if (!isKnown && !stopped.signal.aborted) thread.emit('error', new Error('it exited'));
      });
    }
  };
  const stopped = new AbortController();
  const stopping = AbortSignal.any([signal, stopped.signal]);
  const rows = new Map<number, number>();
  const hear = (slice: Slice, event: JobEvent): void => {
    if (event.type === 'progress') rows.set(slice.index, event.rows);
    const all = [...rows.values()].reduce((sum, each) => sum + each, 0);
    onEvent(event.type === 'progress' ? { ...event, rows: all } : event);
  };

  async function ask(slice: Slice): Promise<SliceAnswer> {
    const { port1, port2 } = new MessageChannel();
    const stop = (): void => port1.postMessage('stop');
    stopping.addEventListener('abort', stop, { once: true });
    port1.on('message', (event: JobEvent) => hear(slice, event));
    try {
      // What the process gives as its environment cannot be sent as it is.
      const order: SliceOrder = { ...job, env: { ...job.env }, slice, port: port2 };
      const ended = once(port1, 'close');
      const answering: Promise<SliceAnswer> = pool.run(order, { transferList: [port2] });
      watchThreads();
      const answer = await answering;
      // Events come by another way than the answer: the thread closes it behind the last of them.
      await ended;
      return answer;
    } finally {
      stopping.removeEventListener('abort', stop);
      port1.close();
      rows.delete(slice.index);
    }
  }

  return {
    async make(slice) {
      for (let crashes = 0; ; crashes++) {
        stopping.throwIfAborted();
        const answer = await ask(slice).catch((error: unknown) => {
          if (crashes === crashesAtMost) throw error;
          const text = `The thread that built slice ${slice.index} ended: ${String(error)}. The slice is built again.`;
          onEvent({ type: 'message', level: 'warn', text });
          return null;
        });
        if (answer === null) continue;
        if ('made' in answer) return answer.made;
        const { code, message, next } = answer.stop;
        throw new MigrationError(code, message, next === null ? {} : { next });
      }
    },
    async close() {
      stopped.abort();
      await pool.destroy();
    },
  };
}

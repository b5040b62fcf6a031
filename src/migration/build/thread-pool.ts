import type { Transferable } from 'node:worker_threads';
import { Tinypool } from 'tinypool';
import { MigrationError } from '../../domain/error.ts';
import type { ReadOptions } from '../read/read-options.ts';
import type { Answer } from './thread-job.ts';

/** How often work is done anew because the thread that did it ended. */
const crashesAtMost = 2;

/** Threads that run one program, and stay for the next order. */
export interface ThreadPool {
  /** Aborted with the build, or by `close`. */
  readonly signal: AbortSignal;
  /** Has a thread run the program; `transfer` is what is handed over and not copied. Rejects where the thread ends. */
  run<T>(order: object, transfer?: readonly Transferable[]): Promise<Answer<T>>;
  /**
   * What `ask` resolves to, which is asked anew, a few times, where its thread ended, and told how often that was; `work`
   * is what the thread did, for a person. Throws the stop that a thread answers with.
   */
  persist<T>(work: string, ask: (crashes: number) => Promise<Answer<T>>): Promise<T>;
  /** Stops what is under way and ends the threads. */
  close(): Promise<void>;
}

/**
 * `threads` of them. `program` is a module with the function `run` and, for the thread's end, `closeThread`. A thread is
 * given up to `orders` at once, and those beyond when it has answered: what comes next it then has with it already.
 */
export function startThreads(
  program: URL,
  run: string,
  { threads, orders }: { readonly threads: number; readonly orders: number },
  { signal, onEvent }: Pick<ReadOptions, 'signal' | 'onEvent'>,
): ThreadPool {
  const pool = new Tinypool({
    filename: program.href,
    name: run,
    teardown: 'closeThread',
    // A thread that has nothing to do for a moment keeps its job open.
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: orders,
    // A thread that waits for its next order still has to answer its database.
    useAtomics: false,
  });
  // What befalls a thread between two orders befalls the next one too, if it matters.
  pool.on('error', () => undefined);
  const stopped = new AbortController();
  const stopping = AbortSignal.any([signal, stopped.signal]);
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

  return {
    signal: stopping,
    run<T>(order: object, transfer: readonly Transferable[] = []) {
      const answering: Promise<Answer<T>> = pool.run(order, { transferList: [...transfer] });
      watchThreads();
      return answering;
    },
    async persist(work, ask) {
      for (let crashes = 0; ; crashes++) {
        stopping.throwIfAborted();
        const answer = await ask(crashes).catch((error: unknown) => {
          if (crashes === crashesAtMost || stopping.aborted) throw error;
          const text = `The thread that ${work} ended: ${String(error)}. It is done again.`;
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

/** In a thread: an answer whose `memory` is handed over with it, and not copied. */
export function handingOver<T>(answer: Answer<T>, memory: ArrayBuffer): Answer<T> {
  const handed: object = { [Tinypool.transferableSymbol]: memory, [Tinypool.valueSymbol]: answer };
  // Its type names symbols that it does not export.
  return Tinypool.move(handed as Parameters<typeof Tinypool.move>[0]) as unknown as Answer<T>;
}

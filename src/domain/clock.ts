import { setTimeout as delay } from 'node:timers/promises';

/** Time as the rooms see it, so that tests can hold it still. All values are milliseconds. */
export interface Clock {
  /** Wall clock, epoch ms: for records. A person may set it back. */
  now(): number;
  /** Never goes back: for waiting and pace. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    signal?.throwIfAborted();
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};

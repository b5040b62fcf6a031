import { uptime } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Time as the rooms see it, so that tests can hold it still. All values are milliseconds. */
export interface Clock {
  /** Wall clock, epoch ms: for records. A person may set it back. */
  now(): number;
  /** Never goes back: for waiting and pace. On Linux it stands still while the machine sleeps. */
  monotonic(): number;
  /**
   * Since the machine was started, its sleep counted, and nobody can set it: for how old something is. To 10 ms or a
   * second (libuv, `uv_uptime`: /proc/uptime on Linux, the time since `kern.boottime` on macOS).
   */
  sinceBoot(): number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A timer of Node that is set to more, in ms, rings at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sinceBoot: () => uptime() * 1000,
  sleep: async (ms, signal) => {
    signal?.throwIfAborted();
    try {
      for (let left = ms; ; left -= LONGEST_TIMER) {
        await delay(Math.min(left, LONGEST_TIMER), undefined, signal === undefined ? {} : { signal });
        if (left <= LONGEST_TIMER) return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};

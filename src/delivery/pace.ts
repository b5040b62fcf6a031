import type { Clock } from '../domain/clock.ts';

/** Limits of the pace; 0 switches the two per lane off. */
export interface PaceLimits {
  readonly requestsPerSecond: number;
  readonly secondsPerLane: number;
  readonly rowsPerSecondPerLane: number;
  /** Whether look-ups take slots as well; default true. */
  readonly lookUps?: boolean;
}

/** What `nextSlot` decides on; times are monotonic ms. */
export interface SlotState {
  readonly nowMs: number;
  /** Calls that want a slot. */
  readonly waiting: readonly { readonly sinceMs: number }[];
  /** When the last call was known to have reached the other side; `null` before the first. */
  readonly reachedMs: number | null;
  /** When a call was started that is not known to have arrived yet; `null` where none is. */
  readonly leavingMs: number | null;
  /** No call before this moment (`Retry-After`). */
  readonly holdUntilMs: number;
  readonly intervalMs: number;
}

/** The place in `waiting` that goes now, or how long to wait; `waitMs` is `null` where nobody waits. */
export type SlotDecision = { readonly go: number } | { readonly waitMs: number | null };

/** After this long a call that gave no sign of arrival no longer holds the others. */
const longestDepartureMs = 5000;

/**
 * Who may call next, and when. Calls are spaced from the moment at which the last one is known to have *arrived* (a 100,
 * an answer, an error), not from its start: however late the network delivers one call, the next leaves a whole
 * interval after it was there, so jitter cannot bring two closer together. The one that has waited longest goes first.
 */
export function nextSlot(state: SlotState): SlotDecision {
  const { nowMs, waiting, reachedMs, leavingMs, holdUntilMs, intervalMs } = state;
  if (waiting.length === 0) return { waitMs: null };
  const reached = leavingMs === null ? (reachedMs ?? Number.NEGATIVE_INFINITY) : leavingMs + longestDepartureMs;
  const earliest = Math.max(holdUntilMs, reached + intervalMs);
  if (nowMs < earliest) return { waitMs: earliest - nowMs };
  let go = 0;
  waiting.forEach((call, place) => {
    if (call.sinceMs < (waiting[go]?.sinceMs ?? 0)) go = place;
  });
  return { go };
}

/** Milliseconds between two calls, with a little more than asked for because timers may fire early. */
export function slotIntervalMs(requestsPerSecond: number): number {
  const interval = 1000 / requestsPerSecond;
  return interval + Math.max(2, interval / 50);
}

/** How long a lane rests after the start of an upload of so many rows. */
export function laneRestMs(rows: number, limits: PaceLimits): number {
  const byRows = limits.rowsPerSecondPerLane === 0 ? 0 : (rows / limits.rowsPerSecondPerLane) * 1000;
  return Math.max(limits.secondsPerLane * 1000, byRows);
}

/**
 * What is left of the rest after an upload that an earlier process started at `lastAt`, both wall clock. A start in the
 * future means that the clock was set back: then the whole rest is kept.
 */
export function waitAfterRestartMs(lastAt: number | null, now: number, spacingMs: number): number {
  if (lastAt === null) return 0;
  const since = now - lastAt;
  return since < 0 ? spacingMs : Math.max(0, spacingMs - since);
}

/** An upload that an earlier process started; `at` is epoch ms. */
export interface LaneStart {
  readonly group: string;
  readonly at: number;
  readonly rows: number;
}

/** The pace of one client id, shared by every lane and every kind of ingest call. */
export interface Pace {
  /**
   * Runs `call` in a slot of its own. `arrived` must be called once the request is known to have reached the other side
   * and is called for it when `call` settles. Rejects with the signal's reason while still waiting. Where the limits
   * leave look-ups out, a `'look-up'` only waits while everybody is held.
   */
  request<T>(call: (arrived: () => void) => Promise<T>, signal?: AbortSignal, kind?: 'file' | 'look-up'): Promise<T>;
  /** Nobody calls for so long: what a `Retry-After` asks of the whole client id. */
  hold(ms: number): void;
  /** Milliseconds until the lane may start its next upload. */
  laneWaitMs(lane: string): number;
  /** An upload of so many rows starts in this lane now. */
  laneStarts(lane: string, rows: number): void;
}

/**
 * Creates the pace. `lastRequestAt` (epoch ms) is the last call that any earlier process noted, `lastStarts` the last
 * upload of each lane; `note` makes the time of a call durable and is awaited before the call starts, so that the pace
 * holds across restarts.
 */
export function createPace(options: {
  readonly limits: PaceLimits;
  readonly clock: Clock;
  readonly lastRequestAt: number | null;
  readonly lastStarts?: readonly LaneStart[];
  readonly note: (at: number) => Promise<void>;
}): Pace {
  const { limits, clock, note } = options;
  const intervalMs = slotIntervalMs(limits.requestsPerSecond);
  const born = clock.monotonic();
  // A whole interval, whatever the wall clock says: it may have been set meanwhile, by a person or by the network.
  let holdUntilMs = born + (options.lastRequestAt === null ? 0 : intervalMs);
  const laneFrom = new Map(
    (options.lastStarts ?? []).map(({ group, at, rows }) => [
      group,
      born + waitAfterRestartMs(at, clock.now(), laneRestMs(rows, limits)),
    ]),
  );
  const waiting: { sinceMs: number; go: () => void }[] = [];
  let reachedMs: number | null = null;
  let leaving: { sinceMs: number } | null = null;
  let pumping = false;
  let wake = () => {};

  async function pump(): Promise<void> {
    if (pumping) return;
    pumping = true;
    try {
      for (;;) {
        const nowMs = clock.monotonic();
        const leavingMs = leaving?.sinceMs ?? null;
        const decision = nextSlot({ nowMs, waiting, reachedMs, leavingMs, holdUntilMs, intervalMs });
        if ('go' in decision) {
          leaving = { sinceMs: nowMs };
          waiting.splice(decision.go, 1)[0]?.go();
        } else if (decision.waitMs === null) return;
        else await pause(decision.waitMs);
      }
    } finally {
      pumping = false;
    }
  }

  /** Sleeps until the time has come or something changed. */
  async function pause(ms: number): Promise<void> {
    const woken = new AbortController();
    wake = () => woken.abort();
    await clock.sleep(ms, woken.signal).catch((error: unknown) => {
      if (!woken.signal.aborted) throw error;
    });
  }

  const holdMs = (): number => holdUntilMs - clock.monotonic();

  function slot(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const entry = { sinceMs: clock.monotonic(), go: () => {} };
      const leave = () => {
        waiting.splice(waiting.indexOf(entry), 1);
        wake();
        reject(signal?.reason);
      };
      entry.go = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      signal?.addEventListener('abort', leave, { once: true });
      waiting.push(entry);
      pump().catch(reject);
    });
  }

  return {
    request: async (call, signal, kind = 'file') => {
      if (kind === 'look-up' && limits.lookUps === false) {
        for (let ms = holdMs(); ms > 0; ms = holdMs()) await clock.sleep(ms, signal);
        return call(() => {});
      }
      await slot(signal);
      const departure = { sinceMs: clock.monotonic() };
      leaving = departure;
      let gone = false;
      const arrived = () => {
        if (gone) return;
        gone = true;
        reachedMs = clock.monotonic();
        if (leaving === departure) leaving = null;
        wake();
      };
      try {
        await note(clock.now());
        return await call(arrived);
      } finally {
        arrived();
      }
    },
    hold: (ms) => {
      holdUntilMs = Math.max(holdUntilMs, clock.monotonic() + ms);
      wake();
    },
    laneWaitMs: (lane) => Math.max(0, (laneFrom.get(lane) ?? born) - clock.monotonic()),
    laneStarts: (lane, rows) => {
      laneFrom.set(lane, clock.monotonic() + laneRestMs(rows, limits));
    },
  };
}

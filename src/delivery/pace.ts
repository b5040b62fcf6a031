import { once } from 'node:events';
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
  /** Calls that want a slot, at least one. */
  readonly waiting: readonly { readonly sinceMs: number }[];
  /** When the last call was known to have reached the other side; `null` before the first. */
  readonly reachedMs: number | null;
  /** When the last call left, where it is not known to have arrived: `'not yet'` while it gets ready, else `null`. */
  readonly leavingMs: number | 'not yet' | null;
  /** No call before this moment (`Retry-After`). */
  readonly holdUntilMs: number;
  readonly intervalMs: number;
}

/** The place in `waiting` that goes now, or how long to wait; `waitMs` is `null` where only a change can help. */
export type SlotDecision = { readonly go: number } | { readonly waitMs: number | null };

/** So long after it left, a call that gave no sign of arrival no longer holds the others. */
const longestDepartureMs = 5000;

/**
 * Who may call next, and when. Calls are spaced from the moment at which the last one is known to have *arrived* (a 100,
 * an answer, an error), not from its start: however late the network delivers one call, the next leaves a whole
 * interval after it was there, so jitter cannot bring two closer together. Bytes that the system took tell nothing: they
 * may wait in its buffers. The one that has waited longest goes first.
 */
export function nextSlot(state: SlotState): SlotDecision {
  const { nowMs, waiting, reachedMs, leavingMs, holdUntilMs, intervalMs } = state;
  if (leavingMs === 'not yet') return { waitMs: null };
  const reached = leavingMs === null ? (reachedMs ?? Number.NEGATIVE_INFINITY) : leavingMs + longestDepartureMs;
  const earliest = Math.max(holdUntilMs, reached + intervalMs);
  if (nowMs < earliest) return { waitMs: earliest - nowMs };
  let go = 0;
  waiting.forEach((call, place) => {
    if (call.sinceMs < waiting[go]!.sinceMs) go = place;
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
export function waitAfterRestartMs(lastAt: number, now: number, spacingMs: number): number {
  const sinceMs = Math.max(0, now - lastAt);
  return Math.max(0, spacingMs - sinceMs);
}

/** An upload that an earlier process started; `at` is epoch ms. */
export interface LaneStart {
  readonly group: string;
  readonly at: number;
  readonly rows: number;
}

/** What a call in its slot tells of its request, each once or not at all. */
export interface RequestSigns {
  /** It goes out now. What came before (a token, a record, a connection) holds the others however long it takes. */
  left(): void;
  /** It is known to have reached the other side, or to have failed; told for it when the call settles. */
  arrived(): void;
}

/** A call that waits for its slot or has it; times are monotonic ms. */
interface Turn {
  readonly sinceMs: number;
  leftMs: number | 'not yet';
  readonly go: () => void;
}

/** The pace of one client id, shared by every lane and every kind of ingest call. */
export interface Pace {
  /**
   * Runs `call` in a slot of its own. Rejects with the signal's reason while still waiting. Where the limits leave
   * look-ups out, a `'look-up'` only waits while everybody is held.
   */
  request<T>(call: (signs: RequestSigns) => Promise<T>, signal?: AbortSignal, kind?: 'file' | 'look-up'): Promise<T>;
  /** Nobody calls for so long: what a `Retry-After` asks of the whole client id. */
  hold(ms: number): void;
  /** Milliseconds until the lane may start its next upload. */
  laneWaitMs(lane: string): number;
  /** An upload of so many rows starts in this lane now. */
  laneStarts(lane: string, rows: number): void;
}

/**
 * Creates the pace. `wasUsed`: the client id called before, perhaps a moment ago. `lastStarts` are the last upload of each
 * lane; `note` makes the time of a call durable and is awaited before the call starts, so that the pace holds across
 * restarts.
 */
export function createPace(options: {
  readonly limits: PaceLimits;
  readonly clock: Clock;
  readonly wasUsed: boolean;
  readonly lastStarts?: readonly LaneStart[];
  readonly note: (at: number) => Promise<void>;
}): Pace {
  const { limits, clock, note } = options;
  const intervalMs = slotIntervalMs(limits.requestsPerSecond);
  const born = clock.monotonic();
  // A whole interval, whatever the wall clock says: it may have been set meanwhile, by a person or by the network.
  let holdUntilMs = born + (options.wasUsed ? intervalMs : 0);
  const laneFrom = new Map(
    (options.lastStarts ?? []).map(({ group, at, rows }) => [
      group,
      born + waitAfterRestartMs(at, clock.now(), laneRestMs(rows, limits)),
    ]),
  );
  const waiting: Turn[] = [];
  let reachedMs: number | null = null;
  let leaving: Turn | null = null;
  let pumping = false;
  let wake = () => {};

  async function pump(): Promise<void> {
    if (pumping) return;
    pumping = true;
    while (waiting.length > 0) {
      const leavingMs = leaving === null ? null : leaving.leftMs;
      const nowMs = clock.monotonic();
      const decision = nextSlot({ nowMs, waiting, reachedMs, leavingMs, holdUntilMs, intervalMs });
      if ('go' in decision) {
        leaving = waiting.splice(decision.go, 1)[0]!;
        leaving.go();
      } else await pause(decision.waitMs);
    }
    pumping = false;
  }

  /** Sleeps until the time has come or something changed. */
  async function pause(ms: number | null): Promise<void> {
    const woken = new AbortController();
    wake = () => woken.abort();
    if (ms === null) await once(woken.signal, 'abort');
    // It rejects only where it was woken.
    else await clock.sleep(ms, woken.signal).catch(() => {});
  }

  const holdMs = (): number => holdUntilMs - clock.monotonic();

  function slot(signal?: AbortSignal): Promise<Turn> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const leave = () => {
        waiting.splice(waiting.indexOf(turn), 1);
        wake();
        reject(signal?.reason);
      };
      const go = () => {
        signal?.removeEventListener('abort', leave);
        resolve(turn);
      };
      const turn: Turn = { sinceMs: clock.monotonic(), leftMs: 'not yet', go };
      signal?.addEventListener('abort', leave);
      waiting.push(turn);
      void pump();
    });
  }

  function signsOf(turn: Turn): RequestSigns {
    let isThere = false;
    return {
      left: () => {
        turn.leftMs = clock.monotonic();
        wake();
      },
      arrived: () => {
        if (isThere) return;
        isThere = true;
        reachedMs = clock.monotonic();
        if (leaving === turn) leaving = null;
        wake();
      },
    };
  }

  return {
    request: async (call, signal, kind = 'file') => {
      if (kind === 'look-up' && limits.lookUps === false) {
        for (let ms = holdMs(); ms > 0; ms = holdMs()) await clock.sleep(ms, signal);
        return call({ left: () => {}, arrived: () => {} });
      }
      const signs = signsOf(await slot(signal));
      try {
        await note(clock.now());
        return await call(signs);
      } finally {
        signs.arrived();
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

/** A chunk that Adobe has: when the first of its attempts that count began, in epoch ms, and its rows. */
export interface SentChunk {
  readonly startedAt: number;
  readonly rows: number;
}

/** How fast rows have gone lately, and when the rest would be with Adobe at that pace. */
export interface SendingPace {
  readonly rowsPerHour: number;
  readonly chunksPerHour: number;
  /** Rows that Adobe does not have yet, those that are still to be built as planned. */
  readonly rowsLeft: number;
  readonly secondsLeft: number;
  /** ISO 8601 UTC. */
  readonly doneAt: string;
}

/** How far back `lately` goes: long enough for lanes of 20 s, for an outage to show, and for a changed pace to be seen soon. */
export const latelyMs = 3_600_000;

/** The last moment that a `Date` can hold (ECMAScript, "Time Values and Time Range"). */
const lastMoment = 8.64e15;

/**
 * The pace of what was sent lately, from the first of its attempts until `nowMs`, so that a time without any counts as well;
 * `null` where nothing was, or where a clock that was set back leaves no time.
 */
export function sendingPace(sent: readonly SentChunk[], rowsLeft: number, nowMs: number): SendingPace | null {
  const lately = sent.filter(({ startedAt }) => startedAt > nowMs - latelyMs);
  const rows = lately.reduce((sum, chunk) => sum + chunk.rows, 0);
  const spanMs = nowMs - lately.reduce((first, { startedAt }) => Math.min(first, startedAt), nowMs);
  if (rows === 0 || spanMs <= 0) return null;
  const leftMs = (rowsLeft * spanMs) / rows;
  return {
    rowsPerHour: Math.round((rows * 3_600_000) / spanMs),
    chunksPerHour: Math.round((lately.length * 3_600_000) / spanMs),
    rowsLeft,
    secondsLeft: Math.ceil(leftMs / 1000),
    doneAt: new Date(Math.min(nowMs + leftMs, lastMoment)).toISOString(),
  };
}

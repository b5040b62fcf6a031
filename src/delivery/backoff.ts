import type { Clock } from '../domain/clock.ts';

/** How long anything is tried again, in ms, while Adobe cannot be reached: an outage that is shorter costs time only. */
export const defaultPatienceMs = 3_600_000;
/** The longest pause between two tries of our own choosing. */
const backoffCeilingMs = 300_000;
/** The longest `Retry-After` that is believed. */
const longestRetryAfterMs = 3_600_000;

/**
 * A pause before the next try: full jitter (evenly between nothing and the step) over steps that double from one second
 * up to five minutes. `failures` counts the tries that failed so far, from 1; `random` gives [0, 1).
 */
export function backoffMs(failures: number, random: () => number): number {
  const step = Math.min(backoffCeilingMs, 1000 * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return Math.floor(random() * step);
}

/** Tries of one thing that fail in a row. */
export interface Failures {
  /** Counts one more. The pause before the next try, or `null` where they have gone on for longer than the patience. */
  pauseMs(): number | null;
  /** Something went: the next one is the first again. */
  end(): void;
}

/** Counts from none; `random` gives [0, 1). */
export function countFailures(options: {
  readonly patienceMs: number;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly random: () => number;
}): Failures {
  const { patienceMs, clock, random } = options;
  let failures = 0;
  let sinceMs = 0;
  return {
    pauseMs: () => {
      if (failures === 0) sinceMs = clock.monotonic();
      failures += 1;
      return clock.monotonic() - sinceMs > patienceMs ? null : backoffMs(failures, random);
    },
    end: () => {
      failures = 0;
    },
  };
}

/**
 * Milliseconds that a `Retry-After` header asks for, given as seconds or as an HTTP date; at most an hour; `null` where
 * there is none or it is neither. A date is measured against the answer's own `Date`, so that a wrong clock here does
 * no harm, else against `now` (epoch ms).
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, now: number): number | null {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}(\.\d{1,9})?$/.test(value)) return Math.min(longestRetryAfterMs, Math.ceil(Number(value) * 1000));
  if (!/[a-z]/i.test(value)) return null;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return null;
  const sentAt = Date.parse(headers['date'] ?? '');
  return Math.min(longestRetryAfterMs, Math.max(0, until - (Number.isNaN(sentAt) ? now : sentAt)));
}

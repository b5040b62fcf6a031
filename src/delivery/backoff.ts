/** The longest pause between two tries of our own choosing. */
export const backoffCeilingMs = 300_000;
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

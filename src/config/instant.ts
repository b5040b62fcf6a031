import { Temporal } from 'temporal-polyfill';

/**
 * Whole Unix seconds of a date, as the moment at which it begins in `zone`, or of an ISO 8601 instant with an offset.
 * `null` where the text is neither, or falls between two seconds.
 */
export function parseInstant(text: string, zone: string): number | null {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text)
    ? attempt(() => Temporal.PlainDate.from(text).toZonedDateTime(zone).epochMilliseconds)
    : attempt(() => Temporal.Instant.from(text).epochMilliseconds);
  return ms === null || ms % 1000 !== 0 ? null : ms / 1000;
}

function attempt(read: () => number): number | null {
  try {
    return read();
  } catch {
    return null;
  }
}

// Without this, Temporal would take a whole timestamp for the name of its zone.
const zoneName = /^(?:[A-Za-z][A-Za-z0-9_+/-]*|[+-]\d\d(?::?\d\d)?)$/;

/** Whether a text names an IANA zone (case is free), `UTC`, or a fixed offset: `+02`, `+0200`, `+02:00`. Never throws. */
export function isZone(text: string): boolean {
  return (
    zoneName.test(text) &&
    attempt(() => Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).epochMilliseconds) !== null
  );
}

const iso = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/;

/**
 * Unix seconds of a `timestamp` cell; `null` where it is none. Taken are ten digits of Unix seconds and ISO 8601 date
 * and time with seconds and an offset. Milliseconds, in digits or as a fraction, are refused (Adobe docs, BDIA column
 * reference); so are forms whose zone Adobe does not state.
 */
export function readTimestamp(text: string): number | null {
  if (text.length === 10 && /^\d+$/.test(text)) return Number(text);
  const match = iso.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as number[];
  const time = Date.UTC(year!, month! - 1, day, hour, minute, second);
  // Date.UTC carries 31 June or 25 o'clock over into the next month or day; what was written must come back.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 19) !== text.slice(0, 19)) return null;
  const offsetMinutes = Number(match[8] ?? 0) * 60 + Number(match[9] ?? 0);
  if (offsetMinutes > 14 * 60 || Number(match[9] ?? 0) > 59) return null;
  return time / 1000 - (match[7] === '-' ? -offsetMinutes : offsetMinutes) * 60;
}

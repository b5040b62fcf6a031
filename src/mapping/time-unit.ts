import { failTime, firstSecond, lastSecond, outOfRange, type ScanTime } from './time-text.ts';

/** What a number of a time column counts since 1970-01-01 00:00 UTC. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

const places: Readonly<Record<TimeUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 };
const notANumber = 'not a number';

/**
 * A scanner of numbers since 1970: digits, with a minus and a fraction if there is one, read digit by digit, so that 19
 * digits of nanoseconds stay exact. Digits finer than a nanosecond are dropped. An exponent is refused: whoever wrote it
 * had already lost the last digits. Years outside 1 to 9999 are out of range, as a wrong unit mostly is.
 */
export function compileTimeUnit(unit: TimeUnit): ScanTime {
  const shift = places[unit];
  return (text, into) => {
    let start = 0;
    let end = text.length;
    while (text.charCodeAt(start) === 32) start += 1;
    while (end > start && text.charCodeAt(end - 1) === 32) end -= 1;
    const isNegative = text.charCodeAt(start) === 45;
    if (isNegative) start += 1;

    let point = start;
    while (point < end && text.charCodeAt(point) !== 46) point += 1;
    if (point === start || point === end - 1) return failTime(into, notANumber);

    const secondsEnd = point - shift;
    let seconds = 0;
    let nanos = 0;
    let nanoDigits = secondsEnd < start ? start - secondsEnd : 0;
    for (let index = start; index < end; index += 1) {
      if (index === point) continue;
      const digit = text.charCodeAt(index) - 48;
      if (!(digit >= 0 && digit <= 9)) return failTime(into, notANumber);
      if (index < secondsEnd) {
        seconds = seconds * 10 + digit;
      } else if (nanoDigits < 9) {
        nanos = nanos * 10 + digit;
        nanoDigits += 1;
      }
    }
    for (; nanoDigits < 9; nanoDigits += 1) nanos *= 10;

    if (isNegative) {
      seconds = nanos > 0 ? -seconds - 1 : 0 - seconds;
      if (nanos > 0) nanos = 1_000_000_000 - nanos;
    }
    if (seconds < firstSecond || seconds > lastSecond) return failTime(into, outOfRange);
    into.wall = seconds;
    into.nanos = nanos;
    into.zoned = true;
    into.offset = 0;
    return true;
  };
}

/**
 * What a time text says, in one record that is written over by the next text. `wall` is seconds since 1970-01-01 00:00
 * on the text's own clock; `offset` is seconds east of UTC and only means something where the text is `zoned`.
 */
export interface TimeText {
  wall: number;
  nanos: number;
  zoned: boolean;
  offset: number;
  fault: string;
}

/** Reads one text into the record; false means `fault` says why, and the other members mean nothing. */
export type ScanTime = (text: string, into: TimeText) => boolean;

/** Why a text is no time. They are counted under these words. */
export const notATime = 'not a time';
export const noSuchDate = 'no such date';
export const noSuchTimeOfDay = 'no such time of day';
export const outOfRange = 'out of range';

/** The first and the last second of the years 1 to 9999, the only ones that are read. */
export const firstSecond = -62_135_596_800;
export const lastSecond = 253_402_300_799;

const daysBeforeMonth = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const daysInMonth = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const daysBefore1970 = 719_162;

/** A record to scan into. */
export function createTimeText(): TimeText {
  return { wall: 0, nanos: 0, zoned: false, offset: 0, fault: '' };
}

/** Records a fault; always false, so that a scanner can return it. */
export function failTime(into: TimeText, fault: string): false {
  into.fault = fault;
  return false;
}

/**
 * Sets `wall` from calendar fields of the Gregorian calendar; false and a fault for a day or a time of day that does
 * not exist. Hour 24 and second 60 are refused: Unix time has neither.
 */
export function setWall(
  into: TimeText,
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return failTime(into, noSuchDate);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const leapDay = isLeap && month === 2 ? 1 : 0;
  if (day > daysInMonth[month]! + leapDay) return failTime(into, noSuchDate);
  if (hour > 23 || minute > 59 || second > 59) return failTime(into, noSuchTimeOfDay);
  const past = year - 1;
  const days =
    past * 365 +
    Math.floor(past / 4) -
    Math.floor(past / 100) +
    Math.floor(past / 400) +
    daysBeforeMonth[month]! +
    (isLeap && month > 2 ? 1 : 0) +
    day -
    1 -
    daysBefore1970;
  into.wall = days * 86_400 + hour * 3_600 + minute * 60 + second;
  return true;
}

/** The value of exactly `count` ASCII digits at a place, or -1. */
export function digitsAt(text: string, at: number, count: number): number {
  let value = 0;
  for (let index = at; index < at + count; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    // Past the end the code is NaN, which only this form of the test refuses.
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Reads a fraction of one or more digits into `nanos`; digits after the ninth are dropped. The place after it, or -1. */
export function scanFraction(text: string, at: number, into: TimeText): number {
  let nanos = 0;
  let index = at;
  for (; ; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    if (index - at < 9) nanos = nanos * 10 + digit;
  }
  for (let count = index - at; count < 9; count += 1) nanos *= 10;
  into.nanos = nanos;
  return index === at ? -1 : index;
}

/** Reads `Z`, `±HH`, `±HHMM`, `±HH:MM` or `±HH:MM:SS` into `offset`. The place after it, or -1. */
export function scanOffset(text: string, at: number, into: TimeText): number {
  const sign = text.charCodeAt(at);
  into.zoned = true;
  into.offset = 0;
  if (sign === 90 || sign === 122) return at + 1;
  const hours = digitsAt(text, at + 1, 2);
  if ((sign !== 43 && sign !== 45) || hours < 0 || hours > 23) return -1;
  let next = at + 3;
  let seconds = hours * 3_600;
  const hasColon = text.charCodeAt(next) === 58;
  const minutes = digitsAt(text, hasColon ? next + 1 : next, 2);
  if (minutes > 59 || (hasColon && minutes < 0)) return -1;
  if (minutes >= 0) {
    seconds += minutes * 60;
    next += hasColon ? 3 : 2;
    // PostgreSQL writes seconds for the local mean times of the 19th century.
    const rest = hasColon && text.charCodeAt(next) === 58 ? digitsAt(text, next + 1, 2) : -1;
    if (rest > 59) return -1;
    if (rest >= 0) {
      seconds += rest;
      next += 3;
    }
  }
  into.offset = sign === 45 && seconds !== 0 ? -seconds : seconds;
  return next;
}

import type { WindowColumn } from './source.ts';

type WindowType = WindowColumn['type'];

const day = 86_400;
/** How many of an epoch's units make a second. */
export const perSecond = { s: 1n, ms: 1_000n, us: 1_000_000n, ns: 1_000_000_000n } as const;
const fractionDigits = { s: 0, ms: 3, us: 6, ns: 9 } as const;

/**
 * The cut point of a window column at `wallSeconds`, as it is bound to `:from` and `:to`: text, or an integer in the
 * column's unit. Cells at or above it (`compareWindow`) are exactly those whose `readWall` is `wallSeconds` or later.
 *
 * Hence no `Z` on `iso`: `10:00:00.5Z` sorts before `10:00:00Z`, and after `10:00:00`. For the same reason a cut inside
 * a day is the next `date`. Years outside 0000–9999, which such texts cannot hold, become the open ends.
 */
export function windowText(type: WindowType, wallSeconds: number): string | bigint {
  if (isEpoch(type)) return BigInt(wallSeconds) * perSecond[type];
  const instant = new Date((type === 'date' ? Math.ceil(wallSeconds / day) * day : wallSeconds) * 1000);
  const year = instant.getUTCFullYear();
  if (Number.isNaN(year)) return wallSeconds < 0 ? openTexts.from : openTexts.to;
  if (year < 0) return openTexts.from;
  if (year > 9999) return openTexts.to;
  const text = instant.toISOString();
  if (type === 'date') return text.slice(0, 10);
  return type === 'iso' ? text.slice(0, 19) : `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}

/** The lowest and the highest value of a range that is open. No text is at the upper one; the highest 64-bit integer is. */
export function openEnds(type: WindowType): {
  readonly from: string | bigint;
  readonly to: string | bigint;
} {
  return isEpoch(type) ? openIntegers : openTexts;
}

const openTexts = { from: '', to: '\u{10FFFF}' } as const;
const openIntegers = { from: -(2n ** 63n), to: 2n ** 63n - 1n } as const;

/** True where the window column holds a number since 1970, false where it holds text. */
export function isEpoch(type: WindowType): type is 's' | 'ms' | 'us' | 'ns' {
  return type === 's' || type === 'ms' || type === 'us' || type === 'ns';
}

/**
 * Negative, 0 or positive as a row's window cell lies before, at or after a cut point, in the column's own order:
 * texts by their UTF-8 bytes, numbers by value at any length (no floating point). `bound` is `String(windowText(…))`
 * or an open end. An epoch cell that is no plain decimal number is compared as text, so that it still has one place.
 */
export function compareWindow(type: WindowType, cell: string, bound: string): number {
  return isEpoch(type) ? compareNumbers(cell, bound) : compareBytes(cell, bound);
}

const utcNames = /^(UTC|Z|GMT|Etc\/(UTC|GMT|UCT|Zulu)|[+-]00:?00)$/i;

/** Whether a zone is UTC by any of its names. */
export function isUtc(zone: string): boolean {
  return utcNames.test(zone);
}

const zero = 48;
const nine = 57;
const minus = 45;
const point = 46;

/** True for digits alone, without a leading zero: what nearly every epoch is. */
function isPlain(text: string): boolean {
  const first = text.charCodeAt(0);
  if (!(first > zero && first <= nine)) return false;
  for (let at = text.length - 1; at > 0; at--) {
    const code = text.charCodeAt(at);
    if (code < zero || code > nine) return false;
  }
  return true;
}

function compareNumbers(a: string, b: string): number {
  if (isPlain(a) && isPlain(b)) {
    if (a.length !== b.length) return a.length - b.length;
    return a === b ? 0 : a < b ? -1 : 1;
  }
  const left = decimal.exec(a);
  const right = decimal.exec(b);
  if (left === null || right === null) return compareBytes(a, b);
  const [, leftSign, leftWhole = '', leftFraction = ''] = left;
  const [, rightSign, rightWhole = '', rightFraction = ''] = right;
  const leftBelow = leftSign === '-' && leftWhole + leftFraction !== '';
  const rightBelow = rightSign === '-' && rightWhole + rightFraction !== '';
  if (leftBelow !== rightBelow) return leftBelow ? -1 : 1;
  const size =
    leftWhole.length - rightWhole.length ||
    compareBytes(leftWhole, rightWhole) ||
    compareBytes(leftFraction, rightFraction);
  // Not `-size`: equal ones are 0, and `-0` is another one for who compares by identity.
  return leftBelow ? 0 - size : size;
}

/** Sign, whole part without leading zeros, fraction without trailing zeros. */
const decimal = /^([-+]?)0*(\d*?)(?:\.(\d*?)0*)?$/;

function compareBytes(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    // UTF-16 puts surrogates below U+E000…U+FFFF, UTF-8 above.
    const swapped = left >= 0xd800 && right >= 0xd800 && left >= 0xe000 !== right >= 0xe000;
    return swapped ? right - left : left - right;
  }
  return a.length - b.length;
}

/**
 * Wall-clock seconds beyond this, before 1970 or after, stand for no instant in some zone: calendars end at 8.64e12
 * (ECMAScript, "Time Values and Time Range"), and no clock is two days off.
 */
export const mostSeconds = 8.64e12 - 2 * day;

/**
 * The wall-clock second of a window cell, rounded down; `null` for NULL, bytes and whatever is not of the column's
 * type (a date that does not exist, an offset other than `Z` after an `iso` text or `+00` after a `datetime`), and for
 * numbers beyond `mostSeconds`. Fractions of any length are read.
 */
export function readWall(type: WindowType, cell: string | Uint8Array | null): number | null {
  if (typeof cell !== 'string') return null;
  return isEpoch(type) ? readEpoch(type, cell) : readText(type, cell);
}

function readEpoch(type: 's' | 'ms' | 'us' | 'ns', text: string): number | null {
  const dropped = fractionDigits[type];
  if (isPlain(text)) return text.length <= dropped ? 0 : inCalendar(Number(text.slice(0, text.length - dropped)));
  const found = /^([-+]?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (found === null) return null;
  const [, sign, whole = '', fraction = ''] = found;
  const below = sign === '-';
  const seconds = whole.length <= dropped ? 0 : Number(whole.slice(0, whole.length - dropped));
  const rest = /[1-9]/.test(whole.slice(Math.max(0, whole.length - dropped)) + fraction);
  return inCalendar(below ? -seconds - (rest ? 1 : 0) : seconds);
}

function inCalendar(seconds: number): number | null {
  return Math.abs(seconds) <= mostSeconds ? seconds + 0 : null;
}

function readText(type: 'datetime' | 'iso' | 'date', text: string): number | null {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const dayOfMonth = digits(text, 8, 2);
  if (year < 0 || month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > daysIn(year, month)) return null;
  if (text.charCodeAt(4) !== minus || text.charCodeAt(7) !== minus) return null;
  const midnight = daysSinceEpoch(year, month, dayOfMonth) * day;
  if (type === 'date') return text.length === 10 ? midnight : null;
  if (text[10] !== (type === 'iso' ? 'T' : ' ') || text[13] !== ':' || text[16] !== ':') return null;
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return null;
  let end = 19;
  if (text.charCodeAt(end) === point) {
    do end++;
    while (digits(text, end, 1) >= 0);
    if (end === 20) return null;
  }
  if (type === 'iso' && text[end] === 'Z') end++;
  // A timestamptz of PostgreSQL, as it is written in UTC.
  else if (type === 'datetime' && text.length === end + 3 && text.endsWith('+00')) end += 3;
  return end === text.length ? midnight + hour * 3600 + minute * 60 + second : null;
}

/** The number that `count` digits spell; -1 where one of them is none. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const code = text.charCodeAt(at);
    if (!(code >= zero && code <= nine)) return -1;
    value = value * 10 + code - zero;
  }
  return value;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 in the Gregorian calendar: no `Date` per row. */
function daysSinceEpoch(year: number, month: number, dayOfMonth: number): number {
  // A year that begins in March has its leap day at its end.
  const from = month > 2 ? year : year - 1;
  const era = Math.floor(from / 400);
  const inEra = from - era * 400;
  const inYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + dayOfMonth - 1;
  const inCycle = inEra * 365 + Math.floor(inEra / 4) - Math.floor(inEra / 100) + inYear;
  return era * 146_097 + inCycle - 719_468;
}

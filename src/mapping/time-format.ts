import dayjs from 'dayjs';
import customParseFormat from 'dayjs/plugin/customParseFormat.js';
import utc from 'dayjs/plugin/utc.js';
import {
  createTimeText,
  digitsAt,
  failTime,
  noSuchTimeOfDay,
  notATime,
  type ScanTime,
  scanFraction,
  scanOffset,
  setWall,
  type TimeText,
} from './time-text.ts';

dayjs.extend(utc);
dayjs.extend(customParseFormat);

/** A format that cannot be used, and what to write instead. */
export interface TimeFormatFault {
  readonly kind: 'fault';
  readonly message: string;
  readonly hint: string;
}

type Field = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'half' | 'offset';
type Fields = Record<Exclude<Field, 'fraction' | 'offset'>, number>;
/** Reads one token at a place; the place after it, or -1. */
type Step = (text: string, at: number, fields: Fields, into: TimeText) => number;

const months = 'January February March April May June July August September October November December'.split(' ');
const shortMonths = months.map((name) => name.slice(0, 3));
const tokens = /\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM?|DD?|HH?|hh?|mm?|ss?|S+|ZZ?|[Aa]|[\s\S]/g;

const steps: Readonly<Record<string, readonly [Field, Step]>> = {
  YYYY: ['year', digits('year', 4)],
  YY: ['year', twoDigitYear],
  MMMM: ['month', words('month', months)],
  MMM: ['month', words('month', shortMonths)],
  MM: ['month', digits('month', 2)],
  M: ['month', shortDigits('month')],
  DD: ['day', digits('day', 2)],
  D: ['day', shortDigits('day')],
  HH: ['hour', digits('hour', 2)],
  H: ['hour', shortDigits('hour')],
  hh: ['hour', digits('hour', 2)],
  h: ['hour', shortDigits('hour')],
  mm: ['minute', digits('minute', 2)],
  m: ['minute', shortDigits('minute')],
  ss: ['second', digits('second', 2)],
  s: ['second', shortDigits('second')],
  A: ['half', words('half', ['AM', 'PM'])],
  a: ['half', words('half', ['am', 'pm'])],
  Z: ['offset', (text, at, _fields, into) => scanOffset(text, at, into)],
  ZZ: ['offset', (text, at, _fields, into) => scanOffset(text, at, into)],
};

/**
 * Compiles a format of dayjs tokens to a scanner that reads exactly what dayjs' strict mode reads in UTC, without
 * dayjs per row and whatever the zone of the process. Wider than dayjs in two points: `S` to `SSSSSSSSS` are fractions
 * of as many digits, and `Z` and `ZZ` take any offset in any of its forms (dayjs' strict mode takes only its own zone's).
 *
 * Tokens: `YYYY YY MMMM MMM MM M DD D HH H hh h mm m ss s S… A a Z ZZ`; texts stand in `[ ]`. A year, a month and
 * a day are required; a missing time of day is midnight. dayjs itself is asked once whether it agrees on the format.
 */
export function compileTimeFormat(format: string): { kind: 'scanner'; scan: ScanTime } | TimeFormatFault {
  const list: Step[] = [];
  const seen = new Map<Field, string>();
  for (const [token, quoted] of format.matchAll(tokens)) {
    const known = /^S{1,9}$/.test(token) ? (['fraction', fraction(token.length)] as const) : steps[token];
    if (known === undefined) {
      const text = quoted ?? token;
      if (quoted === undefined && token !== 'T' && /[A-Za-z]/.test(token)) {
        return fault(`"${format}" has "${token}", which is no token that can be read`, tokenHint);
      }
      list.push((value, at) => (value.startsWith(text, at) ? at + text.length : -1));
      continue;
    }
    const [field, step] = known;
    if (seen.has(field)) {
      return fault(`"${format}" names the ${field} twice: ${seen.get(field)} and ${token}`, 'name each part once');
    }
    seen.set(field, token);
    list.push(step);
  }
  const missing = (['year', 'month', 'day'] as const).filter((field) => !seen.has(field));
  if (missing.length > 0) return fault(`"${format}" names no ${missing.join(' and no ')}`, 'for example YYYY-MM-DD');
  if (seen.has('half') !== (seen.get('hour')?.startsWith('h') ?? false)) {
    return fault(`"${format}" has only one of h and A`, 'write HH for 24 hours, or hh with A for 12');
  }
  const scan = join(list, seen.has('half'));
  if (!dayjsAgrees(format, scan)) {
    return fault(`dayjs cannot read "${format}"`, 'put texts between the tokens in [ ]');
  }
  return { kind: 'scanner', scan };
}

const tokenHint = 'tokens are YYYY YY MMMM MMM MM M DD D HH H hh h mm m ss s S A a Z ZZ; put other texts in [ ]';

function fault(message: string, hint: string): TimeFormatFault {
  return { kind: 'fault', message, hint };
}

function join(list: readonly Step[], isHalfDay: boolean): ScanTime {
  const fields: Fields = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, half: 0 };
  return (text, into) => {
    into.nanos = 0;
    into.zoned = false;
    let at = 0;
    for (let index = 0; index < list.length; index += 1) {
      at = list[index]!(text, at, fields, into);
      if (at < 0) return failTime(into, notATime);
    }
    if (at !== text.length) return failTime(into, notATime);
    let hour = fields.hour;
    if (isHalfDay) {
      if (hour < 1 || hour > 12) return failTime(into, noSuchTimeOfDay);
      hour = (hour % 12) + (fields.half === 2 ? 12 : 0);
    }
    return setWall(into, fields.year, fields.month, fields.day, hour, fields.minute, fields.second);
  };
}

function digits(field: keyof Fields, count: number): Step {
  return (text, at, fields) => {
    const value = digitsAt(text, at, count);
    fields[field] = value;
    return value < 0 ? -1 : at + count;
  };
}

/** One digit, or two that do not start with 0. */
function shortDigits(field: keyof Fields): Step {
  return (text, at, fields) => {
    const one = digitsAt(text, at, 1);
    const two = one > 0 ? digitsAt(text, at, 2) : -1;
    fields[field] = two < 0 ? one : two;
    if (two >= 0) return at + 2;
    return one === 0 && digitsAt(text, at, 2) >= 0 ? -1 : one < 0 ? -1 : at + 1;
  };
}

// dayjs' own rule for the century.
function twoDigitYear(text: string, at: number, fields: Fields): number {
  const value = digitsAt(text, at, 2);
  fields.year = value > 68 ? 1900 + value : 2000 + value;
  return value < 0 ? -1 : at + 2;
}

function words(field: keyof Fields, list: readonly string[]): Step {
  return (text, at, fields) => {
    for (let index = 0; index < list.length; index += 1) {
      const word = list[index]!;
      if (text.startsWith(word, at)) {
        fields[field] = index + 1;
        return at + word.length;
      }
    }
    return -1;
  };
}

function fraction(count: number): Step {
  return (text, at, _fields, into) => {
    const next = scanFraction(text, at, into);
    return next === at + count ? next : -1;
  };
}

/** Whether dayjs and the scanner read some texts alike. dayjs only writes fractions of three digits, so it sees those. */
function dayjsAgrees(format: string, scan: ScanTime): boolean {
  const into = createTimeText();
  const digitsOfFraction = /S+/.exec(format.replace(/\[[^\]]*\]/g, ''))?.[0].length ?? 3;
  const known =
    digitsOfFraction === 3 ? format : format.replace(/\[[^\]]*\]|S+/g, (part) => (part[0] === 'S' ? 'SSS' : part));
  if (known !== format) {
    const same = compileTimeFormat(known);
    return same.kind === 'scanner';
  }
  return ['1987-02-13T09:08:07.000Z', '2024-02-29T23:59:48.000Z', '2009-12-01T00:10:20.000Z'].every((sample) => {
    const text = dayjs.utc(sample).format(format);
    const theirs = dayjs.utc(text, format, true);
    return (
      scan(text, into) && theirs.isValid() && theirs.valueOf() === (into.wall - (into.zoned ? into.offset : 0)) * 1000
    );
  });
}

import { isIP } from 'node:net';
import { currencyStanding } from '../../adobe/currency.ts';
import { isPlaceholder } from '../../adobe/placeholder.ts';
import { type Parts, synthesise } from '../../mapping/user-agent/synthesise.ts';
import { type GuessedTime, guessTime } from './time-form.ts';

/** A column of a source, with what a sample of its values shows. */
export interface ColumnFacts {
  /** As a mapping names it: a column, or the path of a member of one that holds JSON. */
  readonly name: string;
  /** The engine's type; `null` where it knows none. */
  readonly type: string | null;
  readonly rows: number;
  /** Rows in which it is neither empty nor a placeholder. */
  readonly filled: number;
  readonly distinct: number;
  /** Of the filled values, 0 to 1. */
  readonly shapes: Readonly<Record<Shape, number>>;
  readonly time: GuessedTime | null;
  /** Whether values hold what Adobe takes in no visitor ID: anything but letters and digits. */
  readonly hasSigns: boolean;
  /** The most frequent values, at most 30. */
  readonly frequent: readonly string[];
  readonly example: string | null;
}

const tests = {
  addresses: (value: string) => isIP(value) !== 0,
  'lists of addresses': (value: string) => /,/.test(value) && value.split(',').every((part) => isIP(part.trim()) !== 0),
  URLs: (value: string) => isUrl(value),
  'URLs or words for none': (value: string) => isUrl(value) || isWordForNone(value),
  paths: (value: string) => /^\/[^\s]*$/.test(value),
  queries: (value: string) => /^\??[^\s=&?/:]+=\S*$/.test(value),
  cookies: (value: string) => /^[\w!#$%&'*+.^`|~-]+=[^=;]/.test(value),
  'user agents': (value: string) => /^(?:Mozilla|Opera|Dalvik)\/\d/.test(value) || /^[\w.-]+\/\d[\w.]* \(/.test(value),
  languages: (value: string) => /^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*(?:[,;].*)?$/.test(value),
  'screen sizes': (value: string) => /^\d{2,5} ?[x×X] ?\d{2,5}$/.test(value),
  currencies: (value: string) => currencyStanding(value.toUpperCase()) !== 'unknown',
  pixels: (value: string) => /^\d{2,5}$/.test(value),
  amounts: (value: string) => /^-?\d{1,12}(?:\.\d{1,9})?$/.test(value),
  'mail addresses': (value: string) => /^[^@\s]+@[^@\s]+\.[a-z]{2,}$/i.test(value),
  'Experience Cloud IDs': (value: string) => /^\d{38}$/.test(value),
  'times of day': (value: string) => /^\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?$/.test(value),
  'operating systems': (value: string) => isTold({ os: value }),
  'classes of device': (value: string) => isTold({ device: value }),
  HTML: (value: string) => /&(?:amp|lt|gt|quot|nbsp|#\d+);/.test(value),
  texts: (value: string) => /[A-Za-z\u0080-\uFFFF]/.test(value),
} as const;

function isUrl(value: string): boolean {
  return /^(?:https?|android-app):\/\/[^\s/]/i.test(value);
}

/** Whether a text says that there was no referrer, as Mixpanel and PostHog (`$direct`) and Google (`(direct)`) do. */
export function isWordForNone(value: string): boolean {
  return /^(?:\$direct|\(?direct\)?)$/i.test(value);
}

/** Whether a user agent can be written of this part alone. */
function isTold(part: Partial<Parts>): boolean {
  const nothing: Parts = { browser: '', browserVersion: '', os: '', osVersion: '', device: '' };
  return synthesise({ ...nothing, ...part }, null) !== null;
}

/** What a value can look like, whatever its column is called; in the plural, for people. */
export type Shape = keyof typeof tests;

/** What MySQL keeps where it has no date. */
const zeroDate = /^0000-00-00/;

/** What the values of one column show; `null` stands for a row without one. */
export function columnFacts(name: string, type: string | null, values: readonly (string | null)[]): ColumnFacts {
  const filled = values.filter(
    (value): value is string => value !== null && !isPlaceholder(value) && !zeroDate.test(value),
  );
  const times = new Map<string, number>();
  for (const value of filled) times.set(value, (times.get(value) ?? 0) + 1);
  const share = (test: (value: string) => boolean): number =>
    filled.length === 0 ? 0 : filled.filter(test).length / filled.length;
  const [first] = filled;
  const time = guessTime(filled);
  return {
    name,
    type,
    rows: values.length,
    filled: filled.length,
    distinct: times.size,
    shapes: Object.fromEntries(
      Object.entries(tests).map(([shape, test]) => [shape, share(test)]),
    ) as ColumnFacts['shapes'],
    time,
    hasSigns: filled.some((value) => /[^A-Za-z0-9]/.test(value)),
    frequent: [...times]
      .sort((one, other) => other[1] - one[1])
      .slice(0, 30)
      .map(([value]) => value),
    example: first === undefined ? null : safeExample(name, first, time !== null),
  };
}

const longest = 48;
const secretName = /pass(?:word|wd)?$|secret|token|session|cookie|(?:^|_)auth(?:$|_)|api_?key/i;
/** IDs of persons are longer than numbers and sizes. */
const shortId = 12;

/**
 * A value that may be shown: of addresses, mail addresses and IDs no more than their beginning, of URLs nothing behind
 * the question mark.
 */
export function safeExample(name: string, value: string, isTime = false): string {
  if (tests['mail addresses'](value)) return `${value.slice(0, 1)}…@${value.slice(value.indexOf('@') + 1)}`;
  if (tests.addresses(value)) return value.replace(/[^.:]+$/, '…');
  if (tests.URLs(value) || tests.paths(value)) return shortened(value.replace(/[?#].*$/s, '?…'));
  const isId = value.length > shortId && /^[A-Za-z0-9._-]*\d[A-Za-z0-9._-]*$/.test(value);
  if (secretName.test(name) || (isId && !isTime)) return hidden(value);
  return shortened(value);
}

function shortened(value: string): string {
  const flat = value.replace(/\s+/g, ' ');
  return flat.length <= longest ? flat : `${flat.slice(0, longest - 1)}…`;
}

function hidden(value: string): string {
  return value.length <= 4 ? value : `${value.slice(0, 4)}…`;
}

import { createTimeReader } from '../../mapping/time.ts';
import type { WindowColumn } from '../../source/source.ts';

/** How the texts of a column are read as times, as `time:` of a mapping says it. */
export interface TimeForm {
  /** Of numbers since 1970. */
  readonly unit?: 's' | 'ms' | 'us' | 'ns';
  /** Of texts that are neither ISO 8601 nor SQL. */
  readonly format?: string;
  /** Whether each text says its offset, or is a number: no zone is needed then. */
  readonly isZoned: boolean;
  /** What a range of the column can be compared with; `null` where texts do not sort as times do. */
  readonly window: WindowColumn['type'] | null;
  /** For people. */
  readonly says: string;
}

interface Candidate extends TimeForm {
  readonly test: RegExp;
}

const digits = (unit: NonNullable<TimeForm['unit']>, test: RegExp, says: string): Candidate => {
  return { unit, test, isZoned: true, window: unit, says };
};
const written = (format: string, test: RegExp, isZoned = false): Candidate => {
  return { format, test, isZoned, window: null, says: format };
};
const clock = String.raw`\d\d:\d\d:\d\d(?:\.\d{1,9})?`;
const day = String.raw`(?:0[1-9]|[12]\d|3[01])`;
const month = '(?:0[1-9]|1[0-2])';
/** From 1995 to 2039, with so many digits after the second. */
const epoch = (more: number): RegExp =>
  new RegExp(`^(?:(?:7[89]|[89]\\d)\\d{${7 + more}}|(?:1\\d|20|21)\\d{${8 + more}})$`);

const iso = (behind: string): RegExp => new RegExp(`^\\d{4}-\\d\\d-\\d\\d${behind}$`);

const candidates: readonly Candidate[] = [
  digits('s', epoch(0), 'seconds since 1970'),
  digits('ms', epoch(3), 'milliseconds since 1970'),
  digits('us', epoch(6), 'microseconds since 1970'),
  digits('ns', epoch(9), 'nanoseconds since 1970'),
  { test: iso(` ${clock}`), isZoned: false, window: 'datetime', says: 'date and time' },
  { test: iso(` ${clock}\\+00`), isZoned: true, window: 'datetime', says: 'date and time of UTC' },
  { test: iso(`T${clock}Z`), isZoned: true, window: 'iso', says: 'ISO 8601 of UTC' },
  { test: iso(`T${clock}`), isZoned: false, window: 'iso', says: 'ISO 8601' },
  // Texts of other lengths do not sort as times do.
  { test: iso('[T ]\\d\\d:\\d\\d'), isZoned: false, window: null, says: 'date and time without seconds' },
  {
    test: iso('[T ]\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d{1,9})?)? ?(?:Z|UTC|[+-]\\d\\d(?::?\\d\\d)?)'),
    isZoned: true,
    window: null,
    says: 'date and time with offset',
  },
  { test: /^\d{4}-\d\d-\d\d$/, isZoned: false, window: 'date', says: 'a date without time' },
  written('DD/MMM/YYYY:HH:mm:ss ZZ', /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}$/, true),
  ...['/', '.', '-'].flatMap((sign) =>
    ['HH:mm:ss', 'HH:mm'].flatMap((time) => {
      const end = time === 'HH:mm' ? String.raw`\d\d:\d\d` : String.raw`\d\d:\d\d:\d\d`;
      const between = `\\${sign}`;
      return [
        written(`DD${sign}MM${sign}YYYY ${time}`, new RegExp(`^${day}${between}${month}${between}\\d{4} ${end}$`)),
        written(`MM${sign}DD${sign}YYYY ${time}`, new RegExp(`^${month}${between}${day}${between}\\d{4} ${end}$`)),
      ];
    }),
  ),
  written('YYYY/MM/DD HH:mm:ss', /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/),
  written('YYYYMMDDHHmmss', new RegExp(`^(?:19|20)\\d\\d${month}${day}\\d{6}$`)),
];

/** A form that values fit, and how surely. */
export interface GuessedTime {
  readonly form: TimeForm;
  /** Of the values, 0 to 1. */
  readonly share: number;
  /** Another form that fits as many: nothing in the values says which it is. */
  readonly rival: string | null;
}

/** What part of a column's values must be of a form, for the column to be of it. */
export const leastShare = 0.8;

/** How most of the values are read as times; `null` where no form fits four of five. */
export function guessTime(values: readonly string[]): GuessedTime | null {
  if (values.length === 0) return null;
  const found = candidates
    .map((candidate) => ({ candidate, share: shareOf(values, candidate) }))
    .filter(({ share }) => share >= leastShare)
    .sort((one, other) => other.share - one.share);
  const [best, next] = found;
  if (best === undefined) return null;
  const { test: _, ...form } = best.candidate;
  // Of ISO 8601 there is one reading whatever form fits; of days and months there are two.
  const isRival = next !== undefined && next.share === best.share && next.candidate.format !== undefined;
  return { form, share: best.share, rival: isRival ? next.candidate.says : null };
}

function shareOf(values: readonly string[], { test, unit, format, isZoned }: Candidate): number {
  const reader = createTimeReader({ unit, format });
  const zone = isZoned ? '' : 'UTC';
  return values.filter((value) => test.test(value) && reader.read(value, zone)).length / values.length;
}

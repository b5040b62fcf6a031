import type { RuleId } from './rules.ts';

/** What is wrong with a timestamp, and the rule that it breaks. */
export interface TimestampFault {
  readonly rule: RuleId;
  readonly message: string;
}

const skipped = (message: string): TimestampFault => ({ rule: 'timestamp', message });
const faults = {
  milliseconds: skipped('more than 10 digits: Adobe takes seconds and refuses milliseconds'),
  fraction: skipped('fractions of a second are refused'),
  form: skipped('neither Unix seconds nor an ISO 8601 time with its offset'),
  date: skipped('no such date or time'),
  zone: {
    rule: 'timestamp-zone',
    message: 'an ISO 8601 time without offset: Adobe does not say which zone it takes',
  },
  loose: {
    rule: 'timestamp-form',
    message:
      'an ISO 8601 time without hyphens and colons, or without seconds: Adobe says it of the variable, not of BDIA',
  },
  early: {
    rule: 'timestamp-early',
    message: 'a time before September 2001: Adobe documents Unix seconds of 10 digits only',
  },
} as const satisfies Record<string, TimestampFault>;

/** The clocks of Kiribati are 14 hours ahead of UTC, and none is farther from it. */
const mostOffset = 14 * 3_600;

/** 9 September 2001: the first second of ten digits. */
const tenDigits = 1_000_000_000;

const isoForm = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/;
const basicForm = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(?:(\d\d)(\.\d+)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/;

/** Year, month, day, hour, minute, second, fraction and zone of ISO 8601, extended or basic; `null` for other texts. */
function isoParts(text: string): RegExpExecArray | null {
  return isoForm.exec(text) ?? basicForm.exec(text);
}

/** What is wrong with a `timestamp` cell that is not empty; `null` for Unix seconds or ISO 8601 with its offset. */
export function timestampFault(text: string): TimestampFault | null {
  if (/^-?\d{1,10}$/.test(text)) return Number(text) < tenDigits ? faults.early : null;
  if (/^-?\d+$/.test(text)) return faults.milliseconds;
  if (/^-?\d+\.\d+$/.test(text)) return faults.fraction;
  const parts = isoParts(text);
  if (parts === null) return faults.form;
  if (parts[7] !== undefined) return faults.fraction;
  const seconds = timestampSeconds(text);
  if (Number.isNaN(seconds)) return faults.date;
  if (parts[8] === undefined) return faults.zone;
  if (parts[6] === undefined || !isoForm.test(text)) return faults.loose;
  return seconds < tenDigits ? faults.early : null;
}

/**
 * The Unix seconds of a `timestamp` cell; an ISO 8601 time without offset is read as UTC. `NaN` for any other form and
 * for dates that do not exist (Adobe docs, BDIA column reference; timestamp variable).
 */
export function timestampSeconds(text: string): number {
  if (/^-?\d{1,10}$/.test(text)) return Number(text);
  const parts = isoParts(text);
  if (parts === null || parts[7] !== undefined) return Number.NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const utc = Date.UTC(year, month - 1, day, hour, minute, second);
  const exists = new Date(utc).getUTCMonth() === month - 1 && day > 0 && hour < 24 && minute < 60 && second < 60;
  return exists ? utc / 1_000 - offsetSeconds(parts[8] ?? 'Z') : Number.NaN;
}

/** `NaN` for an offset that no place on earth has. */
function offsetSeconds(zone: string): number {
  if (zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(2));
  const seconds = Number(digits.slice(0, 2)) * 3_600 + minutes * 60;
  if (minutes > 59 || seconds > mostOffset) return Number.NaN;
  return zone.startsWith('-') ? -seconds : seconds;
}

import { isZone } from '../config/instant.ts';
import type { TimeSpec, ValueSpec } from '../config/mapping-schema.ts';
import type { Row } from '../domain/row.ts';
import { type Constant, constantsOf } from './constants.ts';
import type { Path } from './faults.ts';
import type { Reader } from './scope.ts';
import { createTimeReader, type TimeReader } from './time.ts';
import { compileTimeFormat } from './time-format.ts';
import { compileText, type ValueContext, type ValueUse } from './value.ts';

/**
 * Reads the time of one hit after another; `false` leaves the row rejected with the reason `time`. A time at a change of the
 * clock, whose instant `ambiguous` or `gap` chose, is counted as mended.
 */
export interface HitTime {
  readonly reader: TimeReader;
  read(row: Row): boolean;
}

const use: ValueUse = { reason: 'time', column: 'timestamp' };

/** Compiles `time:`, a value with a unit or a format, and a zone where the text has no offset. */
export function compileHitTime(spec: TimeSpec, path: Path, context: ValueContext): HitTime {
  const { faults, state } = context;
  const said: Exclude<TimeSpec, string> = typeof spec === 'string' ? { from: spec } : spec;
  const { unit, format, zone, ambiguous, gap, ...value } = said;
  const text = compileText(value, path, use, context);
  const readZone = zone === undefined ? () => '' : compileZone(zone, [...path, 'zone'], context);
  let usable = format;
  if (format !== undefined) {
    const compiled = compileTimeFormat(format);
    if (compiled.kind === 'fault') {
      faults.error([...path, 'format'], 'time-format', compiled.message, compiled.hint);
      usable = undefined;
    }
  }
  if (zone === undefined && unit === undefined) tellZone(format, path, context);
  if (zone !== undefined && zone !== 'UTC' && unit !== undefined) {
    const message = `a zone does nothing to a count of ${unit} since 1970, which is of UTC`;
    const hint = 'leave it out; where the clock that counted was a local one, let the query correct it';
    faults.warning([...path, 'zone'], 'zone-unused', message, hint);
  }
  const reader = createTimeReader({ unit, format: usable, ambiguous, gap });
  if (format === usable) checkTimes(constantsOf(value, path), reader, context);
  const choices = {
    ambiguous: state.counter('mended', 'timestamp', 'time that a clock showed twice'),
    gap: state.counter('mended', 'timestamp', 'time that no clock showed'),
  };
  return {
    reader,
    read(row) {
      const written = text(row);
      if (written !== '' && reader.read(written.trim(), readZone(row).trim())) {
        if (reader.choice !== null) state.bump(choices[reader.choice]);
        return true;
      }
      state.reject('time', 'timestamp', written === '' ? null : written);
      return false;
    },
  };
}

// `zone: Europe/Berlin` is the zone itself, not a column.
function compileZone(zone: ValueSpec, path: Path, context: ValueContext): Reader {
  if (typeof zone !== 'string') {
    for (const { text, path: at } of constantsOf(zone, path)) checkZone(text.trim(), at, context);
    return compileText(zone, path, use, context);
  }
  checkZone(zone, path, context);
  return () => zone;
}

function checkZone(zone: string, path: Path, { faults }: ValueContext): void {
  if (isZone(zone)) return;
  const hint = 'write an IANA name such as Europe/Berlin, UTC, an offset such as +02:00, or { from: column }';
  faults.error(path, 'zone', `"${zone}" is no time zone`, hint);
}

/** A constant stands for what the column lacks, and is read as the column is. */
function checkTimes(constants: readonly Constant[], reader: TimeReader, { faults }: ValueContext): void {
  for (const { text, path, when } of constants) {
    if (reader.read(text.trim(), 'UTC')) continue;
    const message = `"${text}" would reject the row ${when}: ${reader.fault}`;
    faults.error(path, 'time', message, 'write it as unit, format or ISO 8601 say');
  }
}

function tellZone(format: string | undefined, path: Path, { faults }: ValueContext): void {
  const hint = 'add zone: UTC, or the zone of the clock that wrote it';
  if (format === undefined) {
    const message = 'no zone is given: a row whose time has no offset of its own will be rejected';
    faults.warning(path, 'zone-missing', message, hint);
  } else if (!format.replaceAll(/\[[^\]]*\]/g, '').includes('Z')) {
    faults.error(path, 'zone-missing', `the format "${format}" has no offset, so a zone is required`, hint);
  }
}

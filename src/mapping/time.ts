import { compileTimeFormat } from './time-format.ts';
import { scanIso } from './time-iso.ts';
import { createTimeText, type ScanTime } from './time-text.ts';
import { compileTimeUnit, type TimeUnit } from './time-unit.ts';
import { type ZoneOffsets, zoneOffsets } from './time-zone.ts';

export { instantOf, wallClock } from './time-zone.ts';

/** How the texts of one time column are read: by `unit`, by `format`, or, with neither, as ISO 8601 and SQL timestamps. */
export interface TimeReaderOptions {
  readonly unit?: TimeUnit | undefined;
  /** dayjs tokens, strict; `compileTimeFormat` tells what is wrong with one. */
  readonly format?: string | undefined;
  /** Which instant a wall-clock time means that happens twice. Default `earlier`. */
  readonly ambiguous?: 'earlier' | 'later' | 'reject' | undefined;
  /** What becomes of a wall-clock time that never happens; `forward` moves it on by the length of the gap. Default `forward`. */
  readonly gap?: 'forward' | 'reject' | undefined;
}

/**
 * Reads texts to instants, one after another, in registers that the next `read` writes over: no object per row.
 *
 * `zone` is the clock of a text that carries no offset: an IANA name, `UTC` or a fixed offset; numbers since 1970 and
 * texts with an offset ignore it, so it may be empty for them. After `true`, `seconds` (whole Unix seconds, negative
 * before 1970) and `nanos` (0 to 999,999,999 after that second) hold the instant; after `false`, `fault` is one of
 * `not a time`, `not a number`, `no such date`, `no such time of day`, `out of range`, `no zone`, `unknown zone`,
 * `ambiguous`, `gap`. Never throws for what a row holds.
 */
export interface TimeReader {
  seconds: number;
  nanos: number;
  fault: string;
  /** After `true`: whether the text was a wall-clock time that happens twice, or never, so that its instant is a choice. */
  choice: 'ambiguous' | 'gap' | null;
  read(text: string, zone: string): boolean;
}

/**
 * Creates the reader of one time column.
 *
 * @throws Error for a format that `compileTimeFormat` refuses, and for unit and format together: the mapping compiler and the
 * schema tell people about these before.
 */
export function createTimeReader(options: TimeReaderOptions = {}): TimeReader {
  const scan = scannerOf(options);
  const ambiguous = options.ambiguous ?? 'earlier';
  const gap = options.gap ?? 'forward';
  const said = createTimeText();
  let lastZone = '';
  let offsets: ZoneOffsets | null = null;

  const fail = (fault: string): false => {
    reader.fault = fault;
    return false;
  };

  const reader: TimeReader = {
    seconds: 0,
    nanos: 0,
    fault: '',
    choice: null,
    read(text, zone) {
      reader.choice = null;
      if (!scan(text, said)) return fail(said.fault);
      reader.nanos = said.nanos;
      if (said.zoned) {
        reader.seconds = said.wall - said.offset;
        return true;
      }
      if (zone === '') return fail('no zone');
      if (zone !== lastZone) {
        lastZone = zone;
        offsets = zoneOffsets(zone);
      }
      if (offsets === null) return fail('unknown zone');
      const { kind, earlier, later } = offsets.ofWall(said.wall);
      if (kind !== 'unique') reader.choice = kind;
      if (kind === 'unique') {
        reader.seconds = said.wall - earlier;
      } else if (kind === 'ambiguous') {
        if (ambiguous === 'reject') return fail('ambiguous');
        reader.seconds = said.wall - (ambiguous === 'later' ? later : earlier);
      } else {
        if (gap === 'reject') return fail('gap');
        reader.seconds = said.wall - later;
      }
      return true;
    },
  };
  return reader;
}

function scannerOf({ unit, format }: TimeReaderOptions): ScanTime {
  if (unit !== undefined && format !== undefined) throw new Error('a time has a unit or a format, not both');
  if (unit !== undefined) return compileTimeUnit(unit);
  if (format === undefined) return scanIso;
  const compiled = compileTimeFormat(format);
  if (compiled.kind === 'fault') throw new Error(compiled.message);
  return compiled.scan;
}

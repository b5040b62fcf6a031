import { Temporal } from 'temporal-polyfill';
import { isZone } from '../config/instant.ts';

/**
 * What a zone makes of one wall-clock time: `earlier` and `later` are the offsets (seconds east of UTC) that give the
 * earlier and the later instant. They are equal for a `unique` time; an `ambiguous` one happens twice, a `gap` never.
 * In a gap both step over it, as `Temporal`'s disambiguation of that name does.
 */
export interface WallOffsets {
  readonly kind: 'unique' | 'ambiguous' | 'gap';
  readonly earlier: number;
  readonly later: number;
}

/** One zone's offsets, in whole seconds since 1970 of the wall clock or of UTC. */
export interface ZoneOffsets {
  ofWall(wallSeconds: number): WallOffsets;
  ofInstant(seconds: number): number;
}

// A cell is a stretch of time with one answer. Nearly all days are one; a day with a transition is asked hour by hour,
// an hour minute by minute (Lord Howe changes by half an hour), and the last grain is even by itself. No zone has two
// transitions in one day that undo each other, so equal ends mean an even cell; a property test asks Temporal.
const grains = [86_400, 3_600, 60, 1];
// Over all zones, so that memory stays bounded where every row brings its own zone; one zone needs 365 a year.
const maxRemembered = 250_000;

const zones = new Map<string, ZoneOffsets | null>();
let remembered = 0;

/** The offsets of an IANA zone, `UTC` or a fixed offset (`+02:00`), cached; `null` where nobody knows the zone. */
export function zoneOffsets(zone: string): ZoneOffsets | null {
  let offsets = zones.get(zone);
  if (offsets === undefined) {
    offsets = isZone(zone) ? createZoneOffsets(zone) : null;
    makeRoom();
    zones.set(zone, offsets);
  }
  return offsets;
}

/**
 * The wall clock that a zone shows at an instant, as seconds since 1970-01-01 00:00 of that clock. Cached.
 *
 * @throws RangeError for a zone that `isZone` does not know.
 */
export function wallClock(seconds: number, zone: string): number {
  return seconds + knownZone(zone).ofInstant(seconds);
}

/**
 * The instant (Unix seconds) at which a zone's wall clock shows a time. A time that happens twice gives the earlier or
 * the later instant, as asked. A time that never happens steps over the gap, backwards for `earlier` and forwards for
 * `later`: inside a gap the results of rising times overlap with those around it. Cached.
 *
 * @throws RangeError for a zone that `isZone` does not know.
 */
export function instantOf(wallSeconds: number, zone: string, which: 'earlier' | 'later'): number {
  return wallSeconds - knownZone(zone).ofWall(wallSeconds)[which];
}

function knownZone(zone: string): ZoneOffsets {
  const offsets = zoneOffsets(zone);
  if (offsets === null) throw new RangeError(`unknown time zone "${zone}"`);
  return offsets;
}

/** Counts one more thing to remember; true where everything was forgotten to make room for it. */
function makeRoom(): boolean {
  remembered += 1;
  if (remembered <= maxRemembered) return false;
  zones.clear();
  remembered = 1;
  return true;
}

function createZoneOffsets(zone: string): ZoneOffsets {
  const offsetAt = (seconds: number): number => {
    const instant = Temporal.Instant.fromEpochMilliseconds(seconds * 1000);
    return Math.round(instant.toZonedDateTimeISO(zone).offsetNanoseconds / 1e9);
  };
  const offsetsAt = (wallSeconds: number): WallOffsets => {
    const wall = Temporal.Instant.fromEpochMilliseconds(wallSeconds * 1000)
      .toZonedDateTimeISO('UTC')
      .toPlainDateTime();
    const instant = (disambiguation: 'earlier' | 'later'): number =>
      Math.floor(wall.toZonedDateTime(zone, { disambiguation }).epochMilliseconds / 1000);
    const earlier = instant('earlier');
    const later = instant('later');
    const happens = earlier + offsetAt(earlier) === wallSeconds;
    const kind = earlier === later ? 'unique' : happens ? 'ambiguous' : 'gap';
    return { kind, earlier: wallSeconds - earlier, later: wallSeconds - later };
  };
  return {
    ofWall: createCells(offsetsAt, (a, b) => a.kind === b.kind && a.earlier === b.earlier && a.later === b.later),
    ofInstant: createCells(offsetAt, (a, b) => a === b),
  };
}

/** Remembers the answers of `ask` by cells of time; `null` marks a cell that must be asked by the next finer grain. */
function createCells<Answer extends number | WallOffsets>(
  ask: (second: number) => Answer,
  alike: (a: Answer, b: Answer) => boolean,
): (second: number) => Answer {
  const cells = grains.map(() => new Map<number, Answer | null>());
  let lastDay = Number.NaN;
  let lastAnswer: Answer;

  const cellOf = (level: number, index: number): Answer | null => {
    const known = cells[level]!;
    let cell = known.get(index);
    if (cell === undefined) {
      const grain = grains[level]!;
      const first = ask(index * grain);
      cell = grain === 1 || alike(first, ask(index * grain + grain - 1)) ? first : null;
      // A reader may still hold this zone after all were forgotten, so its own cells go too.
      if (makeRoom()) known.clear();
      known.set(index, cell);
    }
    return cell;
  };

  return (second) => {
    const day = Math.floor(second / 86_400);
    // Rows mostly come in order of time: the same day again is the normal case.
    if (day === lastDay) return lastAnswer;
    for (let level = 0; level < grains.length; level += 1) {
      const cell = cellOf(level, Math.floor(second / grains[level]!));
      if (cell === null) continue;
      if (level === 0) {
        lastDay = day;
        lastAnswer = cell;
      }
      return cell;
    }
    return ask(second);
  };
}

import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it, vi } from 'vitest';
import { isZone } from '../../src/config/instant.ts';
import { createTimeReader, instantOf, wallClock } from '../../src/mapping/time.ts';

// The troublesome ones by name (half hours, half-hour changes, skipped days, changes at one minute past midnight,
// negative summer time), and then all others.
const troublesome = [
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kwajalein',
  'America/St_Johns',
  'America/New_York',
  'Europe/London',
  'Europe/Dublin',
  'Europe/Amsterdam',
  'Africa/Casablanca',
  'Africa/Monrovia',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Asia/Gaza',
  'Antarctica/Troll',
  'America/Caracas',
  'America/Sao_Paulo',
  'UTC',
  '+05:45',
  '-03',
];
const zones = fc.oneof(fc.constantFrom(...troublesome), fc.constantFrom(...Intl.supportedValuesOf('timeZone')));
// 1890 to 2060: the years of local mean times as well as those that rules foretell.
const seconds = fc.integer({ min: -2_524_521_600, max: 2_840_140_800 });
// Random times hardly ever meet a change, so half of them are moved close to one.
const nearChange = fc
  .tuple(zones, seconds, fc.integer({ min: -90_000, max: 90_000 }), fc.boolean())
  .map(([zone, second, distance, isMoved]) => {
    const before = Temporal.Instant.fromEpochMilliseconds(second * 1000).toZonedDateTimeISO(zone);
    const change = isMoved ? before.getTimeZoneTransition('next') : null;
    const instant = change === null ? second : Math.floor(change.epochMilliseconds / 1000) + distance;
    return { zone, instant };
  });

function plain(wallSeconds: number): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(wallSeconds * 1000)
    .toZonedDateTimeISO('UTC')
    .toPlainDateTime();
}

function temporal(wall: Temporal.PlainDateTime, zone: string, disambiguation: 'earlier' | 'later' | 'reject') {
  try {
    return Math.floor(wall.toZonedDateTime(zone, { disambiguation }).epochMilliseconds / 1000);
  } catch {
    return null;
  }
}

describe('zones against Temporal', () => {
  it('shows the same wall clock at any instant', () => {
    fc.assert(
      fc.property(nearChange, ({ zone, instant }) => {
        const shown = Temporal.Instant.fromEpochMilliseconds(instant * 1000)
          .toZonedDateTimeISO(zone)
          .toPlainDateTime();
        expect(plain(wallClock(instant, zone)).toString()).toBe(shown.toString());
      }),
      { numRuns: 1_500 },
    );
  });

  it('finds the same instants for any wall-clock time, and refuses the same', () => {
    const readers = {
      earlier: createTimeReader(),
      later: createTimeReader({ ambiguous: 'later' }),
      reject: createTimeReader({ ambiguous: 'reject', gap: 'reject' }),
    };
    fc.assert(
      fc.property(nearChange, ({ zone, instant: wallSeconds }) => {
        const wall = plain(wallSeconds);
        const earlier = temporal(wall, zone, 'earlier')!;
        const later = temporal(wall, zone, 'later')!;
        const strict = temporal(wall, zone, 'reject');
        expect(instantOf(wallSeconds, zone, 'earlier')).toBe(earlier);
        expect(instantOf(wallSeconds, zone, 'later')).toBe(later);

        const text = wall.toString({ smallestUnit: 'second' });
        const shown = Temporal.Instant.fromEpochMilliseconds(earlier * 1000)
          .toZonedDateTimeISO(zone)
          .toPlainDateTime();
        const isGap = strict === null && !shown.equals(wall);
        expect(readers.earlier.read(text, zone)).toBe(true);
        expect(readers.earlier.seconds).toBe(isGap ? later : earlier);
        expect(readers.later.read(text, zone)).toBe(true);
        expect(readers.later.seconds).toBe(later);
        expect(readers.reject.read(text, zone)).toBe(strict !== null);
        if (strict === null) expect(readers.reject.fault).toBe(isGap ? 'gap' : 'ambiguous');
        else expect(readers.reject.seconds).toBe(strict);
      }),
      { numRuns: 1_500 },
    );
  });

  it('agrees at every quarter of an hour of the days around a change', () => {
    for (const [zone, middle] of [
      ['Australia/Lord_Howe', 1_712_415_600],
      ['Pacific/Apia', 1_325_239_200],
      ['America/St_Johns', 1_289_098_860],
      ['Africa/Monrovia', 63_593_070],
    ] as const) {
      for (let wall = middle - 200_000; wall < middle + 200_000; wall += 900) {
        expect([zone, wall, instantOf(wall, zone, 'earlier')]).toEqual([
          zone,
          wall,
          temporal(plain(wall), zone, 'earlier'),
        ]);
      }
    }
  });
});

it('asks Temporal nothing about times it has seen, nor about others of the same day', () => {
  const reader = createTimeReader();
  const zone = 'America/Chicago';
  const texts = ['2016-03-12 10:00:00', '2016-03-13 02:30:00', '2016-11-06 01:30:00', '2016-11-07 23:59:59'];
  for (const text of texts) reader.read(text, zone);
  wallClock(1_457_800_000, zone);
  const asked = vi.spyOn(Temporal.Instant, 'fromEpochMilliseconds');
  for (const text of [...texts, '2016-03-12 23:59:59', '2016-11-06 01:00:00'])
    expect(reader.read(text, zone)).toBe(true);
  wallClock(1_457_800_000, zone);
  expect(asked).not.toHaveBeenCalled();
  expect(reader.read('2016-06-01 12:00:00', zone)).toBe(true);
  expect(asked).toHaveBeenCalled();
  asked.mockRestore();
});

describe('isZone', () => {
  it.each(['UTC', 'utc', 'Europe/Berlin', 'europe/berlin', 'Etc/GMT+5', 'EST', '+02', '+0200', '-02:30'])(
    'knows %s',
    (zone) => {
      expect(isZone(zone)).toBe(true);
    },
  );

  it.each([
    '',
    ' ',
    'Europe',
    'Berlin',
    'Z',
    'local',
    'GMT+2',
    '+2',
    '+25:00',
    '2020-01-01T00:00Z',
    '2020-01-01T00:00[UTC]',
  ])('does not know %j', (zone) => {
    expect(isZone(zone)).toBe(false);
    expect(() => wallClock(0, zone)).toThrow(RangeError);
    expect(() => instantOf(0, zone, 'earlier')).toThrow(RangeError);
  });
});

it('uses nothing that depends on the zone of the process', () => {
  const room = new URL('../../src/mapping/', import.meta.url);
  const local =
    /new Date\b|\bDate\.parse\b|\bDate\(|\.(?:get|set)(?:FullYear|Month|Date|Day|Hours|Minutes|Seconds|TimezoneOffset)\b|\bdayjs\((?!\))|\bdayjs\.tz\b|Temporal\.Now\b|toLocale/;
  const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(5);
  expect(files.filter((name) => local.test(readFileSync(new URL(name, room), 'utf8')))).toEqual([]);
});

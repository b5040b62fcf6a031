import { describe, expect, it } from 'vitest';
import { beyondWall, homeTest, rangeToRead, timelyTest, windowZone } from '../../../src/migration/job/windows.ts';

const wall = (text: string): number => Date.parse(`${text}Z`) / 1000;
const hour = 3600;

/** A slice from 10:00 to 11:00 UTC of a day, with its homes on the wall clock `offset` hours ahead. */
function sliceOf(day: string, offset: number) {
  const from = wall(`${day}T10:00:00`);
  const homes = { homeFrom: from + offset * hour, homeTo: from + (offset + 1) * hour };
  return { index: 1, from, to: from + hour, ...homes, plannedRows: 0 };
}

describe('what is read for a slice', () => {
  it.each([
    ['UTC, no lateness', '2021-06-01', 0, 'datetime', 'UTC', 0, 0, '10:00:00', '11:00:00'],
    ['lateness widens on the other side', '2021-06-01', 0, 'datetime', 'UTC', 60, 120, '09:58:00', '11:01:00'],
    ['an ordinary day in summer', '2021-06-01', 2, 'datetime', 'Europe/Berlin', 0, 0, '12:00:00', '13:00:00'],
    ['the day on which summer begins', '2021-03-28', 2, 'datetime', 'Europe/Berlin', 0, 0, '11:00:00', '13:00:00'],
    ['the day on which summer ends', '2021-10-31', 1, 'datetime', 'Europe/Berlin', 0, 0, '11:00:00', '13:00:00'],
    ['half an hour', '2021-04-03', 11, 'datetime', 'Australia/Lord_Howe', 0, 0, '20:30:00', '22:00:00'],
  ] as const)('%s', (_, day, offset, type, zone, before, after, from, to) => {
    const range = rangeToRead(sliceOf(day, offset), { column: 'at', type, zone, lateness: { before, after } });
    expect(range).toEqual({ from: wall(`${day}T${from}`), to: wall(`${day}T${to}`) });
  });

  it('has open ends for the first and the last home', () => {
    const slice = { ...sliceOf('2021-06-01', 0), homeFrom: null, homeTo: null };
    const window = { column: 'at', type: 's', zone: 'UTC', lateness: { before: 5, after: 5 } } as const;
    expect(rangeToRead(slice, window)).toEqual({ from: null, to: null });
  });
});

describe('homes', () => {
  it.each([
    ['datetime', '2021-06-01 10:00:00', true],
    ['datetime', '2021-06-01 09:59:59.999', false],
    ['datetime', '2021-06-01 10:59:59.999', true],
    ['datetime', '2021-06-01 11:00:00', false],
    ['datetime', null, false],
    ['iso', '2021-06-01T10:00:00.5Z', true],
    ['ms', String(wall('2021-06-01T11:00:00') * 1000), false],
  ] as const)('%s %s: %s', (type, cell, home) => {
    const test = homeTest(sliceOf('2021-06-01', 0), {
      column: 'at',
      type,
      zone: 'UTC',
      lateness: { before: 0, after: 0 },
    });
    expect(test.isHome(cell)).toBe(home);
  });
});

describe('rows too late for any hit', () => {
  /** The last slice, from 10:00 UTC to the range's end at 11:00. */
  const last = { ...sliceOf('2021-06-01', 0), homeTo: null };
  const lateness = { before: 60, after: 5 };

  it.each([
    ['s', 'UTC', '11:01:00'],
    ['datetime', 'Europe/Berlin', '13:01:00'],
    ['datetime', 'America/New_York', '10:00:00'],
  ] as const)('of a window of %s in %s begin at %s', (type, zone, time) => {
    expect(beyondWall(last, { column: 'at', type, zone, lateness })).toBe(wall(`2021-06-01T${time}`));
  });

  it.each([
    ['datetime', '2021-06-01 11:01:00', true],
    ['datetime', '2021-06-01 11:00:59.999', false],
    ['datetime', '2026-01-01 10:00:00 or so', true],
    ['datetime', '2026-01-01 10:00', false],
    ['datetime', 'never', false],
    ['datetime', '9999-99-99 00:00:00', false],
    ['datetime', null, false],
    ['iso', '2021-06-01T11:01:00Z', true],
    ['date', '2021-06-01', false],
    ['date', '2021-06-02', true],
    ['s', String(wall('2021-06-01T11:01:00')), true],
    ['s', String(wall('2021-06-01T11:00:59')), false],
    ['s', '9223372036854775807', true],
  ] as const)('%s %s: %s', (type, cell, isBeyond) => {
    const window = { column: 'at', type, zone: 'UTC', lateness } as const;
    expect(homeTest(last, window).isBeyond(cell)).toBe(isBeyond);
    expect(homeTest(sliceOf('2021-06-01', 0), window).isBeyond(cell)).toBe(false);
  });
});

describe('lateness', () => {
  it.each([
    ['at once', 'datetime', 'UTC', '2021-06-01 10:00:00', '2021-06-01T10:00:00', true],
    ['just before', 'datetime', 'UTC', '2021-06-01 10:00:00', '2021-06-01T09:59:50', true],
    ['too early', 'datetime', 'UTC', '2021-06-01 10:00:00', '2021-06-01T09:59:49', false],
    ['just after', 'datetime', 'UTC', '2021-06-01 10:00:00', '2021-06-01T10:00:20', true],
    ['too late', 'datetime', 'UTC', '2021-06-01 10:00:00', '2021-06-01T10:00:21', false],
    ['a date is a whole day', 'date', 'UTC', '2021-06-01', '2021-06-02T00:00:19', true],
    ['and no more', 'date', 'UTC', '2021-06-01', '2021-06-02T00:00:20', false],
    ['first of two', 'datetime', 'Europe/Berlin', '2021-10-31 02:30:00', '2021-10-31T00:30:00', true],
    ['second of two', 'datetime', 'Europe/Berlin', '2021-10-31 02:30:00', '2021-10-31T01:30:00', true],
    ['forward out of a gap', 'datetime', 'Europe/Berlin', '2021-03-28 02:30:00', '2021-03-28T01:30:00', true],
    ['an hour off', 'datetime', 'Europe/Berlin', '2021-06-01 10:00:00', '2021-06-01T09:00:00', false],
    ['NULL says nothing', 'datetime', 'UTC', null, '2021-06-01T10:00:00', true],
    ['no time at all', 'datetime', 'UTC', 'soon', '2021-06-01T10:00:00', false],
  ] as const)('%s', (_, type, zone, cell, hit, timely) => {
    expect(timelyTest({ column: 'at', type, zone, lateness: { before: 10, after: 20 } })(cell, wall(hit))).toBe(timely);
  });

  it.each([
    ['datetime', 'Asia/Kolkata'],
    ['date', 'Asia/Kolkata'],
    ['iso', 'UTC'],
    ['s', 'UTC'],
    ['ns', 'UTC'],
  ] as const)('the clock of %s is %s', (type, zone) => {
    expect(windowZone({ type, zone: 'Asia/Kolkata' })).toBe(zone);
  });
});

import { describe, expect, it } from 'vitest';
import { sendingPace } from '../../src/migration/sending-pace.ts';

const now = Date.UTC(2024, 4, 1, 12);
const minutesAgo = (minutes: number, rows: number) => ({ startedAt: now - minutes * 60_000, rows });

describe('the pace of sending', () => {
  it.each([
    ['ten chunks in half an hour', Array.from({ length: 10 }, (_, at) => minutesAgo(30 - at, 500)), 5000, [10_000, 20]],
    ['an outage counts: nothing for the last 59 minutes', [minutesAgo(59.5, 100), minutesAgo(59, 100)], 0, [202, 2]],
    ['what was sent before the last hour does not count', [minutesAgo(61, 9000), minutesAgo(20, 100)], 50, [300, 3]],
    ['nothing is left', [minutesAgo(15, 7)], 0, [28, 4]],
  ] as const)('%s', (_, sent, rowsLeft, [rowsPerHour, chunksPerHour]) => {
    expect(sendingPace(sent, rowsLeft, now)).toMatchObject({ rowsPerHour, chunksPerHour, rowsLeft });
  });

  it('says how long the rest takes in seconds, and when it ends in UTC', () => {
    // 5,000 rows in half an hour; 15,000 take an hour and a half.
    expect(sendingPace([minutesAgo(30, 5000)], 15_000, now)).toEqual({
      rowsPerHour: 10_000,
      chunksPerHour: 2,
      rowsLeft: 15_000,
      secondsLeft: 5400,
      doneAt: '2024-05-01T13:30:00.000Z',
    });
  });

  it.each([
    ['nothing was ever sent', []],
    ['nothing was sent lately', [minutesAgo(61, 100)]],
    ['it began in this very moment', [minutesAgo(0, 100)]],
    ['the clock was set back since', [minutesAgo(-5, 100)]],
  ])('is nothing where %s', (_, sent) => {
    expect(sendingPace(sent, 100, now)).toBeNull();
  });

  it('is a moment that a date can hold, however long it takes', () => {
    expect(sendingPace([minutesAgo(59, 1)], 1e12, now)?.doneAt).toBe('+275760-09-13T00:00:00.000Z');
  });
});

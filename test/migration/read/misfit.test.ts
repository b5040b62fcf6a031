import { describe, expect, it } from 'vitest';
import { FILTERED, HIT, OUTSIDE, type Outcome, REJECTED, type StreamMapper } from '../../../src/mapping/mapper.ts';
import type { Job, JobStream } from '../../../src/migration/job/job.ts';
import { judgeRows, misfitTest } from '../../../src/migration/read/misfit.ts';

const from = Date.UTC(2021, 0, 1) / 1000;
const to = from + 86_400;

/** A row with a window column (Unix seconds) and a time, `null` where none can be read. */
function fateOf(outcome: Outcome, cell: number, seconds: number | null, windowed = true): string {
  const output = { timed: seconds !== null, seconds: seconds ?? 0, reason: 'own reason', column: 'eVar1', value: 'x' };
  const window = { column: 'at', type: 's', zone: 'UTC', place: 0, lateness: { before: 60, after: 60 } };
  const job = { migration: { range: { from, to } }, windowed } as unknown as Job;
  const misfit = misfitTest(job, { mapper: { output }, window } as unknown as JobStream)(outcome, String(cell));
  if (misfit === null) return 'hit';
  const { isReject, reason, column, value } = misfit;
  return `${isReject ? 'rejected' : 'filtered'}: ${reason} ${column} ${value === String(cell) ? 'window' : value}`;
}

describe('what becomes of a row', () => {
  it.each([
    ['a hit', HIT, from, from, 'hit'],
    ['the last second', HIT, to, to - 1, 'hit'],
    ['the second after it', HIT, to, to, 'filtered: out of range null null'],
    ['a hit before the range', HIT, from, from - 1, 'filtered: out of range null null'],
    ['a time that its window does not bear out', HIT, from, from + 61, 'rejected: beyond lateness timestamp window'],
    ['… though it is outside', HIT, from, from - 61, 'rejected: beyond lateness timestamp window'],
    ['a reject in the range', REJECTED, from, from, 'rejected: own reason eVar1 x'],
    ['a reject before it', REJECTED, from, from - 1, 'filtered: out of range null null'],
    ['a reject behind it', REJECTED, to, to, 'filtered: out of range null null'],
    ['a reject whose time is not borne out', REJECTED, from, from - 61, 'rejected: own reason eVar1 x'],
    ['a reject without a time', REJECTED, from - 999, null, 'rejected: own reason eVar1 x'],
    ['a skipped row', FILTERED, from, null, 'filtered: own reason eVar1 x'],
  ] as const)('%s', (_, outcome, cell, seconds, fate) => {
    expect(fateOf(outcome, cell, seconds)).toBe(fate);
  });

  it('is decided without the window where rows are read once', () => {
    expect(fateOf(HIT, 0, from, false)).toBe('hit');
    expect(fateOf(REJECTED, 0, from - 1, false)).toBe('filtered: out of range null null');
  });
});

describe('judging rows', () => {
  /** What the mapper was asked for, and what it gave, of a row at `seconds` whose window column is `cell`. */
  function judged(cell: number, seconds: number): { fate: string; outcome: Outcome; dropped: number } {
    const output = { timed: true, seconds, reason: '', column: null, value: null };
    let outcome: Outcome = HIT;
    let dropped = 0;
    const mapper = {
      output,
      map: (_: unknown, isOutside: (seconds: number) => boolean) => {
        outcome = isOutside(seconds) ? OUTSIDE : HIT;
        return outcome;
      },
      dropHit: () => {
        dropped += 1;
      },
    } as unknown as StreamMapper;
    const window = { column: 'at', type: 's', zone: 'UTC', place: 0, lateness: { before: 60, after: 60 } };
    const job = { migration: { range: { from, to } }, windowed: true } as unknown as Job;
    const misfit = judgeRows(job, { mapper, window } as unknown as JobStream)([], String(cell));
    return { fate: misfit?.reason ?? 'hit', outcome, dropped };
  }

  it.each([
    ['keeps a hit', from, from, { fate: 'hit', outcome: HIT, dropped: 0 }],
    ['maps nothing of a row before the range', from, from - 1, { fate: 'out of range', outcome: OUTSIDE, dropped: 0 }],
    ['maps nothing of a row behind it', to, to, { fate: 'out of range', outcome: OUTSIDE, dropped: 0 }],
    ['maps one whose time is not borne out', to, to + 61, { fate: 'beyond lateness', outcome: HIT, dropped: 1 }],
  ] as const)('%s', (_, cell, seconds, expected) => {
    expect(judged(cell, seconds)).toEqual(expected);
  });
});

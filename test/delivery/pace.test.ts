import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffMs, retryAfterMs } from '../../src/delivery/backoff.ts';
import {
  createPace,
  laneRestMs,
  nextSlot,
  type SlotState,
  slotIntervalMs,
  waitAfterRestartMs,
} from '../../src/delivery/pace.ts';
import { fakeClock } from './fake-clock.ts';

const state: SlotState = {
  nowMs: 10_000,
  waiting: [{ sinceMs: 9000 }],
  reachedMs: null,
  leavingMs: null,
  holdUntilMs: 0,
  intervalMs: 1000,
};

describe('the next slot', () => {
  test.each<[string, Partial<SlotState>, ReturnType<typeof nextSlot>]>([
    ['the first call', {}, { go: 0 }],
    ['an interval after the last arrived', { reachedMs: 9000 }, { go: 0 }],
    ['a moment too early', { reachedMs: 9001 }, { waitMs: 1 }],
    ['the last has not arrived yet', { reachedMs: 1, leavingMs: 9500 }, { waitMs: 5500 }],
    ['the last never gave a sign', { leavingMs: 4000 }, { go: 0 }],
    ['the last gave no sign, a moment too early', { leavingMs: 4001 }, { waitMs: 1 }],
    ['the last is still getting ready', { reachedMs: 1, leavingMs: 'not yet' }, { waitMs: null }],
    ['everybody is held', { holdUntilMs: 60_000 }, { waitMs: 50_000 }],
    ['everybody was held until now', { holdUntilMs: 10_000 }, { go: 0 }],
    ['held for less than the interval', { holdUntilMs: 10_001, reachedMs: 9500 }, { waitMs: 500 }],
    ['the longest waiting goes first', { waiting: [{ sinceMs: 5 }, { sinceMs: 3 }, { sinceMs: 4 }] }, { go: 1 }],
    ['of two as long the first', { waiting: [{ sinceMs: 3 }, { sinceMs: 3 }] }, { go: 0 }],
  ])('%s', (_, over, decision) => {
    expect(nextSlot({ ...state, ...over })).toEqual(decision);
  });

  test.each([
    [1, 1020],
    [10, 102],
    [1000, 3],
  ])('%d requests a second are %d ms apart', (rate, ms) => {
    expect(slotIntervalMs(rate)).toBe(ms);
  });
});

describe('the rest of a lane', () => {
  test.each([
    [100, 20, 2000, 20_000],
    [60_000, 20, 2000, 30_000],
    [60_000, 0, 2000, 30_000],
    [60_000, 20, 0, 20_000],
    [60_000, 0, 0, 0],
  ])('%d rows at %d s and %d rows/s: %d ms', (rows, secondsPerLane, rowsPerSecondPerLane, ms) => {
    expect(laneRestMs(rows, { requestsPerSecond: 1, secondsPerLane, rowsPerSecondPerLane })).toBe(ms);
  });
});

describe('a lane that started an upload', () => {
  const start = (rows: number) => {
    const clock = fakeClock();
    const limits = { requestsPerSecond: 1, secondsPerLane: 20, rowsPerSecondPerLane: 2000 };
    const pace = createPace({ limits, clock, wasUsed: false, note: async () => {} });
    return { clock, pace, begin: () => pace.laneStarts('a', rows) };
  };

  test.each([
    ['few rows', 10, 0, 20_000],
    ['few rows, a while ago', 10, 5000, 15_000],
    ['few rows, to the moment', 10, 20_000, 0],
    ['few rows, long ago', 10, 90_000, 0],
    ['many rows', 80_000, 0, 40_000],
    ['many rows, a while ago', 80_000, 39_000, 1000],
  ])('of %s rests from then on: %d rows, %d ms ago, %d ms left', async (_, rows, agoMs, leftMs) => {
    const { clock, pace, begin } = start(rows);
    await clock.sleep(7000);
    begin();
    if (agoMs > 0) await clock.sleep(agoMs);
    expect([pace.laneWaitMs('a'), pace.laneWaitMs('b')]).toEqual([leftMs, 0]);
  });
});

describe('across a restart', () => {
  test.each([
    ['long ago', 5000, 0],
    ['just now', 9_800, 800],
    ['this very moment', 10_000, 1000],
    ['a whole rest ago', 9000, 0],
    ['in the future, so the clock was set back', 99_000, 1000],
  ])('%s', (_, last, ms) => {
    expect(waitAfterRestartMs(last, 10_000, 1000)).toBe(ms);
  });

  test('the first call waits a whole interval where an earlier process has called', async () => {
    const clock = fakeClock();
    const limits = { requestsPerSecond: 1, secondsPerLane: 20, rowsPerSecondPerLane: 0 };
    const pace = createPace({ limits, clock, wasUsed: true, note: async () => {} });
    await pace.request(async () => {});
    expect(clock.monotonic()).toBe(1020);
  });

  test('each lane rests as long as the rows of its last upload ask for', () => {
    const clock = fakeClock();
    const limits = { requestsPerSecond: 1, secondsPerLane: 20, rowsPerSecondPerLane: 2000 };
    const lastStarts = [
      { group: 'few rows', at: clock.now() - 5000, rows: 10 },
      { group: 'many rows', at: clock.now() - 5000, rows: 80_000 },
      { group: 'rested', at: clock.now() - 60_000, rows: 80_000 },
      { group: 'clock set back', at: clock.now() + 60_000, rows: 80_000 },
    ];
    const pace = createPace({ limits, clock, wasUsed: true, lastStarts, note: async () => {} });
    const waits = [...lastStarts.map(({ group }) => group), 'new'].map((group) => [group, pace.laneWaitMs(group)]);
    expect(Object.fromEntries(waits)).toEqual({
      'few rows': 15_000,
      'many rows': 35_000,
      rested: 0,
      'clock set back': 40_000,
      new: 0,
    });
  });
});

describe('calls', () => {
  const limits = { requestsPerSecond: 1, secondsPerLane: 0, rowsPerSecondPerLane: 0 };
  const create = (clock = fakeClock(), note = async (_at: number) => {}) => ({
    clock,
    pace: createPace({ limits, clock, wasUsed: false, note }),
  });

  test('leave an interval after the last one arrived, whatever its answer takes', async () => {
    const { clock, pace } = create();
    const starts: number[] = [];
    const call = (arriveMs: number, answerMs: number) =>
      pace.request(async ({ arrived }) => {
        starts.push(clock.monotonic());
        await clock.sleep(arriveMs);
        arrived();
        await clock.sleep(answerMs);
      });
    await Promise.all([call(300, 60_000), call(0, 10), call(50, 0)]);
    expect(starts).toEqual([0, 1320, 2340]);
  });

  test('are held by one that is getting ready, however long that takes', async () => {
    const { clock, pace } = create();
    const leftMs: number[] = [];
    const call = (readyMs: number) =>
      pace.request(async ({ left, arrived }) => {
        await clock.sleep(readyMs);
        leftMs.push(clock.monotonic());
        left();
        await clock.sleep(100);
        arrived();
        await clock.sleep(60_000);
      });
    await Promise.all([call(20_000), call(0), call(3000)]);
    // 100 to arrive and 1020 between, each time; the third got its slot at 22,240.
    expect(leftMs).toEqual([20_000, 21_120, 25_240]);
  });

  test('wait five seconds and an interval for one that left and gives no sign, and for its late arrival', async () => {
    const { clock, pace } = create();
    const leftMs: number[] = [];
    const call = (arriveMs: number) =>
      pace.request(async ({ left, arrived }) => {
        leftMs.push(clock.monotonic());
        left();
        await clock.sleep(arriveMs);
        arrived();
      });
    await Promise.all([call(6500), call(100), call(0), call(0)]);
    // The second arrives at 6120, but the first, which nobody heard of, at 6500.
    expect(leftMs).toEqual([0, 6020, 7520, 8540]);
  });

  test('are held by the latest that has not arrived, not by an earlier one that arrives meanwhile', async () => {
    const { clock, pace } = create();
    const leftMs: number[] = [];
    const call = (arriveMs: number) =>
      pace.request(async ({ left }) => {
        leftMs.push(clock.monotonic());
        left();
        await clock.sleep(arriveMs);
      });
    await Promise.all([call(6100), call(3000), call(0)]);
    expect(leftMs).toEqual([0, 6020, 10_040]);
  });

  test('are never closer than a second on arrival, whatever the network does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(4000), { minLength: 2, maxLength: 8 }), async (delays) => {
        const { clock, pace } = create();
        const arrivals: number[] = [];
        await Promise.all(
          delays.map((delay) =>
            pace.request(async () => {
              await clock.sleep(delay);
              arrivals.push(clock.monotonic());
            }),
          ),
        );
        const gaps = arrivals.slice(1).map((at, index) => at - arrivals[index]!);
        expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
      }),
      { numRuns: 30 },
    );
  });

  test('are noted before they start', async () => {
    const seen: string[] = [];
    const { pace } = create(fakeClock(0), async (at) => void seen.push(`note ${at}`));
    await pace.request(async () => void seen.push('call'));
    expect(seen).toEqual(['note 0', 'call']);
  });

  test('wait together when Adobe asks one of them to', async () => {
    const { clock, pace } = create();
    await pace.request(async () => pace.hold(7000));
    await pace.request(async () => {});
    expect(clock.monotonic()).toBe(7000);
  });

  test('are held by the longest of several holds, each from its own moment', async () => {
    const { clock, pace } = create();
    await clock.sleep(500);
    pace.hold(9000);
    const waiting = pace.request(async () => {});
    await clock.sleep(1000);
    pace.hold(10_000);
    await clock.sleep(1000);
    pace.hold(1000);
    await waiting;
    expect(clock.monotonic()).toBe(11_500);
  });

  test('that look up take their turn and no more: an upload waits for those before it alone', async () => {
    const { clock, pace } = create();
    let uploadedMs = 0;
    const lookingUp = Array.from({ length: 5 }, async () => {
      for (let count = 0; count < 10; count += 1) await pace.request(async () => {}, undefined, 'look-up');
    });
    const upload = pace.request(async () => {
      uploadedMs = clock.monotonic();
    });
    await upload;
    expect(uploadedMs).toBe(5 * 1020);
    await Promise.all(lookingUp);
  });

  test('that look up need no slot where the limits leave them out, but heed what Adobe asks for', async () => {
    const clock = fakeClock();
    const pace = createPace({
      limits: { ...limits, lookUps: false },
      clock,
      wasUsed: false,
      note: async () => {},
    });
    await pace.request(async () => {});
    const timesMs: number[] = [];
    for (let count = 0; count < 3; count += 1)
      await pace.request(
        async ({ left, arrived }) => {
          left();
          arrived();
          timesMs.push(clock.monotonic());
        },
        undefined,
        'look-up',
      );
    pace.hold(7000);
    await pace.request(async () => void timesMs.push(clock.monotonic()), undefined, 'look-up');
    expect(timesMs).toEqual([0, 0, 0, 7000]);
    pace.hold(1000);
    const stop = new AbortController();
    const held = pace.request(async () => {}, stop.signal, 'look-up');
    stop.abort();
    await expect(held).rejects.toBe(stop.signal.reason);
  });

  test('with a file take slots where look-ups need none', async () => {
    const clock = fakeClock();
    const pace = createPace({
      limits: { ...limits, lookUps: false },
      clock,
      wasUsed: false,
      note: async () => {},
    });
    await pace.request(async () => {});
    await pace.request(async () => {}, undefined, 'file');
    await pace.request(async () => {});
    expect(clock.monotonic()).toBe(2040);
  });

  test('that fail free their slot', async () => {
    const { pace } = create();
    await expect(pace.request(async () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    await expect(pace.request(async () => 'next')).resolves.toBe('next');
  });

  test('that cannot be noted are not made, and free their slot', async () => {
    let isFull = true;
    const { clock, pace } = create(fakeClock(), async () => {
      if (isFull) throw new Error('disk full');
    });
    const made: string[] = [];
    await expect(pace.request(async () => void made.push('first'))).rejects.toThrow('disk full');
    isFull = false;
    await pace.request(async () => void made.push('second'));
    expect([made, clock.monotonic()]).toEqual([['second'], 1020]);
  });

  test('whose signal has aborted before take no slot', async () => {
    const { clock, pace } = create();
    const reason = new Error('stopped');
    await expect(pace.request(async () => 'no', AbortSignal.abort(reason))).rejects.toBe(reason);
    await pace.request(async () => {});
    expect(clock.monotonic()).toBe(0);
  });

  test('that have their slot are not cut by their signal, and leave the others in the queue', async () => {
    const { clock, pace } = create();
    const stop = new AbortController();
    const done: string[] = [];
    const first = pace.request(async () => {
      await clock.sleep(10);
      done.push('first');
    }, stop.signal);
    const second = pace.request(async () => void done.push('second'));
    await clock.sleep(5);
    stop.abort();
    await Promise.all([first, second]);
    expect([done, clock.monotonic()]).toEqual([['first', 'second'], 1030]);
  });

  test('wait by one timer, however many they are', async () => {
    const clock = fakeClock();
    let running = 0;
    let most = 0;
    const sleep: typeof clock.sleep = async (ms, signal) => {
      running += 1;
      most = Math.max(most, running);
      await clock.sleep(ms, signal).finally(() => {
        running -= 1;
      });
    };
    const { pace } = create({ ...clock, sleep });
    pace.hold(5000);
    await Promise.all(Array.from({ length: 20 }, () => pace.request(async () => {})));
    expect([most, clock.monotonic()]).toEqual([1, 5000 + 19 * 1020]);
  });

  test('leave the queue from any place in it', async () => {
    const { clock, pace } = create();
    const stop = new AbortController();
    const done: string[] = [];
    const calls = [
      pace.request(async () => void done.push('first')),
      pace.request(async () => void done.push('second')),
      pace.request(async () => void done.push('third'), stop.signal),
      pace.request(async () => void done.push('fourth')),
    ];
    await calls[0];
    stop.abort();
    await expect(calls[2]).rejects.toBe(stop.signal.reason);
    await Promise.all([calls[1], calls[3]]);
    expect([done, clock.monotonic()]).toEqual([['first', 'second', 'fourth'], 2040]);
  });

  test('leave the queue when their signal aborts', async () => {
    const { clock, pace } = create();
    const stop = new AbortController();
    await pace.request(async () => {});
    const waiting = pace.request(async () => 'no', stop.signal);
    stop.abort();
    await expect(waiting).rejects.toBe(stop.signal.reason);
    await pace.request(async () => {});
    expect(clock.monotonic()).toBe(1020);
  });
});

describe('back-off', () => {
  test.each([
    [1, 0.5, 500],
    [2, 0.5, 1000],
    [5, 0.25, 4000],
    [9, 0.5, 128_000],
    [10, 0.5, 150_000],
    [5000, 0.999, 299_700],
    [3, 0, 0],
  ])('after %d failures and a throw of %d: %d ms', (failures, throwOf, ms) => {
    expect(backoffMs(failures, () => throwOf)).toBe(ms);
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2024, 0, 1, 12, 0, 0);
  test.each<[Record<string, string>, number | null]>([
    [{}, null],
    [{ 'retry-after': '1' }, 1000],
    [{ 'retry-after': ' 120 ' }, 120_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '0.25' }, 250],
    [{ 'retry-after': '1.5.2' }, null],
    [{ 'retry-after': '1, 2' }, null],
    [{ 'retry-after': '999999' }, 3_600_000],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '-5' }, null],
    [{ 'retry-after': 'Mon, 01 Jan 2024 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Mon, 01 Jan 2024 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'Mon, 01 Jan 2024 09:00:30 GMT', date: 'Mon, 01 Jan 2024 09:00:00 GMT' }, 30_000],
  ])('%j', (headers, ms) => {
    expect(retryAfterMs(headers, now)).toBe(ms);
  });
});

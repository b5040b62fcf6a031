import { describe, expect, test } from 'vitest';
import type { UploadVerdict } from '../../src/delivery/classify.ts';
import { stopsRun } from '../../src/delivery/lane.ts';
import { MigrationError } from '../../src/domain/error.ts';
import type { JobEvent } from '../../src/domain/event.ts';
import { fakeClock } from './fake-clock.ts';
import { chunk, type MemoryLog, memoryLog } from './memory-log.ts';
import { attempt, runLanes } from './run-lanes.ts';
import { type ScriptedAdobe, scriptedAdobe } from './scripted-adobe.ts';

const wait: UploadVerdict = { kind: 'wait', reason: 'HTTP 503' };
const newToken: UploadVerdict = { kind: 'new token', reason: 'HTTP 401' };
const receipt = { httpStatus: 200, fileId: 'f', rows: 100, invalidRows: 0, size: 1000, body: '{}' };

const waitsOf = (events: readonly JobEvent[]) =>
  events.flatMap((event) => (event.type === 'lane' ? [`${event.waits}: ${event.untilMs}`] : []));

describe('a lane that has nothing to send yet', () => {
  /** Gives `waiting` so many times; then a slice is sealed with the next `changed`, or without one. */
  function sealedLater(waits: number): MemoryLog & { listeners: number } {
    const log = memoryLog([chunk('a', 0)]);
    let asked = 0;
    const late = {
      ...log,
      listeners: 0,
      next: async (group: string) => {
        asked += 1;
        return asked <= waits ? ('waiting' as const) : log.next(group);
      },
      changed: async (signal: AbortSignal) => {
        late.listeners += 1;
        if (waits > 1) return;
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        late.listeners -= 1;
      },
    };
    return late;
  }

  test('waits until the next slice is sealed, and says so', async () => {
    const { report, events } = await runLanes(sealedLater(2), scriptedAdobe());
    expect(report.lanes).toEqual([{ group: 'a', ended: 'done' }]);
    expect(waitsOf(events)).toEqual(['for the next slice to be sealed: null']);
  });

  test('misses no slice that is sealed just before it listens, and listens no longer', async () => {
    const log = sealedLater(1);
    const { report, events } = await runLanes(log, scriptedAdobe());
    expect(report.lanes).toEqual([{ group: 'a', ended: 'done' }]);
    expect([waitsOf(events), log.listeners]).toEqual([[], 0]);
  });

  test('waits no longer when it is to end', async () => {
    const stop = new AbortController();
    const log: MemoryLog = { ...memoryLog([]), next: async () => 'waiting' };
    const onEvent = () => stop.abort();
    const adobe = scriptedAdobe();
    const { report } = await runLanes(log, adobe, { signal: stop.signal, onEvent });
    expect(report).toEqual({ lanes: [{ group: 'a', ended: 'interrupted' }], error: null });
    expect(adobe.calls).toEqual([]);
  });
});

describe('a lane that is to end', () => {
  test('asks nothing where it is to end before it begins', async () => {
    const adobe = scriptedAdobe();
    const { report } = await runLanes(memoryLog([chunk('a', 0)]), adobe, { signal: AbortSignal.abort() });
    expect(report.lanes).toEqual([{ group: 'a', ended: 'interrupted' }]);
    expect(adobe.calls).toEqual([]);
  });

  test('begins no attempt, also where it already has its turn', async () => {
    const stop = new AbortController();
    const log = memoryLog([chunk('a', 0)]);
    const adobe = scriptedAdobe();
    const upload: ScriptedAdobe['upload'] = (one, begin) => {
      stop.abort();
      return adobe.upload(one, begin);
    };
    const { report } = await runLanes(log, { ...adobe, upload }, { signal: stop.signal });
    expect(report.lanes).toEqual([{ group: 'a', ended: 'interrupted' }]);
    expect([log.states(), log.outcomes(), adobe.calls]).toEqual([
      { 'a/000000-0000': 'linted' },
      [],
      ['lookup key-a-0'],
    ]);
  });

  test('still tells what is wrong with the upload that was in flight', async () => {
    const stop = new AbortController();
    const log = memoryLog([chunk('a', 0)]);
    const adobe = scriptedAdobe([{ kind: 'rejected', receipt, reason: 'HTTP 400' }]);
    const upload: ScriptedAdobe['upload'] = async (...given) => {
      const verdict = await adobe.upload(...given);
      stop.abort();
      return verdict;
    };
    const { report } = await runLanes(log, { ...adobe, upload }, { signal: stop.signal });
    expect(report.lanes[0]?.ended).toBe('stopped');
    expect(report.error?.message).toBe('lane a stopped at 000000-0000: Adobe rejected it: HTTP 400');
  });

  test.each([
    ['rests', ['take'], 'for its pace'],
    ['waits to try again', [wait], 'to try again (HTTP 503)'],
    ['settles an unknown fate', ['lose'], 'the next look-up of a chunk whose fate is unknown'],
  ] as const)('does so while it %s', async (_, script, waits) => {
    const stop = new AbortController();
    const clock = fakeClock();
    const onEvent = (event: JobEvent) => {
      if (event.type === 'lane' && event.waits === waits) stop.abort();
    };
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const { report } = await runLanes(log, scriptedAdobe(script), { signal: stop.signal, clock, onEvent });
    expect(report).toEqual({ lanes: [{ group: 'a', ended: 'interrupted' }], error: null });
    expect(clock.monotonic()).toBe(0);
  });
});

describe('a lane that cannot send now', () => {
  test('tries again after pauses that grow, and that begin anew after any other answer', async () => {
    const log = memoryLog([chunk('a', 0)]);
    const { events } = await runLanes(log, scriptedAdobe([wait, wait, wait, newToken, wait]));
    expect(waitsOf(events).filter((text) => text.startsWith('to try'))).toEqual([
      'to try again (HTTP 503): 1700000000500',
      // 20 s of rest after each start, then 1 s, then 2 s; the pause falls into the rest.
      'to try again (HTTP 503): 1700000021000',
      'to try again (HTTP 503): 1700000042000',
      'to try again (HTTP 503): 1700000080500',
    ]);
  });

  test.each([
    ['as long as its patience', 20_000, 'done'],
    ['a moment less', 19_999, 'stopped'],
  ])('goes on for %s', async (_, patienceMs, ended) => {
    const { report } = await runLanes(memoryLog([chunk('a', 0)]), scriptedAdobe([wait, wait]), { patienceMs });
    expect(report.lanes[0]?.ended).toBe(ended);
    expect(report.error?.message ?? '').toBe(ended === 'done' ? '' : 'Adobe cannot be reached: HTTP 503');
  });

  test('counts its patience anew once something went', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1), chunk('a', 2)]);
    const adobe = scriptedAdobe([wait, 'take', wait, 'take', wait, 'take']);
    // The second failure comes 40 s after the first.
    expect((await runLanes(log, adobe, { patienceMs: 1000 })).report.error).toBeNull();
  });

  test.each<[string, UploadVerdict | 'take in silence']>([
    ['was taken in silence', 'take in silence'],
    ['was taken in part', { kind: 'partial', receipt, invalidRows: 1, lost: [], reason: 'HTTP 200' }],
  ])('takes a new token again once a chunk %s', async (_, taken) => {
    const adobe = scriptedAdobe([newToken, taken, newToken, 'take']);
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const { report } = await runLanes(log, adobe, { onInvalidRows: { budget: 1 } });
    expect(report.error).toBeNull();
    expect(adobe.tokens).toBe(2);
  });
});

test('a lane counts the lost rows only after a chunk that lost some', async () => {
  const partial: UploadVerdict = { kind: 'partial', receipt, invalidRows: 1, lost: [], reason: 'HTTP 200' };
  const log = memoryLog([chunk('a', 0), chunk('a', 1), chunk('a', 2)]);
  let counted = 0;
  const lostRows = () => {
    counted += 1;
    return log.lostRows();
  };
  await runLanes({ ...log, lostRows }, scriptedAdobe(['take', partial, 'take in silence']));
  // Once before anything is sent, and once when all is.
  expect(counted).toBe(3);
});

test('a delivery whose losses turn out to be over the budget, as fewer hits were built than planned, ends with that', async () => {
  const partial: UploadVerdict = {
    kind: 'partial',
    receipt,
    invalidRows: 9,
    lost: [{ row: null, count: 9, reason: 'x' }],
    reason: 'HTTP 200',
  };
  const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
  const plannedHits = async () => (log.states()['a/000001-0000'] === 'uploaded' ? 200 : 1000);
  const { report } = await runLanes({ ...log, plannedHits }, scriptedAdobe([partial]), {
    onInvalidRows: { budget: 0.01 },
  });
  expect(report.lanes).toEqual([{ group: 'a', ended: 'done' }]);
  expect(report.error).toMatchObject({ code: 'delivery.loss', message: expect.stringContaining('2 of 200') });
});

describe('the words of a stop', () => {
  const rejected: UploadVerdict = { kind: 'rejected', receipt, reason: 'HTTP 400: No hits' };
  const notTaken: UploadVerdict = {
    kind: 'stop lane',
    code: 'delivery.lane-stopped',
    sent: false,
    reason: 'HTTP 413',
  };
  const damaged: UploadVerdict = { kind: 'stop lane', code: 'chunk.damaged', sent: false, reason: 'it has changed' };
  const unreadable: UploadVerdict = { kind: 'stop run', code: 'disk.failed', sent: false, reason: 'ESTALE' };
  const forbidden: UploadVerdict = { kind: 'stop run', code: 'delivery.forbidden', sent: false, reason: 'HTTP 403' };

  test.each<[string, UploadVerdict[], string, string, RegExp]>([
    [
      'rejected',
      [rejected],
      'delivery.lane-stopped',
      'lane a stopped at 000000-0000: Adobe rejected it: HTTP 400: No hits',
      /misses a column.*`run --accept-change`.*break the order$/,
    ],
    [
      'not taken',
      [notTaken],
      'delivery.lane-stopped',
      'lane a stopped at 000000-0000: Adobe does not take it: HTTP 413',
      /^mend what Adobe says, then run again$/,
    ],
    [
      'damaged',
      [damaged],
      'chunk.damaged',
      'chunk chunks/a/000000-0000.csv.gz (lane a) cannot be sent: it has changed',
      /^put the file back from a copy of the work folder, then run again; without a copy, .* the same bytes$/,
    ],
    [
      'not given by the system',
      [unreadable],
      'disk.failed',
      'chunk chunks/a/000000-0000.csv.gz (lane a) cannot be read: ESTALE',
      /^look after the disk.*then run again; the file itself stays as it is$/,
    ],
    ['forbidden', [forbidden], 'delivery.forbidden', 'Adobe forbids the call: HTTP 403', /product profile/],
    [
      'a token refused twice',
      [newToken, newToken],
      'auth.failed',
      'Adobe refuses a new token as well: HTTP 401',
      /target\.auth/,
    ],
  ])('%s', async (_, script, code, message, next) => {
    const { report } = await runLanes(memoryLog([chunk('a', 0)]), scriptedAdobe(script));
    expect(report.error).toMatchObject({ code, message, next: expect.stringMatching(next) });
  });

  test('of a lane that was rejected in an earlier run', async () => {
    const { report } = await runLanes(memoryLog([chunk('a', 0, 'rejected'), chunk('a', 1)]), scriptedAdobe());
    expect(report.error).toMatchObject({
      code: 'delivery.lane-stopped',
      message: 'lane a stopped at 000000-0000: Adobe rejected it in an earlier run',
      next: expect.stringMatching(
        /misses a column.*`run --accept-change`.*cause lay at Adobe.*`settle --not-uploaded a\/000000-0000`/,
      ),
    });
  });

  test('of a ledger that is older than Adobe', async () => {
    const { report } = await runLanes(memoryLog([chunk('a', 0)]), scriptedAdobe([], ['key-a-0']));
    expect(report.error).toMatchObject({
      code: 'ledger.stale',
      message:
        'Adobe already has chunk a/000000-0000, which this ledger has not seen arrive: the ledger is older than what was uploaded',
      next: 'bring the newest ledger back, or run `settle --adopt` to take over by look-up what Adobe has',
    });
  });

  test('of a start-up look-up that stays unclear', async () => {
    const lookup = async () => ({ kind: 'inconclusive', reason: 'HTTP 500' }) as const;
    const { report, events } = await runLanes(memoryLog([chunk('a', 0)]), { ...scriptedAdobe(), lookup });
    expect(report.error).toMatchObject({
      code: 'delivery.unreachable',
      message: 'Adobe cannot be reached: look-up: HTTP 500',
    });
    expect(waitsOf(events)[0]).toBe('a look-up without a clear answer (HTTP 500): 1700000000500');
  });

  test('which end the whole run', () => {
    const codes = [
      'delivery.lane-stopped',
      'chunk.damaged',
      'delivery.forbidden',
      'ledger.stale',
      'delivery.loss',
    ] as const;
    expect(codes.filter((code) => stopsRun(new MigrationError(code, 'x')))).toEqual([
      'delivery.forbidden',
      'ledger.stale',
      'delivery.loss',
    ]);
  });
});

describe('a lane whose log or client breaks its word', () => {
  test.each<[string, MemoryLog, ScriptedAdobe, string]>([
    [
      'gives a chunk that is final',
      { ...memoryLog([chunk('a', 0)]), next: async () => chunk('a', 0, 'uploaded') },
      scriptedAdobe(),
      'the log gave chunk a/000000-0000, which is uploaded, as the next',
    ],
    [
      'gives a chunk that is sending without an attempt',
      memoryLog([chunk('a', 0, 'sending')], { 'a/000000-0000': [attempt({ endedAt: 1, outcome: 'x' })] }),
      scriptedAdobe(),
      'chunk a/000000-0000 is sending without an open attempt',
    ],
    [
      'uploads without a beginning',
      memoryLog([chunk('a', 0)]),
      { ...scriptedAdobe(), upload: async () => wait },
      'an upload ended without having begun its attempt',
    ],
  ])('%s: a bug', async (_, log, adobe, message) => {
    await expect(runLanes(log, adobe)).rejects.toThrow(message);
  });
});

import { describe, expect, test } from 'vitest';
import { adopt, decideChunks, settleByLookUp } from '../../src/delivery/settle.ts';
import {
  decideUnknown,
  nextLookUpMs,
  type SettleOptions,
  settleUnknown,
  type UnknownEvidence,
} from '../../src/delivery/settle-unknown.ts';
import { MigrationError } from '../../src/domain/error.ts';
import type { JobEvent } from '../../src/domain/event.ts';
import { fakeClock } from './fake-clock.ts';
import { chunk, type MemoryLog, memoryLog } from './memory-log.ts';
import { attempt } from './run-lanes.ts';
import { type ScriptedAdobe, scriptedAdobe } from './scripted-adobe.ts';

const notFound = { kind: 'not found' } as const;
const found = { kind: 'found', rows: 100, size: 1000, fileId: 'f', body: '{}' } as const;
const unclear = { kind: 'inconclusive', reason: 'HTTP 500' } as const;
const day = 86_400_000;

describe('what look-ups prove', () => {
  const absent: UnknownEvidence = {
    chunk: { rows: 100, gzBytes: 1000 },
    answers: [notFound, notFound, notFound],
    planned: 3,
    control: 'found',
    ageMs: 300_000,
    sentAttempts: 1,
  };
  const uploaded = (one: typeof found) => ({ kind: 'uploaded', found: one });
  const notThere = { kind: 'not there' };
  const stop = (reason: string) => ({ kind: 'stop', reason });
  const unheard = (reason: string) => ({ kind: 'unheard', reason });

  test.each<[string, Partial<UnknownEvidence>, unknown]>([
    ['absent every time, control found', {}, notThere],
    ['absent, nothing uploaded yet at all', { control: 'not needed' }, notThere],
    ['absent, almost a day old', { ageMs: day }, notThere],
    ['absent, almost a day in the future', { ageMs: -day }, notThere],
    ['absent for the fourth time', { sentAttempts: 4 }, notThere],
    ['found', { answers: [found] }, uploaded(found)],
    ['found at last', { answers: [notFound, notFound, found] }, uploaded(found)],
    ['found after an unclear one', { answers: [unclear, found] }, uploaded(found)],
    ['found, however old and often sent', { answers: [found], ageMs: 9 * day, sentAttempts: 9 }, uploaded(found)],
    [
      'found with other rows',
      { answers: [{ ...found, rows: 99 }] },
      stop('Adobe has a file under its key with 99 rows and 1,000 bytes, the chunk has 100 and 1,000'),
    ],
    [
      'found with another size',
      { answers: [{ ...found, size: 999 }] },
      stop('Adobe has a file under its key with 100 rows and 999 bytes, the chunk has 100 and 1,000'),
    ],
    [
      'one look-up unclear',
      { answers: [notFound, unclear, notFound] },
      unheard('a look-up got no clear answer: HTTP 500'),
    ],
    [
      'not through the window',
      { answers: [notFound, notFound] },
      stop('the look-ups did not reach through their window'),
    ],
    ['no look-up at all', { answers: [] }, stop('the look-ups did not reach through their window')],
    [
      'a control should exist',
      { control: 'missing' },
      stop('nothing that Adobe confirmed is there to check the look-ups against'),
    ],
    [
      'the control is not found',
      { control: 'not found' },
      stop('look-ups do not even find a file that Adobe confirmed'),
    ],
    [
      'the control is unclear',
      { control: 'inconclusive' },
      unheard('the look-up of a file that Adobe confirmed got no clear answer'),
    ],
    ['older than a day', { ageMs: day + 1 }, stop('its attempt is more than a day from now')],
    [
      'a day in the future: the clock was set back',
      { ageMs: -day - 1 },
      stop('its attempt is more than a day from now'),
    ],
    ['absent for the fifth time', { sentAttempts: 5 }, stop('it has been sent 5 times and never arrived')],
  ])('%s', (_, over, decision) => {
    expect(decideUnknown({ ...absent, ...over })).toEqual(decision);
  });

  test.each([
    [4, [181_000, 221_000, 261_000, 301_000]],
    [2, [181_000, 301_000]],
    [1, [301_000]],
  ])('%d look-ups are spread over the window', (attempts, times) => {
    const settings = { graceMs: 180_000, windowMs: 120_000, attempts };
    const heardMs: number[] = [];
    while (heardMs.length < attempts) heardMs.push(nextLookUpMs(1000, settings, heardMs));
    expect(heardMs).toEqual(times);
  });

  test('where an answer came late, those after it are as far from it as they would have been', () => {
    const settings = { graceMs: 180_000, windowMs: 120_000, attempts: 4 };
    const next = (...heardMs: number[]) => nextLookUpMs(1000, settings, heardMs);
    expect(next(181_500)).toBe(221_500);
    expect(next(900_000)).toBe(940_000);
    expect(next(181_000, 221_000, 900_000)).toBe(940_000);
  });
});

function options(log: MemoryLog, client: ScriptedAdobe, groups = ['a']) {
  return {
    groups,
    log,
    client,
    settle: { graceMs: 1000, windowMs: 1000, attempts: 2 },
    clock: fakeClock(),
    signal: new AbortController().signal,
    onEvent: () => {},
    random: () => 0,
  };
}

/** As `options`, with all that the lanes were told to wait for. */
function watched(log: MemoryLog, client: ScriptedAdobe, groups = ['a']) {
  const events: JobEvent[] = [];
  return { ...options(log, client, groups), events, onEvent: (event: JobEvent) => void events.push(event) };
}

const confirmed = {
  source: 'lookup',
  at: 1,
  httpStatus: 200,
  fileId: 'f',
  rows: 100,
  invalidRows: null,
  size: 1000,
  body: '',
} as const;

const unknownOnce = () =>
  memoryLog([chunk('a', 0, 'unknown')], { 'a/000000-0000': [attempt({ endedAt: 1, outcome: 'unknown: x' })] });

describe('an unknown chunk', () => {
  function settling(log: MemoryLog, client: ScriptedAdobe, over: Partial<SettleOptions> = {}) {
    const waits: string[] = [];
    const given = {
      ...options(log, client),
      settings: { graceMs: 1000, windowMs: 600, attempts: 3 },
      quietFromMs: 0,
      sentHereMs: null,
      confirm: false,
      patienceMs: 3_600_000,
      onWait: (reason: string, ms: number) => void waits.push(`${ms} ms: ${reason}`),
      ...over,
    };
    return { waits, clock: given.clock, settled: settleUnknown(chunk('a', 0, 'unknown'), given) };
  }

  test('is looked up after the grace and through the window, and what is waited for is told', async () => {
    const log = unknownOnce();
    const adobe = scriptedAdobe();
    const { settled, waits, clock } = settling(log, adobe);
    expect(await settled).toBe('linted');
    expect(waits).toEqual([
      '1000 ms: the next look-up of a chunk whose fate is unknown',
      '300 ms: the next look-up of a chunk whose fate is unknown',
      '300 ms: the next look-up of a chunk whose fate is unknown',
    ]);
    expect(clock.monotonic()).toBe(1600);
    expect(adobe.calls).toEqual(['lookup key-a-0', 'lookup key-a-0', 'lookup key-a-0']);
    expect(log.states()).toEqual({ 'a/000000-0000': 'linted' });
    expect(log.lastReceipts.get('a/000000-0000')).toEqual({
      source: 'lookup',
      at: 1_700_000_001_600,
      httpStatus: 404,
      fileId: null,
      rows: null,
      invalidRows: null,
      size: null,
      body: '',
    });
  });

  test('is looked up at once where the grace is long over, and through the window from there', async () => {
    const { settled, waits, clock } = settling(unknownOnce(), scriptedAdobe(), { quietFromMs: -5000 });
    expect(await settled).toBe('linted');
    expect(waits).toEqual(Array(2).fill('300 ms: the next look-up of a chunk whose fate is unknown'));
    expect(clock.monotonic()).toBe(600);
  });

  test.each([
    [
      { kind: 'failed', reason: 'ERROR' },
      { httpStatus: null, rows: null, size: null, body: 'ERROR' },
    ],
    [
      { ...found, rows: 99 },
      { httpStatus: 200, rows: 99, size: 1000, body: '{}' },
    ],
  ] as const)('of which a person must judge what was found has that entered: %j', async (answer, entered) => {
    const log = unknownOnce();
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = [answer];
    await expect(settling(log, adobe).settled).rejects.toMatchObject({ code: 'delivery.lane-stopped' });
    expect(log.lastReceipts.get('a/000000-0000')).toMatchObject({ source: 'lookup', ...entered });
    expect(log.states()).toEqual({ 'a/000000-0000': 'unknown' });
  });

  test('is not looked up again once it is found, and the receipt says by whom', async () => {
    const log = unknownOnce();
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = [notFound, found];
    expect(await settling(log, adobe).settled).toBe('uploaded');
    expect(adobe.calls).toHaveLength(2);
    expect(log.lastReceipts.get('a/000000-0000')).toEqual({
      source: 'lookup',
      at: 1_700_000_001_300,
      httpStatus: 200,
      fileId: 'f',
      rows: 100,
      invalidRows: null,
      size: 1000,
      body: '{}',
    });
  });

  test.each([
    [{ kind: 'valid' }, 0],
    [{ kind: 'invalid', reason: 'HTTP 400' }, null],
    [{ kind: 'unanswered', reason: 'HTTP 500' }, null],
  ] as const)('that is found has its invalid rows by the validate endpoint: %j', async (answer, invalidRows) => {
    const log = unknownOnce();
    const adobe = scriptedAdobe([], ['key-a-0']);
    adobe.validateAnswer = answer;
    expect(await settling(log, adobe, { confirm: true }).settled).toBe('uploaded');
    expect(log.lastReceipts.get('a/000000-0000')?.invalidRows).toBe(invalidRows);
    expect(adobe.calls).toEqual(['lookup key-a-0', 'validate key-a-0']);
  });

  test('stays open where its look-up is unclear for as long as the patience, and nothing else is asked', async () => {
    const log = unknownOnce();
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = Array(99).fill(unclear);
    // 0.5 s, 1 s, 2 s … 64 s are 127.5 s.
    const { settled, waits } = settling(log, adobe, { random: () => 0.5, patienceMs: 100_000 });
    await expect(settled).rejects.toMatchObject({
      code: 'delivery.lane-stopped',
      message: 'the fate of chunk a/000000-0000 cannot be settled: a look-up got no clear answer: HTTP 500',
      next: 'run again when Adobe answers: what it then says of the file settles it',
    });
    expect(adobe.calls).toHaveLength(9);
    expect(waits.slice(0, 3)).toEqual([
      '1000 ms: the next look-up of a chunk whose fate is unknown',
      '500 ms: a look-up without a clear answer (HTTP 500)',
      '1000 ms: a look-up without a clear answer (HTTP 500)',
    ]);
    expect(log.states()).toEqual({ 'a/000000-0000': 'unknown' });
  });

  test.each([
    ['host', { host: 'eu.adobe.test' }, 'it was sent to eu.adobe.test by client client'],
    ['client', { clientId: 'other' }, 'it was sent to adobe.test by client other'],
  ])('of another %s is left to a person', async (_, over, words) => {
    const log = memoryLog([chunk('a', 0, 'unknown')], {
      'a/000000-0000': [attempt(), attempt({ id: 2, endedAt: 1, outcome: 'unknown: x', ...over })],
    });
    const adobe = scriptedAdobe();
    await expect(settling(log, adobe).settled).rejects.toMatchObject({
      code: 'delivery.lane-stopped',
      message: `the fate of chunk a/000000-0000 cannot be settled: ${words}, and only the same host and client can look it up`,
      next: 'find out whether Adobe has the file, then decide with `settle` whether it is uploaded or not',
    });
    expect(adobe.calls).toEqual([]);
  });

  const withControl = async () => {
    const log = memoryLog([chunk('a', 0, 'unknown'), chunk('b', 0, 'unknown')], {
      'a/000000-0000': [attempt({ endedAt: 1, outcome: 'unknown: x' })],
      'b/000000-0000': [attempt({ id: 2 })],
    });
    await log.move(chunk('b', 0), 'uploaded', confirmed);
    return log;
  };
  const lookedUp = (...keys: string[]) => keys.map((key) => `lookup key-${key}-0`);

  test('that is absent needs a control', async () => {
    const adobe = scriptedAdobe([], ['key-b-0']);
    const { settled, clock } = settling(await withControl(), adobe);
    expect(await settled).toBe('linted');
    expect([adobe.calls, clock.monotonic()]).toEqual([lookedUp('a', 'a', 'a', 'b'), 1600]);
  });

  test('waits for a control that is not shown yet for as long as for itself, and no longer', async () => {
    const adobe = scriptedAdobe();
    const { settled, waits, clock } = settling(await withControl(), adobe);
    await expect(settled).rejects.toThrow('look-ups do not even find a file that Adobe confirmed');
    expect([adobe.calls, clock.monotonic()]).toEqual([lookedUp('a', 'a', 'a', 'b', 'b', 'b', 'b'), 3200]);
    const waited = 'a file that Adobe has taken to be found by its key';
    expect(waits.slice(3)).toEqual([`534 ms: ${waited}`, `534 ms: ${waited}`, `532 ms: ${waited}`]);
  });

  test.each([
    ['never arrived', notFound, 'linted'],
    ['was as late as the control', found, 'uploaded'],
  ] as const)('is looked up once more behind a control that was late: it %s', async (_, again, state) => {
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = [notFound, notFound, notFound, notFound, found, again];
    expect(await settling(await withControl(), adobe).settled).toBe(state);
    expect(adobe.calls).toEqual(lookedUp('a', 'a', 'a', 'b', 'b', 'a'));
  });

  test('that is found needs no control', async () => {
    const log = memoryLog([chunk('a', 0, 'unknown'), chunk('b', 0, 'unknown')], {
      'a/000000-0000': [attempt({ endedAt: 1, outcome: 'unknown: x' })],
      'b/000000-0000': [attempt({ id: 2 })],
    });
    await log.move(chunk('b', 0), 'uploaded', confirmed);
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = [notFound, found];
    expect(await settling(log, adobe).settled).toBe('uploaded');
    expect(adobe.calls).toEqual(['lookup key-a-0', 'lookup key-a-0']);
  });

  test('that was never attempted is a bug', async () => {
    const adobe = scriptedAdobe();
    await expect(settling(memoryLog([chunk('a', 0, 'unknown')]), adobe).settled).rejects.toThrow(
      'chunk a/000000-0000 is unknown without an attempt',
    );
    expect(adobe.calls).toEqual([]);
  });

  test('is no longer waited for once the signal aborts', async () => {
    const log = unknownOnce();
    const stop = new AbortController();
    const adobe = scriptedAdobe();
    const { settled } = settling(log, adobe, { signal: stop.signal });
    stop.abort();
    await expect(settled).rejects.toBe(stop.signal.reason);
    expect(adobe.calls).toEqual([]);
  });
});

describe('settle', () => {
  test('waits for its grace from the call, and tells each lane what it waits for', async () => {
    const given = watched(unknownOnce(), scriptedAdobe());
    await given.clock.sleep(400);
    await settleByLookUp(given);
    expect(given.clock.monotonic()).toBe(2400);
    const waits = 'the next look-up of a chunk whose fate is unknown';
    expect(given.events).toEqual([
      { type: 'lane', group: 'a', waits, untilMs: 1_700_000_001_400 },
      { type: 'lane', group: 'a', waits, untilMs: 1_700_000_002_400 },
    ]);
  });

  test('goes no further where the fault is not the chunk’s', async () => {
    const forbidden = new MigrationError('delivery.forbidden', 'no');
    const bug = new TypeError('oops');
    for (const error of [forbidden, bug]) {
      const adobe = scriptedAdobe();
      adobe.lookup = () => Promise.reject(error);
      await expect(settleByLookUp(options(unknownOnce(), adobe))).rejects.toBe(error);
    }
  });

  test('where one lane meets a fault of all, asks and enters nothing for the others any more', async () => {
    const disk = new MigrationError('disk.failed', 'no room');
    const inner = memoryLog([chunk('a', 0, 'sending'), chunk('b', 0, 'unknown')], {
      'a/000000-0000': [attempt()],
      'b/000000-0000': [attempt({ endedAt: 1, outcome: 'unknown: x' })],
    });
    const log: MemoryLog = { ...inner, settleAttempt: () => Promise.reject(disk) };
    const adobe = scriptedAdobe([], ['key-b-0']);
    const given = options(log, adobe, ['a', 'b']);
    await expect(settleByLookUp(given)).rejects.toBe(disk);
    // What was still asleep would have woken by then.
    await given.clock.sleep(1_000_000);
    expect(adobe.calls).toEqual([]);
    expect(log.states()['b/000000-0000']).toBe('unknown');
  });

  test('ends with its signal', async () => {
    const stop = new AbortController();
    const settled = settleByLookUp({ ...options(unknownOnce(), scriptedAdobe()), signal: stop.signal });
    stop.abort();
    await expect(settled).rejects.toBe(stop.signal.reason);
  });

  test('has nothing to do in lanes that wait or are done, and asks nothing', async () => {
    const log = memoryLog([chunk('a', 0, 'uploaded'), chunk('b', 0, 'linted')]);
    const adobe = scriptedAdobe();
    const waiting: MemoryLog = { ...log, next: async (group) => (group === 'c' ? 'waiting' : log.next(group)) };
    const nothing = { uploaded: [], notUploaded: [], open: null };
    expect(await settleByLookUp(options(waiting, adobe, ['a', 'b', 'c']))).toEqual([
      { group: 'a', ...nothing },
      { group: 'b', ...nothing },
      { group: 'c', ...nothing },
    ]);
    expect(adobe.calls).toEqual([]);
  });

  test('ends the attempt of a killed process in the log, the one that is open', async () => {
    const log = memoryLog([chunk('a', 0, 'sending')], {
      'a/000000-0000': [attempt({ endedAt: 1, outcome: 'nothing sent: x' }), attempt({ id: 2, number: 2 })],
    });
    await settleByLookUp(options(log, scriptedAdobe([], ['key-a-0'])));
    expect(log.outcomes()).toEqual(['nothing sent: x', 'unknown: the process ended before an answer']);
  });

  test('takes a ledger that is sending without an attempt for a bug', async () => {
    const log = memoryLog([chunk('a', 0, 'sending')], { 'a/000000-0000': [attempt({ endedAt: 1, outcome: 'x' })] });
    await expect(settleByLookUp(options(log, scriptedAdobe()))).rejects.toThrow(
      'chunk a/000000-0000 is sending without an open attempt',
    );
  });

  test('resolves what a killed process left, by look-up only', async () => {
    const log = memoryLog([chunk('a', 0, 'sending'), chunk('b', 0, 'unknown'), chunk('c', 0)], {
      'a/000000-0000': [attempt()],
      'b/000000-0000': [attempt({ endedAt: 1, outcome: 'unknown: x' })],
    });
    const adobe = scriptedAdobe([], ['key-a-0']);
    expect(await settleByLookUp(options(log, adobe, ['a', 'b', 'c']))).toEqual([
      { group: 'a', uploaded: ['000000-0000'], notUploaded: [], open: null },
      { group: 'b', uploaded: [], notUploaded: ['000000-0000'], open: null },
      { group: 'c', uploaded: [], notUploaded: [], open: null },
    ]);
    expect(log.states()).toEqual({ 'a/000000-0000': 'uploaded', 'b/000000-0000': 'linted', 'c/000000-0000': 'sealed' });
    expect(log.lastReceipts.get('a/000000-0000')).toMatchObject({ source: 'lookup', invalidRows: null });
    expect(adobe.calls.filter((call) => !call.startsWith('lookup'))).toEqual([]);
  });

  test('without a control, although a person said that one is there, decides nothing', async () => {
    const log = memoryLog([chunk('a', 0, 'unknown'), chunk('a', 1, 'unknown')], {
      'a/000000-0000': [attempt({ endedAt: 1, outcome: 'unknown: x' })],
      'a/000001-0000': [attempt({ id: 2, endedAt: 1, outcome: 'unknown: x' })],
    });
    const given = options(log, scriptedAdobe());
    await decideChunks([{ group: 'a', name: '000000-0000', fate: 'uploaded' }], given);
    const [lane] = await settleByLookUp(given);
    expect(lane?.open?.error.message).toContain('nothing that Adobe confirmed is there');
  });
});

describe('adopt', () => {
  test('takes a 404 as the end while what was found before is still found', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const adobe = scriptedAdobe([], ['key-a-0']);
    await adopt(options(log, adobe));
    expect(adobe.calls).toEqual(['lookup key-a-0', 'lookup key-a-1', 'lookup key-a-0']);
  });

  test('takes over nothing where the first is not there and nothing is known to be', async () => {
    const adobe = scriptedAdobe();
    const lanes = await adopt(options(memoryLog([chunk('a', 0)]), adobe));
    expect(lanes).toEqual([{ group: 'a', adopted: [], endedAt: '000000-0000' }]);
    expect(adobe.calls).toEqual(['lookup key-a-0']);
  });

  test('begins with a control that the ledger still knows', async () => {
    const log = memoryLog([chunk('a', 0), chunk('b', 0, 'unknown')], { 'b/000000-0000': [attempt()] });
    await log.move(chunk('b', 0), 'uploaded', confirmed);
    const adobe = scriptedAdobe();
    await expect(adopt(options(log, adobe))).rejects.toMatchObject({
      code: 'delivery.lane-stopped',
      message:
        'chunk a/000000-0000 cannot be adopted: the look-up does not even find a file that Adobe is known to have',
      next: 'find out at Adobe what it has under the idempotency key, then decide with `settle`',
    });
    expect(adobe.calls).toEqual(['lookup key-a-0', 'lookup key-b-0']);
  });

  test('tells each chunk that it takes over, and where it knows that from', async () => {
    const log = memoryLog([chunk('a', 0)]);
    const given = watched(log, scriptedAdobe([], ['key-a-0']));
    await adopt(given);
    expect(given.events).toEqual([
      { type: 'chunk', group: 'a', name: '000000-0000', state: 'uploaded', rows: 100, bytes: 1000 },
    ]);
    expect(log.lastReceipts.get('a/000000-0000')).toMatchObject({
      source: 'lookup',
      at: 1_700_000_000_000,
      invalidRows: null,
    });
  });

  test('takes over what a killed process was sending, and what is unknown', async () => {
    const log = memoryLog([chunk('a', 0, 'sending'), chunk('b', 0, 'unknown')], { 'a/000000-0000': [attempt()] });
    await adopt(options(log, scriptedAdobe([], ['key-a-0', 'key-b-0']), ['a', 'b']));
    expect(log.states()).toEqual({ 'a/000000-0000': 'uploaded', 'b/000000-0000': 'uploaded' });
  });

  test('ends where nothing more is sealed', async () => {
    const log = memoryLog([]);
    const waiting: MemoryLog = { ...log, next: async () => 'waiting' };
    expect(await adopt(options(waiting, scriptedAdobe()))).toEqual([{ group: 'a', adopted: [], endedAt: null }]);
  });

  test('stops where an answer is not clear', async () => {
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = Array(99).fill(unclear);
    const log = memoryLog([chunk('a', 0)]);
    const given = { ...watched(log, adobe), random: () => 0.5 };
    await expect(adopt(given)).rejects.toMatchObject({
      message: 'chunk a/000000-0000 cannot be adopted: HTTP 500',
      next: expect.stringContaining('again when Adobe answers'),
    });
    expect(log.states()).toEqual({ 'a/000000-0000': 'sealed' });
    expect(given.events[1]).toEqual({
      type: 'lane',
      group: 'a',
      waits: 'a look-up without a clear answer (HTTP 500)',
      // 500 after the first try, then 1000 from there.
      untilMs: 1_700_000_001_500,
    });
  });

  test('where one lane stops, has ended the others by the time that it says so', async () => {
    const adobe = scriptedAdobe();
    let answer = (): void => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    adobe.lookup = async (key) => {
      adobe.calls.push(key);
      if (key === 'key-a-0') return { kind: 'failed', reason: 'ERROR' };
      await answered;
      return found;
    };
    let ended = false;
    const log = memoryLog([chunk('a', 0), chunk('b', 0), chunk('b', 1)]);
    const adopted = adopt(options(log, adobe, ['a', 'b'])).finally(() => {
      ended = true;
    });
    adopted.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    // A request that is under way is not cut, and what it says is not lost.
    expect(ended).toBe(false);
    answer();
    await expect(adopted).rejects.toMatchObject({ code: 'delivery.lane-stopped' });
    expect(adobe.calls).toEqual(['key-a-0', 'key-b-0']);
    expect(log.states()).toMatchObject({ 'b/000000-0000': 'uploaded', 'b/000001-0000': 'sealed' });
  });

  test('ends with its signal, before it asks', async () => {
    const adobe = scriptedAdobe();
    const reason = new Error('stopped');
    const given = { ...options(memoryLog([chunk('a', 0)]), adobe), signal: AbortSignal.abort(reason) };
    await expect(adopt(given)).rejects.toBe(reason);
    expect(adobe.calls).toEqual([]);
  });

  test.each([
    [{ ...found, rows: 7 }, 'Adobe has a file under its key with 7 rows and 1,000 bytes, the chunk has 100 and 1,000'],
    [{ kind: 'failed', reason: 'ERROR' }, 'Adobe has a file under its key and says of it ERROR'],
  ] as const)('leaves to a person what it cannot judge, who then can: %j', async (answer, words) => {
    for (const [fate, state] of [
      ['uploaded', 'uploaded'],
      ['not-uploaded', 'sealed'],
    ] as const) {
      const log = memoryLog([chunk('a', 0)]);
      const adobe = scriptedAdobe();
      adobe.lookupAnswers = [answer];
      await expect(adopt(options(log, adobe))).rejects.toThrow(words);
      await decideChunks([{ group: 'a', name: '000000-0000', fate }], options(log, adobe));
      expect(log.states()).toEqual({ 'a/000000-0000': state });
      expect(log.lastReceipts.get('a/000000-0000')?.source).toBe('person');
      adobe.lookupAnswers = [answer];
      const endedAt = fate === 'uploaded' ? null : '000000-0000';
      expect(await adopt(options(log, adobe))).toEqual([{ group: 'a', adopted: [], endedAt }]);
    }
  });

  test('stops where Adobe has other rows, whatever the size', async () => {
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = [{ ...found, rows: 7 }];
    await expect(adopt(options(memoryLog([chunk('a', 0)]), adobe))).rejects.toThrow(
      'chunk a/000000-0000 cannot be adopted: Adobe has a file under its key with 7 rows',
    );
    const log = memoryLog([chunk('a', 0)]);
    const other = scriptedAdobe();
    other.lookupAnswers = [{ ...found, size: 7 }];
    await adopt(options(log, other));
    expect(log.states()).toEqual({ 'a/000000-0000': 'uploaded' });
  });
});

describe('a person’s decision', () => {
  const left = () =>
    memoryLog([chunk('a', 0, 'unknown'), chunk('a', 1)], {
      'a/000000-0000': [attempt({ endedAt: 1, outcome: 'unknown: x' })],
    });

  test.each([
    ['uploaded', 'uploaded', 100, 1000],
    ['not-uploaded', 'linted', null, null],
  ] as const)('%s moves the chunk to %s', async (fate, state, rows, size) => {
    const log = left();
    await decideChunks([{ group: 'a', name: '000000-0000', fate }], options(log, scriptedAdobe()));
    expect(log.states()['a/000000-0000']).toBe(state);
    expect(log.lastReceipts.get('a/000000-0000')).toEqual({
      source: 'person',
      at: 1_700_000_000_000,
      httpStatus: null,
      fileId: null,
      rows,
      invalidRows: null,
      size,
      body: '',
    });
  });

  test.each([
    ['uploaded', 'uploaded'],
    ['not-uploaded', 'linted'],
  ] as const)('%s takes a rejected chunk to %s', async (fate, state) => {
    const log = memoryLog([chunk('a', 0, 'uploaded'), chunk('a', 1, 'rejected'), chunk('a', 2)]);
    await decideChunks([{ group: 'a', name: '000001-0000', fate }], options(log, scriptedAdobe()));
    expect(log.states()).toMatchObject({ 'a/000001-0000': state, 'a/000002-0000': 'sealed' });
    expect(log.lastReceipts.get('a/000001-0000')?.source).toBe('person');
  });

  test('may be taken back until the next run', async () => {
    const log = left();
    const given = options(log, scriptedAdobe());
    await decideChunks([{ group: 'a', name: '000000-0000', fate: 'not-uploaded' }], given);
    await decideChunks([{ group: 'a', name: '000000-0000', fate: 'uploaded' }], given);
    expect(log.states()['a/000000-0000']).toBe('uploaded');
  });

  test('about a chunk of which nothing was ever sent or found is refused', async () => {
    const given = options(memoryLog([chunk('a', 0), chunk('a', 1)]), scriptedAdobe());
    for (const fate of ['uploaded', 'not-uploaded'] as const)
      await expect(decideChunks([{ group: 'a', name: '000000-0000', fate }], given)).rejects.toMatchObject({
        code: 'input.invalid',
        message: 'chunk a/000000-0000 has nothing to decide: no chunk of this lane is in doubt',
      });
  });

  test('ends the attempt that a killed process left open', async () => {
    const log = memoryLog([chunk('a', 0, 'sending')], { 'a/000000-0000': [attempt()] });
    await decideChunks([{ group: 'a', name: '000000-0000', fate: 'uploaded' }], options(log, scriptedAdobe()));
    expect(log.states()).toEqual({ 'a/000000-0000': 'uploaded' });
    expect(log.outcomes()).toEqual(['unknown: the process ended before an answer']);
  });

  test('about another chunk is refused', async () => {
    const given = options(left(), scriptedAdobe());
    await expect(decideChunks([{ group: 'a', name: '000001-0000', fate: 'uploaded' }], given)).rejects.toMatchObject({
      code: 'input.invalid',
      message: 'chunk a/000001-0000 has nothing to decide: the one in doubt is 000000-0000',
    });
    await expect(decideChunks([{ group: 'b', name: '000000-0000', fate: 'uploaded' }], given)).rejects.toMatchObject({
      code: 'input.invalid',
      message: 'chunk b/000000-0000 has nothing to decide: no chunk of this lane is in doubt',
    });
  });
});

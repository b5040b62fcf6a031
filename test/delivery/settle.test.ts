import { describe, expect, test } from 'vitest';
import { adopt, decideChunk, settleByLookUp } from '../../src/delivery/settle.ts';
import { decideUnknown, lookUpTimes, type UnknownEvidence } from '../../src/delivery/settle-unknown.ts';
import type { Attempt } from '../../src/domain/receipt.ts';
import { fakeClock } from './fake-clock.ts';
import { chunk, type MemoryLog, memoryLog } from './memory-log.ts';
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
      stop('Adobe has a file under its key with 99 rows and 1000 bytes, the chunk has 100 and 1000'),
    ],
    [
      'found with another size',
      { answers: [{ ...found, size: 999 }] },
      stop('Adobe has a file under its key with 100 rows and 999 bytes, the chunk has 100 and 1000'),
    ],
    [
      'one look-up unclear',
      { answers: [notFound, unclear, notFound] },
      stop('a look-up got no clear answer: HTTP 500'),
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
      stop('the look-up of a file that Adobe confirmed got no clear answer'),
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
    expect(lookUpTimes(1000, { graceMs: 180_000, windowMs: 120_000, attempts })).toEqual(times);
  });
});

function attempt(over: Partial<Attempt> = {}): Attempt {
  const startedAt = 1_700_000_000_000 - 60_000;
  return { id: 1, number: 1, host: 'adobe.test', clientId: 'client', startedAt, endedAt: null, outcome: null, ...over };
}
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

describe('settle', () => {
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
    expect(log.receipts.get('a/000000-0000')).toMatchObject({ source: 'lookup', invalidRows: null });
    expect(adobe.calls.filter((call) => !call.startsWith('lookup'))).toEqual([]);
  });

  test('leaves to a person what an older attempt cannot prove', async () => {
    const log = memoryLog([chunk('a', 0, 'unknown')], {
      'a/000000-0000': [attempt({ startedAt: 1_700_000_000_000 - 2 * day, endedAt: 1, outcome: 'unknown: x' })],
    });
    const [lane] = await settleByLookUp(options(log, scriptedAdobe()));
    expect(lane?.open?.chunk).toBe('000000-0000');
    expect(lane?.open?.error.message).toContain('its attempt is more than a day from now');
    expect(log.states()).toEqual({ 'a/000000-0000': 'unknown' });
  });

  test('without a control, although a person said that one is there, decides nothing', async () => {
    const log = memoryLog([chunk('a', 0, 'unknown'), chunk('a', 1, 'unknown')], {
      'a/000000-0000': [attempt({ endedAt: 1, outcome: 'unknown: x' })],
      'a/000001-0000': [attempt({ id: 2, endedAt: 1, outcome: 'unknown: x' })],
    });
    const given = options(log, scriptedAdobe());
    await decideChunk('a', '000000-0000', 'uploaded', given);
    const [lane] = await settleByLookUp(given);
    expect(lane?.open?.error.message).toContain('nothing that Adobe confirmed is there');
  });
});

describe('adopt', () => {
  test('takes over what Adobe has, lane by lane, up to the first that it does not', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1), chunk('a', 2), chunk('b', 0)]);
    const adobe = scriptedAdobe([], ['key-a-0', 'key-a-1', 'key-b-0']);
    expect(await adopt(options(log, adobe, ['a', 'b']))).toEqual([
      { group: 'a', adopted: ['000000-0000', '000001-0000'], endedAt: '000002-0000' },
      { group: 'b', adopted: ['000000-0000'], endedAt: null },
    ]);
    expect(log.states()).toMatchObject({ 'a/000001-0000': 'uploaded', 'a/000002-0000': 'sealed' });
    expect(adobe.calls.filter((call) => !call.startsWith('lookup'))).toEqual([]);
  });

  test('does not believe a 404 once the last found is not found any more', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = [found, notFound, notFound];
    await expect(adopt(options(log, adobe))).rejects.toThrow('does not even find a file that Adobe is known to have');
  });

  test('stops where Adobe has other rows', async () => {
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = [{ ...found, rows: 7 }];
    await expect(adopt(options(memoryLog([chunk('a', 0)]), adobe))).rejects.toThrow('Adobe has 7 rows under its key');
  });
});

describe('a person’s decision', () => {
  const left = () =>
    memoryLog([chunk('a', 0, 'unknown'), chunk('a', 1)], {
      'a/000000-0000': [attempt({ endedAt: 1, outcome: 'unknown: x' })],
    });

  test.each([
    ['uploaded', 'uploaded'],
    ['not-uploaded', 'linted'],
  ] as const)('%s moves the chunk to %s', async (fate, state) => {
    const log = left();
    await decideChunk('a', '000000-0000', fate, options(log, scriptedAdobe()));
    expect(log.states()['a/000000-0000']).toBe(state);
    expect(log.receipts.get('a/000000-0000')?.source).toBe('person');
  });

  test('about another chunk is refused', async () => {
    const given = options(left(), scriptedAdobe());
    await expect(decideChunk('a', '000001-0000', 'uploaded', given)).rejects.toThrow('the unknown one is 000000-0000');
    await expect(decideChunk('b', '000000-0000', 'uploaded', given)).rejects.toMatchObject({ code: 'input.invalid' });
  });
});

import { describe, expect, test } from 'vitest';
import { decideChunk, settleByLookUp } from '../../src/delivery/settle.ts';
import { decideUnknown, lookUpTimes, type UnknownEvidence } from '../../src/delivery/settle-unknown.ts';
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
  test.each<[string, Partial<UnknownEvidence>, string]>([
    ['absent every time, control found', {}, 'not there'],
    ['absent, nothing uploaded yet at all', { control: 'not needed' }, 'not there'],
    ['absent, almost a day old', { ageMs: day }, 'not there'],
    ['absent for the fourth time', { sentAttempts: 4 }, 'not there'],
    ['found', { answers: [found] }, 'uploaded'],
    ['found at last', { answers: [notFound, notFound, found] }, 'uploaded'],
    ['found, however old and often sent', { answers: [found], ageMs: 9 * day, sentAttempts: 9 }, 'uploaded'],
    ['found with other rows', { answers: [{ ...found, rows: 99 }] }, 'stop'],
    ['found with another size', { answers: [{ ...found, size: 999 }] }, 'stop'],
    ['one look-up unclear', { answers: [notFound, unclear, notFound] }, 'stop'],
    ['not through the window', { answers: [notFound, notFound] }, 'stop'],
    ['no look-up at all', { answers: [] }, 'stop'],
    ['a control should exist', { control: 'missing' }, 'stop'],
    ['the control is not found', { control: 'not found' }, 'stop'],
    ['the control is unclear', { control: 'inconclusive' }, 'stop'],
    ['older than a day', { ageMs: day + 1 }, 'stop'],
    ['a day in the future: the clock was set back', { ageMs: -day - 1 }, 'stop'],
    ['absent for the fifth time', { sentAttempts: 5 }, 'stop'],
  ])('%s', (_, over, kind) => {
    expect(decideUnknown({ ...absent, ...over }).kind).toBe(kind);
  });

  test.each([
    [4, [181_000, 221_000, 261_000, 301_000]],
    [2, [181_000, 301_000]],
    [1, [301_000]],
  ])('%d look-ups are spread over the window', (attempts, times) => {
    expect(lookUpTimes(1000, { graceMs: 180_000, windowMs: 120_000, attempts })).toEqual(times);
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

import { describe, expect, test } from 'vitest';
import { classifyLookup, type UploadVerdict } from '../../../src/delivery/classify.ts';
import type { LookupAnswer } from '../../../src/delivery/client.ts';
import type { Exchange } from '../../../src/delivery/exchange.ts';
import { decideChunks, settleByLookUp } from '../../../src/delivery/settle.ts';
import type { JobEvent } from '../../../src/domain/event.ts';
import { sealed } from '../../ledger/ledger-fixture.ts';
import { type FakeClock, fakeClock } from '../fake-clock.ts';
import { chunk, type MemoryLog, memoryLog } from '../memory-log.ts';
import { attempt, runLanes } from '../run-lanes.ts';
import { type Script, type ScriptedAdobe, scriptedAdobe } from '../scripted-adobe.ts';
import { answer, day, plannedLedger, settling, uploads } from './promise-fixture.ts';

describe('an unknown chunk waits for the grace from the last moment at which its body could still move', () => {
  const lookUps = async (log: MemoryLog, adobe: ScriptedAdobe, clock: FakeClock): Promise<number[]> => {
    const times: number[] = [];
    const lookup: ScriptedAdobe['lookup'] = (key) => {
      if (log.states()['a/000000-0000'] === 'unknown') times.push(clock.monotonic());
      return adobe.lookup(key);
    };
    await runLanes(log, { ...adobe, lookup }, { clock });
    return times;
  };

  test('of its own upload: from its end', async () => {
    const clock = fakeClock();
    const adobe = scriptedAdobe(['take in silence']);
    const upload: ScriptedAdobe['upload'] = async (...given) => {
      const verdict = await adobe.upload(...given);
      await clock.sleep(700_000);
      return verdict;
    };
    expect(await lookUps(memoryLog([chunk('a', 0)]), { ...adobe, upload }, clock)).toEqual([700_000 + 180_000]);
  });

  test('of a killed process: from the start of this one', async () => {
    const clock = fakeClock();
    await clock.sleep(5000);
    const log = memoryLog([chunk('a', 0, 'sending')], { 'a/000000-0000': [attempt()] });
    expect(await lookUps(log, scriptedAdobe([], ['key-a-0']), clock)).toEqual([5000 + 180_000]);
    expect(log.outcomes()).toEqual(['unknown: the process ended before an answer']);
  });

  test('then is looked up several times over a window', async () => {
    const clock = fakeClock();
    const log = memoryLog([chunk('a', 0, 'unknown')], { 'a/000000-0000': [attempt({ outcome: 'unknown: x' })] });
    expect(await lookUps(log, scriptedAdobe(), clock)).toEqual([180_000, 220_000, 260_000, 300_000]);
  });
});

describe('found with equal rows and size ends it: uploaded, by look-up, its invalid rows unknown', () => {
  test('unless the validate endpoint confirms the same file', async () => {
    for (const [validateAnswer, invalidRows] of [
      [{ kind: 'valid' }, 0],
      [{ kind: 'invalid', reason: 'File has 2 rows' }, null],
      [{ kind: 'unanswered', reason: 'HTTP 500' }, null],
    ] as const) {
      const log = memoryLog([chunk('a', 0)]);
      const adobe = scriptedAdobe(['take in silence']);
      adobe.validateAnswer = validateAnswer;
      expect((await runLanes(log, adobe)).report.error).toBeNull();
      expect(adobe.calls).toEqual(['lookup key-a-0', 'upload key-a-0', 'lookup key-a-0', 'validate key-a-0']);
      expect(log.states()).toEqual({ 'a/000000-0000': 'uploaded' });
      expect(log.lastReceipts.get('a/000000-0000')).toMatchObject({
        source: 'lookup',
        rows: 100,
        size: 1000,
        invalidRows,
      });
    }
  });

  test.each([
    ['rows', { rows: 99, size: 1000 }, '99 rows and 1,000 bytes'],
    ['size', { rows: 100, size: 999 }, '100 rows and 999 bytes'],
  ])('with other %s it proves nothing, and the lane stops', async (_, other, says) => {
    const log = memoryLog([chunk('a', 0)]);
    const adobe = scriptedAdobe(['lose']);
    adobe.lookupAnswers = [{ kind: 'not found' }, { kind: 'found', ...other, fileId: 'f', body: '{}' }];
    const { report } = await runLanes(log, adobe);
    expect(report.error?.message).toContain(`Adobe has a file under its key with ${says}, the chunk has 100 and 1,000`);
    expect(log.states()).toEqual({ 'a/000000-0000': 'unknown' });
  });
});

describe('found, and not said to be taken', () => {
  const unknown = () =>
    memoryLog([chunk('a', 0, 'unknown')], { 'a/000000-0000': [attempt({ outcome: 'unknown: x' })] });

  test('stops the lane for a person, at once', async () => {
    const [log, clock, adobe] = [unknown(), fakeClock(), scriptedAdobe()];
    adobe.lookupAnswers = [{ kind: 'failed', reason: 'ERROR' }];
    const { report } = await runLanes(log, adobe, { clock });
    expect(report.error).toMatchObject({
      code: 'delivery.lane-stopped',
      message: expect.stringContaining('Adobe has a file under its key and says of it ERROR'),
      next: expect.stringContaining('decide with `settle`'),
    });
    expect([adobe.calls, clock.monotonic(), log.states()]).toEqual([
      ['lookup key-a-0'],
      180_000,
      { 'a/000000-0000': 'unknown' },
    ]);
  });

  test('is there where its rows are still counted, by its size', async () => {
    const [log, adobe] = [unknown(), scriptedAdobe()];
    const processing = { file_id: 'f', size: 1000, rows: 4, status_code: 'PROCESSING' };
    adobe.lookupAnswers = [classifyLookup(answer(200, processing)) as LookupAnswer];
    await runLanes(log, adobe);
    expect(log.states()).toEqual({ 'a/000000-0000': 'uploaded' });
    expect(log.lastReceipts.get('a/000000-0000')).toMatchObject({ source: 'lookup', rows: null, size: 1000 });
    const [other, another] = [unknown(), scriptedAdobe()];
    another.lookupAnswers = [classifyLookup(answer(200, { ...processing, size: 999 })) as LookupAnswer];
    await runLanes(other, another);
    expect(other.states()).toEqual({ 'a/000000-0000': 'unknown' });
  });
});

describe('not found counts only as the exact 404 answer, every time through the window', () => {
  test.each<[Exchange, string]>([
    [answer(404, { error: 'File not found' }), 'not found'],
    [answer(404, { error: 'Not found' }), 'inconclusive'],
    [answer(404, '<h1>404</h1>'), 'inconclusive'],
    [answer(200, { error: 'File not found' }), 'inconclusive'],
    [{ ...answer(404, { error: 'File not found' }), error: 'answer-cut' }, 'inconclusive'],
  ])('%j', (exchange, kind) => {
    expect(classifyLookup(exchange).kind).toBe(kind);
  });

  const lost = () => memoryLog([chunk('a', 0, 'unknown')], { 'a/000000-0000': [attempt({ outcome: 'unknown: x' })] });
  const absent = { kind: 'not found' } as const;

  test('found at the last look-up is found', async () => {
    const log = lost();
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = [absent, absent, absent, { kind: 'found', rows: 100, size: 1000, fileId: 'f', body: '{}' }];
    await runLanes(log, adobe);
    expect([uploads(adobe), log.states()]).toEqual([[], { 'a/000000-0000': 'uploaded' }]);
  });

  /** Answers no look-up before this moment, monotonic ms. */
  const outage = (adobe: ScriptedAdobe, clock: FakeClock, untilMs: number): ScriptedAdobe => ({
    ...adobe,
    lookup: async (key) =>
      clock.monotonic() < untilMs ? { kind: 'inconclusive', reason: 'no answer: ETIMEDOUT' } : adobe.lookup(key),
  });

  test('an outage is waited for, and what is said after it counts', async () => {
    for (const stored of [['key-a-0'], []]) {
      const log = lost();
      const clock = fakeClock();
      const adobe = scriptedAdobe([], stored);
      const { report } = await runLanes(log, outage(adobe, clock, 3_600_000), { clock });
      expect(report).toEqual({ lanes: [{ group: 'a', ended: 'done' }], error: null });
      expect([uploads(adobe), log.states()]).toEqual([
        stored.length === 0 ? ['key-a-0'] : [],
        { 'a/000000-0000': 'uploaded' },
      ]);
    }
  });

  test.each([4, 2, 1])(
    'and is heard through the whole window, not at its end alone (%d look-ups)',
    async (attempts) => {
      const clock = fakeClock();
      const adobe = scriptedAdobe();
      const heardMs: number[] = [];
      const ended = outage(adobe, clock, 3_600_000);
      const lookup: ScriptedAdobe['lookup'] = async (key) => {
        const answer = await ended.lookup(key);
        if (answer.kind !== 'inconclusive' && uploads(adobe).length === 0) heardMs.push(clock.monotonic());
        return answer;
      };
      await runLanes(
        lost(),
        { ...adobe, lookup },
        { clock, settle: { graceMs: 180_000, windowMs: 120_000, attempts } },
      );
      expect(uploads(adobe)).toEqual(['key-a-0']);
      // The last look-up is the one that every lane makes before it sends.
      const proof = heardMs.slice(0, -1);
      expect(proof).toHaveLength(Math.max(2, attempts));
      expect(proof.at(-1)! - proof[0]!).toBe(120_000);
    },
  );

  test('a single look-up without an outage needs no other', async () => {
    const adobe = scriptedAdobe();
    const settle = { graceMs: 180_000, windowMs: 120_000, attempts: 1 };
    const { clock } = await runLanes(lost(), adobe, { settle });
    expect(adobe.calls).toEqual(['lookup key-a-0', 'lookup key-a-0', 'upload key-a-0']);
    expect(clock.monotonic()).toBe(300_000);
  });

  test('one look-up that stays unclear for an hour proves nothing; the next run looks again', async () => {
    const log = lost();
    const clock = fakeClock();
    const adobe = scriptedAdobe([], ['key-a-0']);
    const { report } = await runLanes(log, outage(adobe, clock, 4_500_000), { clock });
    expect(report.error).toMatchObject({
      code: 'delivery.lane-stopped',
      message: expect.stringContaining('a look-up got no clear answer: no answer: ETIMEDOUT'),
      next: expect.stringMatching(/^run again when Adobe answers/),
    });
    expect([uploads(adobe), log.states()]).toEqual([[], { 'a/000000-0000': 'unknown' }]);
    expect((await runLanes(log, adobe)).report.error).toBeNull();
    expect([uploads(adobe), log.states()]).toEqual([[], { 'a/000000-0000': 'uploaded' }]);
  });
});

describe('and only if a control key that is known to be uploaded is found by the same call', () => {
  test('that never arrived is sent again after every look-up of the window and a control', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const adobe = scriptedAdobe(['take', 'lose']);
    const { report, clock } = await runLanes(log, adobe);
    expect(report.error).toBeNull();
    expect(adobe.calls.slice(3)).toEqual([
      'lookup key-a-1',
      'lookup key-a-1',
      'lookup key-a-1',
      'lookup key-a-1',
      'lookup key-a-0',
      'upload key-a-1',
    ]);
    expect(clock.monotonic()).toBe(20_000 + 180_000 + 120_000);
    expect(adobe.stored).toEqual(['key-a-0', 'key-a-1']);
  });

  test('stops its lane when look-ups do not find the control, and the other lane goes on', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1), chunk('b', 0)]);
    const adobe = scriptedAdobe(['take', 'take', 'lose']);
    const lookup = adobe.lookup;
    let blind = false;
    const client = {
      ...adobe,
      upload: async (...given: Parameters<typeof adobe.upload>) => {
        const verdict = await adobe.upload(...given);
        blind ||= verdict.kind === 'unknown';
        return verdict;
      },
      lookup: (key: string) => (blind ? Promise.resolve({ kind: 'not found' } as const) : lookup(key)),
    };
    const { report, stopped } = await runLanes(log, client, { groups: ['a', 'b'] });
    expect(report.lanes.map(({ ended }) => ended)).toEqual(['stopped', 'done']);
    expect(report.error?.code).toBe('delivery.lane-stopped');
    expect(report.error?.message).toBe(
      'the fate of chunk a/000001-0000 cannot be settled: look-ups do not even find a file that Adobe confirmed',
    );
    expect(stopped).toEqual(['a']);
    expect(log.states()['a/000001-0000']).toBe('unknown');
  });

  test('a control is a chunk that the same host has from the same client', async () => {
    for (const [over, asked] of [
      [{}, ['lookup key-a-0']],
      [{ host: 'elsewhere.test' }, []],
      [{ clientId: 'other' }, []],
    ] as const) {
      const log = memoryLog([chunk('a', 0, 'uploaded'), chunk('a', 1, 'unknown')], {
        'a/000000-0000': [attempt({ ...over, endedAt: 1, outcome: 'uploaded' })],
        'a/000001-0000': [attempt({ id: 2, endedAt: 1, outcome: 'unknown: x' })],
      });
      const adobe = scriptedAdobe([], ['key-a-0']);
      await runLanes(log, adobe);
      expect(adobe.calls).toEqual([...Array(4).fill('lookup key-a-1'), ...asked, 'lookup key-a-1', 'upload key-a-1']);
    }
  });
});

describe('an unknown chunk older than a day, or without a control although one should exist, is left to a person', () => {
  const outcome = { endedAt: 1, outcome: 'unknown: x' };

  test('older than a day', async () => {
    const startedAt = 1_700_000_000_000 - day;
    const log = memoryLog([chunk('a', 0, 'unknown')], { 'a/000000-0000': [attempt({ ...outcome, startedAt })] });
    const adobe = scriptedAdobe();
    const { report } = await runLanes(log, adobe);
    expect(report.error?.message).toContain('its attempt is more than a day from now');
    expect([uploads(adobe), log.states()]).toEqual([[], { 'a/000000-0000': 'unknown' }]);
  });

  test('older than a day because the machine slept over it', async () => {
    const clock = fakeClock();
    const log = memoryLog([chunk('a', 0)]);
    const adobe = scriptedAdobe(['lose']);
    const lookup: ScriptedAdobe['lookup'] = (key) => {
      if (log.states()['a/000000-0000'] === 'unknown') clock.suspend(day);
      return adobe.lookup(key);
    };
    const { report } = await runLanes(log, { ...adobe, lookup }, { clock });
    expect(report.error?.message).toContain('its attempt is more than a day from now');
    expect([uploads(adobe), log.states()]).toEqual([['key-a-0'], { 'a/000000-0000': 'unknown' }]);
  });

  test('without a control', async () => {
    const log = memoryLog([chunk('a', 0, 'unknown'), chunk('a', 1, 'unknown')], {
      'a/000000-0000': [attempt(outcome)],
      'a/000001-0000': [attempt({ ...outcome, id: 2 })],
    });
    // A person's word that the first is there proves nothing about look-ups.
    await decideChunks([{ group: 'a', name: '000000-0000', fate: 'uploaded' }], { log, clock: fakeClock() });
    const adobe = scriptedAdobe();
    const { report } = await runLanes(log, adobe);
    expect(report.error?.message).toContain('nothing that Adobe confirmed is there to check the look-ups against');
    expect(report.error?.next).toContain('decide with `settle`');
    expect([uploads(adobe), log.states()['a/000001-0000']]).toEqual([[], 'unknown']);
  });

  test('sent to another host or by another client, which alone can look it up', async () => {
    for (const over of [{ clientId: 'other' }, { host: 'elsewhere.test' }]) {
      const log = memoryLog([chunk('a', 0, 'unknown')], { 'a/000000-0000': [attempt({ ...outcome, ...over })] });
      const adobe = scriptedAdobe([], ['key-a-0']);
      const { report } = await runLanes(log, adobe);
      const { host, clientId } = { ...adobe, ...over };
      expect(report.error?.message).toContain(`it was sent to ${host} by client ${clientId}, and only the same`);
      expect([adobe.calls, log.states()]).toEqual([[], { 'a/000000-0000': 'unknown' }]);
    }
  });
});

describe('a person decides in settle, chunk by chunk', () => {
  const left = () =>
    memoryLog([chunk('a', 0, 'unknown'), chunk('a', 1)], {
      'a/000000-0000': [attempt({ endedAt: 1, outcome: 'unknown: x' })],
    });

  test.each([
    ['uploaded', 'uploaded'],
    ['not-uploaded', 'linted'],
  ] as const)('%s moves the chunk to %s', async (fate, state) => {
    const log = left();
    await decideChunks([{ group: 'a', name: '000000-0000', fate }], settling(log, scriptedAdobe()));
    expect(log.states()['a/000000-0000']).toBe(state);
    expect(log.lastReceipts.get('a/000000-0000')?.source).toBe('person');
  });

  test('about another chunk is refused', async () => {
    const given = settling(left(), scriptedAdobe());
    await expect(decideChunks([{ group: 'a', name: '000001-0000', fate: 'uploaded' }], given)).rejects.toThrow(
      'the one in doubt is 000000-0000',
    );
    await expect(decideChunks([{ group: 'b', name: '000000-0000', fate: 'uploaded' }], given)).rejects.toMatchObject({
      code: 'input.invalid',
    });
  });

  test('what settle itself cannot prove stays open, with the reason', async () => {
    const startedAt = 1_700_000_000_000 - 2 * day;
    const log = memoryLog([chunk('a', 0, 'unknown')], {
      'a/000000-0000': [attempt({ startedAt, endedAt: 1, outcome: 'unknown: x' })],
    });
    const [lane] = await settleByLookUp(settling(log, scriptedAdobe()));
    expect(lane?.open?.chunk).toBe('000000-0000');
    expect(lane?.open?.error.message).toContain('its attempt is more than a day from now');
    expect(log.states()).toEqual({ 'a/000000-0000': 'unknown' });
  });
});

describe('attempts are counted across restarts; after five the lane stops', () => {
  /** Ends the process once the chunk is unknown. */
  const oneLife = async (log: Parameters<typeof runLanes>[0], adobe: ScriptedAdobe) => {
    const death = new AbortController();
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'chunk' && event.state === 'unknown') death.abort();
    };
    return (await runLanes(log, adobe, { signal: death.signal, onEvent })).report;
  };

  test('on a ledger of its own, process by process', async () => {
    const ledger = await plannedLedger();
    for (const slice of [0, 1, 2]) await ledger.sealSlice(sealed(slice, slice === 0 ? 1 : 0));
    const adobe = scriptedAdobe(Array<Script>(9).fill('lose'));
    const ends: string[] = [];
    for (let life = 0; life < 8; life += 1) {
      const { error, lanes } = await oneLife(ledger, adobe);
      ends.push(error?.message ?? lanes[0]!.ended);
    }
    const stop = 'the fate of chunk a/000000-0000 cannot be settled: it has been sent 5 times and never arrived';
    expect(ends).toEqual([...Array(5).fill('interrupted'), stop, stop, stop]);
    expect(uploads(adobe)).toEqual(Array(5).fill('key-0-0'));
    expect((await ledger.attempts({ group: 'a', slice: 0, part: 0 })).map(({ number }) => number)).toEqual([
      1, 2, 3, 4, 5,
    ]);
  });

  test('one of which no byte left does not count', async () => {
    const busy: UploadVerdict = { kind: 'wait', reason: 'HTTP 503' };
    const adobe = scriptedAdobe(['lose', busy, 'lose', busy, 'lose', busy, 'lose', busy, 'take']);
    const { report } = await runLanes(memoryLog([chunk('a', 0)]), adobe);
    expect(report.error).toBeNull();
    expect(uploads(adobe)).toHaveLength(9);
  });
});

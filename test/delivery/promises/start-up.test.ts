import { describe, expect, test } from 'vitest';
import { adopt, decideChunks } from '../../../src/delivery/settle.ts';
import type { Chunk } from '../../../src/domain/chunk.ts';
import { fakeClock } from '../fake-clock.ts';
import { chunk, type MemoryLog, memoryLog } from '../memory-log.ts';
import { attempt, runLanes } from '../run-lanes.ts';
import { type ScriptedAdobe, scriptedAdobe } from '../scripted-adobe.ts';
import { settling, uploads } from './promise-fixture.ts';

const found = { kind: 'found', rows: 100, size: 1000, fileId: 'f', body: '{}' } as const;
const absent = { kind: 'not found' } as const;

describe('at start each lane looks up its next unsent key: found means that the ledger is older than Adobe: stop', () => {
  test('stops the run when Adobe knows a key that the ledger has not seen arrive', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const adobe = scriptedAdobe([], ['key-a-0']);
    const { report, stopped } = await runLanes(log, adobe);
    expect(report.error?.code).toBe('ledger.stale');
    expect(report.error?.next).toContain('settle --adopt');
    expect(stopped).toEqual(['a']);
    expect(adobe.calls).toEqual(['lookup key-a-0']);
  });

  test('is made after an inherited attempt was settled too', async () => {
    const log = memoryLog([chunk('a', 0, 'sending'), chunk('a', 1)], { 'a/000000-0000': [attempt()] });
    const { report } = await runLanes(log, scriptedAdobe([], ['key-a-0', 'key-a-1']));
    expect(report.error?.code).toBe('ledger.stale');
    expect(log.states()).toEqual({ 'a/000000-0000': 'uploaded', 'a/000001-0000': 'sealed' });
  });

  test('asks for what an accepted change took away as well, before anything goes', async () => {
    const formerKeys = async (group: string) => (group === 'a' ? ['former-1', 'former-2'] : []);
    const log = { ...memoryLog([chunk('a', 0), chunk('a', 1)]), formerKeys };
    const adobe = scriptedAdobe([], ['former-2']);
    const { report } = await runLanes(log, adobe);
    expect(report.error).toMatchObject({
      code: 'ledger.stale',
      message: expect.stringContaining('the next chunk of lane a as it was built before an accepted change'),
      next: expect.stringMatching(/undo the change.*`settle --adopt`.*make the change again/),
    });
    expect(adobe.calls).toEqual(['lookup key-a-0', 'lookup former-1', 'lookup former-2']);
    expect(log.states()).toEqual({ 'a/000000-0000': 'sealed', 'a/000001-0000': 'sealed' });
    const clear = scriptedAdobe();
    expect((await runLanes(log, clear)).report.error).toBeNull();
    expect(clear.calls).toEqual([...adobe.calls, 'upload key-a-0', 'upload key-a-1']);
  });

  test('also where Adobe says of it that it could not take it', async () => {
    const [log, adobe] = [memoryLog([chunk('a', 0)]), scriptedAdobe()];
    adobe.lookupAnswers = [{ kind: 'failed', reason: 'ERROR' }];
    expect((await runLanes(log, adobe)).report.error?.code).toBe('ledger.stale');
    expect(adobe.calls).toEqual(['lookup key-a-0']);
  });

  test('lets nothing go before it got a clear answer', async () => {
    const log = memoryLog([chunk('a', 0)]);
    const adobe = scriptedAdobe();
    const lookup = async () => ({ kind: 'inconclusive', reason: 'HTTP 500' }) as const;
    const { report, clock } = await runLanes(log, { ...adobe, lookup });
    expect(report.error?.code).toBe('delivery.unreachable');
    expect(clock.monotonic()).toBeGreaterThan(3_600_000);
    expect([adobe.calls, log.states()]).toEqual([[], { 'a/000000-0000': 'sealed' }]);
  });

  test('waits for that through an outage of less than an hour, and then goes on', async () => {
    const clock = fakeClock();
    const adobe = scriptedAdobe();
    const lookup: ScriptedAdobe['lookup'] = async (key) =>
      clock.monotonic() < 3_000_000 ? { kind: 'inconclusive', reason: 'no answer: ECONNREFUSED' } : adobe.lookup(key);
    const { report } = await runLanes(memoryLog([chunk('a', 0)]), { ...adobe, lookup }, { clock });
    expect(report).toEqual({ lanes: [{ group: 'a', ended: 'done' }], error: null });
  });

  test('each lane does so once, and before its gate', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1), chunk('b', 0, 'linted'), chunk('b', 1)]);
    const adobe = scriptedAdobe();
    const gate = async (one: Chunk) => void adobe.calls.push(`gate ${one.key}`);
    await runLanes(log, adobe, { groups: ['a', 'b'], gate });
    for (const lane of ['a', 'b'])
      expect(adobe.calls.filter((call) => call.includes(`key-${lane}-`))).toEqual(
        ['lookup 0', 'gate 0', 'upload 0', 'gate 1', 'upload 1'].map((call) => call.replace(' ', ` key-${lane}-`)),
      );
  });
});

describe('a person’s decision leads on, and presence is not overruled without one', () => {
  const failed = { kind: 'failed', reason: 'ERROR' } as const;
  const part = { ...found, rows: 93 };
  const unknown = () =>
    memoryLog([chunk('a', 0, 'unknown'), chunk('a', 1)], {
      'a/000000-0000': [attempt({ endedAt: 1, outcome: 'unknown: x' })],
    });
  const decide = (log: MemoryLog, fate: 'uploaded' | 'not-uploaded') =>
    decideChunks([{ group: 'a', name: '000000-0000', fate }], { log, clock: fakeClock() });

  test('rejected for a cause of Adobe’s: sent again as it is', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const receipt = { httpStatus: 400, fileId: 'f', rows: 100, invalidRows: 100, size: 1000, body: '{}' };
    const adobe = scriptedAdobe([{ kind: 'rejected', receipt, reason: 'No valid rows were found in the file.' }]);
    expect((await runLanes(log, adobe)).report.error?.message).toContain('Adobe rejected it');
    expect((await runLanes(log, adobe)).report.error?.message).toContain('Adobe rejected it in an earlier run');
    await decide(log, 'not-uploaded');
    const before = adobe.calls.length;
    expect((await runLanes(log, adobe)).report).toEqual({ lanes: [{ group: 'a', ended: 'done' }], error: null });
    expect(adobe.calls.slice(before)).toEqual(['lookup key-a-0', 'upload key-a-0', 'upload key-a-1']);
    expect(log.states()).toEqual({ 'a/000000-0000': 'uploaded', 'a/000001-0000': 'uploaded' });
  });

  test('there, but not taken: sent again, which is told, and what is behind it is looked up as well', async () => {
    const [log, adobe] = [unknown(), scriptedAdobe()];
    adobe.lookupAnswers = [failed];
    expect((await runLanes(log, adobe)).report.error?.code).toBe('delivery.lane-stopped');
    await decide(log, 'not-uploaded');
    adobe.lookupAnswers = [failed];
    const { report, events } = await runLanes(log, adobe);
    expect(report.error).toBeNull();
    expect(adobe.calls.slice(1)).toEqual(['lookup key-a-0', 'upload key-a-0', 'lookup key-a-1', 'upload key-a-1']);
    const text =
      'chunk a/000000-0000 is sent again, as a person decided: Adobe has a file under its key and says of it ERROR.';
    expect(events).toContainEqual({ type: 'message', level: 'warn', text });
  });

  test('there with equal rows and size: uploaded, whatever was decided, and nothing is sent', async () => {
    const [log, adobe] = [unknown(), scriptedAdobe([], ['key-a-0'])];
    await decide(log, 'not-uploaded');
    const { report, events } = await runLanes(log, adobe);
    expect(report.error).toBeNull();
    expect(uploads(adobe)).toEqual(['key-a-1']);
    expect(log.lastReceipts.get('a/000000-0000')).toMatchObject({ source: 'lookup', rows: 100, invalidRows: 0 });
    expect(events).toContainEqual({ type: 'message', level: 'warn', text: expect.stringContaining('not sent again') });
    expect(events).toContainEqual(expect.objectContaining({ type: 'chunk', name: '000000-0000', state: 'uploaded' }));
  });

  test('there with other rows: the lane stops until it is decided in knowledge of them', async () => {
    const log = unknown();
    await decide(log, 'not-uploaded');
    const adobe = scriptedAdobe();
    for (const runs of [1, 2]) {
      adobe.lookupAnswers = [part];
      expect((await runLanes(log, adobe)).report.error, `run ${runs}`).toMatchObject({
        code: 'delivery.lane-stopped',
        message:
          'the fate of chunk a/000000-0000 cannot be settled: Adobe has a file under its key with 93 rows and 1,000 bytes, the chunk has 100 and 1,000',
        next: expect.stringMatching(/decided before.*--uploaded.*--not-uploaded/),
      });
    }
    expect(uploads(adobe)).toEqual([]);
    await decide(log, 'not-uploaded');
    adobe.lookupAnswers = [part];
    expect((await runLanes(log, adobe)).report.error).toBeNull();
    expect(uploads(adobe)).toEqual(['key-a-0', 'key-a-1']);
  });

  test.each([
    [failed, 'not-uploaded', ['key-a-0', 'key-a-1']],
    [failed, 'uploaded', ['key-a-1']],
    [part, 'not-uploaded', ['key-a-0', 'key-a-1']],
    [part, 'uploaded', ['key-a-1']],
  ] as const)('in a ledger that is older than Adobe: %j, %s', async (there, fate, sent) => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = [there];
    expect((await runLanes(log, adobe)).report.error?.code).toBe('ledger.stale');
    adobe.lookupAnswers = [there];
    await expect(adopt(settling(log, adobe))).rejects.toThrow('cannot be adopted');
    await decide(log, fate);
    if (fate === 'not-uploaded') adobe.lookupAnswers = [there];
    expect((await runLanes(log, adobe)).report.error).toBeNull();
    expect(uploads(adobe)).toEqual(sent);
  });

  test('a key that an accepted change left in its place is not asked for twice', async () => {
    const log: MemoryLog = { ...memoryLog([chunk('a', 0)]), formerKeys: async () => ['key-a-0'] };
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = [failed];
    await expect(adopt(settling(log, adobe))).rejects.toThrow('cannot be adopted');
    await decide(log, 'not-uploaded');
    adobe.lookupAnswers = [failed];
    expect((await runLanes(log, adobe)).report.error).toBeNull();
    expect(uploads(adobe)).toEqual(['key-a-0']);
  });
});

describe('settle --adopt walks forward by look-up', () => {
  test('takes over what Adobe has, lane by lane, up to the first that it does not', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1), chunk('a', 2), chunk('b', 0)]);
    const adobe = scriptedAdobe([], ['key-a-0', 'key-a-1', 'key-b-0']);
    expect(await adopt(settling(log, adobe, ['a', 'b']))).toEqual([
      { group: 'a', adopted: ['000000-0000', '000001-0000'], endedAt: '000002-0000' },
      { group: 'b', adopted: ['000000-0000'], endedAt: null },
    ]);
    expect(log.states()).toMatchObject({ 'a/000001-0000': 'uploaded', 'a/000002-0000': 'sealed' });
    expect(adobe.calls.filter((call) => !call.startsWith('lookup'))).toEqual([]);
  });

  test('does not believe a 404 once the last found is not found any more', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = [found, absent, absent];
    await expect(adopt(settling(log, adobe))).rejects.toThrow('does not even find a file that Adobe is known to have');
  });

  test('stops where Adobe has other rows', async () => {
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = [{ ...found, rows: 7 }];
    await expect(adopt(settling(memoryLog([chunk('a', 0)]), adobe))).rejects.toThrow('under its key with 7 rows');
  });
});

import { describe, expect, test } from 'vitest';
import type { UploadVerdict } from '../../src/delivery/classify.ts';
import type { Chunk } from '../../src/domain/chunk.ts';
import { MigrationError } from '../../src/domain/error.ts';
import { chunk, memoryLog } from './memory-log.ts';
import { attempt, runLanes as run } from './run-lanes.ts';
import { type ScriptedAdobe, scriptedAdobe } from './scripted-adobe.ts';

const receipt = { httpStatus: 200, fileId: 'f', rows: 100, invalidRows: 3, size: 1000, body: '{}' };

describe('a lane', () => {
  test('sends its chunks one after another, in order, after looking up the first', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1), chunk('a', 2)]);
    const adobe = scriptedAdobe();
    const { report, clock } = await run(log, adobe);
    expect(report).toEqual({ lanes: [{ group: 'a', ended: 'done' }], error: null });
    expect(adobe.calls).toEqual(['lookup key-a-0', 'upload key-a-0', 'upload key-a-1', 'upload key-a-2']);
    expect(log.states()).toEqual({
      'a/000000-0000': 'uploaded',
      'a/000001-0000': 'uploaded',
      'a/000002-0000': 'uploaded',
    });
    // Two rests of 20 s between three uploads.
    expect(clock.monotonic()).toBe(40_000);
  });

  test('tells each state of a chunk and what the lane waits for', async () => {
    const { events } = await run(memoryLog([chunk('a', 0), chunk('a', 1)]), scriptedAdobe());
    const told = events.map((event) =>
      event.type === 'chunk'
        ? `${event.name} ${event.state}`
        : event.type === 'lane'
          ? `waits ${event.waits} ${event.untilMs}`
          : '',
    );
    expect(told).toEqual([
      '000000-0000 linted',
      '000000-0000 sending',
      '000000-0000 uploaded',
      '000001-0000 linted',
      'waits for its pace 1700000020000',
      '000001-0000 sending',
      '000001-0000 uploaded',
    ]);
  });

  test('calls the gate before a sealed chunk only', async () => {
    const passed: string[] = [];
    const gate = async (one: Chunk) => void passed.push(one.key);
    await run(memoryLog([chunk('a', 0, 'linted'), chunk('a', 1)]), scriptedAdobe(), { gate });
    expect(passed).toEqual(['key-a-1']);
  });

  test('sends nothing when the gate throws, and the run stops', async () => {
    const log = memoryLog([chunk('a', 0), chunk('b', 0)]);
    const adobe = scriptedAdobe();
    const gate = async () => {
      throw new MigrationError('gate.unanswered', 'no answer');
    };
    const { report } = await run(log, adobe, { gate, groups: ['a'] });
    expect(report.error?.code).toBe('gate.unanswered');
    expect(adobe.calls).toEqual(['lookup key-a-0']);
    expect(log.states()['a/000000-0000']).toBe('sealed');
  });
});

describe('the start-up look-up', () => {
  test('stops the run when Adobe knows a key that the ledger has not seen arrive', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const adobe = scriptedAdobe([], ['key-a-0']);
    const { report, stopped } = await run(log, adobe);
    expect(report.error?.code).toBe('ledger.stale');
    expect(report.error?.next).toContain('settle --adopt');
    expect(stopped).toEqual(['a']);
    expect(adobe.calls).toEqual(['lookup key-a-0']);
  });

  test('is made after an inherited attempt was settled too', async () => {
    const log = memoryLog([chunk('a', 0, 'sending'), chunk('a', 1)], { 'a/000000-0000': [attempt()] });
    const { report } = await run(log, scriptedAdobe([], ['key-a-0', 'key-a-1']));
    expect(report.error?.code).toBe('ledger.stale');
    expect(log.states()).toEqual({ 'a/000000-0000': 'uploaded', 'a/000001-0000': 'sealed' });
  });

  test('lets nothing go before it got a clear answer', async () => {
    const log = memoryLog([chunk('a', 0)]);
    const adobe = scriptedAdobe();
    adobe.lookupAnswers = Array.from({ length: 9 }, () => ({ kind: 'inconclusive', reason: 'HTTP 500' }) as const);
    const { report } = await run(log, adobe);
    expect(report.error?.code).toBe('delivery.unreachable');
    expect(adobe.calls).toHaveLength(9);
    expect(log.states()).toEqual({ 'a/000000-0000': 'sealed' });
  });
});

describe('an unknown fate', () => {
  test('that arrived is found, not sent again, and confirmed by validate', async () => {
    const log = memoryLog([chunk('a', 0)]);
    const adobe = scriptedAdobe(['take in silence']);
    const { report, clock } = await run(log, adobe);
    expect(report.error).toBeNull();
    expect(adobe.stored).toEqual(['key-a-0']);
    expect(adobe.calls).toEqual(['lookup key-a-0', 'upload key-a-0', 'lookup key-a-0', 'validate key-a-0']);
    expect(clock.monotonic()).toBe(180_000);
    expect(log.receipts.get('a/000000-0000')).toMatchObject({
      source: 'lookup',
      rows: 100,
      size: 1000,
      invalidRows: 0,
    });
  });

  test('keeps its invalid rows unknown where validate does not confirm', async () => {
    const log = memoryLog([chunk('a', 0)]);
    const adobe = scriptedAdobe(['take in silence']);
    adobe.validateAnswer = { kind: 'unanswered', reason: 'HTTP 500' };
    await run(log, adobe);
    expect(log.receipts.get('a/000000-0000')?.invalidRows).toBeNull();
  });

  test('that never arrived is sent again after every look-up of the window and a control', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const adobe = scriptedAdobe(['take', 'lose']);
    const { report, clock } = await run(log, adobe);
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

  test('of a killed process is waited for from the start of this one', async () => {
    const log = memoryLog([chunk('a', 0, 'sending')], { 'a/000000-0000': [attempt()] });
    const { clock } = await run(log, scriptedAdobe([], ['key-a-0']));
    expect(log.outcomes()).toEqual(['unknown: the process ended before an answer']);
    expect(log.states()).toEqual({ 'a/000000-0000': 'uploaded' });
    expect(clock.monotonic()).toBe(180_000);
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
    const { report, stopped } = await run(log, client, { groups: ['a', 'b'] });
    expect(report.lanes.map(({ ended }) => ended)).toEqual(['stopped', 'done']);
    expect(report.error?.code).toBe('delivery.lane-stopped');
    expect(report.error?.message).toBe(
      'the fate of chunk a/000001-0000 cannot be settled: look-ups do not even find a file that Adobe confirmed',
    );
    expect(stopped).toEqual(['a']);
    expect(log.states()['a/000001-0000']).toBe('unknown');
  });

  test('sent to another host or by another client is left to a person', async () => {
    const log = memoryLog([chunk('a', 0, 'unknown')], {
      'a/000000-0000': [attempt({ clientId: 'other', endedAt: 1, outcome: 'unknown: x' })],
    });
    const adobe = scriptedAdobe();
    const { report } = await run(log, adobe);
    expect(report.error?.message).toContain('was sent to adobe.test by client other');
    expect(adobe.calls).toEqual([]);
  });

  test('after five sent attempts is not sent a sixth time', async () => {
    const log = memoryLog([chunk('a', 0)]);
    const adobe = scriptedAdobe(['lose', 'lose', 'lose', 'lose', 'lose', 'take']);
    const { report } = await run(log, adobe);
    expect(report.error?.message).toContain('it has been sent 5 times and never arrived');
    expect(adobe.calls.filter((call) => call.startsWith('upload'))).toHaveLength(5);
    expect(log.states()).toEqual({ 'a/000000-0000': 'unknown' });
  });
});

describe('Adobe’s other answers', () => {
  const wait: UploadVerdict = { kind: 'wait', reason: 'HTTP 503' };
  const newToken: UploadVerdict = { kind: 'new token', reason: 'HTTP 401' };

  test('nothing sent: the same chunk goes again without a look-up', async () => {
    const log = memoryLog([chunk('a', 0)]);
    const adobe = scriptedAdobe([wait, wait]);
    await run(log, adobe);
    expect(adobe.calls).toEqual(['lookup key-a-0', 'upload key-a-0', 'upload key-a-0', 'upload key-a-0']);
    expect(log.outcomes()).toEqual(['nothing sent: HTTP 503', 'nothing sent: HTTP 503', 'uploaded']);
  });

  test('nothing can be sent for an hour: the run stops', async () => {
    const { report } = await run(memoryLog([chunk('a', 0)]), scriptedAdobe(Array(200).fill(wait)));
    expect(report.error?.code).toBe('delivery.unreachable');
  });

  test('one 401 brings one new token', async () => {
    const adobe = scriptedAdobe([newToken]);
    const { report } = await run(memoryLog([chunk('a', 0)]), adobe);
    expect(report.error).toBeNull();
    expect(adobe.tokens).toBe(1);
  });

  test('a second 401 stops the run', async () => {
    const adobe = scriptedAdobe([newToken, newToken]);
    const log = memoryLog([chunk('a', 0)]);
    const { report } = await run(log, adobe);
    expect(report.error?.code).toBe('auth.failed');
    expect(adobe.tokens).toBe(1);
    expect(log.states()).toEqual({ 'a/000000-0000': 'linted' });
  });

  test('a 401 a day, each mended by a new token, stops nothing', async () => {
    const adobe = scriptedAdobe([newToken, 'take', newToken, 'take']);
    const { report } = await run(memoryLog([chunk('a', 0), chunk('a', 1)]), adobe);
    expect(report.error).toBeNull();
    expect(adobe.tokens).toBe(2);
  });

  test('403 stops the run and every lane', async () => {
    const forbidden: UploadVerdict = { kind: 'stop run', code: 'delivery.forbidden', sent: false, reason: 'HTTP 403' };
    const log = memoryLog([chunk('a', 0), chunk('b', 0), chunk('b', 1)]);
    const { report } = await run(log, scriptedAdobe([forbidden, 'take']), { groups: ['a', 'b'] });
    expect(report.error?.code).toBe('delivery.forbidden');
    expect(report.lanes.map(({ ended }) => ended)).toEqual(['stopped', 'interrupted']);
  });

  test('a rejected file stops its lane, in this run and in the next', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1), chunk('b', 0)]);
    const rejected: UploadVerdict = { kind: 'rejected', receipt, reason: 'HTTP 400: Not in GZIP format' };
    const first = await run(log, scriptedAdobe([rejected]), { groups: ['a', 'b'] });
    expect(first.report.lanes.map(({ ended }) => ended)).toEqual(['stopped', 'done']);
    expect(first.report.error?.message).toBe(
      'lane a stopped at 000000-0000: Adobe rejected it: HTTP 400: Not in GZIP format',
    );
    const adobe = scriptedAdobe();
    const second = await run(log, adobe, { groups: ['a', 'b'] });
    expect(second.report.error?.code).toBe('delivery.lane-stopped');
    expect(adobe.calls).toEqual([]);
  });

  test('a damaged chunk stops its lane', async () => {
    const damaged: UploadVerdict = { kind: 'stop lane', code: 'chunk.damaged', sent: true, reason: 'changed' };
    const log = memoryLog([chunk('a', 0)]);
    const { report } = await run(log, scriptedAdobe([damaged]));
    expect(report.error?.code).toBe('chunk.damaged');
    expect(log.states()).toEqual({ 'a/000000-0000': 'unknown' });
  });
});

describe('rows that Adobe does not take', () => {
  const partial: UploadVerdict = {
    kind: 'partial',
    receipt,
    invalidRows: 3,
    lost: [
      { row: 7, count: 1, reason: 'missing' },
      { row: null, count: 2, reason: 'unnamed' },
    ],
    reason: 'HTTP 200',
  };

  test('stop the run once recorded, and every later run until they are allowed', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const { report } = await run(log, scriptedAdobe([partial]));
    expect(report.error?.code).toBe('delivery.loss');
    expect(log.states()).toEqual({ 'a/000000-0000': 'partial', 'a/000001-0000': 'sealed' });
    const adobe = scriptedAdobe();
    expect((await run(log, adobe)).report.error?.code).toBe('delivery.loss');
    expect(adobe.calls).toEqual([]);
    const allowed = await run(log, adobe, { onInvalidRows: { budget: 0.003 } });
    expect(allowed.report.error).toBeNull();
    expect(adobe.calls).toEqual(['lookup key-a-1', 'upload key-a-1']);
  });

  test('are measured against the planned hits of the whole migration', async () => {
    const log = memoryLog([chunk('a', 0)]);
    const { report } = await run(log, scriptedAdobe([partial]), { onInvalidRows: { budget: 0.0029 } });
    expect(report.error?.message).toBe(
      'Adobe did not take 3 rows of files that it accepted; 2 of 1000 planned hits may be lost',
    );
  });
});

describe('stopping', () => {
  test('ends after the upload in flight, whose outcome is recorded', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const stop = new AbortController();
    const adobe = scriptedAdobe();
    const upload: ScriptedAdobe['upload'] = async (...given) => {
      const verdict = await adobe.upload(...given);
      stop.abort();
      return verdict;
    };
    const { report } = await run(log, { ...adobe, upload }, { signal: stop.signal });
    expect(report).toEqual({ lanes: [{ group: 'a', ended: 'interrupted' }], error: null });
    expect(log.states()).toEqual({ 'a/000000-0000': 'uploaded', 'a/000001-0000': 'sealed' });
  });

  test('a bug in one lane ends the others and is thrown', async () => {
    const log = memoryLog([chunk('a', 0), chunk('b', 0)]);
    const gate = async () => {
      throw new TypeError('oops');
    };
    await expect(run(log, scriptedAdobe(), { gate, groups: ['a', 'b'] })).rejects.toThrow('oops');
  });
});

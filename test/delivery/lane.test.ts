import { describe, expect, test } from 'vitest';
import type { UploadVerdict } from '../../src/delivery/classify.ts';
import type { Chunk } from '../../src/domain/chunk.ts';
import { MigrationError } from '../../src/domain/error.ts';
import { chunk, memoryLog } from './memory-log.ts';
import { runLanes } from './run-lanes.ts';
import { type ScriptedAdobe, scriptedAdobe } from './scripted-adobe.ts';

const receipt = { httpStatus: 200, fileId: 'f', rows: 100, invalidRows: 3, size: 1000, body: '{}' };

describe('a lane', () => {
  test('sends its chunks one after another, in order, after looking up the first', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1), chunk('a', 2)]);
    const adobe = scriptedAdobe();
    const { report, clock } = await runLanes(log, adobe);
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
    const { events } = await runLanes(memoryLog([chunk('a', 0), chunk('a', 1)]), scriptedAdobe());
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

  test('calls the gate once for each chunk, also for one that passed in an earlier process', async () => {
    const passed: string[] = [];
    const gate = async (one: Chunk) => void passed.push(one.key);
    const busy: UploadVerdict = { kind: 'wait', reason: 'HTTP 503' };
    const adobe = scriptedAdobe([busy, 'take', 'lose', busy, 'take']);
    const { report } = await runLanes(memoryLog([chunk('a', 0, 'linted'), chunk('a', 1)]), adobe, { gate });
    expect(report.error).toBeNull();
    expect(adobe.stored).toEqual(['key-a-0', 'key-a-1']);
    expect(passed).toEqual(['key-a-0', 'key-a-1']);
  });

  test('sends nothing when the gate throws, and the run stops', async () => {
    const log = memoryLog([chunk('a', 0), chunk('b', 0)]);
    const adobe = scriptedAdobe();
    const gate = async () => {
      throw new MigrationError('gate.unanswered', 'no answer');
    };
    const { report } = await runLanes(log, adobe, { gate, groups: ['a'] });
    expect(report.error?.code).toBe('gate.unanswered');
    expect(adobe.calls).toEqual(['lookup key-a-0']);
    expect(log.states()['a/000000-0000']).toBe('sealed');
  });
});

describe('Adobe’s other answers', () => {
  const wait: UploadVerdict = { kind: 'wait', reason: 'HTTP 503' };

  test('nothing sent: the same chunk goes again without a look-up', async () => {
    const log = memoryLog([chunk('a', 0)]);
    const adobe = scriptedAdobe([wait, wait]);
    await runLanes(log, adobe);
    expect(adobe.calls).toEqual(['lookup key-a-0', 'upload key-a-0', 'upload key-a-0', 'upload key-a-0']);
    expect(log.outcomes()).toEqual(['nothing sent: HTTP 503', 'nothing sent: HTTP 503', 'uploaded']);
  });

  test('nothing can be sent for an hour: the run stops', async () => {
    const { report } = await runLanes(memoryLog([chunk('a', 0)]), scriptedAdobe(Array(200).fill(wait)));
    expect(report.error?.code).toBe('delivery.unreachable');
  });

  test('a rejected file stops its lane, in this run and in the next', async () => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1), chunk('b', 0)]);
    const rejected: UploadVerdict = { kind: 'rejected', receipt, reason: 'HTTP 400: Not in GZIP format' };
    const first = await runLanes(log, scriptedAdobe([rejected]), { groups: ['a', 'b'] });
    expect(first.report.lanes.map(({ ended }) => ended)).toEqual(['stopped', 'done']);
    expect(first.report.error?.message).toBe(
      'lane a stopped at 000000-0000: Adobe rejected it: HTTP 400: Not in GZIP format',
    );
    const adobe = scriptedAdobe();
    const second = await runLanes(log, adobe, { groups: ['a', 'b'] });
    expect(second.report.error?.code).toBe('delivery.lane-stopped');
    expect(adobe.calls).toEqual([]);
  });

  test.each([
    [true, 'unknown'],
    [false, 'linted'],
  ])('a damaged chunk stops its lane, and is noted so that the next run builds it again', async (sent, state) => {
    const damaged: UploadVerdict = { kind: 'stop lane', code: 'chunk.damaged', sent, reason: 'changed' };
    const log = memoryLog([chunk('a', 0)]);
    const { report } = await runLanes(log, scriptedAdobe([damaged]));
    expect(report.error?.code).toBe('chunk.damaged');
    expect(log.states()).toEqual({ 'a/000000-0000': state });
    expect(log.damaged).toEqual(['key-a-0']);
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
    const { report } = await runLanes(log, scriptedAdobe([partial]));
    expect(report.error?.code).toBe('delivery.loss');
    expect(log.states()).toEqual({ 'a/000000-0000': 'partial', 'a/000001-0000': 'sealed' });
    const adobe = scriptedAdobe();
    expect((await runLanes(log, adobe)).report.error?.code).toBe('delivery.loss');
    expect(adobe.calls).toEqual([]);
    const allowed = await runLanes(log, adobe, { onInvalidRows: { budget: 0.003 } });
    expect(allowed.report.error).toBeNull();
    expect(adobe.calls).toEqual(['lookup key-a-1', 'upload key-a-1']);
  });

  test('are measured against the planned hits of the whole migration', async () => {
    const log = memoryLog([chunk('a', 0)]);
    const { report } = await runLanes(log, scriptedAdobe([partial]), { onInvalidRows: { budget: 0.0029 } });
    expect(report.error?.message).toBe(
      'Adobe did not take 3 rows of files that it accepted; 2 of 1,000 planned hits may be lost',
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
    const { report } = await runLanes(log, { ...adobe, upload }, { signal: stop.signal });
    expect(report).toEqual({ lanes: [{ group: 'a', ended: 'interrupted' }], error: null });
    expect(log.states()).toEqual({ 'a/000000-0000': 'uploaded', 'a/000001-0000': 'sealed' });
  });

  test('a bug in one lane ends the others and is thrown', async () => {
    const log = memoryLog([chunk('a', 0), chunk('b', 0)]);
    const gate = async () => {
      throw new TypeError('oops');
    };
    await expect(runLanes(log, scriptedAdobe(), { gate, groups: ['a', 'b'] })).rejects.toThrow('oops');
  });
});

import { describe, expect, test } from 'vitest';
import { attemptResult, countSent } from '../../src/delivery/attempt-result.ts';
import type { UploadVerdict } from '../../src/delivery/classify.ts';
import type { AttemptResult } from '../../src/delivery/ports.ts';
import type { Attempt } from '../../src/domain/receipt.ts';

const receipt = { httpStatus: 200, fileId: 'g', rows: 100, invalidRows: 2, size: 1000, body: '{}' };
const written = { ...receipt, source: 'answer', at: 7000 } as const;
const lost = [{ row: 3, count: 1, reason: 'odd' }];

describe('what a verdict means for the log', () => {
  test.each<[string, UploadVerdict, Omit<AttemptResult, 'endedAt'>]>([
    [
      'taken',
      { kind: 'uploaded', receipt, reason: 'HTTP 200' },
      { outcome: 'uploaded', state: 'uploaded', receipt: written },
    ],
    [
      'taken in part',
      { kind: 'partial', receipt, invalidRows: 2, lost, reason: 'HTTP 200' },
      { outcome: 'partial: 2 invalid rows', state: 'partial', receipt: written, lost },
    ],
    [
      'rejected',
      { kind: 'rejected', receipt, reason: 'HTTP 400' },
      { outcome: 'rejected', state: 'rejected', receipt: written },
    ],
    ['to wait', { kind: 'wait', reason: 'HTTP 503' }, { outcome: 'nothing sent: HTTP 503', state: 'linted' }],
    ['a new token', { kind: 'new token', reason: 'HTTP 401' }, { outcome: 'nothing sent: HTTP 401', state: 'linted' }],
    ['unknown', { kind: 'unknown', reason: 'EPIPE' }, { outcome: 'unknown: EPIPE', state: 'unknown' }],
    [
      'a stop of the lane, something sent',
      { kind: 'stop lane', code: 'chunk.damaged', sent: true, reason: 'cut short' },
      { outcome: 'unknown: cut short', state: 'unknown' },
    ],
    [
      'a stop of the lane, nothing sent',
      { kind: 'stop lane', code: 'delivery.lane-stopped', sent: false, reason: 'HTTP 413' },
      { outcome: 'nothing sent: HTTP 413', state: 'linted' },
    ],
    [
      'a stop of the run, something sent',
      { kind: 'stop run', code: 'delivery.forbidden', sent: true, reason: 'HTTP 403' },
      { outcome: 'unknown: HTTP 403', state: 'unknown' },
    ],
    [
      'a stop of the run, nothing sent',
      { kind: 'stop run', code: 'delivery.forbidden', sent: false, reason: 'HTTP 403' },
      { outcome: 'nothing sent: HTTP 403', state: 'linted' },
    ],
  ])('%s', (_, verdict, result) => {
    expect(attemptResult(verdict, 7000)).toEqual({ endedAt: 7000, ...result });
  });
});

describe('attempts after which Adobe may have bytes', () => {
  test.each<[string, (string | null)[], number]>([
    ['none', [], 0],
    ['one that nobody ended', [null], 1],
    ['one of which nothing left', ['nothing sent: HTTP 503'], 0],
    ['some of each', ['nothing sent: HTTP 401', 'unknown: EPIPE', null, 'nothing sent: ECONNREFUSED', 'rejected'], 3],
    ['one that only quotes the words', ['unknown: nothing sent'], 1],
  ])('%s', (_, outcomes, count) => {
    const attempts = outcomes.map((outcome, place): Attempt => {
      const endedAt = outcome === null ? null : 2;
      return { id: place, number: place + 1, host: 'h', clientId: 'c', startedAt: 1, endedAt, outcome };
    });
    expect(countSent(attempts)).toBe(count);
  });
});

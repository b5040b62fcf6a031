import net, { type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { attemptResult } from '../../../src/delivery/attempt-result.ts';
import { classifyUpload, type UploadVerdict } from '../../../src/delivery/classify.ts';
import type { Exchange } from '../../../src/delivery/exchange.ts';
import { createTransport } from '../../../src/delivery/transport.ts';
import type { JobEvent } from '../../../src/domain/event.ts';
import { sealed } from '../../ledger/ledger-fixture.ts';
import { chunk, memoryLog } from '../memory-log.ts';
import { runLanes } from '../run-lanes.ts';
import { type Script, scriptedAdobe } from '../scripted-adobe.ts';
import { answer, fault, plannedLedger, uploads } from './promise-fixture.ts';

const uploaded = { file_id: 'g-1', rows: 100, invalid_rows: 0, size: 1000, status_code: 'UPLOADED' };
/** Where a chunk of 100 rows goes after an exchange. */
function stateAfter(exchange: Exchange): string {
  return attemptResult(classifyUpload(exchange, 100), 0).state;
}

describe('a lane moves to the next slice when this one is sealed and all of its chunks in the lane are final', () => {
  test('a slice that is sealed early waits for the one before it', async () => {
    const ledger = await plannedLedger();
    await ledger.sealSlice(sealed(1, 1));
    const adobe = scriptedAdobe();
    const sentAtWait: string[][] = [];
    const onEvent = (event: JobEvent): void => {
      if (event.type !== 'lane' || !event.waits.includes('sealed')) return;
      sentAtWait.push(uploads(adobe));
      void ledger.sealSlice(sentAtWait.length === 1 ? sealed(0, 2) : sealed(2, 1));
    };
    const { report } = await runLanes(ledger, adobe, { onEvent });
    expect(report.error).toBeNull();
    expect(sentAtWait).toEqual([[], ['key-0-0', 'key-0-1', 'key-1-0']]);
    expect(uploads(adobe)).toEqual(['key-0-0', 'key-0-1', 'key-1-0', 'key-2-0']);
  });

  test('a chunk whose fate is open holds back all that come after it', async () => {
    const ledger = await plannedLedger();
    for (const slice of [0, 1, 2]) await ledger.sealSlice(sealed(slice, 2));
    const adobe = scriptedAdobe(['lose']);
    adobe.lookupAnswers = [{ kind: 'not found' }, { kind: 'found', rows: 4, size: 300, fileId: 'f', body: '' }];
    expect((await runLanes(ledger, adobe)).report.error?.code).toBe('delivery.lane-stopped');
    expect(uploads(adobe)).toEqual(['key-0-0']);
    expect((await ledger.chunks()).filter(({ state }) => state === 'sealed')).toHaveLength(5);
  });
});

describe('a chunk goes sealed → linted → sending → (unknown →) uploaded, partial or rejected', () => {
  const receipt = { httpStatus: 200, fileId: 'f', rows: 100, invalidRows: 3, size: 1000, body: '{}' };
  test.each<[string, readonly Script[], readonly string[]]>([
    ['taken', ['take'], ['linted', 'sending', 'uploaded']],
    ['taken in silence', ['take in silence'], ['linted', 'sending', 'unknown', 'uploaded']],
    ['lost, then taken', ['lose', 'take'], ['linted', 'sending', 'unknown', 'linted', 'sending', 'uploaded']],
    [
      'taken in part',
      [{ kind: 'partial', receipt, invalidRows: 3, lost: [], reason: '' }],
      ['linted', 'sending', 'partial'],
    ],
    ['rejected', [{ kind: 'rejected', receipt, reason: '' }], ['linted', 'sending', 'rejected']],
    ['not begun', [{ kind: 'wait', reason: '' }], ['linted', 'sending', 'linted', 'sending', 'uploaded']],
  ])('%s', async (_, script, states) => {
    const { events } = await runLanes(memoryLog([chunk('a', 0)]), scriptedAdobe(script));
    expect(events.flatMap((event) => (event.type === 'chunk' ? [event.state] : []))).toEqual(states);
  });
});

describe('no transport tries twice on its own account', () => {
  test('a connection that is cut is asked for once, whatever was sent', async () => {
    for (const after of [0, 1]) {
      let connections = 0;
      const server = net.createServer((socket) => {
        connections += 1;
        socket.on('error', () => {});
        if (after === 0) socket.destroy();
        else socket.once('data', () => socket.destroy());
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const transport = createTransport({ timeouts: { connectMs: 5000, idleMs: 5000, answerMs: 5000 }, expect: true });
      const call = { method: 'POST', url: `http://127.0.0.1:${port}/`, headers: {}, json: '{}' } as const;
      expect(await transport.send(call)).toMatchObject({ status: null, error: expect.any(String) });
      await new Promise((resolve) => server.close(resolve));
      expect(connections).toBe(1);
    }
  });
});

describe('classify is one pure table from status, headers, body, error and how much of the body may have left', () => {
  const kinds: [Exchange, UploadVerdict['kind']][] = [
    [answer(200, uploaded), 'uploaded'],
    [answer(200, { ...uploaded, invalid_rows: 1 }), 'partial'],
    [answer(400, { status_code: 'REJECTED' }), 'rejected'],
    [answer(503, '', 'none'), 'wait'],
    [answer(401, '', 'none'), 'new token'],
    [fault('ECONNRESET', 'some'), 'unknown'],
    [answer(405, '', 'none'), 'stop lane'],
    [answer(403, '', 'none'), 'stop run'],
  ];
  test.each(kinds)('%j: %s', (exchange, kind) => {
    const frozen = Object.freeze({ ...exchange, headers: Object.freeze({}) });
    const first = classifyUpload(frozen, 100);
    expect(first.kind).toBe(kind);
    expect(classifyUpload(frozen, 100)).toEqual(first);
  });
});

describe('2xx with UPLOADED, PROCESSING or COMPLETE, no error and no invalid rows is uploaded', () => {
  test.each(['UPLOADED', 'PROCESSING', 'COMPLETE'])('%s', (code) => {
    for (const status of [200, 201, 202])
      expect(classifyUpload(answer(status, { ...uploaded, status_code: code }), 100).kind).toBe('uploaded');
  });

  test.each([
    ['another code', answer(200, { ...uploaded, status_code: 'QUEUED' }), 'unknown'],
    ['no code', answer(200, { ...uploaded, status_code: undefined }), 'unknown'],
    ['an error', answer(200, { ...uploaded, error: 'No hits' }), 'unknown'],
    ['invalid rows', answer(200, { ...uploaded, invalid_rows: 1 }), 'partial'],
    ['another status', answer(302, uploaded), 'stop lane'],
    ['a status of failure', answer(500, uploaded), 'unknown'],
  ])('%s is not', (_, exchange, kind) => {
    expect(classifyUpload(exchange, 100).kind).toBe(kind);
  });
});

describe('invalid rows make it partial: named ones are kept by row, the rest as a number', () => {
  test('in the log, for ever', async () => {
    const processing_log =
      'On row: 7, missing UserAgent. Processing complete: 97 rows will be submitted. 3 rows were invalid.';
    const verdict = classifyUpload(answer(200, { ...uploaded, processing_log }), 100);
    const log = memoryLog([chunk('a', 0)]);
    await runLanes(log, scriptedAdobe([verdict]), { onInvalidRows: { budget: 1 } });
    expect(log.states()).toEqual({ 'a/000000-0000': 'partial' });
    expect(log.lost.map(({ row, count }) => [row, count])).toEqual([
      [7, 1],
      [null, 2],
    ]);
    expect(log.lost[0]?.reason).toContain('missing UserAgent');
  });
});

describe('onInvalidRows decides, against the planned hits of the whole migration', () => {
  const receipt = { httpStatus: 200, fileId: 'f', rows: 100, invalidRows: 2, size: 1000, body: '{}' };
  const lost = [{ row: null, count: 2, reason: 'invalid' }];
  const partial: UploadVerdict = { kind: 'partial', receipt, invalidRows: 2, lost, reason: '' };
  test.each([
    ['2 of 1,000 at 0.2 %', [partial], 0.002, null],
    ['4 of 1,000 at 0.2 %', [partial, partial], 0.002, 'delivery.loss'],
    ['4 of 1,000 at 0.4 %, although each file lost 2 %', [partial, partial], 0.004, null],
  ] as const)('%s', async (_, script, budget, code) => {
    const log = memoryLog([chunk('a', 0), chunk('a', 1), chunk('a', 2)]);
    const { report } = await runLanes(log, scriptedAdobe(script), { onInvalidRows: { budget } });
    expect(report.error?.code ?? null).toBe(code);
  });

  test('what other lanes and earlier runs lost counts too', async () => {
    const log = memoryLog([chunk('a', 0), chunk('b', 0), chunk('b', 1)]);
    await runLanes(log, scriptedAdobe([partial]), { groups: ['a'], onInvalidRows: { budget: 0.003 } });
    const { report } = await runLanes(log, scriptedAdobe([partial]), {
      groups: ['b'],
      onInvalidRows: { budget: 0.003 },
    });
    expect(report.error?.code).toBe('delivery.loss');
    expect(log.states()['b/000001-0000']).toBe('sealed');
  });
});

describe('rows that Adobe did not take are never sent again', () => {
  test('neither in this run nor in the next', async () => {
    const verdict = classifyUpload(answer(200, { ...uploaded, invalid_rows: 100 }), 100);
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const adobe = scriptedAdobe([verdict]);
    await runLanes(log, adobe);
    await runLanes(log, adobe, { onInvalidRows: { budget: 1 } });
    await runLanes(log, adobe, { onInvalidRows: { budget: 1 } });
    expect(uploads(adobe)).toEqual(['key-a-0', 'key-a-1']);
  });
});

describe('it is safe to send again without asking only if no byte of the body was handed to the socket', () => {
  const refusals: [string, (sent: Exchange['bodySent']) => Exchange][] = [
    ['a refused connection', (sent) => fault('ECONNREFUSED', sent)],
    ...[400, 401, 403, 413, 429, 503].map((status): [string, (sent: Exchange['bodySent']) => Exchange] => [
      `${status} to Expect: 100-continue`,
      (sent) => answer(status, '', sent),
    ]),
  ];
  test.each(refusals)('%s', (_, exchange) => {
    expect((['none', 'some', 'all'] as const).map((sent) => stateAfter(exchange(sent)))).toEqual([
      'linted',
      'unknown',
      'unknown',
    ]);
  });
});

describe('everything else that is no clear answer is unknown', () => {
  test.each<[string, Exchange]>([
    ['a connection cut in the body', fault('ECONNRESET', 'some')],
    ['a connection cut after it', fault('ECONNRESET', 'all')],
    ['no answer in time', fault('answer-timeout', 'all')],
    ['a body that no longer moves', fault('idle-timeout', 'some')],
    ['half an answer', { ...answer(200, uploaded), error: 'answer-cut' }],
    ['500', answer(500, '')],
    ['a page of a gateway', answer(502, '<html>')],
    ['JSON that is none', answer(200, '{"status_code":"UPL')],
    ['a conflict', answer(409, { error: 'key in use' })],
    ['a success before the body was through', answer(200, uploaded, 'some')],
  ])('%s', (_, exchange) => {
    expect(stateAfter(exchange)).toBe('unknown');
  });
});

describe('401: one new token; a second 401, or 403, stops the run', () => {
  const newToken: UploadVerdict = { kind: 'new token', reason: 'HTTP 401' };
  const forbidden: UploadVerdict = { kind: 'stop run', code: 'delivery.forbidden', sent: false, reason: 'HTTP 403' };

  test('one 401 brings one new token', async () => {
    const adobe = scriptedAdobe([newToken]);
    const { report } = await runLanes(memoryLog([chunk('a', 0)]), adobe);
    expect(report.error).toBeNull();
    expect(adobe.tokens).toBe(1);
  });

  test('a second 401 stops the run', async () => {
    const adobe = scriptedAdobe([newToken, newToken]);
    const log = memoryLog([chunk('a', 0)]);
    const { report } = await runLanes(log, adobe);
    expect(report.error?.code).toBe('auth.failed');
    expect(adobe.tokens).toBe(1);
    expect(log.states()).toEqual({ 'a/000000-0000': 'linted' });
  });

  test('a 401 a day, each mended by a new token, stops nothing', async () => {
    const adobe = scriptedAdobe([newToken, 'take', newToken, 'take']);
    const { report } = await runLanes(memoryLog([chunk('a', 0), chunk('a', 1)]), adobe);
    expect(report.error).toBeNull();
    expect(adobe.tokens).toBe(2);
  });

  test('403 stops the run and every lane', async () => {
    const log = memoryLog([chunk('a', 0), chunk('b', 0), chunk('b', 1)]);
    const { report } = await runLanes(log, scriptedAdobe([forbidden, 'take']), { groups: ['a', 'b'] });
    expect(report.error?.code).toBe('delivery.forbidden');
    expect(report.lanes.map(({ ended }) => ended)).toEqual(['stopped', 'interrupted']);
  });
});

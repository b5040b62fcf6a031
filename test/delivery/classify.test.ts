import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyLookup, classifyUpload, classifyValidate, errorWords } from '../../src/delivery/classify.ts';
import type { Exchange } from '../../src/delivery/exchange.ts';

function answer(status: number, body: unknown, bodySent: Exchange['bodySent'] = 'all'): Exchange {
  return { status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body), error: null, bodySent };
}
function fault(error: string, bodySent: Exchange['bodySent'], status: number | null = null): Exchange {
  return { status, headers: {}, body: '', error, bodySent };
}
const uploaded = { file_id: 'g-1', rows: 100, invalid_rows: 0, size: 1000, status_code: 'UPLOADED' };

describe('an upload', () => {
  test.each<[string, Exchange, string]>([
    ['taken', answer(200, uploaded), 'uploaded'],
    ['taken, still processing', answer(200, { ...uploaded, status_code: 'PROCESSING' }), 'uploaded'],
    ['taken, no row processed yet', answer(200, { ...uploaded, rows: 0, status_code: 'PROCESSING' }), 'uploaded'],
    [
      'taken, some invalid rows found so far',
      answer(200, { ...uploaded, rows: 50, invalid_rows: 2, status_code: 'PROCESSING' }),
      'partial',
    ],
    ['taken and complete, no row', answer(200, { ...uploaded, rows: 0, status_code: 'COMPLETE' }), 'partial'],
    ['taken and complete', answer(201, { ...uploaded, status_code: 'complete' }), 'uploaded'],
    ['taken, unknown members, numbers as text', answer(200, { ...uploaded, size: '1000', x: [1] }), 'uploaded'],
    ['taken, no word about invalid rows', answer(200, { status_code: 'UPLOADED' }), 'uploaded'],
    ['taken with invalid rows', answer(200, { ...uploaded, invalid_rows: 2 }), 'partial'],
    [
      'taken, invalid rows only in the log',
      answer(200, { ...uploaded, processing_log: 'On row: 3, missing x.' }),
      'partial',
    ],
    ['taken with fewer rows than sent', answer(200, { ...uploaded, rows: 99 }), 'partial'],
    ['taken with an error', answer(200, { ...uploaded, error: 'No hits' }), 'unknown'],
    ['answered as taken before the body was complete', answer(200, uploaded, 'some'), 'unknown'],
    ['a success to the headers alone', answer(200, uploaded, 'none'), 'unknown'],
    ['a success without a status code', answer(200, { rows: 100 }), 'unknown'],
    ['a success with a status code never seen', answer(200, { ...uploaded, status_code: 'QUEUED' }), 'unknown'],
    ['a success that is no JSON', answer(200, '<html>'), 'unknown'],
    ['a success with an empty body', answer(204, ''), 'unknown'],
    [
      'rejected with 400',
      answer(400, { status_code: 'REJECTED', error: 'No hits were found in the file.' }),
      'rejected',
    ],
    ['rejected with 200', answer(200, { status_code: 'REJECTED' }), 'rejected'],
    ['an error', answer(200, { ...uploaded, status_code: 'ERROR' }), 'unknown'],
    ['an error that says why', answer(200, { status_code: 'ERROR', error: 'File Error' }), 'unknown'],
    ['an error with 400', answer(400, { status_code: 'ERROR' }), 'stop lane'],
    ['an error with 500', answer(500, { status_code: 'ERROR' }), 'unknown'],
    ['rejected, cut answer', { ...answer(400, { status_code: 'REJECTED' }), error: 'answer-cut' }, 'unknown'],
    [
      '401 to the headers',
      answer(401, { error_code: '401013', message: 'Oauth token is not valid' }, 'none'),
      'new token',
    ],
    ['401 in the service’s own words', answer(401, { error: 'Token validation failed' }, 'none'), 'new token'],
    ['401 in the words of the API description', answer(401, { error: 'Invalid token (1)' }, 'none'), 'new token'],
    ['401 mid body', answer(401, { error_code: '401013' }, 'some'), 'unknown'],
    ['401 after the body', answer(401, { error_code: '401013' }), 'unknown'],
    ['no api key', answer(403, { error_code: '403000', message: 'Api Key is required' }, 'none'), 'stop run'],
    ['unknown api key', answer(403, { error_code: '403003', message: 'Api Key is invalid' }, 'none'), 'stop run'],
    ['no token', answer(403, { error_code: '403010', message: 'Oauth token is missing.' }, 'none'), 'stop run'],
    ['a scope that is missing', answer(403, { error_code: '403011', message: 'Scope mismatch' }, 'none'), 'stop run'],
    ['a profile that is missing', answer(403, { error_code: '403023' }, 'none'), 'stop run'],
    ['403 mid body', answer(403, '', 'some'), 'stop run'],
    ['403 to the headers', answer(403, { error_code: '403025' }, 'none'), 'stop run'],
    ['403 after the body', answer(403, { error_code: '403025' }), 'stop run'],
    ['429 to the headers', answer(429, { error_code: '429050' }, 'none'), 'wait'],
    ['the plan’s limit', answer(429, { error_code: '429001' }, 'none'), 'wait'],
    ['the key’s limit', answer(429, { error_code: '429002' }, 'none'), 'wait'],
    ['429 mid body', answer(429, { error_code: '429050' }, 'some'), 'unknown'],
    ['429 after the body', answer(429, { error_code: '429050' }), 'unknown'],
    ['the key store is down', answer(503, { error_code: '503000' }, 'none'), 'wait'],
    ['the token check is down', answer(503, { error_code: '503010' }, 'none'), 'wait'],
    ['408 to the headers', answer(408, '', 'none'), 'wait'],
    ['408 after some of the body', answer(408, '', 'some'), 'unknown'],
    ['502 of something between', answer(502, '<html>Bad Gateway</html>', 'all'), 'unknown'],
    ['504 of something between', answer(504, '', 'all'), 'unknown'],
    ['503 to the headers', answer(503, '', 'none'), 'wait'],
    ['500 to the headers', answer(500, '', 'none'), 'wait'],
    ['503 after some of the body', answer(503, '', 'some'), 'unknown'],
    ['500 after the body', answer(500, ''), 'unknown'],
    ['500 that says rejected', answer(500, { status_code: 'REJECTED' }), 'unknown'],
    ['413 to the headers', answer(413, '', 'none'), 'stop lane'],
    ['413 in words after some of the body', answer(413, { error: 'too large' }, 'some'), 'stop lane'],
    ['413 without words after some of the body', answer(413, 'Payload Too Large', 'some'), 'stop lane'],
    [
      '400 to the headers',
      answer(400, { error: "Request is missing required header 'x-adobe-vgid'" }, 'none'),
      'stop lane',
    ],
    [
      '400 of a wrong part',
      answer(400, { error: 'An internal server error occurred: HTTP 400 Bad Request' }),
      'stop lane',
    ],
    ['400 that is no JSON', answer(400, 'Bad Request'), 'unknown'],
    [
      '400 for a column that is missing',
      answer(400, { error: "CSV file missing required header 'timestamp'." }),
      'stop lane',
    ],
    ['400 of the gateway', answer(400, { error_code: '400003', message: 'Missing header' }, 'none'), 'stop lane'],
    [
      'rejected: not gzip, as the samples have it',
      answer(400, {
        file_id: 'g',
        status_code: 'REJECTED',
        processing_log: 'An error occurred: Not in GZIP format',
        error: 'No hits were found in the file.',
      }),
      'rejected',
    ],
    [
      'rejected: no visitor, as the samples have it',
      answer(200, { status_code: 'REJECTED', error: 'No valid rows were found in the file.' }),
      'rejected',
    ],
    ['rejected before the body was complete', answer(200, { status_code: 'REJECTED' }, 'some'), 'unknown'],
    ['405', answer(405, '', 'none'), 'stop lane'],
    ['407 of a proxy', answer(407, '', 'none'), 'stop run'],
    ['409 to the headers', answer(409, { error: 'duplicate' }, 'none'), 'unknown'],
    ['409', answer(409, { error: 'duplicate' }), 'unknown'],
    ['404 to the headers', answer(404, { error_code: '404', message: 'Not found' }, 'none'), 'stop lane'],
    ['404', answer(404, { error_code: '404', message: 'Not found' }), 'stop lane'],
    ["a proxy's 404 to the headers", answer(404, '<html>404</html>', 'none'), 'wait'],
    ["a proxy's 404 in mid body", answer(404, '', 'some'), 'unknown'],
    ["a proxy's 404", answer(404, '<html>404</html>'), 'unknown'],
    ['a redirect', answer(302, '', 'none'), 'stop lane'],
    ['refused connection', fault('ECONNREFUSED', 'none'), 'wait'],
    ['no such host', fault('ENOTFOUND', 'none'), 'wait'],
    ['connect time-out', fault('connect-timeout', 'none'), 'wait'],
    ['reset before the body', fault('ECONNRESET', 'none'), 'wait'],
    ['a certificate that is not trusted', fault('DEPTH_ZERO_SELF_SIGNED_CERT', 'none'), 'stop run'],
    ['a broken pipe mid body', fault('EPIPE', 'some'), 'unknown'],
    ['a body that no longer moves', fault('idle-timeout', 'some'), 'unknown'],
    ['a connection that was closed without a word', fault('closed', 'all'), 'unknown'],
    ['closed before the body', fault('closed', 'none'), 'wait'],
    ['a name that cannot be looked up now', fault('EAI_AGAIN', 'none'), 'wait'],
    ['no way to the host', fault('EHOSTUNREACH', 'none'), 'wait'],
    ['a certificate for another host', fault('ERR_TLS_CERT_ALTNAME_INVALID', 'none'), 'stop run'],
    ['a refusal of the headers, cut', fault('answer-cut', 'none', 503), 'wait'],
    ['a refusal of the body, cut', fault('answer-cut', 'all', 400), 'unknown'],
    ['reset mid body', fault('ECONNRESET', 'some'), 'unknown'],
    ['reset after the body', fault('ECONNRESET', 'all'), 'unknown'],
    ['no answer in time', fault('answer-timeout', 'all'), 'unknown'],
    ['an answer that was cut', fault('answer-cut', 'all', 200), 'unknown'],
    ['a damaged file', fault('chunk-damaged', 'some'), 'stop lane'],
    ['a missing file', fault('chunk-gone', 'none'), 'stop lane'],
    ['a file that the system does not give', fault('chunk-unreadable: EMFILE', 'none'), 'stop run'],
  ])('%s', (_, exchange, kind) => {
    expect(classifyUpload(exchange, 100).kind).toBe(kind);
  });

  test('a receipt holds what Adobe said', () => {
    const body = '{"file_id":"g-1","rows":100,"invalid_rows":0,"size":"1000","status_code":"UPLOADED"}';
    expect(classifyUpload(answer(200, body), 100)).toEqual({
      kind: 'uploaded',
      receipt: { httpStatus: 200, fileId: 'g-1', rows: 100, invalidRows: 0, size: 1000, body },
      reason: 'HTTP 200',
    });
  });

  test('rows that are not processed yet are neither lost nor testified to', () => {
    const processing = { ...uploaded, rows: 50, invalid_rows: 2, status_code: 'PROCESSING' };
    expect(classifyUpload(answer(200, processing), 100)).toMatchObject({
      invalidRows: 2,
      lost: [{ row: null, count: 2 }],
      receipt: { rows: null, invalidRows: 2 },
    });
    expect(classifyUpload(answer(200, { ...processing, rows: 100, invalid_rows: 0 }), 100)).toMatchObject({
      kind: 'uploaded',
      receipt: { rows: 100 },
    });
  });

  test('an error after the whole body leaves the fate open', () => {
    expect(classifyUpload(answer(400, { status_code: 'ERROR' }), 1)).toMatchObject({ kind: 'stop lane', sent: true });
  });

  test('lost rows: named ones with their reason, the rest as a number', () => {
    const log =
      "On row: 3, missing 'UserAgent'. This row will not be submitted. Processing complete: 96 rows will be submitted. 4 rows were invalid.";
    const verdict = classifyUpload(answer(200, { ...uploaded, invalid_rows: 4, processing_log: log }), 100);
    expect(verdict).toMatchObject({
      kind: 'partial',
      invalidRows: 4,
      receipt: { invalidRows: 4 },
      lost: [
        { row: 3, count: 1, reason: "missing 'UserAgent'." },
        { row: null, count: 3, reason: 'invalid rows that Adobe counted and did not name' },
      ],
    });
  });

  test('a named row that the chunk does not have is only counted', () => {
    const verdict = classifyUpload(
      answer(200, { ...uploaded, processing_log: 'On row: 101, odd. On row: 0, odd.' }),
      100,
    );
    expect(verdict).toMatchObject({ invalidRows: 2, lost: [{ row: null, count: 2 }] });
  });

  test('the first and the last row are named, also where nothing counts them', () => {
    const log = 'On row: 1, odd. On row: 100, odd.';
    expect(classifyUpload(answer(200, { ...uploaded, processing_log: log }), 100)).toMatchObject({
      lost: [
        { row: 1, count: 1, reason: 'odd.' },
        { row: 100, count: 1, reason: 'odd.' },
      ],
      invalidRows: 2,
    });
  });

  test('rows that only the closing sentence counts are lost', () => {
    const log = 'Processing complete: 95 rows will be submitted. 5 rows were invalid.';
    const lost = [{ row: null, count: 5, reason: 'invalid rows that Adobe counted and did not name' }];
    expect(classifyUpload(answer(200, { ...uploaded, processing_log: log }), 100)).toMatchObject({ lost });
  });

  test('a receipt keeps four thousand characters of the answer', () => {
    const long = { ...uploaded, more: 'x'.repeat(9000) };
    const verdict = classifyUpload(answer(200, long), 100);
    expect(verdict.kind === 'uploaded' && verdict.receipt.body.length).toBe(4000);
    const found = classifyLookup(answer(200, { rows: 1, size: 2, more: 'x'.repeat(9000) }));
    expect(found.kind === 'found' && found.body.length).toBe(4000);
  });

  test.each<[Exchange, string]>([
    [fault('chunk-damaged', 'some'), 'the file is not the one that was sealed'],
    [fault('chunk-gone', 'none'), 'the file is gone'],
    [fault('chunk-unreadable: EIO', 'some'), 'EIO'],
    [fault('ECONNREFUSED', 'none'), 'no answer: ECONNREFUSED (before any byte of the file had left)'],
    [fault('ECONNRESET', 'all'), 'no answer: ECONNRESET (after bytes of the file had left)'],
    [fault('answer-cut', 'all', 200), 'no answer: answer-cut after HTTP 200 (after bytes of the file had left)'],
    [answer(200, '{}'), 'HTTP 200 (no clear answer)'],
    [answer(409, '{}'), 'HTTP 409'],
    [answer(413, '', 'none'), 'HTTP 413 (the file is over Adobe’s size limit, or over a proxy’s: make chunks smaller)'],
    [answer(404, '', 'none'), 'HTTP 404 (target.baseUrl is probably not a BDIA host)'],
    [answer(405, '', 'none'), 'HTTP 405 (target.baseUrl is probably not a BDIA host)'],
    [
      answer(417, '', 'none'),
      'HTTP 417 (something on the way does not take `Expect: 100-continue`: set target.expect: false)',
    ],
    [answer(300, '', 'none'), 'HTTP 300 (a redirect; target.baseUrl must name the host itself)'],
    [answer(399, '', 'none'), 'HTTP 399 (a redirect; target.baseUrl must name the host itself)'],
    [answer(400, '', 'none'), 'HTTP 400'],
    [answer(199, '', 'none'), 'HTTP 199'],
  ])('says what happened: %#', (exchange, reason) => {
    expect(classifyUpload(exchange, 1).reason).toBe(reason);
  });

  test.each([
    [null, 'nothing'],
    ['CERT_HAS_EXPIRED', 'no trusted connection (CERT_HAS_EXPIRED)'],
    ['proxy-502', 'the proxy opens no way to the host (HTTP 502)'],
    ['proxy-407', 'the proxy asks for credentials, or does not take the ones it gets (HTTP 407)'],
    ['not-a-proxy-502', 'not-a-proxy-502'],
    ['proxy-5022x', 'proxy-5022x'],
    ['EPIPE', 'EPIPE'],
  ])('what ended without an answer, in words: %s', (error, words) => {
    expect(errorWords(error)).toBe(words);
  });

  test.each([
    ['proxy-403', 'stop run'],
    ['proxy-502', 'wait'],
    ['x-proxy-403', 'wait'],
    ['proxy-4031', 'wait'],
  ])('%s on the way', (error, kind) => {
    expect(classifyUpload(fault(error, 'none'), 1).kind).toBe(kind);
  });

  test('a stop says whether the chunk’s fate is open', () => {
    expect(classifyUpload(answer(403, '', 'none'), 1)).toMatchObject({ code: 'delivery.forbidden', sent: false });
    expect(classifyUpload(answer(403, '', 'some'), 1)).toMatchObject({ code: 'delivery.forbidden', sent: true });
    expect(classifyUpload(fault('chunk-damaged', 'some'), 1)).toMatchObject({ code: 'chunk.damaged', sent: true });
    expect(classifyUpload(fault('chunk-unreadable: EIO', 'none'), 1)).toMatchObject({
      code: 'disk.failed',
      sent: false,
    });
    expect(classifyUpload(fault('chunk-unreadable: EIO', 'some'), 1)).toMatchObject({
      code: 'disk.failed',
      sent: true,
    });
  });

  const anyExchange = fc.record({
    status: fc.option(fc.integer({ min: 100, max: 599 })),
    headers: fc.constant({}),
    body: fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((text) => `{"status_code":"UPLOADED","processing_log":${text}}`),
    ),
    error: fc.option(fc.constantFrom('ECONNRESET', 'answer-cut', 'x')),
    bodySent: fc.constantFrom('none' as const, 'some' as const, 'all' as const),
  });

  test('no body, status or error breaks the table', () => {
    fc.assert(
      fc.property(anyExchange, (exchange) => {
        classifyUpload(exchange, 5);
        classifyLookup(exchange);
        classifyValidate(exchange);
      }),
    );
  });

  test('look-ups and validations say why they stop a run, and what they lack', () => {
    const forbidden = { kind: 'stop run', code: 'delivery.forbidden', reason: 'HTTP 403' };
    expect(classifyLookup(answer(403, ''))).toEqual(forbidden);
    expect(classifyValidate(answer(403, ''))).toEqual(forbidden);
    expect(classifyLookup(fault('CERT_HAS_EXPIRED', 'none'))).toEqual({
      kind: 'stop run',
      code: 'delivery.unreachable',
      reason: 'no trusted connection (CERT_HAS_EXPIRED)',
    });
    expect(classifyLookup(answer(407, ''))).toEqual({
      kind: 'stop run',
      code: 'delivery.unreachable',
      reason: 'the proxy asks for credentials, or does not take the ones it gets (HTTP 407)',
    });
    expect(classifyUpload(answer(407, '', 'none'), 1)).toMatchObject({ code: 'delivery.unreachable', sent: false });
    expect(classifyUpload(fault('CERT_HAS_EXPIRED', 'none'), 1)).toMatchObject({ code: 'delivery.unreachable' });
    expect(classifyUpload(answer(404, '{}', 'none'), 1)).toMatchObject({ code: 'delivery.lane-stopped' });
    const reason = 'no answer: ECONNRESET (before any byte of the file had left)';
    expect(classifyLookup(fault('ECONNRESET', 'none'))).toEqual({ kind: 'inconclusive', reason });
    expect(classifyValidate(fault('ECONNRESET', 'none'))).toEqual({ kind: 'unanswered', reason });
    const silent = { ...fault('x', 'none'), error: null };
    const nothing = 'no answer: nothing (before any byte of the file had left)';
    expect(classifyLookup(silent)).toEqual({ kind: 'inconclusive', reason: nothing });
    expect(classifyValidate(silent)).toEqual({ kind: 'unanswered', reason: nothing });
  });

  test('once a byte may have left, nothing is safe to send again', () => {
    const sent = fc.constantFrom('some' as const, 'all' as const);
    let said = 0;
    fc.assert(
      fc.property(anyExchange, sent, (exchange, bodySent) => {
        const verdict = classifyUpload({ ...exchange, bodySent }, 5);
        expect(['wait', 'new token']).not.toContain(verdict.kind);
        if (!('sent' in verdict)) return;
        said++;
        expect(verdict.sent).toBe(true);
      }),
      { numRuns: 400 },
    );
    expect(said).toBeGreaterThan(0);
  });
});

describe('a look-up', () => {
  const found = { file_id: 'g', size: 1000, received_date: 1, rows: 100, idempotency_key: 'k' };
  test.each<[string, Exchange, string]>([
    ['found', answer(200, found), 'found'],
    ['found, size as text', answer(200, { ...found, size: '1000' }), 'found'],
    ['found, complete', answer(200, { ...found, status_code: 'COMPLETE' }), 'found'],
    ['found in error', answer(200, { ...found, status_code: 'ERROR' }), 'failed'],
    ['found and rejected', answer(200, { ...found, status_code: 'REJECTED' }), 'failed'],
    ['an error of the look-up itself', answer(500, { status_code: 'ERROR' }), 'inconclusive'],
    ['found without rows', answer(200, { ...found, rows: undefined }), 'inconclusive'],
    ['the exact 404', answer(404, { error: 'File not found' }), 'not found'],
    ['404 in other words', answer(404, { error: 'Not found' }), 'inconclusive'],
    ['404 of something else', answer(404, '<h1>404</h1>'), 'inconclusive'],
    ['405', answer(405, ''), 'stop run'],
    ['the words with another status', answer(200, { error: 'File not found' }), 'inconclusive'],
    ['the exact 404, cut', { ...answer(404, { error: 'File not found' }), error: 'answer-cut' }, 'inconclusive'],
    ['found without size', answer(200, { ...found, size: undefined }), 'inconclusive'],
    ['found with an error', answer(200, { ...found, error: 'x' }), 'inconclusive'],
    ['found with a status of redirection', answer(300, found), 'stop run'],
    ['found, cut', { ...answer(200, found), error: 'answer-cut' }, 'inconclusive'],
    ['407', answer(407, ''), 'stop run'],
    ['403, cut', { ...answer(403, ''), error: 'answer-cut' }, 'stop run'],
    ['500 after a fault of trust', { ...answer(500, ''), error: 'CERT_HAS_EXPIRED' }, 'inconclusive'],
    ['no JSON', answer(200, '{"rows":10'), 'inconclusive'],
    ['500', answer(500, ''), 'inconclusive'],
    ['429', answer(429, ''), 'inconclusive'],
    ['no network', fault('ECONNREFUSED', 'none'), 'inconclusive'],
    ['401', answer(401, ''), 'new token'],
    ['403', answer(403, ''), 'stop run'],
    ['a certificate that is not trusted', fault('CERT_HAS_EXPIRED', 'none'), 'stop run'],
  ])('%s', (_, exchange, kind) => {
    expect(classifyLookup(exchange).kind).toBe(kind);
  });
});

describe('a validation', () => {
  test.each<[string, Exchange, string]>([
    ['valid', answer(200, { success: 'File is valid' }), 'valid'],
    ['valid in older words', answer(200, { success: 'file is valid' }), 'valid'],
    ['bad rows', answer(400, { error: 'File has 2 rows that do not conform' }), 'invalid'],
    ['an error with 200', answer(200, { error: 'x' }), 'invalid'],
    ['too large', answer(413, ''), 'invalid'],
    ['400 that is no JSON', answer(400, 'Bad Request'), 'unanswered'],
    ['200 without words', answer(200, {}), 'unanswered'],
    ['200 that is no JSON', answer(200, 'File is valid'), 'unanswered'],
    ['valid, cut', { ...answer(200, { success: 'File is valid' }), error: 'answer-cut' }, 'unanswered'],
    ['bad rows, cut', { ...answer(400, { error: 'bad' }), error: 'answer-cut' }, 'unanswered'],
    ['valid with a status of failure', answer(500, { success: 'File is valid' }), 'unanswered'],
    ['valid with an error', answer(200, { success: 'File is valid', error: 'x' }), 'invalid'],
    ['other words', answer(200, { success: 'File is queued' }), 'unanswered'],
    ['500', answer(500, { error: 'x' }), 'unanswered'],
    ['429', answer(429, { error: 'x' }), 'unanswered'],
    ['no network', fault('ECONNRESET', 'some'), 'unanswered'],
    ['a file that the system does not give', fault('chunk-unreadable: EIO', 'some'), 'no file'],
    ['a file that is gone', fault('chunk-gone', 'none'), 'no file'],
    ['a damaged file, whatever came back', fault('chunk-damaged', 'some', 401), 'no file'],
    ['cut', fault('answer-cut', 'all', 200), 'unanswered'],
    ['401', answer(401, ''), 'new token'],
    ['403', answer(403, ''), 'stop run'],
    ['a redirect', answer(301, ''), 'stop run'],
    ['404', answer(404, { error: 'x' }), 'stop run'],
    ['404 of something else', answer(404, '<h1>404</h1>'), 'unanswered'],
    ['405', answer(405, ''), 'stop run'],
  ])('%s', (_, exchange, kind) => {
    expect(classifyValidate(exchange).kind).toBe(kind);
  });
});

import { describe, expect, test } from 'vitest';
import { type Answer, adobeWords, parseAnswer } from '../../src/delivery/answer.ts';

const nothing: Answer = {
  fileId: null,
  rows: null,
  invalidRows: null,
  size: null,
  statusCode: null,
  status: null,
  processingLog: null,
  error: null,
  gatewayCode: null,
  message: null,
  success: null,
};

describe('an answer of Adobe', () => {
  test('is read member by member', () => {
    const body = {
      file_id: 'g-1',
      rows: 100,
      invalid_rows: 2,
      size: 1000,
      status_code: 'Uploaded',
      status: 'the file was uploaded',
      processing_log: 'Processing complete',
      error: 'none',
      error_code: '429050',
      message: 'Too many requests',
      success: 'File is valid',
      more: { that: ['nobody', 'knows'] },
    };
    expect(parseAnswer(JSON.stringify(body))).toEqual({
      fileId: 'g-1',
      rows: 100,
      invalidRows: 2,
      size: 1000,
      statusCode: 'UPLOADED',
      status: 'the file was uploaded',
      processingLog: 'Processing complete',
      error: 'none',
      gatewayCode: '429050',
      message: 'Too many requests',
      success: 'File is valid',
    });
  });

  test.each<[string, Partial<Answer>]>([
    ['{}', {}],
    ['{"rows":"100"}', { rows: 100 }],
    ['{"rows":" 100 "}', { rows: 100 }],
    ['{"rows":0}', { rows: 0 }],
    ['{"rows":-1}', {}],
    ['{"rows":1.5}', {}],
    ['{"rows":"1.5"}', {}],
    ['{"rows":"1.0"}', {}],
    ['{"rows":"1e3"}', {}],
    ['{"rows":"0x10"}', {}],
    ['{"rows":"100 rows"}', {}],
    ['{"rows":"about 100"}', {}],
    ['{"rows":""}', {}],
    ['{"rows":1e300}', {}],
    ['{"size":"999999999999999"}', { size: 999_999_999_999_999 }],
    ['{"size":"9999999999999999"}', {}],
    ['{"rows":true,"size":null,"invalid_rows":[1]}', {}],
    ['{"error":"  "}', {}],
    ['{"error":" x "}', { error: 'x' }],
    ['{"error":{"message":"x"}}', {}],
    ['{"error_code":429050}', { gatewayCode: '429050' }],
    ['{"status_code":200}', { statusCode: '200' }],
    ['{"status_code":null}', {}],
    ['{"__proto__":{"error":"x"}}', {}],
  ])('%s', (body, members) => {
    expect(parseAnswer(body)).toEqual({ ...nothing, ...members });
  });

  test.each(['', 'Bad Request', '<html>', '{"rows":10', 'null', '[]', '[{"rows":1}]', '"x"', '7', 'true'])(
    'that is no object is none: %s',
    (body) => {
      expect(parseAnswer(body)).toBeNull();
    },
  );
});

describe('Adobe’s words', () => {
  test.each<[number, string, string]>([
    [503, '', 'HTTP 503'],
    [503, '{}', 'HTTP 503'],
    [200, '{"rows":100}', 'HTTP 200'],
    [400, '{"error":"No hits"}', 'HTTP 400: No hits'],
    [429, '{"message":"Too many","error_code":"429050"}', 'HTTP 429: 429050; Too many'],
    [400, '{"processing_log":"e","status":"d","message":"c","error_code":"b","error":"a"}', 'HTTP 400: a; b; c; d; e'],
    [502, '<html>\n  Bad \t Gateway\r\n</html>\n', 'HTTP 502: <html> Bad Gateway </html>'],
    [500, 'x'.repeat(600), `HTTP 500: ${'x'.repeat(600)}`],
    [500, 'x'.repeat(601), `HTTP 500: ${'x'.repeat(600)}…`],
  ])('%i %.40s', (status, body, words) => {
    expect(adobeWords(status, body)).toBe(words);
  });
});

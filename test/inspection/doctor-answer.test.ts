import { describe, expect, it } from 'vitest';
import { classifyLookup } from '../../src/delivery/classify.ts';
import type { Exchange } from '../../src/delivery/exchange.ts';
import {
  accessVerdict,
  clockVerdict,
  fixedTokenVerdict,
  reachVerdict,
  tokenEnd,
} from '../../src/inspection/doctor-answer.ts';

const noon = Date.UTC(2021, 5, 1, 12);
const answer = (status: number | null, body = '', error: string | null = null): Exchange => ({
  status,
  headers: {},
  body,
  error,
  bodySent: 'none',
});

describe('the clock', () => {
  const sample = (aheadMs: number, tookMs = 200) => ({
    dateMs: noon,
    sentAt: noon + 500 + aheadMs - tookMs / 2,
    receivedAt: noon + 500 + aheadMs + tookMs / 2,
  });

  it.each([
    [0, 'ok'],
    [30_000, 'ok'],
    [-30_000, 'ok'],
    [31_000, 'warning'],
    [-31_000, 'warning'],
  ])('%d ms from Adobe’s: %s', (ms, result) => {
    expect(clockVerdict([sample(ms)]).result).toBe(result);
  });

  it('says how far, and to which side', () => {
    expect(clockVerdict([sample(7_200_000)])).toMatchObject({
      found: 'this machine’s clock is 7,200 s ahead of Adobe’s',
      cure: expect.stringContaining('NTP'),
    });
    expect(clockVerdict([sample(-45_000)]).found).toBe('this machine’s clock is 45 s behind Adobe’s');
  });

  it('trusts the quickest answer, blames no slow one, and says nothing without any', () => {
    expect(clockVerdict([sample(60_000, 100_000), sample(0)]).result).toBe('ok');
    expect(clockVerdict([sample(60_000, 100_000)]).result).toBe('ok');
    expect(clockVerdict([])).toEqual({ result: 'skipped', found: 'no answer to compare it with', cure: null });
  });
});

describe('the way to a host', () => {
  it.each([200, 401, 404, 500])('is there with HTTP %d', (status) => {
    expect(reachVerdict(answer(status), 'adobe.test', 'target.baseUrl')).toEqual({
      result: 'ok',
      found: 'adobe.test answers',
      cure: null,
    });
  });

  it.each([
    ['ENOTFOUND', 'the name of adobe.test is not found', 'DNS'],
    ['EAI_AGAIN', 'the name of adobe.test is not found', 'DNS'],
    ['ECONNREFUSED', 'adobe.test refuses the connection', 'port'],
    ['connect-timeout', 'no connection to adobe.test', 'firewall'],
    ['ENETUNREACH', 'no connection to adobe.test', 'firewall'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'adobe.test speaks no TLS', 'https'],
    ['EPROTO', 'adobe.test speaks no TLS', 'https'],
    ['CERT_HAS_EXPIRED', 'the certificate of adobe.test is not valid now', 'clock'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate of adobe.test is not trusted', 'target.ca'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate of adobe.test is not trusted', 'target.ca'],
    ['answer-timeout', 'adobe.test takes the request and gives no answer', 'later'],
    ['ECONNRESET', 'adobe.test closes the connection without an answer', 'firewall'],
    ['closed', 'adobe.test closes the connection without an answer', 'firewall'],
  ])('is not there: %s', (error, says, cure) => {
    const verdict = reachVerdict(answer(null, '', error), 'adobe.test', 'target.baseUrl');
    expect(verdict.result).toBe('fault');
    expect(verdict.found).toContain(says);
    expect(verdict.found).toContain(`(${error})`);
    expect(verdict.cure).toContain(cure);
  });

  it('ends at a proxy that asks for a password', () => {
    expect(reachVerdict(answer(407), 'adobe.test', 'target.baseUrl')).toMatchObject({ result: 'fault' });
  });
});

describe('client id and token', () => {
  it.each<[string, Exchange, boolean, string, string]>([
    ['taken', answer(404, '{"error":"File not found"}'), true, 'ok', 'Adobe takes client id and token'],
    [
      'refused',
      answer(401, '{"error_code":"401013","message":"Oauth token is not valid"}'),
      true,
      'fault',
      'HTTP 401: 401013',
    ],
    [
      'forbidden',
      answer(403, '{"error_code":"403003","message":"Api Key is invalid"}'),
      true,
      'fault',
      'HTTP 403: 403003',
    ],
    ['another server', answer(404, '<html>nginx</html>'), true, 'fault', 'HTTP 404: <html>nginx</html>'],
    ['a redirect', answer(301), true, 'fault', 'HTTP 301 (a redirect'],
    ['too fast', answer(429), true, 'warning', 'HTTP 429'],
    ['no token', answer(401), false, 'skipped', 'there is no token to ask with'],
    ['no answer', answer(null, '', 'ECONNREFUSED'), true, 'skipped', 'the host did not answer'],
  ])('%s', (_, exchange, hasToken, result, says) => {
    const verdict = accessVerdict(classifyLookup(exchange, false), exchange, hasToken);
    expect(verdict.result).toBe(result);
    expect(verdict.found).toContain(says);
    expect(verdict.cure === null).toBe(result === 'ok' || result === 'skipped');
    expect(verdict.cure?.startsWith('Try again') ?? false).toBe(exchange.status === 429);
  });
});

describe('a fixed token', () => {
  const tokenOf = (claims: unknown): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sign`;

  it.each<[unknown, number | null]>([
    [{ created_at: String(noon), expires_in: '86400000' }, noon + 86_400_000],
    [{ created_at: noon, expires_in: 3_600_000 }, noon + 3_600_000],
    [{ exp: noon / 1000 }, noon],
    [{ sub: 'x' }, null],
    [null, null],
    ['text', null],
  ])('with the claims %j', (claims, end) => {
    expect(tokenEnd(tokenOf(claims))).toBe(end);
  });

  it.each(['', 'opaque', 'a.b.c', 'a.%.c'])('that is none of IMS’: %j', (token) => {
    expect(tokenEnd(token)).toBeNull();
  });

  it.each([
    [null, 'ok', 'does not tell'],
    [noon + 3_600_000, 'ok', 'valid until 2021-06-01T13:00Z'],
    [noon + 3_599_000, 'warning', 'valid until 2021-06-01T12:59Z'],
    [noon, 'fault', 'ended at 2021-06-01T12:00Z'],
  ])('that ends at %s: %s', (end, result, says) => {
    const verdict = fixedTokenVerdict(end, noon);
    expect(verdict.result).toBe(result);
    expect(verdict.found).toContain(says);
  });
});

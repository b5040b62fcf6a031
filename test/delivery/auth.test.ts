import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { JwtCredential, MigrationAuth } from '../../src/config/migration.ts';
import { createTokenSource, refreshMarginMs } from '../../src/delivery/auth.ts';
import { signClaims } from '../../src/delivery/auth-jwt.ts';
import type { Exchange } from '../../src/delivery/exchange.ts';
import { createTransport } from '../../src/delivery/transport.ts';
import { MigrationError } from '../../src/domain/error.ts';
import { fakeClock } from './fake-clock.ts';

const transport = createTransport({ timeouts: { connectMs: 2000, idleMs: 2000, answerMs: 2000 }, expect: true });
let server: http.Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

type Reply = { status: number; body: unknown };

/** A tiny IMS: answers each form with the next reply, the last one for ever, and keeps what it was sent. */
async function ims(replies: Reply[]) {
  const forms: Record<string, string>[] = [];
  server = http.createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    request.on('end', () => {
      forms.push(Object.fromEntries(new URLSearchParams(text)));
      const reply = replies.length > 1 ? replies.shift()! : replies[0]!;
      response.writeHead(reply.status).end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
    });
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ims/token/v3`, forms };
}

function oauth(tokenUrl: string, clientSecrets = ['s3cret+/=']): MigrationAuth {
  return { kind: 'oauth', tokenUrl, clientId: 'id-1', clientSecrets, scopes: ['openid', 'AdobeID'] };
}
function source(auth: MigrationAuth, clock = fakeClock()) {
  return { clock, tokens: createTokenSource(auth, { request: transport.send, clock, random: () => 0.5 }) };
}
/** A source whose IMS answers while `isUp` says so, each time with another token of an hour. */
function sometimes(isUp: (nowMs: number) => boolean) {
  const clock = fakeClock();
  const askedMs: number[] = [];
  const waits: string[] = [];
  const request = async (): Promise<Exchange> => {
    askedMs.push(clock.monotonic());
    const none = { headers: {}, bodySent: 'none' as const };
    if (!isUp(clock.monotonic())) return { ...none, status: null, body: '', error: 'ECONNREFUSED' };
    const body = JSON.stringify({ access_token: `t${askedMs.length}`, expires_in: 3600 });
    return { ...none, status: 200, body, error: null };
  };
  const onWait = (reason: string) => void waits.push(reason);
  const auth = oauth('https://ims.test/token');
  return { clock, askedMs, waits, tokens: createTokenSource(auth, { request, clock, random: () => 0.5, onWait }) };
}
async function failure(promise: Promise<unknown>): Promise<MigrationError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MigrationError);
  return error as MigrationError;
}
/** Everything a careless log could show of an error. */
function shown(error: MigrationError): string {
  return `${error.message} ${error.next} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
}
const grant = (token: string, expiresIn: unknown = 86_399) => ({
  status: 200,
  body: { access_token: token, token_type: 'bearer', expires_in: expiresIn },
});

describe('OAuth Server-to-Server', () => {
  test('posts a form with comma separated scopes and keeps the token', async () => {
    const { url, forms } = await ims([grant('t1')]);
    const { tokens } = source(oauth(url));
    expect(await tokens.token()).toBe('t1');
    expect(await tokens.token()).toBe('t1');
    expect(tokens.clientId).toBe('id-1');
    expect(forms).toEqual([
      { grant_type: 'client_credentials', client_id: 'id-1', client_secret: 's3cret+/=', scope: 'openid,AdobeID' },
    ]);
  });

  test.each([
    ['a day in seconds', 86_399, 86_399_000 - 300_000],
    ['a day in milliseconds', 86_399_992, 86_399_992 - 300_000],
    ['a minute', 60, 54_000],
    ['seconds as text', '60', 54_000],
    ['nothing said', null, 3_300_000],
  ])('renews ahead of expiry: %s', async (_, expiresIn, freshMs) => {
    const { url } = await ims([grant('t1', expiresIn), grant('t2')]);
    const { tokens, clock } = source(oauth(url));
    await tokens.token();
    await clock.sleep(freshMs - 1);
    expect(await tokens.token()).toBe('t1');
    await clock.sleep(1);
    expect(await tokens.token()).toBe('t2');
  });

  test.each([
    ['lasts for the call', 3600, 3_000_000, 't1'],
    ['would expire on the way', 3600, 3_200_000, 't2'],
  ])('before a long upload, a token that %s', async (_, lifeSeconds, ageMs, expected) => {
    // Five minutes of an hour are margin, so that 3,300 s are good for use.
    const { url } = await ims([grant('t1', lifeSeconds), grant('t2', lifeSeconds)]);
    const { tokens, clock } = source(oauth(url));
    await tokens.token();
    await clock.sleep(ageMs);
    expect(await tokens.token(undefined, 200_000)).toBe(expected);
  });

  test('is not asked for a new token by every upload that outlasts any', async () => {
    const { url, forms } = await ims([grant('t1', 60), grant('t2', 60)]);
    const { tokens, clock } = source(oauth(url));
    expect(await tokens.token(undefined, 600_000)).toBe('t1');
    await clock.sleep(20_000);
    expect(await tokens.token(undefined, 600_000)).toBe('t1');
    await clock.sleep(10_000);
    expect(await tokens.token(undefined, 600_000)).toBe('t2');
    expect(forms).toHaveLength(2);
  });

  test('asks once, however many want a token', async () => {
    const { url, forms } = await ims([grant('t1'), grant('t2')]);
    const { tokens } = source(oauth(url));
    expect(await Promise.all([tokens.token(), tokens.token(), tokens.token()])).toEqual(['t1', 't1', 't1']);
    expect(await Promise.all([tokens.refresh('t1'), tokens.refresh('t1')])).toEqual(['t2', 't2']);
    expect(await tokens.refresh('t1')).toBe('t2');
    expect(forms).toHaveLength(2);
  });

  test('takes the second secret when the first is an invalid client', async () => {
    const { url, forms } = await ims([{ status: 400, body: { error: 'invalid_client' } }, grant('t1')]);
    expect(await source(oauth(url, ['old', 'new'])).tokens.token()).toBe('t1');
    expect(forms.map((form) => form['client_secret'])).toEqual(['old', 'new']);
  });

  test('does not try the second secret for another fault', async () => {
    const { url, forms } = await ims([{ status: 400, body: { error: 'invalid_scope' } }]);
    const error = await failure(source(oauth(url, ['old', 'new'])).tokens.token());
    expect(error.code).toBe('auth.failed');
    expect(error.message).toBe('Adobe IMS refuses a token: invalid_scope (HTTP 400)');
    expect(forms).toHaveLength(1);
  });

  test('shows no secret, even where IMS echoes it', async () => {
    const echo = { error: 'invalid_client', error_description: 'invalid client_secret parameter s3cret+/=' };
    const { url } = await ims([{ status: 400, body: echo }]);
    const error = await failure(source(oauth(url)).tokens.token());
    expect(shown(error)).not.toContain('s3cret');
  });

  test('shows no word that is not a plain word', async () => {
    const { url } = await ims([{ status: 400, body: { error: 's3cret+/=' } }]);
    const error = await failure(source(oauth(url)).tokens.token());
    expect(error.message).toBe('Adobe IMS refuses a token: HTTP 400 without a token');
  });

  test.each<[string, Reply]>([
    ['no token in it', { status: 200, body: {} }],
    ['no JSON', { status: 200, body: '<html>' }],
  ])('refuses an answer with %s', async (_, reply) => {
    const { url } = await ims([reply]);
    expect((await failure(source(oauth(url)).tokens.token())).code).toBe('auth.failed');
  });

  test('a token that cannot stand in a header is refused unseen', async () => {
    const { url } = await ims([grant('tok\r\nx: y')]);
    const error = await failure(source(oauth(url)).tokens.token());
    expect(shown(error)).not.toContain('tok\r');
  });

  test('tries again when IMS is busy', async () => {
    const { url } = await ims([{ status: 503, body: '' }, { status: 429, body: '' }, grant('t1')]);
    expect(await source(oauth(url)).tokens.token()).toBe('t1');
  });

  test('waits for IMS through an outage of less than an hour, and says so once', async () => {
    const { tokens, clock, askedMs, waits } = sometimes((nowMs) => nowMs === 0 || nowMs >= 7_000_000);
    await tokens.token();
    await clock.sleep(3_600_000);
    const all = await Promise.all([tokens.token(), tokens.token(), tokens.token()]);
    expect(new Set(all)).toEqual(new Set([`t${askedMs.length}`]));
    expect(askedMs.slice(1, 5).map((ms) => ms - 3_600_000)).toEqual([0, 500, 1500, 3500]);
    expect(waits).toEqual(['no token from ims.test: ECONNREFUSED']);
  });

  test('says so when IMS cannot be reached for an hour', async () => {
    const { tokens, clock } = sometimes((nowMs) => nowMs === 0);
    await tokens.token();
    await clock.sleep(1);
    const error = await failure(tokens.refresh('t1'));
    expect([error.code, error.message]).toEqual(['delivery.unreachable', 'no token from ims.test: ECONNREFUSED']);
    expect(clock.monotonic()).toBeGreaterThan(3_600_000);
  });

  test('keeps a token to the end of its life while IMS cannot be reached, and asks no more often for it', async () => {
    const { tokens, clock, askedMs, waits } = sometimes((nowMs) => nowMs === 0 || nowMs >= 3_700_000);
    expect(await tokens.token()).toBe('t1');
    await clock.sleep(3_300_000);
    expect(await Promise.all([tokens.token(), tokens.token()])).toEqual(['t1', 't1']);
    // A pause of half a second follows.
    expect(await tokens.token()).toBe('t1');
    expect(askedMs).toEqual([0, 3_300_000]);
    await clock.sleep(299_000);
    expect(await tokens.token()).toBe('t1');
    // Too short for this one: what follows are the pauses of an outage.
    expect(await tokens.token(undefined, 10_000)).toMatch(/^t\d+$/);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(3_700_000);
    expect(waits).toHaveLength(1);
  });

  test('waits for another token in place of one that was refused', async () => {
    const { tokens, clock } = sometimes((nowMs) => nowMs === 0 || nowMs >= 60_000);
    expect(await tokens.token()).toBe('t1');
    await clock.sleep(1000);
    expect(await tokens.refresh('t1')).not.toBe('t1');
    expect(clock.monotonic()).toBeGreaterThanOrEqual(60_000);
  });

  test('waits no longer once the signal aborts', async () => {
    const stop = new AbortController();
    const { tokens } = sometimes((nowMs) => {
      if (nowMs > 0) stop.abort();
      return false;
    });
    const ends = await Promise.allSettled([tokens.token(stop.signal), tokens.refresh('t0', stop.signal)]);
    const aborted = { status: 'rejected', reason: stop.signal.reason };
    expect(ends).toEqual([aborted, aborted]);
  });

  test.each(['CERT_HAS_EXPIRED', 'proxy-407'])('does not wait where that mends nothing: %s', async (error) => {
    const clock = fakeClock();
    const request = async (): Promise<Exchange> => ({ status: null, headers: {}, body: '', error, bodySent: 'none' });
    const fault = await failure(createTokenSource(oauth('https://ims.test'), { request, clock }).token());
    expect([fault.code, clock.monotonic()]).toEqual(['delivery.unreachable', 0]);
  });

  test('says so within seconds when IMS cannot be reached at first, and recovers', async () => {
    const { url } = await ims([grant('t1')]);
    const { tokens, clock } = source(oauth(url));
    const port = Number(new URL(url).port);
    await new Promise((resolve) => server!.close(resolve));
    const error = await failure(tokens.token());
    expect(error.code).toBe('delivery.unreachable');
    expect(error.message).toBe(`no token from 127.0.0.1:${port}: ECONNREFUSED`);
    expect(clock.monotonic()).toBeLessThan(20_000);
    await new Promise<void>((resolve) => server!.listen(port, '127.0.0.1', resolve));
    expect(await tokens.token()).toBe('t1');
  });
});

describe('a fixed token', () => {
  test('is given as it is and cannot be renewed', async () => {
    const { tokens } = source({ kind: 'token', clientId: 'id', token: 'fixed-token' });
    expect(await tokens.token()).toBe('fixed-token');
    const error = await failure(tokens.refresh('fixed-token'));
    expect(error.code).toBe('auth.failed');
    expect(shown(error)).not.toContain('fixed-token');
  });
});

describe('the service-account JWT', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const scope = 'https://ims-na1.adobelogin.com/s/ent_analytics_bulk_ingest_sdk';
  const jwt = (exchangeUrl: string, type: 'pkcs1' | 'pkcs8' = 'pkcs8'): JwtCredential => ({
    kind: 'jwt',
    exchangeUrl,
    clientId: 'id-1',
    clientSecret: 's3cret',
    org: 'ORG@AdobeOrg',
    technicalAccount: 'acc@techacct.adobe.com',
    privateKey: pair.privateKey.export({ type, format: 'pem' }).toString(),
    metascopes: [scope],
    audience: 'https://ims-na1.adobelogin.com/c/id-1',
  });

  test.each(['pkcs1', 'pkcs8'] as const)('is signed with RS256 by a %s key', (type) => {
    const [header, claims, signature] = signClaims(jwt('http://x', type), 1_700_000_000_123).split('.');
    expect(JSON.parse(Buffer.from(header!, 'base64url').toString())).toEqual({ alg: 'RS256', typ: 'JWT' });
    expect(JSON.parse(Buffer.from(claims!, 'base64url').toString())).toEqual({
      iss: 'ORG@AdobeOrg',
      sub: 'acc@techacct.adobe.com',
      aud: 'https://ims-na1.adobelogin.com/c/id-1',
      exp: 1_700_000_600,
      [scope]: true,
    });
    const key = createPublicKey(pair.privateKey);
    expect(verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature!, 'base64url'))).toBe(true);
  });

  test('is exchanged for a token', async () => {
    const { url, forms } = await ims([grant('t1', 86_399_992)]);
    expect(await source(jwt(url)).tokens.token()).toBe('t1');
    expect(Object.keys(forms[0]!)).toEqual(['client_id', 'client_secret', 'jwt_token']);
  });

  test('is refused in IMS’ word', async () => {
    const { url } = await ims([{ status: 400, body: { error: 'invalid_token', error_description: 'expired' } }]);
    const error = await failure(source(jwt(url)).tokens.token());
    expect(error.message).toBe('Adobe IMS refuses a token: invalid_token (HTTP 400)');
  });

  test.each(['no key', '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----'])(
    'a key that is none is not shown',
    async (privateKey) => {
      const error = await failure(source({ ...jwt('http://127.0.0.1:1'), privateKey }).tokens.token());
      expect(error.code).toBe('auth.failed');
      expect(shown(error)).not.toContain('c2VjcmV0');
      expect(error.cause).toBeUndefined();
    },
  );
});

test.each([
  [86_400_000, 300_000],
  [3_000_000, 300_000],
  [60_000, 6000],
  [1000, 100],
])('a token of %d ms is replaced %d ms before its end', (life, margin) => {
  expect(refreshMarginMs(life)).toBe(margin);
});

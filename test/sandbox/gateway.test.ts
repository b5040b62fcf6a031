import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createRateLimit } from '../../src/sandbox/gateway.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { connect, gzipped, header, row, send, tokenForm } from './sandbox-client.ts';

const open: Sandbox[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
});

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ rate: 0, ...options });
  open.push(sandbox);
  return sandbox;
}

/** A clock that stands until it is moved. */
function stillClock(at: number) {
  const clock = {
    at,
    now: () => clock.at,
    monotonic: () => clock.at,
    sinceBoot: () => clock.at,
    sleep: async () => {},
  };
  return clock;
}

const file = gzipped(header, row(1_500_000_000, 'v'));

describe('IMS', () => {
  it('gives a token that lives as long as it says', async () => {
    const clock = stillClock(1_700_000_000_000);
    const sandbox = await start({ clock, tokenTtl: 60 });
    const answer = await send('POST', sandbox.tokenUrl, {}, tokenForm(sandbox));
    const body = JSON.parse(answer.text);
    expect(answer.status).toBe(200);
    expect(body).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 60 });
    const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({
      type: 'access_token',
      created_at: '1700000000000',
      expires_in: '60000',
      client_id: sandbox.clientId,
    });
    const client = await connect(sandbox);
    clock.at += 59_999;
    expect((await client.lookUp('k')).status).toBe(404);
    clock.at += 1;
    const late = await client.lookUp('k');
    expect([late.status, late.text]).toEqual([401, '{"error_code":"401013","message":"Oauth token is not valid"}']);
    expect((await (await connect(sandbox)).lookUp('k')).status).toBe(404);
  });

  it('takes parameters from the query too, and the path of version 4', async () => {
    const sandbox = await start();
    const url = `${sandbox.baseUrl}/ims/token/v4?${tokenForm(sandbox)}`;
    expect((await send('POST', url)).status).toBe(200);
  });

  const wrong: [string, Record<string, string>, string][] = [
    [
      'an unknown id',
      { client_id: 'x' },
      '{"error":"invalid_client","error_description":"invalid client_id parameter"}',
    ],
    [
      'a wrong secret',
      { client_secret: 'x' },
      '{"error":"invalid_client","error_description":"invalid client_secret parameter"}',
    ],
    [
      'a scope it lacks',
      { scope: 'openid,ent_campaign' },
      '{"error":"invalid_scope","error_description":"invalid scope parameter"}',
    ],
    ['no scope', { scope: '' }, '{"error":"invalid_scope","error_description":"invalid scope parameter"}'],
    [
      'another grant',
      { grant_type: 'password' },
      '{"error":"unsupported_grant_type","error_description":"unsupported grant_type parameter"}',
    ],
  ];
  it.each(wrong)('refuses %s', async (_, changes, text) => {
    const sandbox = await start();
    const answer = await send('POST', sandbox.tokenUrl, {}, tokenForm(sandbox, changes));
    expect([answer.status, answer.text]).toEqual([400, text]);
  });

  describe('JWT exchange', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const jwtPublicKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const jwt = (claims: Record<string, unknown>, key = privateKey): string => {
      const parts = [{ alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
      return `${parts.join('.')}.${sign('RSA-SHA256', Buffer.from(parts.join('.')), key).toString('base64url')}`;
    };
    const claimsFor = (clientId: string): Record<string, unknown> => ({
      iss: 'ABC@AdobeOrg',
      sub: 'DEF@techacct.adobe.com',
      aud: `https://ims-na1.adobelogin.com/c/${clientId}`,
      exp: 1_700_000_300,
      'https://ims-na1.adobelogin.com/s/ent_analytics_bulk_ingest_sdk': true,
    });
    const exchange = async (changes: Record<string, unknown>, form: Record<string, string> = {}, key = privateKey) => {
      const sandbox = await start({ clock: stillClock(1_700_000_000_000), settings: { jwtPublicKey } });
      const { clientId, clientSecret } = sandbox;
      const token = jwt({ ...claimsFor(clientId), ...changes }, key);
      const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, jwt_token: token, ...form });
      const answer = await send('POST', sandbox.exchangeUrl, {}, body.toString());
      return [answer.status, JSON.parse(answer.text)];
    };

    it('gives a token and says its life in milliseconds', async () => {
      expect(await exchange({})).toEqual([
        200,
        { token_type: 'bearer', access_token: expect.any(String), expires_in: 86_399_000 },
      ]);
    });

    const refused: [string, Record<string, unknown>, Record<string, string>, number, string][] = [
      ['an unknown id', {}, { client_id: 'x' }, 400, 'invalid_client'],
      ['a wrong secret', {}, { client_secret: 'x' }, 401, 'invalid_client'],
      ['another audience', { aud: 'https://ims-na1.adobelogin.com/c/x' }, {}, 400, 'invalid_client'],
      ['no token', {}, { jwt_token: '' }, 400, 'invalid_token'],
      ['an expired token', { exp: 1_700_000_000 }, {}, 400, 'invalid_token'],
      ['an exp that is no integer', { exp: '1700000300' }, {}, 400, 'invalid_token'],
      ['no issuer', { iss: 1 }, {}, 400, 'invalid_token'],
      [
        'a missing metascope',
        { 'https://ims-na1.adobelogin.com/s/ent_analytics_bulk_ingest_sdk': false },
        {},
        400,
        'invalid_scope',
      ],
    ];
    it.each(refused)('refuses %s', async (_, changes, form, status, error) => {
      expect(await exchange(changes, form)).toEqual([status, { error, error_description: expect.any(String) }]);
    });

    it('refuses a signature of another key', async () => {
      expect(await exchange({}, {}, other)).toEqual([
        400,
        { error: 'invalid_token', error_description: 'Could not match JWT signature to any of the bindings' },
      ]);
    });
  });
});

describe('gateway', () => {
  it('says what is wrong, key before token', async () => {
    const sandbox = await start();
    const client = await connect(sandbox);
    const url = `${client.events}/key/k`;
    const table: [Record<string, string>, number, string][] = [
      [{}, 403, '{"error_code":"403000","message":"Api Key is required"}'],
      [{ 'x-api-key': 'x' }, 403, '{"error_code":"403003","message":"Api Key is invalid"}'],
      [{ 'x-api-key': sandbox.clientId }, 403, '{"error_code":"403010","message":"Oauth token is missing."}'],
      [
        { 'x-api-key': sandbox.clientId, authorization: 'Bearer x' },
        401,
        '{"error_code":"401013","message":"Oauth token is not valid"}',
      ],
      [client.headers, 404, '{"error":"File not found"}'],
    ];
    for (const [headers, status, text] of table) {
      const answer = await send('GET', url, headers);
      expect([answer.status, answer.text]).toEqual([status, text]);
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('lets one call a second pass, over all endpoints, and reports the rest', async () => {
    const clock = stillClock(5_000_000);
    const sandbox = await start({ clock, rate: 1 });
    const client = await connect(sandbox);
    expect((await client.upload('g', 'k', file, true)).status).toBe(200);
    clock.at += 500;
    const early = await client.lookUp('k');
    expect([early.status, early.text, early.headers['retry-after']]).toEqual([
      429,
      '{"error_code":"429050","message":"Too many requests"}',
      '1',
    ]);
    const body = await client.upload('g', 'k2', file, true);
    expect([body.status, body.continued]).toEqual([429, false]);
    clock.at += 500;
    expect((await client.lookUp('k')).status).toBe(200);
    expect(sandbox.report().breaches).toEqual([
      {
        kind: 'rate',
        count: 2,
        samples: Array(2).fill('more than 1 requests a second at 1970-01-01T01:23:20.500Z'),
      },
    ]);
  });
});

describe('createRateLimit', () => {
  const cases: [string, number, number, number[], string][] = [
    ['one a second', 1, 0, [0, 999, 1000, 1999, 2000], '.x.x.'],
    ['slack for jitter', 1, 100, [0, 899, 900, 1800, 2600], '.x..x'],
    ['three a second, bunched', 3, 0, [0, 0, 0, 1, 1000, 1000], '...x..'],
    ['one in two seconds', 0.5, 0, [0, 1999, 2000], '.x.'],
    ['no limit', 0, 0, [0, 0, 0, 0], '....'],
  ];
  it.each(cases)('%s', (_, rate, slackMs, times, expected) => {
    const isTooFast = createRateLimit(rate, slackMs);
    expect(times.map((time) => (isTooFast(time) ? 'x' : '.')).join('')).toBe(expected);
  });
});

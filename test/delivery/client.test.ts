import { describe, expect, test } from 'vitest';
import type { TokenSource } from '../../src/delivery/auth.ts';
import { createClient } from '../../src/delivery/client.ts';
import type { Exchange } from '../../src/delivery/exchange.ts';
import { createPace } from '../../src/delivery/pace.ts';
import type { Call } from '../../src/delivery/transport.ts';
import { fakeClock } from './fake-clock.ts';
import { chunk } from './memory-log.ts';

function create(replies: Partial<Exchange>[], gatewayMs: number | null = 120_000) {
  const clock = fakeClock();
  const calls: Call[] = [];
  const order: string[] = [];
  let issued = 1;
  const wanted: number[] = [];
  const tokens: TokenSource = {
    clientId: 'id-1',
    token: async (_signal, forMs = 0) => {
      wanted.push(forMs);
      return `tok-${issued}`;
    },
    refresh: async (bad) => {
      order.push(`refresh ${bad}`);
      issued += 1;
      return `tok-${issued}`;
    },
  };
  const limits = { requestsPerSecond: 1, secondsPerLane: 0, rowsPerSecondPerLane: 0 };
  const note = async () => void order.push('note');
  const client = createClient({
    baseUrl: 'https://adobe.test',
    folder: '/folder',
    tokens,
    clock,
    gatewayMs,
    pace: createPace({ limits, clock, wasUsed: false, note }),
    transport: {
      send: async (call) => {
        order.push('send');
        calls.push(call);
        return { status: 200, headers: {}, body: '', error: null, bodySent: 'all', ...replies.shift() };
      },
    },
  });
  return { client, calls, order, clock, wanted };
}

const unauthorised = { status: 401, body: '{"error":"Invalid token"}', bodySent: 'none' as const };

describe('the client', () => {
  test('uploads with group, key, token and client id, the attempt durable first', async () => {
    const { client, calls, order } = create([{ body: '{"status_code":"UPLOADED","rows":100}' }]);
    const verdict = await client.upload(chunk('acme_0', 3), async () => void order.push('begin'));
    expect(verdict.kind).toBe('uploaded');
    expect(order).toEqual(['note', 'begin', 'send']);
    expect(calls[0]).toMatchObject({
      method: 'POST',
      url: 'https://adobe.test/aa/collect/v1/events',
      headers: {
        authorization: 'Bearer tok-1',
        'x-api-key': 'id-1',
        'x-adobe-vgid': 'acme_0',
        'x-adobe-idempotency-key': 'key-acme_0-3',
      },
      chunk: {
        path: '/folder/chunks/acme_0/000003-0000.csv.gz',
        name: '000003-0000.csv.gz',
        gzBytes: 1000,
        gzSha256: 'gz',
      },
    });
    expect([client.host, client.clientId]).toEqual(['adobe.test', 'id-1']);
  });

  test('validates at its own path and looks up by escaped key', async () => {
    const { client, calls } = create([
      { body: '{"success":"File is valid"}' },
      { status: 404, body: '{"error":"File not found"}' },
    ]);
    expect(await client.validate(chunk('a', 0))).toEqual({ kind: 'valid' });
    expect(await client.lookup('a/b')).toEqual({ kind: 'not found' });
    expect(calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST https://adobe.test/aa/collect/v1/events/validate',
      'GET https://adobe.test/aa/collect/v1/events/key/a%2Fb',
    ]);
  });

  test('gets one new token for a look-up, not two', async () => {
    const once = create([unauthorised, { status: 404, body: '{"error":"File not found"}' }]);
    expect(await once.client.lookup('k')).toEqual({ kind: 'not found' });
    expect(once.calls.map(({ headers }) => headers['authorization'])).toEqual(['Bearer tok-1', 'Bearer tok-2']);
    const twice = create([unauthorised, unauthorised]);
    await expect(twice.client.lookup('k')).rejects.toMatchObject({ code: 'auth.failed' });
  });

  test('leaves an upload’s 401 to the lane, and renews the token that was refused', async () => {
    const { client, order } = create([unauthorised]);
    expect((await client.upload(chunk('a', 0), async () => {})).kind).toBe('new token');
    expect(order).not.toContain('refresh tok-1');
    await client.renewToken();
    expect(order).toContain('refresh tok-1');
  });

  test('throws a 403 of look-ups and validations', async () => {
    const { client } = create([{ status: 403, body: '{"error_code":"403025","message":"Profile is not valid"}' }]);
    await expect(client.validate(chunk('a', 0))).rejects.toMatchObject({
      code: 'delivery.forbidden',
      message: 'Adobe forbids the call: HTTP 403: 403025; Profile is not valid',
    });
  });

  test('takes a page of another server for a wrong host, until Adobe has answered', async () => {
    const page = { status: 404, body: '<html>404</html>' };
    const message = expect.stringContaining('target.baseUrl is probably not a BDIA host');
    const stop = { code: 'delivery.unreachable', message };
    await expect(create([page]).client.validate(chunk('a', 0))).rejects.toMatchObject(stop);
    await expect(create([page]).client.lookup('k')).rejects.toMatchObject(stop);
    const { client } = create([{ status: 404, body: '{"error":"File not found"}' }, page, page]);
    await client.lookup('k');
    expect(await client.lookup('k')).toMatchObject({ kind: 'inconclusive' });
    expect(await client.validate(chunk('a', 0))).toMatchObject({ kind: 'unanswered' });
  });

  test('holds every call back for a Retry-After', async () => {
    const { client, clock } = create([{ status: 429, headers: { 'retry-after': '30' }, bodySent: 'none' }]);
    expect((await client.lookup('k')).kind).toBe('inconclusive');
    await client.lookup('k');
    expect(clock.monotonic()).toBe(30_000);
  });

  test('keeps its distance although one call waits long for a token in its slot', async () => {
    const clock = fakeClock();
    const limits = { requestsPerSecond: 1, secondsPerLane: 0, rowsPerSecondPerLane: 0 };
    const sentMs: number[] = [];
    let asked = 0;
    const client = createClient({
      baseUrl: 'https://adobe.test',
      folder: '/folder',
      clock,
      pace: createPace({ limits, clock, wasUsed: false, note: async () => {} }),
      tokens: {
        clientId: 'id-1',
        token: async () => {
          asked += 1;
          // Both ask before their slot; the third time is in the slot of the first.
          if (asked === 3) await clock.sleep(20_000);
          return 'tok';
        },
        refresh: async () => 'tok',
      },
      transport: {
        send: async ({ onLeft, onArrived }) => {
          onLeft?.();
          sentMs.push(clock.monotonic());
          await clock.sleep(40);
          onArrived?.();
          await clock.sleep(9000);
          return { status: 404, headers: {}, body: '{"error":"File not found"}', error: null, bodySent: 'none' };
        },
      },
    });
    await Promise.all([client.lookup('a'), client.lookup('b')]);
    expect(sentMs).toEqual([20_000, 21_060]);
  });

  test('measures whole uploads, and wants tokens that outlast the next', async () => {
    const { client, wanted } = create([{ bodyMs: 10_000 }, {}]);
    const large = { ...chunk('a', 0), gzBytes: 2_000_000 };
    await client.upload(large, async () => {});
    await client.upload({ ...large, gzBytes: 8_000_000 }, async () => {});
    // Before the slot and in it: the wait between may be long.
    expect(wanted).toEqual([0, 0, 40_000, 40_000]);
  });

  test('does not begin an upload that would not be through in time', async () => {
    const { client, order } = create([{ bodyMs: 10_000 }]);
    const large = { ...chunk('a', 0), gzBytes: 2_000_000 };
    await client.upload(large, async () => {});
    const begun = order.length;
    await expect(
      client.upload({ ...large, gzBytes: 25_000_000 }, async () => void order.push('begin')),
    ).rejects.toMatchObject({ code: 'delivery.too-slow' });
    expect(order.slice(begun)).toEqual(['note']);
  });

  test('sends however slow the line is where nothing is known of gateways', async () => {
    const { client } = create([{ bodyMs: 10_000 }, { body: '{"status_code":"UPLOADED","rows":100}' }], null);
    await client.upload({ ...chunk('a', 0), gzBytes: 2_000_000 }, async () => {});
    const slow = await client.upload({ ...chunk('a', 1), gzBytes: 90_000_000 }, async () => {});
    expect(slow.kind).toBe('uploaded');
  });

  test('cuts an echoed token out of what is kept', async () => {
    const { client } = create([{ status: 500, body: '{"error":"bad header Bearer tok-1"}' }]);
    const verdict = await client.upload(chunk('a', 0), async () => {});
    expect(JSON.stringify(verdict)).not.toContain('tok-1');
  });
});

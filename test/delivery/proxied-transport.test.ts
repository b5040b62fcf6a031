import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ChunkUpload } from '../../src/delivery/chunk-body.ts';
import { createTransport, type TransportOptions } from '../../src/delivery/transport.ts';
import { type ForwardProxy, startForwardProxy } from '../support/forward-proxy.ts';
import { localhostCertificate, localhostKey } from './localhost-certificate.ts';

const content = randomBytes(700_000);
const close: (() => Promise<unknown> | unknown)[] = [];
let folder = '';
let chunk: ChunkUpload;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'proxied-'));
  const path = join(folder, 'c.csv.gz');
  writeFileSync(path, content);
  const gzSha256 = createHash('sha256').update(content).digest('hex');
  chunk = { path, name: 'c.csv.gz', gzBytes: content.length, gzSha256 };
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  for (const end of close.splice(0)) await end();
});

async function proxy(options: Parameters<typeof startForwardProxy>[0] = {}): Promise<ForwardProxy> {
  const started = await startForwardProxy(options);
  close.push(started.close);
  return started;
}

/** Adobe over TLS or plain: asks with 100 for what it wants, counts the bytes of bodies. */
async function adobe(secure: boolean, refuse: number | null = null) {
  const seen = { received: 0, asked: 0 };
  const answer = (request: http.IncomingMessage, response: http.ServerResponse) => {
    request.on('data', (piece: Buffer) => {
      seen.received += piece.length;
    });
    request.on('end', () => response.end('{"ok":1}'));
  };
  const server = secure
    ? https.createServer({ key: localhostKey, cert: localhostCertificate }, answer)
    : http.createServer(answer);
  server.on('checkContinue', (request: http.IncomingMessage, response: http.ServerResponse) => {
    seen.asked += 1;
    if (refuse !== null) return void response.writeHead(refuse, { connection: 'close' }).end('{"error":"no"}');
    response.writeContinue();
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}/aa/collect/v1/events`,
    host: `127.0.0.1:${port}`,
    seen,
  };
}

function send(url: string, way: ForwardProxy | { url: string }, over: Partial<TransportOptions> = {}) {
  const timeouts = { connectMs: 5000, idleMs: 5000, answerMs: 5000 };
  const proxyFor = () => new URL(way.url);
  return createTransport({ timeouts, expect: true, ca: localhostCertificate, proxyFor, ...over }).send({
    method: 'POST',
    url,
    headers: { authorization: 'Bearer t0ken' },
    chunk,
  });
}

const basic = `Basic ${Buffer.from('ann:p@ss:w%rd').toString('base64')}`;

describe('through a proxy', () => {
  test('a chunk goes to https in a tunnel, asked for with Expect, the credentials to the proxy alone', async () => {
    const way = await proxy({ user: 'ann', password: 'p@ss:w%rd' });
    const { url, host, seen } = await adobe(true);
    expect(await send(url, way)).toMatchObject({ status: 200, body: '{"ok":1}', error: null, bodySent: 'all' });
    expect(way.requests).toEqual([{ method: 'CONNECT', target: host, authorization: basic }]);
    expect(seen.asked).toBe(1);
    expect(seen.received).toBeGreaterThan(content.length);
  });

  test('a chunk goes to http by its whole URL, asked for with Expect', async () => {
    const way = await proxy({ user: 'ann', password: 'p@ss:w%rd' });
    const { url, seen } = await adobe(false);
    expect(await send(url, way)).toMatchObject({ status: 200, body: '{"ok":1}', error: null, bodySent: 'all' });
    expect(way.requests).toEqual([{ method: 'POST', target: url, authorization: basic }]);
    expect(seen.asked).toBe(1);
    expect(seen.received).toBeGreaterThan(content.length);
  });

  test.each([true, false])('no byte of a chunk leaves that Adobe does not want (TLS: %s)', async (secure) => {
    const way = await proxy();
    const { url, seen } = await adobe(secure, 413);
    expect(await send(url, way)).toMatchObject({ status: 413, body: '{"error":"no"}', error: null, bodySent: 'none' });
    expect(seen).toEqual({ received: 0, asked: 1 });
  });

  test.each([403, 502, 503])('a tunnel refused with %d is not taken for an answer of Adobe', async (status) => {
    const way = await proxy({ refuse: status });
    const { url, seen } = await adobe(true);
    expect(await send(url, way)).toEqual({
      status: null,
      headers: {},
      body: '',
      error: `proxy-${status}`,
      bodySent: 'none',
    });
    expect(seen.asked).toBe(0);
  });

  test('a proxy that asks for a password is told as such', async () => {
    const way = await proxy({ user: 'ann', password: 'right' });
    const wrong = { url: way.url.replace('right', 'wrong') };
    const { url } = await adobe(true);
    expect(await send(url, wrong)).toMatchObject({ status: null, error: 'proxy-407', bodySent: 'none' });
    const plain = await adobe(false);
    expect(await send(plain.url, wrong)).toMatchObject({ status: 407, bodySent: 'none' });
  });

  test('a proxy that never answers ends at the connect time-out, and its connection is freed', async () => {
    const way = await proxy({ silent: true });
    const { url } = await adobe(true);
    const timeouts = { connectMs: 80, idleMs: 5000, answerMs: 5000 };
    expect(await send(url, way, { timeouts })).toMatchObject({ error: 'connect-timeout', bodySent: 'none' });
    await expect.poll(way.openConnections, { timeout: 5000 }).toBe(0);
  });

  test('a proxy that is not there is a fault before any byte', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    for (const secure of [true, false]) {
      const { url } = await adobe(secure);
      expect(await send(url, { url: `http://127.0.0.1:${port}` })).toMatchObject({
        status: null,
        error: 'ECONNREFUSED',
        bodySent: 'none',
      });
    }
  });

  test('a host that the tunnel leads to must be trusted too', async () => {
    const way = await proxy();
    const { url, seen } = await adobe(true);
    const options = { timeouts: { connectMs: 5000, idleMs: 5000, answerMs: 5000 }, expect: true };
    const transport = createTransport({ ...options, proxyFor: () => new URL(way.url) });
    expect(await transport.send({ method: 'POST', url, headers: {}, chunk })).toMatchObject({
      status: null,
      error: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      bodySent: 'none',
    });
    expect(seen.asked).toBe(0);
  });
});

describe('through a proxy that is spoken to over TLS', () => {
  const tls = { key: localhostKey, cert: localhostCertificate };
  const user = { user: 'ann', password: 'p@ss:w%rd' };

  test('a chunk goes to https in a tunnel inside the TLS, asked for with Expect', async () => {
    const way = await proxy({ ...user, tls });
    const { url, host, seen } = await adobe(true);
    expect(way.url).toMatch(/^https:/);
    expect(await send(url, way)).toMatchObject({ status: 200, body: '{"ok":1}', error: null, bodySent: 'all' });
    expect(way.requests).toEqual([{ method: 'CONNECT', target: host, authorization: basic }]);
    expect(seen.asked).toBe(1);
    expect(seen.received).toBeGreaterThan(content.length);
  });

  test('a chunk goes to http by its whole URL, asked for with Expect', async () => {
    const way = await proxy({ ...user, tls });
    const { url, seen } = await adobe(false);
    expect(await send(url, way)).toMatchObject({ status: 200, body: '{"ok":1}', error: null, bodySent: 'all' });
    expect(way.requests).toEqual([{ method: 'POST', target: url, authorization: basic }]);
    expect(seen.asked).toBe(1);
    expect(seen.received).toBeGreaterThan(content.length);
  });

  test('a proxy named in the certificate is asked for by that name', async () => {
    const way = await proxy({ ...user, tls });
    const named = { url: way.url.replace('127.0.0.1', 'localhost') };
    for (const secure of [true, false])
      expect(await send((await adobe(secure)).url, named)).toMatchObject({ status: 200, bodySent: 'all' });
    expect(way.requests.map(({ authorization }) => authorization)).toEqual([basic, basic]);
  });

  test.each([true, false])(
    'no byte of a chunk leaves that Adobe does not want (Adobe over TLS: %s)',
    async (secure) => {
      const way = await proxy({ tls });
      const { url, seen } = await adobe(secure, 413);
      expect(await send(url, way)).toMatchObject({
        status: 413,
        body: '{"error":"no"}',
        error: null,
        bodySent: 'none',
      });
      expect(seen).toEqual({ received: 0, asked: 1 });
    },
  );

  test.each([true, false])(
    'nothing is told to a proxy that nobody vouches for (Adobe over TLS: %s)',
    async (secure) => {
      const way = await proxy({ ...user, tls });
      const { url, seen } = await adobe(secure);
      const timeouts = { connectMs: 5000, idleMs: 5000, answerMs: 5000 };
      const transport = createTransport({ timeouts, expect: true, proxyFor: () => new URL(way.url) });
      expect(await transport.send({ method: 'POST', url, headers: {}, chunk })).toMatchObject({
        status: null,
        error: 'DEPTH_ZERO_SELF_SIGNED_CERT',
        bodySent: 'none',
      });
      expect(way.requests).toEqual([]);
      expect(seen.asked).toBe(0);
    },
  );

  test('wrong credentials are told as such', async () => {
    const way = await proxy({ user: 'ann', password: 'right', tls });
    const wrong = { url: way.url.replace('right', 'wrong') };
    expect(await send((await adobe(true)).url, wrong)).toMatchObject({
      status: null,
      error: 'proxy-407',
      bodySent: 'none',
    });
    expect(await send((await adobe(false)).url, wrong)).toMatchObject({ status: 407, bodySent: 'none' });
  });

  test('one that speaks no TLS is a fault before any byte', async () => {
    const way = await proxy();
    for (const secure of [true, false]) {
      const { url, seen } = await adobe(secure);
      const { error, bodySent } = await send(url, { url: way.url.replace('http:', 'https:') });
      expect({ error, bodySent }).toEqual({ error: expect.stringMatching(/^(ERR_SSL|EPROTO)/), bodySent: 'none' });
      expect(seen.asked).toBe(0);
    }
  });

  test('one that never greets ends at the connect time-out, and its connection is freed', async () => {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => sockets.delete(socket))
        .resume();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    close.push(() => new Promise((resolve) => server.close(resolve)));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const timeouts = { connectMs: 80, idleMs: 5000, answerMs: 5000 };
    for (const secure of [true, false])
      expect(await send((await adobe(secure)).url, { url }, { timeouts })).toMatchObject({
        error: 'connect-timeout',
        bodySent: 'none',
      });
    await expect.poll(() => sockets.size, { timeout: 5000 }).toBe(0);
  });
});

import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ChunkUpload } from '../../src/delivery/chunk-body.ts';
import type { Exchange } from '../../src/delivery/exchange.ts';
import { createTransport, type TransportOptions } from '../../src/delivery/transport.ts';
import { localhostCertificate, localhostKey } from './localhost-certificate.ts';

const content = randomBytes(1_500_000);
let folder = '';
let chunk: ChunkUpload;
const open: (http.Server | net.Server)[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'transport-'));
  const path = join(folder, '000000-0000.csv.gz');
  writeFileSync(path, content);
  const gzSha256 = createHash('sha256').update(content).digest('hex');
  chunk = { path, name: '000000-0000.csv.gz', gzBytes: content.length, gzSha256 };
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  for (const server of open.splice(0)) {
    if ('closeAllConnections' in server) (server as http.Server).closeAllConnections();
    server.close();
  }
});

async function listen<S extends http.Server | net.Server>(server: S): Promise<string> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/aa/collect/v1/events`;
}

function send(
  url: string,
  over: Partial<TransportOptions> = {},
  upload = chunk,
  signs: { onLeft?: () => void; onArrived?: () => void } = {},
) {
  const timeouts = { connectMs: 2000, idleMs: 2000, answerMs: 2000 };
  const transport = createTransport({ timeouts, expect: true, ...over });
  return transport.send({
    method: 'POST',
    url,
    headers: { 'x-adobe-vgid': 'acme_0' },
    chunk: upload,
    ...signs,
  });
}

/** Collects whole requests and answers each with 200. */
function collector(seen: { headers: http.IncomingHttpHeaders; body: Buffer }[], expected: string[] = []) {
  const handle = (request: http.IncomingMessage, response: http.ServerResponse) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('error', () => {});
    request.on('end', () => {
      seen.push({ headers: request.headers, body: Buffer.concat(pieces) });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":1}');
    });
  };
  const server = http.createServer(handle);
  server.on('checkContinue', (request, response) => {
    expected.push(request.headers.expect ?? '');
    response.writeContinue();
    handle(request, response);
  });
  return server;
}

const noAnswer = { status: null, headers: {}, body: '' };
const brief = ({ status, body, error, bodySent }: Exchange) => ({ status, body, error, bodySent });

describe('a chunk', () => {
  test.each([true, false])('arrives byte for byte as the part named file (expect: %s)', async (expects) => {
    const seen: { headers: http.IncomingHttpHeaders; body: Buffer }[] = [];
    const expected: string[] = [];
    const url = await listen(collector(seen, expected));
    expect(brief(await send(url, { expect: expects }))).toEqual({
      status: 200,
      body: '{"ok":1}',
      error: null,
      bodySent: 'all',
    });
    expect(expected).toEqual(expects ? ['100-continue'] : []);
    const { headers, body } = seen[0]!;
    expect(Number(headers['content-length'])).toBe(body.length);
    expect(headers['x-adobe-vgid']).toBe('acme_0');
    expect(headers['transfer-encoding']).toBeUndefined();
    const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(headers['content-type'] ?? '')![1]!;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="000000-0000.csv.gz"\r\nContent-Type: application/gzip\r\n\r\n`;
    expect(body.subarray(0, head.length).toString()).toBe(head);
    expect(body.subarray(head.length, head.length + content.length).equals(content)).toBe(true);
    expect(body.subarray(head.length + content.length).toString()).toBe(`\r\n--${boundary}--\r\n`);
  });

  test('that an answer to Expect refuses does not leave', async () => {
    const server = http.createServer();
    let received = 0;
    server.on('checkContinue', (request, response) => {
      request.on('data', (piece: Buffer) => {
        received += piece.length;
      });
      response.writeHead(413, { 'retry-after': '3', connection: 'close' }).end('{"error":"big"}');
    });
    const exchange = await send(await listen(server));
    expect(brief(exchange)).toEqual({ status: 413, body: '{"error":"big"}', error: null, bodySent: 'none' });
    expect(exchange.headers['retry-after']).toBe('3');
    expect(received).toBe(0);
  });

  test('goes all the same when nobody says 100', async () => {
    let received = 0;
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (piece) => {
        received += piece.length;
        if (received > content.length + 500) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
      });
    });
    expect(brief(await send(await listen(server), { continueMs: 20 }))).toEqual({
      status: 200,
      body: '{}',
      error: null,
      bodySent: 'all',
    });
  });

  test('is given up when an answer comes before its end', async () => {
    // Left open, as closing with bytes unread may reset the connection and take the answer with it.
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.pause();
        socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 17\r\n\r\n{"error":"early"}');
      });
    });
    const exchange = await send(await listen(server), { expect: false }, await large());
    expect(brief(exchange)).toEqual({ status: 400, body: '{"error":"early"}', error: null, bodySent: 'some' });
  });

  test('whose connection drops midway is neither thrown nor sent twice', async () => {
    let connections = 0;
    const server = http.createServer((request) => {
      connections += 1;
      request.once('data', () => request.destroy());
    });
    const exchange = await send(await listen(server), {}, await large());
    expect(exchange).toMatchObject({ ...noAnswer, bodySent: 'some' });
    expect(['ECONNRESET', 'EPIPE']).toContain(exchange.error);
    expect(connections).toBe(1);
  });

  test('whose connection drops midway leaves no timer that would keep the process alive', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const server = net.createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => socket.resetAndDestroy());
      });
      const exchange = await send(await listen(server), { expect: false }, await large());
      expect(exchange).toMatchObject({ ...noAnswer, bodySent: 'some' });
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('whose connection drops after it was read is all sent and unanswered', async () => {
    const server = http.createServer((request) => request.resume().on('end', () => request.socket.destroy()));
    expect(await send(await listen(server))).toMatchObject({ ...noAnswer, error: 'ECONNRESET', bodySent: 'all' });
  });

  test('that the far end stops reading ends at the idle time-out', async () => {
    const server = http.createServer((request) => void request.pause());
    const timeouts = { connectMs: 2000, idleMs: 60, answerMs: 2000 };
    const exchange = await send(await listen(server), { timeouts }, await large());
    expect(exchange).toEqual({ ...noAnswer, error: 'idle-timeout', bodySent: 'some' });
  });

  test('that nobody answers ends at the answer time-out', async () => {
    const server = http.createServer((request) => void request.resume());
    const timeouts = { connectMs: 2000, idleMs: 2000, answerMs: 60 };
    expect(await send(await listen(server), { timeouts })).toMatchObject({
      ...noAnswer,
      error: 'answer-timeout',
      bodySent: 'all',
    });
  });

  test('answered by half an answer is told as cut', async () => {
    const server = http.createServer((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"file_id"', () => response.destroy());
      });
    });
    expect(brief(await send(await listen(server)))).toEqual({
      status: 200,
      body: '{"file_id"',
      error: 'answer-cut',
      bodySent: 'all',
    });
  });

  test('refused by nobody listening has not left', async () => {
    const url = await listen(http.createServer());
    await new Promise((resolve) => open.pop()!.close(resolve));
    for (const expects of [true, false]) {
      expect(await send(url, { expect: expects })).toEqual({ ...noAnswer, error: 'ECONNREFUSED', bodySent: 'none' });
    }
  });

  test('that no longer is the sealed file never becomes a whole request', async () => {
    let ended = 0;
    let received = 0;
    const server = http.createServer((request) => {
      request.on('error', () => {});
      request.on('data', (piece: Buffer) => {
        received += piece.length;
      });
      request.on('end', () => {
        ended += 1;
      });
    });
    const exchange = await send(await listen(server), {}, { ...chunk, gzSha256: '0'.repeat(64) });
    expect(exchange).toEqual({ ...noAnswer, error: 'chunk-damaged', bodySent: 'some' });
    expect(ended).toBe(0);
    expect(received).toBeLessThan(content.length);
  });

  test.each<[string, Partial<ChunkUpload>, string]>([
    ['shorter than sealed', { gzBytes: content.length + 1 }, 'chunk-damaged'],
    ['longer than sealed', { gzBytes: content.length - 1 }, 'chunk-damaged'],
    ['not there', { path: join(tmpdir(), 'no-such-chunk.csv.gz') }, 'chunk-gone'],
    ['below what is no folder', { path: join(import.meta.filename, 'chunk.csv.gz') }, 'chunk-unreadable: ENOTDIR'],
  ])('that is %s is not even asked for', async (_, over, error) => {
    let asked = 0;
    const server = http.createServer().on('connection', () => {
      asked += 1;
    });
    expect(await send(await listen(server), {}, { ...chunk, ...over })).toEqual({
      ...noAnswer,
      error,
      bodySent: 'none',
    });
    expect(asked).toBe(0);
  });
});

describe('an exchange', () => {
  const tellTo = (order: string[]) => ({
    onLeft: () => void order.push('left'),
    onArrived: () => void order.push('arrived'),
  });

  test.each([
    ['at the 100, before the answer', true, ['left', 'arrived', 'read']],
    // Its last byte may long be with the system and still not be there.
    ['at the answer, where no 100 is asked for', false, ['left', 'read', 'arrived']],
  ])('tells once that the request has left and that it has arrived: %s', async (_, expects, told) => {
    const order: string[] = [];
    const server = http.createServer((request, response) => {
      request.resume().on('end', () => {
        order.push('read');
        response.end('{}');
      });
    });
    await send(await listen(server), { expect: expects }, chunk, tellTo(order));
    expect(order).toEqual(told);
  });

  test('without a body has arrived at the answer', async () => {
    const order: string[] = [];
    const server = http.createServer((_, response) => {
      order.push('read');
      response.end('{}');
    });
    const transport = createTransport({ timeouts: { connectMs: 2000, idleMs: 2000, answerMs: 2000 }, expect: true });
    await transport.send({ method: 'GET', url: await listen(server), headers: {}, ...tellTo(order) });
    expect(order).toEqual(['left', 'read', 'arrived']);
  });

  test('that gets no connection never leaves, and is told as over', async () => {
    const order: string[] = [];
    const url = await listen(http.createServer());
    await new Promise((resolve) => open.pop()!.close(resolve));
    await send(url, {}, chunk, tellTo(order));
    expect(order).toEqual(['arrived']);
  });

  test('leaves only when a TLS connection stands', async () => {
    const order: string[] = [];
    const greets = net.createServer((socket) => void socket.on('error', () => {}));
    const url = (await listen(greets)).replace('http:', 'https:');
    const timeouts = { connectMs: 60, idleMs: 2000, answerMs: 2000 };
    await send(url, { timeouts }, chunk, tellTo(order));
    expect(order).toEqual(['arrived']);
  });

  test('cuts a body that does not end at 64 KiB', async () => {
    const server = http.createServer((request, response) => {
      request.resume().on('end', () => response.end('x'.repeat(1_000_000)));
    });
    const exchange = await send(await listen(server));
    expect(exchange.body.length).toBe(65_536);
    expect(exchange.status).toBe(200);
  });

  test('takes an answer whose end is the end of the connection', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 404 Not Found\r\n\r\n{"error":"File not found"}'));
    });
    const transport = createTransport({ timeouts: { connectMs: 2000, idleMs: 2000, answerMs: 2000 }, expect: true });
    const exchange = await transport.send({ method: 'GET', url: await listen(server), headers: {} });
    expect(brief(exchange)).toEqual({ status: 404, body: '{"error":"File not found"}', error: null, bodySent: 'none' });
  });

  test('follows no redirect', async () => {
    const server = http.createServer((_, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    const transport = createTransport({ timeouts: { connectMs: 2000, idleMs: 2000, answerMs: 2000 }, expect: true });
    const exchange = await transport.send({ method: 'GET', url: await listen(server), headers: {} });
    expect(exchange.status).toBe(302);
  });

  test('with what is no HTTP is a fault, not an exception', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('nonsense\r\n\r\n'));
    });
    const exchange = await send(await listen(server));
    expect(exchange).toMatchObject({ status: null, error: 'HPE_INVALID_CONSTANT', bodySent: 'none' });
  });
});

describe('over TLS', () => {
  const secure = async () => {
    const server = https.createServer({ key: localhostKey, cert: localhostCertificate }, (request, response) => {
      request.resume().on('end', () => response.end('{}'));
    });
    return (await listen(server)).replace('http:', 'https:');
  };

  test('a chunk goes to a host that target.ca vouches for', async () => {
    const exchange = await send(await secure(), { ca: localhostCertificate });
    expect(brief(exchange)).toEqual({ status: 200, body: '{}', error: null, bodySent: 'all' });
  });

  test('nothing goes to a host that nobody vouches for', async () => {
    expect(await send(await secure())).toEqual({ ...noAnswer, error: 'DEPTH_ZERO_SELF_SIGNED_CERT', bodySent: 'none' });
  });

  test('a host that never greets ends at the connect time-out', async () => {
    const url = (await listen(net.createServer((socket) => void socket.on('error', () => {})))).replace(
      'http:',
      'https:',
    );
    const timeouts = { connectMs: 60, idleMs: 2000, answerMs: 2000 };
    expect(await send(url, { timeouts })).toEqual({ ...noAnswer, error: 'connect-timeout', bodySent: 'none' });
  });
});

/** Larger than what two sockets hold between them, so that it cannot be all sent while nobody reads. */
async function large(): Promise<ChunkUpload> {
  const bytes = Buffer.alloc(24_000_000, 7);
  const path = join(folder, 'large.csv.gz');
  writeFileSync(path, bytes);
  return {
    path,
    name: 'large.csv.gz',
    gzBytes: bytes.length,
    gzSha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

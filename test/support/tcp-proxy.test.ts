import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let echo: Server;
let proxy: TcpProxy;
const clients: Socket[] = [];
beforeEach(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startTcpProxy({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  echo.close();
});

/** A client that is connected, with all that it has received so far. */
async function join(): Promise<{ socket: Socket; received: () => string; failed: Promise<string> }> {
  const socket = connect(proxy.port, '127.0.0.1');
  clients.push(socket);
  let text = '';
  socket.setEncoding('latin1').on('data', (piece: string) => {
    text += piece;
  });
  const failed = new Promise<string>((resolve) =>
    socket.on('error', (error) => resolve((error as Error & { code: string }).code)),
  );
  await once(socket, 'connect');
  return { socket, received: () => text, failed };
}

it('passes everything on, both ways', async () => {
  const { socket, received } = await join();
  const text = 'x'.repeat(1_000_000);
  socket.write(text);
  await vi.waitFor(() => expect(received().length).toBe(text.length), { timeout: 20_000 });
  expect([proxy.connections(), proxy.received()]).toEqual([1, 1_000_000]);
});

it('holds back the first bytes of a connection, and tells of them as they go on', async () => {
  await proxy.close();
  const told: { text: string; atMs: number }[] = [];
  proxy = await startTcpProxy(
    { host: '127.0.0.1', port: (echo.address() as AddressInfo).port },
    {
      delayMs: () => 80,
      onFirst: (bytes) => void told.push({ text: bytes.toString(), atMs: performance.now() }),
    },
  );
  const beganMs = performance.now();
  const { socket, received } = await join();
  socket.write('a');
  await vi.waitFor(() => expect(received()).toBe('a'));
  socket.write('b');
  await vi.waitFor(() => expect(received()).toBe('ab'));
  expect(told.map(({ text }) => text)).toEqual(['a']);
  // A timer may fire a moment early.
  expect(told[0]!.atMs - beganMs).toBeGreaterThanOrEqual(78);
});

it('cuts open connections and takes new ones', async () => {
  const first = await join();
  first.socket.write('a');
  await vi.waitFor(() => expect(first.received()).toBe('a'));
  proxy.cut();
  expect(await first.failed).toBe('ECONNRESET');
  expect(proxy.connections()).toBe(0);
  const second = await join();
  second.socket.write('b');
  await vi.waitFor(() => expect(second.received()).toBe('b'));
});

it('cuts once, after so many bytes', async () => {
  proxy.cutAfter(500_000);
  const first = await join();
  first.socket.write('x'.repeat(1_000_000));
  expect(await first.failed).toBe('ECONNRESET');
  expect(proxy.received()).toBeLessThan(1_000_000);
  const second = await join();
  second.socket.write('x'.repeat(1_000_000));
  await vi.waitFor(() => expect(second.received().length).toBe(1_000_000), { timeout: 20_000 });
});

it('stalls and flows again, without a loss', async () => {
  const { socket, received } = await join();
  socket.write('a');
  await vi.waitFor(() => expect(received()).toBe('a'));
  proxy.stall();
  socket.write('b');
  const late = await join();
  late.socket.write('c');
  // Longer than an echo takes.
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect([received(), late.received(), proxy.received()]).toEqual(['a', '', 1]);
  proxy.flow();
  await vi.waitFor(() => expect([received(), late.received()]).toEqual(['ab', 'c']));
});

it('refuses new connections while open ones go on, and takes them again', async () => {
  const first = await join();
  await proxy.refuse();
  await expect(join()).rejects.toThrow('ECONNREFUSED');
  first.socket.write('a');
  await vi.waitFor(() => expect(first.received()).toBe('a'));
  await proxy.accept();
  const second = await join();
  second.socket.write('b');
  await vi.waitFor(() => expect(second.received()).toBe('b'));
});

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openTransport } from '../../../src/migration/deliver/open-transport.ts';
import { localhostCertificate, localhostKey } from '../../delivery/localhost-certificate.ts';
import { startForwardProxy } from '../../support/forward-proxy.ts';

const close: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of close.splice(0)) await end();
});

async function host(): Promise<string> {
  const server = http.createServer((_, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
}

async function proxy() {
  const started = await startForwardProxy({ user: 'ann', password: 's3cret' });
  close.push(started.close);
  return started;
}

const way = (setting: string | null) => ({
  ca: null,
  expect: true,
  proxy: setting,
  timeouts: { connectMs: 2000, idleMs: 2000, answerMs: 2000 },
});

describe('the way to Adobe', () => {
  it('goes by the proxy of the migration, else by that of the environment', async () => {
    const url = await host();
    const [own, outer] = [await proxy(), await proxy()];
    const env = { HTTP_PROXY: outer.url };
    const ask = async (setting: string | null, around: Record<string, string>) => {
      const transport = openTransport(way(setting), [url], { env: around });
      const { status } = await transport.send({ method: 'GET', url, headers: {} });
      return [status, own.requests.length, outer.requests.length];
    };
    expect(await ask(null, {})).toEqual([200, 0, 0]);
    expect(await ask(null, env)).toEqual([200, 0, 1]);
    expect(await ask(null, { ...env, NO_PROXY: '127.0.0.1' })).toEqual([200, 0, 1]);
    expect(await ask(own.url, env)).toEqual([200, 1, 1]);
    expect(await ask(own.url, { ...env, NO_PROXY: '*' })).toEqual([200, 2, 1]);
    expect(await ask('none', env)).toEqual([200, 2, 1]);
  });

  it('goes by a proxy of the environment that is spoken to over TLS, which target.ca vouches for', async () => {
    const url = await host();
    const tls = { key: localhostKey, cert: localhostCertificate };
    const outer = await startForwardProxy({ user: 'ann', password: 's3cret', tls });
    close.push(outer.close);
    const ask = async (trusted: string | null, env: Record<string, string>) => {
      const transport = openTransport({ ...way(null), ca: trusted }, [url], { env });
      const { status, error } = await transport.send({ method: 'GET', url, headers: {} });
      return [status, error, outer.requests.length];
    };
    expect(outer.url).toMatch(/^https:\/\/ann:s3cret@/);
    expect(await ask(localhostCertificate, { http_proxy: outer.url })).toEqual([200, null, 1]);
    expect(await ask(localhostCertificate, { http_proxy: outer.url, no_proxy: '127.0.0.1' })).toEqual([200, null, 1]);
    expect(await ask(null, { http_proxy: outer.url })).toEqual([null, 'DEPTH_ZERO_SELF_SIGNED_CERT', 1]);
    expect(outer.requests[0]?.authorization).toBe(`Basic ${Buffer.from('ann:s3cret').toString('base64')}`);
  });

  it('is not begun where the environment names a proxy of another kind; the variable is named, not its value', async () => {
    const open = () =>
      openTransport(way(null), ['https://adobe.test'], { env: { HTTPS_PROXY: 'socks5://u:s3cret@p' } });
    expect(open).toThrow(
      expect.objectContaining({
        code: 'input.invalid',
        message: 'the environment variable HTTPS_PROXY is no URL of an HTTP proxy',
      }),
    );
  });
});

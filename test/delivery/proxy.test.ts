import { describe, expect, test } from 'vitest';
import { environmentProxy, parseProxy, proxyAuthorization } from '../../src/delivery/proxy.ts';

const host = 'https://analytics-collection.adobe.io/aa/collect/v1/events';
const href = (url: string, env: Record<string, string>) => {
  const proxy = environmentProxy(new URL(url), env);
  return proxy instanceof URL ? proxy.href : proxy;
};

describe('the proxy of the environment', () => {
  test.each<[string, string, Record<string, string>, string | null | { fault: string }]>([
    ['nothing is set', host, {}, null],
    ['upper case', host, { HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128/'],
    ['lower case', host, { https_proxy: 'http://p:3128' }, 'http://p:3128/'],
    ['lower case goes first', host, { https_proxy: 'http://a', HTTPS_PROXY: 'http://b' }, 'http://a/'],
    ['an empty one is none', host, { https_proxy: '', HTTPS_PROXY: 'http://b' }, 'http://b/'],
    ['https does not take that of http', host, { HTTP_PROXY: 'http://p' }, null],
    ['http takes its own', 'http://127.0.0.1:8080/x', { HTTP_PROXY: 'http://p', HTTPS_PROXY: 'http://q' }, 'http://p/'],
    ['without a scheme', host, { HTTPS_PROXY: 'proxy.corp:8080' }, 'http://proxy.corp:8080/'],
    ['with credentials', host, { HTTPS_PROXY: 'http://u:p%40ss@p:1' }, 'http://u:p%40ss@p:1/'],
    ['over TLS', host, { HTTPS_PROXY: 'https://p' }, 'https://p/'],
    ['an IPv6 proxy', host, { HTTPS_PROXY: 'http://[::1]:3128' }, 'http://[::1]:3128/'],
    ['socks', host, { HTTPS_PROXY: 'socks5://u:p@p' }, { fault: 'HTTPS_PROXY' }],
    ['nonsense', host, { https_proxy: 'http://' }, { fault: 'https_proxy' }],
  ])('%s', (_, url, env, expected) => {
    expect(href(url, env)).toEqual(expected);
  });

  test.each<[string, string, string, boolean]>([
    ['the host itself', 'https://adobe.io', 'adobe.io', true],
    ['a subdomain', host, 'adobe.io', true],
    ['with a leading dot', host, '.adobe.io', true],
    ['with a wildcard', host, '*.adobe.io', true],
    ['the end of a name that is no domain', 'https://notadobe.io', 'adobe.io', false],
    ['a name inside', host, 'analytics-collection', false],
    ['in any case', host, 'ADOBE.IO', true],
    ['with final dots', 'https://adobe.io./', 'adobe.io.', true],
    ['all', host, '*', true],
    ['a later entry, after a blank', host, 'localhost 127.0.0.1,, adobe.io', true],
    ['the default port', host, 'adobe.io:443', true],
    ['another port', host, 'adobe.io:8443', false],
    ['a port that is written', 'https://adobe.io:8443', 'adobe.io:8443', true],
    ['an address', 'https://127.0.0.1:9', '127.0.0.1', true],
    ['an address with its port', 'https://127.0.0.1:9', '127.0.0.1:9', true],
    ['another address', 'https://127.0.0.1', '127.0.0.11', false],
    ['IPv6', 'https://[::1]:9', '::1', true],
    ['IPv6 written long', 'https://[::1]:9', '0:0:0:0:0:0:0:1', true],
    ['IPv6 in brackets', 'https://[::1]:9', '[::1]', true],
    ['IPv6 with its port', 'https://[::1]:9', '[::1]:9', true],
    ['IPv6 with another port', 'https://[::1]:9', '[::1]:10', false],
    ['nothing', host, '', false],
  ])('NO_PROXY: %s', (_, url, list, straight) => {
    for (const name of ['no_proxy', 'NO_PROXY'])
      expect(href(url, { HTTPS_PROXY: 'http://p', [name]: list })).toBe(straight ? null : 'http://p/');
  });
});

describe('credentials', () => {
  test.each<[string, string | null]>([
    ['http://p', null],
    ['http://Aladdin:open%20sesame@p', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
    ['http://user@p', 'Basic dXNlcjo='],
  ])('of %s', (url, header) => {
    expect(proxyAuthorization(new URL(url))).toBe(header);
  });

  test('that cannot be decoded make no proxy', () => {
    expect(parseProxy('http://u:%ff@p')).toBeNull();
  });
});

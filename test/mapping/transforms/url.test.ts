import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../../src/mapping/transforms/step.ts';
import { compileQueryParam, host, path } from '../../../src/mapping/transforms/url.ts';

function run(step: Step, text: string): string {
  if (step.kind !== 'text') throw new Error(step.kind);
  return step.apply(text);
}

describe('host and path', () => {
  it.each([
    ['https://www.Example.com/A/b?x=1#y', 'www.example.com', '/A/b'],
    ['http://example.com', 'example.com', '/'],
    ['http://example.com?x=/y', 'example.com', '/'],
    ['http://example.com#/y', 'example.com', '/'],
    ['http://user:p@ss@example.com:8080/x', 'example.com', '/x'],
    ['http://example.com:/x', 'example.com', '/x'],
    ['http://[2001:DB8::1]:8080/x', '[2001:db8::1]', '/x'],
    ['http://[::1]/', '[::1]', '/'],
    ['//cdn.example.com/x.js', 'cdn.example.com', '/x.js'],
    ['android-app://com.example.app/open', 'com.example.app', '/open'],
    ['https://müller.example/ä%20b', 'müller.example', '/ä%20b'],
    ['file:///etc/hosts', '', '/etc/hosts'],
    ['/only/path?x#y', '', '/only/path'],
    ['/', '', '/'],
    ['example.com/path', '', ''],
    ['path/only', '', ''],
    ['mailto:a@example.com', '', ''],
    ['?q=http://example.com/x', '', ''],
    ['1http://example.com/x', '', ''],
    ['(not set)', '', ''],
  ])('%j: host %j, path %j', (text, expectedHost, expectedPath) => {
    expect(run(host, text)).toBe(expectedHost);
    expect(run(path, text)).toBe(expectedPath);
  });
});

describe('queryParam', () => {
  it.each([
    ['q', 'https://example.com/?q=a', 'a'],
    ['q', 'https://example.com/?p=1&q=a+b%20c%2Bd', 'a b c+d'],
    ['q', 'https://example.com/?q=caf%C3%A9&q=second', 'café'],
    ['q', 'https://example.com/?q=caf%E9+x', 'caf%E9 x'],
    ['q', 'https://example.com/?q=100%', '100%'],
    ['q', 'https://example.com/?q=a=b&c', 'a=b'],
    ['q', 'https://example.com/?q=a#q=b', 'a'],
    ['q', 'https://example.com/#?q=b', 'b'],
    ['q', 'https://example.com/?xq=1&qx=2', ''],
    ['q', 'https://example.com/?q', ''],
    ['q', 'https://example.com/?q=', ''],
    ['q', 'https://example.com/?&&q=1', '1'],
    ['q', 'https://example.com/q=1', ''],
    ['q', 'https://example.com/x=1?q=2', '2'],
    ['q', '/search?q=a', 'a'],
    ['q', '/q=1', ''],
    ['q', '?q=a', 'a'],
    ['q', 'search?q=a', 'a'],
    ['q', 'q=a&b=2', 'a'],
    ['b', 'u=https://x.example/?b=1&b=2', '2'],
    ['q', 'example.com/a=b?q=1', '1'],
    ['q', 'example.com/a;id=1?p=2&q=1', '1'],
    ['q', 'cart.do;id=1?q=1', '1'],
    ['q', 'q=1?a/b;c', '1?a/b;c'],
    ['q', 'example.com/a&q=1', ''],
    ['q', 'a#q=1&q=2', ''],
    ['utm_source', 'https://example.com/?utm%5Fsource=mail', 'mail'],
    ['a b', 'https://example.com/?a+b=1', '1'],
    ['q', 'https://example.com/?a&b&q=1', '1'],
    ['q', 'https://example.com/?q&r=1', ''],
    ['Q', 'https://example.com/?q=1', ''],
    ['q', 'no query', ''],
  ])('%j of %j is %j', (name, text, expected) => {
    expect(run(compileQueryParam(name), text)).toBe(expected);
  });
});

describe('against the URL class', () => {
  const url = fc.webUrl({ withQueryParameters: true, withFragments: true });

  it('finds the same host, path and parameters in well-formed URLs', () => {
    const name = fc.stringMatching(/^[a-z]{1,3}$/);
    fc.assert(
      fc.property(url, name, fc.string({ minLength: 1 }), (base, parameter, value) => {
        const full = new URL(base);
        full.search = '';
        full.searchParams.append('first', 'x y');
        full.searchParams.append(parameter, value);
        const text = full.href;
        expect(run(host, text)).toBe(full.hostname);
        expect(run(path, text)).toBe(full.pathname);
        expect(run(compileQueryParam(parameter), text)).toBe(full.searchParams.get(parameter));
      }),
    );
  });
});

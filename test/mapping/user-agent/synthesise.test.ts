import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Family, Platform } from '../../../src/mapping/user-agent/families.ts';
import { codesOf, synthesise } from '../../../src/mapping/user-agent/synthesise.ts';
import { familiesOf, writeUserAgent } from '../../../src/mapping/user-agent/templates.ts';

/** `browser, browserVersion, os, osVersion, device`, missing ones empty. */
function made(...[browser = '', browserVersion = '', os = '', osVersion = '', device = '']: string[]): string | null {
  return synthesise({ browser, browserVersion, os, osVersion, device }, null)?.text ?? null;
}

function matomo(...[browser = '', browserVersion = '', os = '', osVersion = '', device = '']: string[]) {
  return synthesise({ browser, browserVersion, os, osVersion, device }, codesOf('matomo'));
}

const blink = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const win = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const phone = 'Mozilla/5.0 (Linux; Android 10; K)';
const iPhone = `Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) ${webkit}`;

describe('families on platforms', () => {
  it.each([
    [['Chrome', '119', 'Windows', '10'], `${win} ${blink} Chrome/119.0.0.0 Safari/537.36`],
    [['Chrome', '45.0.2454.85', 'Windows', '11'], `${win} ${blink} Chrome/45.0.2454.85 Safari/537.36`],
    [['Chrome', '119', 'Mac OS X', '14.1'], `${mac} ${blink} Chrome/119.0.0.0 Safari/537.36`],
    [
      ['Chrome', '30', 'Mac OS', '10.9.5'],
      `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_5) ${blink} Chrome/30.0.0.0 Safari/537.36`,
    ],
    [['Chrome', '119', 'Linux', ''], `Mozilla/5.0 (X11; Linux x86_64) ${blink} Chrome/119.0.0.0 Safari/537.36`],
    [
      ['Chrome', '119', 'Chrome OS', ''],
      `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${blink} Chrome/119.0.0.0 Safari/537.36`,
    ],
    [['Chrome', '119', 'Android', ''], `${phone} ${blink} Chrome/119.0.0.0 Mobile Safari/537.36`],
    [
      ['Chrome', '119', 'Android', '8.1.0', 'tablet'],
      `Mozilla/5.0 (Linux; Android 8.1.0; K) ${blink} Chrome/119.0.0.0 Safari/537.36`,
    ],
    [['Chrome', '119', 'iOS', '16.0'], `${iPhone} CriOS/119.0.0.0 Mobile/15E148 Safari/604.1`],
    [
      ['Chrome', '119', 'iOS', '16.0', 'tablet'],
      `Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) ${webkit} CriOS/119.0.0.0 Mobile/15E148 Safari/604.1`,
    ],
    [
      ['Android Webview', '119', 'Android', ''],
      `Mozilla/5.0 (Linux; Android 10; K; wv) ${blink} Version/4.0 Chrome/119.0.0.0 Mobile Safari/537.36`,
    ],
    [['Safari (in-app)', '', 'iOS', '16.0'], `${iPhone} Mobile/15E148`],
    [['Edge', '119', 'Windows', '10'], `${win} ${blink} Chrome/119.0.0.0 Safari/537.36 Edg/119.0.0.0`],
    [['Edge', '17', 'Windows', '10'], `${win} ${blink} Chrome/64.0.3282.140 Safari/537.36 Edge/17.17134`],
    [['Edge', '119', 'Android', ''], `${phone} ${blink} Chrome/119.0.0.0 Mobile Safari/537.36 EdgA/119.0.0.0`],
    [
      ['Edge', '46.1.2.5140', 'Android', ''],
      `${phone} ${blink} Chrome/120.0.0.0 Mobile Safari/537.36 EdgA/46.1.2.5140`,
    ],
    [['Edge', '119', 'iOS', '16.0'], `${iPhone} Version/16.0 EdgiOS/119.0.0.0 Mobile/15E148 Safari/605.1.15`],
    [
      ['Firefox', '118.0', 'Windows', '10'],
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/118.0',
    ],
    [
      ['Firefox', '121', 'macOS', '13'],
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:121.0) Gecko/20100101 Firefox/121.0',
    ],
    [
      ['Firefox', '52', 'Mac OS X', '10.9'],
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.9; rv:52.0) Gecko/20100101 Firefox/52.0',
    ],
    [['Firefox', '121', 'Linux', ''], 'Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0'],
    [
      ['Firefox', '121', 'Android', '13', 'mobile'],
      'Mozilla/5.0 (Android 13; Mobile; rv:121.0) Gecko/121.0 Firefox/121.0',
    ],
    [
      ['Firefox', '121', 'Android', '13', 'tablet'],
      'Mozilla/5.0 (Android 13; Tablet; rv:121.0) Gecko/121.0 Firefox/121.0',
    ],
    [['Firefox', '121', 'iOS', '16.0'], `${iPhone} FxiOS/121.0 Mobile/15E148 Safari/605.1.15`],
    [['Safari', '16.5', 'Mac OS X', '10.15.7'], `${mac} ${webkit} Version/16.5 Safari/605.1.15`],
    [['Safari', '16', 'iOS', '16.0'], `${iPhone} Version/16.0 Mobile/15E148 Safari/604.1`],
    [['Safari', '', 'iOS', '16.0'], `${iPhone} Version/16.0 Mobile/15E148 Safari/604.1`],
    [
      ['Safari', '12.1', 'iPadOS', '12.5'],
      `Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) ${webkit} Version/12.1 Mobile/15E148 Safari/604.1`,
    ],
    [['Safari', '16.5', 'iPadOS', '16.5'], `${mac} ${webkit} Version/16.5 Safari/605.1.15`],
    [
      ['Safari', '5.1.7', 'Windows', '7'],
      'Mozilla/5.0 (Windows NT 6.1) AppleWebKit/534.57.2 (KHTML, like Gecko) Version/5.1.7 Safari/534.57.2',
    ],
    [['Opera', '106', 'Windows', '10'], `${win} ${blink} Chrome/120.0.0.0 Safari/537.36 OPR/106.0.0.0`],
    [['Opera', '68', 'Windows', '10'], `${win} ${blink} Chrome/81.0.0.0 Safari/537.36 OPR/68.0.0.0`],
    [['Opera', '12.16', 'Windows', 'XP'], 'Opera/9.80 (Windows NT 5.1) Presto/2.12.388 Version/12.16'],
    [['Opera Mobile', '73', 'Android', ''], `${phone} ${blink} Chrome/120.0.0.0 Mobile Safari/537.36 OPR/73.0.0.0`],
    [
      ['Opera Mini', '36.2', 'Android', ''],
      'Opera/9.80 (Android; Opera Mini/36.2/191.308; U; en) Presto/2.12.423 Version/12.16',
    ],
    [['Opera Touch', '3.4', 'iOS', '16.0'], `${iPhone} Version/16.0 Mobile/15E148 Safari/604.1 OPT/3.4.0`],
    [
      ['Samsung Internet', '23', 'Android', ''],
      `${phone} ${blink} SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36`,
    ],
    [
      ['Samsung Internet', '9.2', 'Android', '9', 'tablet'],
      `Mozilla/5.0 (Linux; Android 9; K) ${blink} SamsungBrowser/9.2 Chrome/67.0.0.0 Safari/537.36`,
    ],
    [
      ['Internet Explorer', '11', 'Windows', '7'],
      'Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko',
    ],
    [['IE', '10.0', 'Windows', '8'], 'Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)'],
    [['IE', '8', 'Windows', 'XP'], 'Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0)'],
    [['IE', '6', 'Windows', '2000'], 'Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.0)'],
    [
      ['Android Browser', '', 'Android', '4.0.3'],
      'Mozilla/5.0 (Linux; U; Android 4.0.3; en-us; K) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30',
    ],
  ])('%j', (parts, expected) => {
    expect(made(...parts)).toBe(expected);
  });
});

const linux = 'Mozilla/5.0 (X11; Linux x86_64)';

describe('every browser on every platform that has it, in the fixed versions', () => {
  const matrix: [Platform, Family, string][] = [
    ['windows', 'chrome', `${win} ${blink} Chrome/120.0.0.0 Safari/537.36`],
    ['windows', 'edge', `${win} ${blink} Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0`],
    ['windows', 'firefox', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0'],
    ['windows', 'opera', `${win} ${blink} Chrome/120.0.0.0 Safari/537.36 OPR/106.0.0.0`],
    [
      'windows',
      'safari',
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/534.57.2 (KHTML, like Gecko) Version/5.1.7 Safari/534.57.2',
    ],
    ['windows', 'ie', 'Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko'],
    ['mac', 'safari', `${mac} ${webkit} Version/17.2 Safari/605.1.15`],
    ['mac', 'chrome', `${mac} ${blink} Chrome/120.0.0.0 Safari/537.36`],
    ['mac', 'edge', `${mac} ${blink} Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0`],
    ['mac', 'firefox', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:121.0) Gecko/20100101 Firefox/121.0'],
    ['mac', 'opera', `${mac} ${blink} Chrome/120.0.0.0 Safari/537.36 OPR/106.0.0.0`],
    ['linux', 'chrome', `${linux} ${blink} Chrome/120.0.0.0 Safari/537.36`],
    ['linux', 'edge', `${linux} ${blink} Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0`],
    ['linux', 'firefox', 'Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0'],
    ['linux', 'opera', `${linux} ${blink} Chrome/120.0.0.0 Safari/537.36 OPR/106.0.0.0`],
    ['chromeos', 'chrome', `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${blink} Chrome/120.0.0.0 Safari/537.36`],
    ['androidPhone', 'chrome', `${phone} ${blink} Chrome/120.0.0.0 Mobile Safari/537.36`],
    [
      'androidPhone',
      'webview',
      `Mozilla/5.0 (Linux; Android 10; K; wv) ${blink} Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36`,
    ],
    ['androidPhone', 'edge', `${phone} ${blink} Chrome/120.0.0.0 Mobile Safari/537.36 EdgA/120.0.0.0`],
    ['androidPhone', 'firefox', 'Mozilla/5.0 (Android 10; Mobile; rv:121.0) Gecko/121.0 Firefox/121.0'],
    ['androidPhone', 'opera', `${phone} ${blink} Chrome/120.0.0.0 Mobile Safari/537.36 OPR/106.0.0.0`],
    ['androidPhone', 'operaMini', 'Opera/9.80 (Android; Opera Mini/74.0/191.308; U; en) Presto/2.12.423 Version/12.16'],
    ['androidPhone', 'samsung', `${phone} ${blink} SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36`],
    [
      'androidPhone',
      'androidBrowser',
      'Mozilla/5.0 (Linux; U; Android 10; en-us; K) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30',
    ],
    ['androidTablet', 'chrome', `${phone} ${blink} Chrome/120.0.0.0 Safari/537.36`],
    [
      'androidTablet',
      'webview',
      `Mozilla/5.0 (Linux; Android 10; K; wv) ${blink} Version/4.0 Chrome/120.0.0.0 Safari/537.36`,
    ],
    ['androidTablet', 'edge', `${phone} ${blink} Chrome/120.0.0.0 Safari/537.36 EdgA/120.0.0.0`],
    ['androidTablet', 'firefox', 'Mozilla/5.0 (Android 10; Tablet; rv:121.0) Gecko/121.0 Firefox/121.0'],
    ['androidTablet', 'opera', `${phone} ${blink} Chrome/120.0.0.0 Safari/537.36 OPR/106.0.0.0`],
    [
      'androidTablet',
      'operaMini',
      'Opera/9.80 (Android; Opera Mini/74.0/191.308; U; en) Presto/2.12.423 Version/12.16',
    ],
    ['androidTablet', 'samsung', `${phone} ${blink} SamsungBrowser/23.0 Chrome/115.0.0.0 Safari/537.36`],
    [
      'androidTablet',
      'androidBrowser',
      'Mozilla/5.0 (Linux; U; Android 10; en-us; K) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Safari/534.30',
    ],
    [
      'iPhone',
      'safari',
      `Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) ${webkit} Version/17.2 Mobile/15E148 Safari/604.1`,
    ],
    [
      'iPhone',
      'chrome',
      `Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) ${webkit} CriOS/120.0.0.0 Mobile/15E148 Safari/604.1`,
    ],
    ['iPhone', 'webview', `Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) ${webkit} Mobile/15E148`],
    [
      'iPhone',
      'edge',
      `Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) ${webkit} Version/17.2 EdgiOS/120.0.0.0 Mobile/15E148 Safari/605.1.15`,
    ],
    [
      'iPhone',
      'firefox',
      `Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) ${webkit} FxiOS/121.0 Mobile/15E148 Safari/605.1.15`,
    ],
    [
      'iPhone',
      'opera',
      `Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) ${webkit} Version/17.2 Mobile/15E148 Safari/604.1 OPT/106.0.0`,
    ],
    [
      'iPhone',
      'operaMini',
      `Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) ${webkit} Version/17.2 Mobile/15E148 Safari/604.1 OPT/74.0.0`,
    ],
    [
      'iPad',
      'safari',
      `Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) ${webkit} Version/12.5 Mobile/15E148 Safari/604.1`,
    ],
    [
      'iPad',
      'chrome',
      `Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) ${webkit} CriOS/120.0.0.0 Mobile/15E148 Safari/604.1`,
    ],
    ['iPad', 'webview', `Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) ${webkit} Mobile/15E148`],
    [
      'iPad',
      'edge',
      `Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) ${webkit} Version/12.5 EdgiOS/120.0.0.0 Mobile/15E148 Safari/605.1.15`,
    ],
    [
      'iPad',
      'firefox',
      `Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) ${webkit} FxiOS/121.0 Mobile/15E148 Safari/605.1.15`,
    ],
    [
      'iPad',
      'opera',
      `Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) ${webkit} Version/12.5 Mobile/15E148 Safari/604.1 OPT/106.0.0`,
    ],
    [
      'iPad',
      'operaMini',
      `Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) ${webkit} Version/12.5 Mobile/15E148 Safari/604.1 OPT/74.0.0`,
    ],
  ];
  it.each(matrix)('on %s: %s', (platform, family, expected) => {
    expect(writeUserAgent({ family, version: '', platform, systemVersion: '' })).toBe(expected);
  });

  it('leaves none out', () => {
    const pair = (platform: string, family: string) => `${platform} ${family}`;
    const all = Object.entries(familiesOf).flatMap(([platform, list]) => list.map((family) => pair(platform, family)));
    expect(matrix.map(([platform, family]) => pair(platform, family)).sort()).toEqual(all.sort());
  });
});

describe('what is not told', () => {
  it.each([
    ['versions are fixed ones', ['Chrome', '', 'Windows', ''], `${win} ${blink} Chrome/120.0.0.0 Safari/537.36`],
    [
      'a name may hold its version',
      ['Chrome 119.0', '', 'Windows 8.1', ''],
      `Mozilla/5.0 (Windows NT 6.3) ${blink} Chrome/119.0.0.0 Safari/537.36`,
    ],
    [
      'the version apart wins',
      ['Chrome 1', '119', 'iOS 16.0', ''],
      `${iPhone} CriOS/119.0.0.0 Mobile/15E148 Safari/604.1`,
    ],
    [
      'slugs are names',
      ['edge-chromium', '119', 'Windows 10', ''],
      `${win} ${blink} Chrome/119.0.0.0 Safari/537.36 Edg/119.0.0.0`,
    ],
    [
      'a browser may tell the system',
      ['crios', '119', '', ''],
      `Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) ${webkit} CriOS/119.0.0.0 Mobile/15E148 Safari/604.1`,
    ],
    [
      'a browser with a class of device',
      ['Firefox', '121', '', '', 'desktop'],
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0',
    ],
    [
      'a browser alone',
      ['Firefox', '121'],
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0',
    ],
    ['a system alone has its usual browser', ['', '', 'Mac OS X', ''], `${mac} ${webkit} Version/17.2 Safari/605.1.15`],
    [
      'a browser that is not known too',
      ['Lynx', '2.8', 'Windows 10', ''],
      `${win} ${blink} Chrome/120.0.0.0 Safari/537.36`,
    ],
    [
      'and one that is not of the system',
      ['Safari', '9', 'Android', ''],
      `${phone} ${blink} Chrome/120.0.0.0 Mobile Safari/537.36`,
    ],
    ['desktops', ['', '', '', '', 'laptop'], `${win} ${blink} Chrome/120.0.0.0 Safari/537.36`],
    ['phones', ['', '', '', '', 'smartphone'], `${phone} ${blink} Chrome/120.0.0.0 Mobile Safari/537.36`],
    ['tablets', ['', '', 'Plan 9', '', 'Tablet'], `${phone} ${blink} Chrome/120.0.0.0 Safari/537.36`],
    ['nothing', [], null],
    ['nothing that is known', ['Lynx', '2', 'Plan 9', '4', 'fridge'], null],
    ['a version alone', ['', '119', '', '10'], null],
  ])('%s', (_name, parts, expected) => {
    expect(made(...(parts as string[]))).toBe(expected);
  });

  it('tells what is written from what is a constant', () => {
    const none = { browser: '', browserVersion: '', os: '', osVersion: '', device: '' };
    expect(synthesise({ ...none, os: 'iOS' }, null)?.source).toBe('synthetic');
    expect(synthesise({ ...none, browser: 'Edge' }, null)?.source).toBe('synthetic');
    expect(synthesise({ ...none, device: 'mobile' }, null)?.source).toBe('constant');
  });
});

describe("Matomo's codes", () => {
  it.each([
    [['CH', '63.0', 'WIN', '10', '0'], `${win} ${blink} Chrome/63.0.0.0 Safari/537.36`],
    [
      ['CM', '63.0', 'AND', '7.0', '1'],
      `Mozilla/5.0 (Linux; Android 7.0; K) ${blink} Chrome/63.0.0.0 Mobile Safari/537.36`,
    ],
    [['MF', '16.0', 'IOS', '16.0', '1'], `${iPhone} Version/16.0 Mobile/15E148 Safari/604.1`],
    [['IE', '8.0', 'WXP', '', ''], 'Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0)'],
    [['PS', '119', 'WIN', '10', '0'], `${win} ${blink} Chrome/119.0.0.0 Safari/537.36 Edg/119.0.0.0`],
    [['UNK', '', 'UNK', '', '2'], `${phone} ${blink} Chrome/120.0.0.0 Safari/537.36`],
    [['UNK', '', 'UNK', '', '5'], null],
    [['constructor', '', 'toString', '', '__proto__'], null],
    [['Firefox', '121', 'UBT', '', '0'], 'Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0'],
  ])('%j', (parts, expected) => {
    expect(matomo(...parts)?.text ?? null).toBe(expected);
  });

  it('every code is of something that can be written', () => {
    const table = codesOf('matomo')!;
    for (const code of Object.keys(table.browser)) expect(matomo(code)?.source, code).toBe('synthetic');
    for (const code of Object.keys(table.os)) expect(matomo('', '', code)?.source, code).toBe('synthetic');
    for (const code of Object.keys(table.device)) expect(matomo('', '', '', '', code)?.source, code).toBe('constant');
  });
});

it('never looks like a robot, and is the same for the same parts', () => {
  const names = fc.constantFrom('Chrome', 'Googlebot', 'Firefox', 'Edge', 'Safari', 'Opera', 'IE', 'curl', '');
  const systems = fc.constantFrom('Windows', 'iOS', 'Android', 'iPadOS', 'Mac OS X', 'spider', '');
  const versions = fc.oneof(fc.string(), fc.constantFrom('http://x', 'bot 7', '1.2.3.4.5', '99999999999'));
  fc.assert(
    fc.property(names, versions, systems, versions, (browser, browserVersion, os, osVersion) => {
      const parts = { browser, browserVersion, os, osVersion, device: 'mobile' };
      const text = synthesise(parts, null)?.text ?? '';
      expect(text).toMatch(/^(Mozilla\/[45]\.0|Opera\/9\.80) \([\w\s.;:/,]+\)[\w\s.;:/(),+]*$/);
      expect(text).not.toMatch(/bot|crawl|spider|http|curl/i);
      expect(synthesise({ ...parts }, null)?.text ?? '').toBe(text);
    }),
  );
});

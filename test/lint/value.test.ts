import { describe, expect, it } from 'vitest';
import { createFindings, type Note } from '../../src/lint/finding.ts';
import { readHeader } from '../../src/lint/header.ts';
import { compileRowLint } from '../../src/lint/row.ts';
import type { LintSuite } from '../../src/lint/suite.ts';
import { compileValueLint } from '../../src/lint/value.ts';

/** Values are held to the forms of their column; currencies with the rows, for which hits are dropped. */
function lintValue(column: string, value: string, suite: LintSuite = {}): string[] {
  const { note, list } = createFindings();
  const header = readHeader([column], () => undefined);
  compileValueLint(header, suite, note)([value], 1);
  if (column === 'currencyCode') compileRowLint(header, null, onlyCurrency(note))([value], 1, true);
  return list()
    .flatMap(({ samples }) => samples)
    .map(({ rule, consequence, row, column: named, value: cell }) => {
      expect([row, named, cell?.slice(0, 79)]).toEqual([1, column, value.slice(0, 79)]);
      return `${rule}: ${consequence}`;
    });
}

const onlyCurrency =
  (note: Note): Note =>
  (finding) => {
    if (finding.column === 'currencyCode') note(finding);
  };

const visitor = ['visitor-characters: value misread'];
const nobody = ['visitor-placeholder: value misread'];

describe('a value, where the report suite is known', () => {
  const suite: LintSuite = { numericEvents: ['event5'], counterEVars: ['eVar5'], multiByte: false };
  it.each<[string, string, string[]]>([
    ['events', 'event5=2.5,event6=2', []],
    ['events', 'event5=2.5,event6=2.50:a', ['event-decimals: unsure']],
    ['events', 'event6=2.0', []],
    ['products', ';A;1;9.99;event5=2.5,;B', []],
    ['products', ';A;1;9.99;event5=2.5,;B;;;event5=1|event6=0.5', ['event-decimals: unsure']],
    ['products', ';A;1.5;;event6=0.5', ['products: value misread']],
    ['eVar5', '+1', []],
    ['eVar5', '+12.49', []],
    ['eVar5', '+12.495', []],
    ['eVar5', '1', ['counter-evar: value misread']],
    ['eVar5', '+-1', ['counter-evar: value misread']],
    ['eVar5', '+1,5', ['counter-evar: value misread']],
    ['eVar5', '+ü', ['counter-evar: value misread', 'multi-byte: value misread']],
    ['eVar6', '1', []],
    ['eVar6', 'Zurich ~', []],
    ['eVar6', 'Zürich', ['multi-byte: value misread']],
    ['eVar6', 'D=ü', ['dynamic-variable: value misread', 'multi-byte: value misread']],
    ['pageURL', 'https://a.example/%C3%BC', []],
    ['queryString', 'v6=Z%c3%bcrich', ['multi-byte: value misread']],
    ['queryString', 'v6=Z%7E', []],
    ['userAgent', 'Zürich/1.0', []],
    ['queryString', 'v5=1', ['counter-evar: value misread']],
    ['queryString', 'v5=%2B1', []],
  ])('%s %s', (column, value, expected) => {
    expect(lintValue(column, value, suite)).toEqual(expected);
  });

  it('lets characters be where nothing is known of them', () => {
    expect(lintValue('eVar6', 'Zürich', { multiByte: true })).toEqual([]);
    expect(lintValue('products', ';A;1;9.99;event6=0.5', { numericEvents: null })).toEqual([]);
  });
});

describe('a value', () => {
  it.each<[string, string, string[]]>([
    ['visitorID', '7f3a11c2', []],
    ['visitorID', '7f3a-11c2', visitor],
    ['visitorID', 'a_b', visitor],
    ['visitorID', 'müller', visitor],
    ['visitorID', '0', nobody],
    ['visitorID', 'NULL', nobody],
    ['visitorID', 'Unknown', nobody],
    ['visitorID', '00000000-0000-0000-0000-000000000000', nobody],
    ['marketingCloudVisitorID', '12345678901234567890123456789012345678', []],
    ['marketingCloudVisitorID', '1234567890123456789', ['ecid: value misread']],
    ['marketingCloudVisitorID', '99999999999999999990000000000000000001', ['ecid: value misread']],
    ['ipaddress', '198.51.100.4', []],
    ['ipaddress', '2001:db8::1', []],
    ['ipaddress', '10.0.0.1', ['private-address: unsure']],
    ['ipaddress', '::1', ['private-address: unsure']],
    ['ipaddress', '198.51.100', ['ip-address: value misread']],
    ['currencyCode', 'EUR', []],
    ['currencyCode', 'eur', ['currency: hit dropped']],
    ['currencyCode', '€', ['currency: hit dropped']],
    ['currencyCode', 'BYN', ['currency-unlisted: unsure']],
    ['events', 'event1=10:ab12,purchase', []],
    ['events', 'Event1', ['events: value lost']],
    ['events', 'event1,event2=3,event1:a', ['event-twice: unsure']],
    ['events', 'event1=2.5', ['event-decimals: unsure']],
    ['events', 'event1, event2', ['events: value lost']],
    ['products', 'shoes;red;2;19.98', []],
    ['products', 'red shoes', ['products: value misread']],
    ['purchaseID', 'A17', []],
    ['purchaseID', 'A-17', ['alphanumeric: unsure']],
    ['pageURL', `https://a/${'x'.repeat(245)}`, []],
    ['pageURL', `https://a/${'x'.repeat(246)}`, ['page-url-length: unsure']],
    ['referrer', `https://a/${'x'.repeat(234)}`, []],
    ['referrer', `https://a/${'x'.repeat(235)}`, ['referrer-length: unsure']],
    ['userAgent', 'Mozilla/5.0 (Windows NT 10.0) Chrome/120.0', []],
    ['userAgent', 'Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/120.0', []],
    ['userAgent', 'Mozilla/5.0 (compatible; bingbot/2.0)', ['bot-user-agent: unsure']],
    ['userAgent', 'Mozilla/5.0 HeadlessChrome/120.0', ['bot-user-agent: unsure']],
    ['userAgent', 'python-requests/2.31', ['bot-user-agent: unsure']],
    ['userAgent', 'curl/8.0', ['bot-user-agent: unsure']],
    ['queryString', `v1=${'%C3%A4'.repeat(127)}x`, []],
    ['queryString', `v1=${'%C3%A4'.repeat(128)}`, ['byte-limit: value cut']],
    ['queryString', `state=${'x'.repeat(51)}`, ['byte-limit: value cut', 'retired-column: unsure']],
    ['queryString', 'state=TX', ['retired-column: unsure']],
    ['queryString', 'h2=a', ['retired-column: unsure']],
    ['queryString', 'v1=a%0Ab', ['control-character: value misread']],
    ['queryString', 's=1280%20x%201024', ['resolution: value misread']],
    ['queryString', 's=1280x1024&pageType=errorPage&v1=%FF', []],
    ['queryString', 'r=example.com', ['referrer: value lost']],
    ['queryString', 'c.a%2Db=x', ['context-key: value misread']],
    ['queryString', 'c.a.b=x', ['context-reserved: value misread']],
    ['queryString', 'c.&server=web7&page.&kind=a&.page&.c&v1=x', []],
    ['queryString', 'c.&a.&b=x&.a&.c', ['context-reserved: value misread']],
    ['queryString', 'AQB=1&ndh=1&pf=1&ce=UTF-8&v1=x&AQE=1', []],
    ['queryString', 'ce=ISO-8859-1&v1=x', ['query-refused: value misread']],
    ['queryString', '%76id=7', ['query-refused: value misread']],
    [
      'queryString',
      `AQB=1&channel=news&vid=7&h1=a&v1=${'x'.repeat(256)}&v2=a b&bw=0&v3=D%3Dv1&nope=1`,
      [
        'query-parameter: value lost',
        'query-refused: value misread',
        'retired-column: unsure',
        'byte-limit: value cut',
        'query-encoding: value misread',
        'pixels: value lost',
        'dynamic-variable: value misread',
      ],
    ],
    ['pageType', 'errorPage', []],
    ['pageType', 'Error Page', ['page-type: value lost']],
    ['linkType', 'o', []],
    ['linkType', 'lnk_o', ['link-type: value misread']],
    ['resolution', '1280x1024', []],
    ['resolution', '1280 x 1024', ['resolution: value misread']],
    ['resolution', '0x0', ['resolution: value misread']],
    ['browserWidth', '1280', []],
    ['browserWidth', '0', ['pixels: value lost']],
    ['cookiesEnabled', 'Y', []],
    ['cookiesEnabled', '1', ['flag: value misread']],
    ['customerID.crm.isMCSeed', '1', []],
    ['customerID.crm.isMCSeed', 'TRUE', ['bit: value misread']],
    ['customerID.crm.authState', 'Authenticated', []],
    ['customerID.crm.authState', '3', ['auth-state: row skipped']],
    ['aamlh', '7', []],
    ['aamlh', '4', ['location-hint: value lost']],
    ['eVar1', 'D is for dog', []],
    ['eVar1', 'D=12mm', ['dynamic-variable: value misread']],
    ['pageName', 'D=v1', ['dynamic-variable: value misread']],
    ['visitorID', 'D=v1', ['dynamic-variable: value misread']],
    ['userAgent', 'D=x', []],
    ['eVar1', '', []],
    ['noSuchColumn', 'D=x', []],
  ])('%s "%s" has %j', (column, value, findings) => {
    expect(lintValue(column, value)).toEqual(findings);
  });
});

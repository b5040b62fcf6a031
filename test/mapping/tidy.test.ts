import { describe, expect, it } from 'vitest';
import type { ColumnKind } from '../../src/adobe/column.ts';
import { column } from '../../src/adobe/columns.ts';
import { kinds } from '../../src/mapping/kinds.ts';
import { mapperOf } from './mapped.ts';

/** What a column of Adobe makes of one source text, and what was counted for that column. */
function tidied(column: string, text: string): [string, ...string[]] {
  const others = column === 'visitorID' ? { ipaddress: { const: '1.2.3.4' } } : {};
  const customer = column.startsWith('customerID.') ? { 'customerID.crm.id': { const: 'c1' } } : {};
  const link = column === 'linkType' ? { linkName: { const: 'l' }, pageName: undefined } : {};
  const suite = { seed: 'crm' };
  const mapped = mapperOf({ columns: ['a'], suite, hit: { ...others, ...customer, ...link, [column]: 'a' } }).map({
    a: text,
  });
  if (mapped.outcome !== 'hit') return [`${mapped.outcome}: ${mapped.reason}`, ...mapped.tallies];
  return [mapped.cells?.[column] ?? '', ...mapped.tallies];
}

const zeroUuid = '00000000-0000-0000-0000-000000000000';

/** Kinds that have no table of their own here: written by builders, or told by tests below. */
const elsewhere = ['timestamp', 'suites', 'events', 'delimited'];

describe('tidying by kind', () => {
  const table: [string, string, string, ...string[]][] = [
    ['eVar1', '  x  ', 'x'],
    ['eVar1', '   ', ''],
    ['eVar1', 'a\r\nb\tc\u0000d', 'a b c d', 'mended eVar1 control characters 1'],
    ['eVar1', 'emoji 🎉 stays', 'emoji 🎉 stays'],
    ['eVar1', 'half of \ud83d one', 'half of \ufffd one', 'mended eVar1 half a character 1'],
    ['visitorID', 'a\udf89', '', 'mended visitorID half a character 1', 'emptied visitorID unusable 1'],
    [
      'queryString',
      'v1=a\ud83d',
      'v1=a%EF%BF%BD',
      'mended queryString half a character 1',
      'mended queryString rewritten 1',
    ],
    ['eVar1', '0', '0'],
    ['eVar1', 'unknown', 'unknown'],
    ['eVar1', 'x'.repeat(256), 'x'.repeat(255), 'cut eVar1 over 255 bytes 1'],
    ['pageName', 'é'.repeat(51), 'é'.repeat(50), 'cut pageName over 100 bytes 1'],
    ['visitorID', 'abc123', 'abc123'],
    ['visitorID', '12345678901234567890', '12345678901234567890'],
    ['visitorID', '0b1c-22', '', 'emptied visitorID unusable 1'],
    ['visitorID', '0', '', 'emptied visitorID placeholder 1'],
    ['visitorID', 'NULL', '', 'emptied visitorID placeholder 1'],
    ['visitorID', '-', '', 'emptied visitorID placeholder 1'],
    ['visitorID', '(not set)', '', 'emptied visitorID placeholder 1'],
    ['visitorID', zeroUuid, '', 'emptied visitorID placeholder 1'],
    ['visitorID', 'none1', 'none1'],
    ['marketingCloudVisitorID', '12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
    ['marketingCloudVisitorID', '1234', '', 'emptied marketingCloudVisitorID unusable 1'],
    ['userAgent', 'Mozilla/5.0 (X11)', 'Mozilla/5.0 (X11)'],
    ['userAgent', 'undefined', 'rejected: userAgent'],
    ['ipaddress', '192.168.1.20', '192.168.1.20'],
    ['ipaddress', '2001:DB8:0:0::1', '2001:db8::1', 'mended ipaddress rewritten 1'],
    ['ipaddress', '::ffff:10.0.0.1', '10.0.0.1', 'mended ipaddress rewritten 1'],
    ['ipaddress', '256.1.1.1', '', 'emptied ipaddress unusable 1'],
    ['ipaddress', 'e3b0c44298fc1c149afbf4c8996fb924', '', 'emptied ipaddress unusable 1'],
    ['ipaddress', '0.0.0.0', '', 'emptied ipaddress unusable 1'],
    ['resolution', '1280x1024', '1280x1024'],
    ['resolution', '1280 X 1024', '1280x1024', 'mended resolution rewritten 1'],
    ['resolution', 'unknown', '', 'emptied resolution unusable 1'],
    ['resolution', '0x0', '', 'emptied resolution unusable 1'],
    ['language', 'de-DE', 'de-DE'],
    ['language', 'de_DE.UTF-8', 'de-DE', 'mended language rewritten 1'],
    ['language', 'en-us,en;q=0.5', 'en-us', 'mended language rewritten 1'],
    ['language', '1', '', 'emptied language unusable 1'],
    ['currencyCode', 'eur', 'EUR', 'mended currencyCode rewritten 1'],
    ['currencyCode', 'Euro', '', 'emptied currencyCode unusable 1'],
    ['currencyCode', 'XQQ', '', 'emptied currencyCode unusable 1'],
    ['cookiesEnabled', 'Y', 'Y'],
    ['cookiesEnabled', '1', 'Y', 'mended cookiesEnabled rewritten 1'],
    ['cookiesEnabled', 'false', 'N', 'mended cookiesEnabled rewritten 1'],
    ['cookiesEnabled', 'maybe', '', 'emptied cookiesEnabled unusable 1'],
    ['colorDepth', '24', '24'],
    ['colorDepth', '24.0', '24', 'mended colorDepth rewritten 1'],
    ['colorDepth', '1'.repeat(21), '', 'emptied colorDepth unusable 1'],
    ['colorDepth', '24 bit', '', 'emptied colorDepth unusable 1'],
    ['browserWidth', '65536', '', 'emptied browserWidth unusable 1'],
    ['browserWidth', '0', '', 'emptied browserWidth unusable 1'],
    ['browserWidth', '1024', '1024'],
    ['pageType', 'errorPage', 'errorPage'],
    ['pageType', 'Error Page', 'errorPage', 'mended pageType rewritten 1'],
    ['pageType', 'article', '', 'emptied pageType unusable 1'],
    ['pageURL', 'https://a.b/c d?q="x"', 'https://a.b/c%20d?q=%22x%22', 'mended pageURL rewritten 1'],
    ['pageURL', 'https://a.b/%20', 'https://a.b/%20'],
    ['referrer', `https://a/${'x'.repeat(300)}`, `https://a/${'x'.repeat(245)}`, 'cut referrer over 255 bytes 1'],
    ['purchaseID', '0', '', 'emptied purchaseID placeholder 1'],
    ['purchaseID', '012345678901234567890', '01234567890123456789', 'cut purchaseID over 20 bytes 1'],
    ['customerID.crm.authState', 'AUTHENTICATED', '1', 'mended customerID.crm.authState rewritten 1'],
    ['customerID.crm.isMCSeed', 'true', '1', 'mended customerID.crm.isMCSeed rewritten 1'],
    ['customerID.crm.authState', 'Logged_Out', '2', 'mended customerID.crm.authState rewritten 1'],
    ['customerID.crm.authState', 'unknown', '0', 'mended customerID.crm.authState rewritten 1'],
    ['customerID.crm.authState', '3', '', 'emptied customerID.crm.authState unusable 1'],
    ['customerID.crm.authState', 'constructor', '', 'emptied customerID.crm.authState unusable 1'],
    ['customerID.crm.isMCSeed', 'no', '0', 'mended customerID.crm.isMCSeed rewritten 1'],
    ['customerID.crm.isMCSeed', 'maybe', '', 'emptied customerID.crm.isMCSeed unusable 1'],
    ['customerID.crm.id', 'jo@example.com', 'jo@example.com'],
    ['customerID.crm.id', '(not set)', '', 'emptied customerID.crm.id placeholder 1'],
    ['linkType', 'lnk_E', 'e', 'mended linkType rewritten 1'],
    ['linkType', 'click', 'o', 'emptied linkType unusable 1'],
    ['javaEnabled', 'f', 'N', 'mended javaEnabled rewritten 1'],
    ['hints.architecture', ' x86 ', 'x86'],
    ['hints.model', 'Pixel 7', 'Pixel 7'],
    ['hints.platform', 'Windows', 'Windows'],
    ['hints.mobile', 'tablet', '', 'emptied hints.mobile unusable 1'],
    ['hints.bitness', 'x64', '', 'emptied hints.bitness unusable 1'],
    ['contextData.k', 'a\u2028b', 'a b', 'mended contextData.k control characters 1'],
    ['connectionType', 'LAN', 'lan', 'mended connectionType rewritten 1'],
    ['hints.mobile', '1', 'true', 'mended hints.mobile rewritten 1'],
    ['hints.brands', '[{"brand":"a, b","version":"1"}]', '[{"brand":"a, b","version":"1"}]'],
    ['hints.brands', '[{"brand":"a"}]', '', 'emptied hints.brands unusable 1'],
    ['hints.brands', '{"brand":"a","version":"1"}', '', 'emptied hints.brands unusable 1'],
    ['hints.bitness', '64', '64'],
    ['hints.bitness', '16', '', 'emptied hints.bitness unusable 1'],
    ['hints.platformversion', '10.0.0', '10.0.0'],
    ['hints.wow64', 'no', 'false', 'mended hints.wow64 rewritten 1'],
    ['eVar1', 'D=12mm', 'd=12mm', 'mended eVar1 dynamic variable 1'],
    ['eVar1', ' D=v1', 'd=v1', 'mended eVar1 dynamic variable 1'],
    ['eVar1', 'd=v1', 'd=v1'],
    ['eVar1', 'AD=v1', 'AD=v1'],
    ['pageName', 'D="a"+g', 'd="a"+g', 'mended pageName dynamic variable 1'],
    ['contextData.k', 'D=User-Agent', 'd=User-Agent', 'mended contextData.k dynamic variable 1'],
    ['products', 'D=v1;x', 'd=v1;x', 'mended products dynamic variable 1'],
    [
      'queryString',
      'v1=D%3Dv2&D=x&v3=D=v4',
      'v1=d%3Dv2&v3=d%3Dv4',
      'left out queryString.D parameter not allowed 1',
      'mended queryString rewritten 1',
      'mended queryString.v1 dynamic variable 1',
      'mended queryString.v3 dynamic variable 1',
    ],
    [
      'queryString',
      '?v1=a b+c%&vid=7&&v2=ä%20',
      'v1=a%20b%20c%25&v2=%C3%A4',
      'left out queryString.vid parameter not allowed 1',
      'mended queryString rewritten 2',
    ],
    [
      'queryString',
      `v1=${'x'.repeat(254)}%C3%A4&c1=${'%C3%A4'.repeat(50)}`,
      `v1=${'x'.repeat(254)}&c1=${'%C3%A4'.repeat(50)}`,
      'cut queryString.v1 over 255 bytes 1',
    ],
    ['queryString', 'c.&server=web7&page.&kind=a&.page&zip=1&.c&v1=x', 'c.server=web7&c.page.kind=a&c.zip=1&v1=x'],
    [
      'queryString',
      'cid.&crm.&id=7&as=1&.crm&.cid&c.&a.&activitymap.&page=home&.activitymap&.a&my-key.&b=1&.my-key&plan=gold&.c&zip=2',
      'c.plan=gold&zip=2',
      'left out queryString parameter not allowed 4',
    ],
    ['queryString', `state=${'x'.repeat(51)}`, `state=${'x'.repeat(50)}`, 'cut queryString over 50 bytes 1'],
    ['queryString', 'v1=a%0D%0Ab', 'v1=a%20b', 'mended queryString.v1 control characters 1'],
    [
      'queryString',
      'hp=a%0D%0Ab&sdid=D%3Dg',
      'hp=a%20b&sdid=d%3Dg',
      'mended queryString control characters 1',
      'mended queryString dynamic variable 1',
    ],
    [
      'queryString',
      'k=1&v=no&bw=0&s=1%20x%202&gt=x&h.mobile=1&aamlh=5&pi=null&xact=T1%2C%20T2&hp=1',
      'k=Y&v=N&s=1x2&h.mobile=true&xact=T1%2CT2&hp=1',
      'emptied queryString.gt unusable 1',
      'emptied queryString.pi placeholder 1',
      'mended queryString.s rewritten 1',
      'emptied queryString.bw unusable 1',
      'mended queryString.k rewritten 1',
      'mended queryString.v rewritten 1',
      'mended queryString.h.mobile rewritten 1',
      'emptied queryString.aamlh unusable 1',
    ],
    ['queryString', 'v1=&pageName&c1=%20&v2=caf%E9', 'v1=&pageName&v2=caf%E9'],
    ['hints.brands', '[{', '', 'emptied hints.brands unusable 1'],
    ['aamlh', '9', '9'],
    ['aamlh', '5', '', 'emptied aamlh unusable 1'],
    ['transactionID', 'a, b,,c', 'a,b,c'],
    ['transactionID', `${'a'.repeat(98)},bcd`, 'a'.repeat(98), 'cut transactionID over 100 bytes 1'],
    ['transactionID', `${'a'.repeat(96)},bcd,e`, `${'a'.repeat(96)},bcd`, 'cut transactionID over 100 bytes 1'],
    ['referrer', `https://a/${'x'.repeat(240)}%C3%A9`, `https://a/${'x'.repeat(240)}`, 'cut referrer over 255 bytes 1'],
    [
      'referrer',
      `https://a/${'x'.repeat(236)}%F0%9F%8e%89`,
      `https://a/${'x'.repeat(236)}`,
      'cut referrer over 255 bytes 1',
    ],
    [
      'referrer',
      `https://a/${'x'.repeat(239)}%C3%A9%41`,
      `https://a/${'x'.repeat(239)}%C3%A9`,
      'cut referrer over 255 bytes 1',
    ],
    [
      'referrer',
      `https://a/${'x'.repeat(242)}%E4ab`,
      `https://a/${'x'.repeat(242)}%E4`,
      'cut referrer over 255 bytes 1',
    ],
    ['referrer', `https://a/${'x'.repeat(243)}%20`, `https://a/${'x'.repeat(243)}`, 'cut referrer over 255 bytes 1'],
  ];
  it.each(table)('%s of %j', (column, text, expected, ...tallies) => {
    expect(tidied(column, text)).toEqual([expected, ...tallies]);
  });

  it('leaves no kind out', () => {
    const shown = new Set(table.map(([name]) => column(name)?.kind));
    expect(Object.keys(kinds).filter((kind) => !shown.has(kind as ColumnKind))).toEqual(elsewhere);
  });
});

describe('lists', () => {
  const suite = { delimiters: { list1: ';', prop1: '|' } };

  it("joins what a split gave by the suite's delimiter, each member tidied, once", () => {
    const hit = { list1: { from: 'a', then: [{ split: ',' }] } };
    const mapped = mapperOf({ columns: ['a'], suite, hit }).map({ a: ' x ,y;z,x,' });
    expect(mapped.cells?.['list1']).toBe('x;y z');
    expect(mapped.tallies).toEqual(['left out list1 in the list already 1', 'mended list1 divider taken out 1']);
  });

  it('runs no member as a dynamic variable, whatever stood before it or stands behind it', () => {
    const hit = { list1: { from: 'a', then: [{ split: ',' }] }, prop1: { from: 'a', then: [{ split: ',' }] } };
    const { map } = mapperOf({ columns: ['a'], suite: { delimiters: { list1: ';', prop1: '=' } }, hit });
    const behind = map({ a: ';D=v1,D=v1,b' });
    expect(behind.cells).toMatchObject({ list1: 'd=v1;b' });
    expect(behind.tallies).toContain('mended list1 dynamic variable 2');
    expect(map({ a: 'D,v1' }).cells).toMatchObject({ list1: 'D;v1', prop1: 'd=v1' });
  });

  it('keeps what stands twice in a hierarchy, whose levels may have one name', () => {
    const hit = { hier1: { from: 'a', then: [{ split: '/' }] } };
    const mapped = mapperOf({ columns: ['a'], suite: { delimiters: { hier1: '|' } }, hit }).map({ a: 'US/News/News' });
    expect(mapped.cells?.['hier1']).toBe('US|News|News');
    expect(mapped.tallies).toEqual([]);
  });

  it('limits each value of a list variable and the whole of a list prop', () => {
    const hit = { list1: 'a', prop1: { from: 'a', then: [{ split: ';' }] } };
    const long = 'x'.repeat(256);
    const mapped = mapperOf({ columns: ['a'], suite, hit }).map({ a: `${long};b` });
    expect(mapped.cells?.['list1']).toBe(`${'x'.repeat(255)};b`);
    expect(mapped.cells?.['prop1']).toBe('x'.repeat(100));
    expect(mapped.tallies).toEqual(['cut list1 over 255 bytes 1', 'cut prop1 over 100 bytes 1']);
  });

  it('takes a text of a list prop apart: what is cut loses whole members, and no blank stands beside a divider', () => {
    const { map } = mapperOf({ columns: ['a'], suite, hit: { prop1: 'a', prop2: 'a' } });
    const mapped = map({ a: `${'x'.repeat(97)} | bcd` });
    expect(mapped.cells).toMatchObject({ prop1: 'x'.repeat(97), prop2: `${'x'.repeat(97)} |` });
    expect(mapped.tallies.sort()).toEqual(['cut prop1 over 100 bytes 1', 'cut prop2 over 100 bytes 1']);
    expect(map({ a: 'news | sport |' }).cells).toMatchObject({ prop1: 'news|sport', prop2: 'news | sport |' });
  });

  it('joins report suites by commas, without blanks', () => {
    const reportSuiteID = { template: '{a}, global' };
    expect(mapperOf({ columns: ['a'], reportSuiteID }).map({ a: 'acme.web' }).cells?.['reportSuiteID']).toBe(
      'acme.web,global',
    );
    expect(mapperOf({ columns: ['a'], reportSuiteID: { from: 'a' } }).map({}).reason).toBe('reportSuiteID');
  });

  it('names a report suite once, where the hit might count twice', () => {
    const twice = mapperOf({ columns: ['a'], reportSuiteID: { template: '{a},global' } }).map({ a: 'global, acme' });
    expect([twice.cells?.['reportSuiteID'], twice.tallies]).toEqual([
      'global,acme',
      ['mended reportSuiteID rewritten 1'],
    ]);
    const fixed = mapperOf({ columns: ['a'], reportSuiteID: { const: 'acme,acme' } }).map({ a: '1' });
    expect([fixed.cells?.['reportSuiteID'], fixed.tallies]).toEqual(['acme', ['mended reportSuiteID rewritten 1']]);
  });

  it('counts what it mends in a fixed report suite for every row, and nothing where it is as it should be', () => {
    const mended = mapperOf({ columns: ['a'], reportSuiteID: { const: 'acme, global' } });
    expect(mended.map({ a: '1' }).tallies).toEqual(['mended reportSuiteID rewritten 1']);
    expect(mended.map({ a: '2' }).tallies).toEqual(['mended reportSuiteID rewritten 1']);
    expect(mended.map({ a: '2' }).cells?.['reportSuiteID']).toBe('acme,global');
    const sound = mapperOf({ columns: ['a'], reportSuiteID: { const: 'acme,global' } }).map({ a: '1' });
    expect([sound.cells?.['reportSuiteID'], sound.tallies]).toEqual(['acme,global', []]);
    expect(mapperOf({ columns: ['a'], reportSuiteID: { const: 'a b' } }).map({ a: '1' }).reason).toBe('reportSuiteID');
  });
});

describe('what a report suite cannot take', () => {
  it.each([
    ['+1', '+1'],
    [' +12.49 ', '+12.49'],
    ['+0.125', '+0.125'],
    ['', ''],
    ['1', '', 'emptied eVar5 no step of a counter 1'],
    ['-1', '', 'emptied eVar5 no step of a counter 1'],
    ['+-1', '', 'emptied eVar5 no step of a counter 1'],
    ['+1,5', '', 'emptied eVar5 no step of a counter 1'],
    ['+.5', '', 'emptied eVar5 no step of a counter 1'],
  ])('of %j an eVar that counts gets %j', (text, expected, ...tallies) => {
    const suite = { counterEVars: ['eVar5'] };
    const mapped = mapperOf({ columns: ['a'], suite, hit: { eVar5: 'a', eVar6: 'a' } }).map({ a: text });
    expect([mapped.cells?.['eVar5'] ?? '', ...mapped.tallies]).toEqual([expected, ...tallies]);
    expect(mapped.cells?.['eVar6'] ?? '').toBe(text.trim());
  });

  it('characters above 127 are sent as they are, and counted by column', () => {
    const said = {
      columns: ['a'],
      suite: { multiByte: false },
      hit: {
        userAgent: 'a',
        eVar1: 'a',
        prop1: 'a',
        queryString: { state: 'a' },
        products: { name: 'a' },
        'contextData.k': 'a',
      },
    };
    const mapped = mapperOf(said).map({ a: 'Z\u00fcrich' });
    expect(mapped.cells).toMatchObject({
      eVar1: 'Z\u00fcrich',
      products: ';Z\u00fcrich',
      queryString: 'state=Z%C3%BCrich',
    });
    expect(mapped.tallies.sort()).toEqual(
      ['contextData.k', 'eVar1', 'products', 'prop1', 'queryString'].map(
        (column) => `warned ${column} characters above 127 1`,
      ),
    );
    expect(mapperOf(said).map({ a: 'Zurich~' }).tallies).toEqual([]);
    expect(mapperOf({ ...said, suite: { multiByte: true } }).map({ a: 'Z\u00fcrich' }).tallies).toEqual([]);
  });
});

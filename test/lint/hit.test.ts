import { describe, expect, it } from 'vitest';
import { createFindings } from '../../src/lint/finding.ts';
import { readHeader } from '../../src/lint/header.ts';
import { compileHitLint } from '../../src/lint/hit.ts';
import type { LintSuite } from '../../src/lint/suite.ts';

/** What the cells of one row say together, as `rule column`. */
function lintHit(cells: Record<string, string>, suite: LintSuite = {}): string[] {
  const { note, list } = createFindings();
  const header = readHeader(Object.keys(cells), () => undefined, suite);
  compileHitLint(header, suite, note)(Object.values(cells), 1);
  return list().flatMap(({ rule, samples }) => samples.map(({ column }) => `${rule} ${column}`));
}

const ecid = '1'.repeat(38);
const order = { events: 'purchase', products: ';sku;1;9.99', purchaseID: 'A1' };
const seed = { 'customerID.crm.id': 'c', 'customerID.crm.isMCSeed': '1' };

const members = (count: number): string => Array.from({ length: count }, (_, index) => `m${index}`).join(';');
const events = (count: number): string => Array.from({ length: count }, (_, index) => `event${index + 1}`).join(',');

describe('the values of one row', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['one ID', { visitorID: 'v1' }, []],
    [
      'an ID behind another',
      { visitorID: 'v1', marketingCloudVisitorID: ecid },
      ['visitor-shadowed marketingCloudVisitorID'],
    ],
    ['an ID behind a seed', { visitorID: 'v1', ...seed }, ['visitor-shadowed visitorID']],
    ['a mark that seeds nothing', { visitorID: 'v1', ...seed, 'customerID.crm.isMCSeed': '0' }, []],
    [
      'two seeds',
      { ...seed, 'customerID.app.id': 'd', 'customerID.app.isMCSeed': '1' },
      ['seed-type customerID.app.isMCSeed'],
    ],
    ['two types, one seed', { ...seed, 'customerID.app.id': 'd', 'customerID.app.isMCSeed': '0' }, []],
    [
      'a state without its ID',
      { 'customerID.crm.id': '', 'customerID.crm.authState': '1' },
      ['customer-without-id customerID.crm.authState'],
    ],
    ['a hint with its ECID', { marketingCloudVisitorID: ecid, aamlh: '7' }, []],
    ['a hint without', { marketingCloudVisitorID: '', aamlh: '7' }, ['location-hint-alone aamlh']],
    ['an order', order, []],
    ['an order without number', { ...order, purchaseID: '' }, ['purchase-without-id events']],
    [
      'an order whose number rides in queryString',
      { ...order, purchaseID: '', queryString: 'v1=a&pi=A1' },
      ['query-empty-twin queryString'],
    ],
    ['an order without products', { ...order, products: '' }, ['purchase-without-products events']],
    ['products without an event', { products: ';sku', events: '' }, ['product-view products']],
    ['amounts without an order', { products: ';sku;1;9.99', events: 'scAdd' }, ['products-without-purchase products']],
    ['an event that is not listed', { ...order, products: ';sku;1;9.99;event5=2' }, ['product-events products']],
    ['an event that is listed', { ...order, events: 'purchase,event5', products: ';sku;1;9.99;event5=2' }, []],
    [
      'an event with two numbers',
      { ...order, events: 'purchase,event5=1', products: ';sku;1;9.99;event5=2' },
      ['product-events products'],
    ],
    [
      'a product of 100 bytes',
      { ...order, products: `${'c'.repeat(100)};${'n'.repeat(100)};1;9.99;;eVar1=${'v'.repeat(255)}` },
      [],
    ],
    ['a category of 101 bytes', { ...order, products: `${'c'.repeat(99)}ä;n;1;9.99` }, ['byte-limit products']],
    ['a name of 101 bytes', { ...order, products: `;a,;${'n'.repeat(99)}ä;1;9.99` }, ['byte-limit products']],
    [
      'an eVar of 256 bytes',
      { ...order, products: `;n;1;9.99;;eVar1=a|eVar2=${'v'.repeat(256)}` },
      ['byte-limit products'],
    ],
    ['a transaction with an eVar', { transactionID: 'T1', eVar7: 'x' }, []],
    ['a transaction with an event', { transactionID: 'T1', events: 'event1' }, []],
    ['a transaction alone', { transactionID: 'T1', eVar7: '', events: '' }, ['transaction-alone transactionID']],
    ['a parameter beside its column', { eVar1: 'a', queryString: 'v1=b' }, ['query-twin queryString']],
    ['a parameter beside its empty column', { eVar1: '', queryString: 'v1=b' }, ['query-empty-twin queryString']],
    [
      'a key of context data beside its column in another case',
      { 'contextData.Plan': 'a', queryString: 'c.plan=b' },
      ['query-twin queryString'],
    ],
    ['a parameter without its column', { queryString: 'v1=b&state=x' }, []],
    ['a transaction with an eVar in queryString', { transactionID: 'T1', queryString: 'v250=x' }, []],
    ['a transaction in queryString alone', { queryString: 'xact=T1&v0=x' }, ['transaction-alone queryString']],
    ['a transaction in queryString with an eVar', { queryString: 'xact=T1&v7=x' }, []],
    ['events of which Adobe knows none', { products: ';sku', events: 'Event1,buy' }, ['product-view products']],
    ['events of which Adobe knows one', { products: ';sku', events: 'Event1,event2' }, []],
    ['20 events', { events: events(20) }, []],
    ['21 events', { events: events(21) }, ['many-entries events']],
    ['20 products', { events: 'prodView', products: `${';a,'.repeat(19)};a` }, []],
    ['21 products', { events: 'prodView', products: `${';a,'.repeat(20)};a` }, ['many-entries products']],
    ['nothing of an event', { events: 'event1=0:a,event2=10' }, ['event-zero events']],
    [
      'nothing of an event of products',
      { ...order, events: 'purchase,event5', products: ';a;;;event5=0' },
      ['event-zero products'],
    ],
    ['lists whose divider is not known', { list1: `a; b;${'x'.repeat(300)}` }, []],
  ])('%s', (_name, cells, findings) => {
    expect(lintHit(cells)).toEqual(findings);
  });

  it.each<[string, LintSuite, Record<string, string>, string[]]>([
    ['the provisioned seed', { seed: 'crm' }, seed, []],
    ['another seed', { seed: 'CRM' }, seed, ['seed-type customerID.crm.isMCSeed']],
    ['a seed where none is', { seed: null }, { visitorID: 'v1', ...seed }, ['seed-type customerID.crm.isMCSeed']],
    ['its own currency', { currency: 'EUR' }, { currencyCode: 'EUR' }, []],
    ['another currency', { currency: 'EUR' }, { currencyCode: 'USD' }, ['currency-foreign currencyCode']],
    ['no currency', { currency: 'EUR' }, { currencyCode: '' }, []],
    ['any currency', { currency: null }, { currencyCode: 'USD' }, []],
    ['a list', { delimiters: { list1: ';' } }, { list1: `a;${'x'.repeat(255)};c` }, []],
    ['a long member', { delimiters: { list1: ';' } }, { list1: `a;${'x'.repeat(256)}` }, ['list-value-limit list1']],
    ['a list in queryString', { delimiters: { list1: ';' } }, { queryString: `l1=${'x'.repeat(255)}%3Bb` }, []],
    [
      'a long member in queryString',
      { delimiters: { list1: ';' } },
      { queryString: `v1=a&l1=a%3B${'%C3%A4'.repeat(128)}` },
      ['list-value-limit queryString'],
    ],
    ['another list in queryString', { delimiters: { list1: ';' } }, { queryString: 'l2=a%3Ba' }, []],
    ['a long single member', { delimiters: { list1: ';' } }, { list1: 'ä'.repeat(128) }, ['list-value-limit list1']],
    ['a blank beside the divider', { delimiters: { hier1: '||' } }, { hier1: 'a ||b' }, ['list-divider hier1']],
    ['250 members', { delimiters: { list1: ';' } }, { list1: members(250) }, []],
    ['251 members', { delimiters: { list1: ';' } }, { list1: members(251) }, ['list-values list1']],
    ['a member twice', { delimiters: { list2: ',' } }, { list2: 'a,b,a' }, ['list-repeat list2']],
    ['a level twice', { delimiters: { hier1: '|' } }, { hier1: 'a|b|a' }, []],
    ['a list whose divider is another', { delimiters: { list2: ',' } }, { list2: 'a;b;a' }, []],
    ['nothing of a numeric event', { numericEvents: ['event5'] }, { events: 'event5=0.00' }, []],
    ['a long member of a prop', { delimiters: { prop1: ';' } }, { prop1: `a;${'x'.repeat(256)}` }, []],
  ])('with what is known of the report suite: %s', (_name, suite, cells, findings) => {
    expect(lintHit(cells, suite)).toEqual(findings);
  });
});

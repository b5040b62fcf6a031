import { describe, expect, it } from 'vitest';
import { canonicalOrder, column, columnKey, columnNames, whyUnknown } from '../../src/adobe/columns.ts';

// Adobe's column reference, written down by hand: every header that it lists, with its queryString twin.
const reference: Record<string, string | null> = {
  aamlh: 'aamlh',
  browserHeight: 'bh',
  browserWidth: 'bw',
  campaign: 'v0',
  channel: 'ch',
  colorDepth: 'c',
  connectionType: 'ct',
  'contextData.key': 'c.key',
  cookiesEnabled: 'k',
  currencyCode: 'cc',
  'customerID.crm.id': 'cid.crm.id',
  'customerID.crm.authState': 'cid.crm.as',
  'customerID.crm.isMCSeed': 'cid.crm.ismcseed',
  eVar1: 'v1',
  eVar250: 'v250',
  events: 'events',
  hier1: 'h1',
  hier5: 'h5',
  'hints.architecture': 'h.architecture',
  'hints.bitness': 'h.bitness',
  'hints.brands': 'h.brands',
  'hints.mobile': 'h.mobile',
  'hints.model': 'h.model',
  'hints.platform': 'h.platform',
  'hints.platformversion': 'h.platformversion',
  'hints.wow64': 'h.wow64',
  ipaddress: null,
  javaEnabled: 'v',
  language: null,
  linkName: 'pev2',
  linkType: 'pe',
  linkURL: 'pev1',
  list1: 'l1',
  list3: 'l3',
  marketingCloudVisitorID: 'mid',
  pageName: 'pageName',
  pageType: 'pageType',
  pageURL: 'g',
  products: 'products',
  prop1: 'c1',
  prop75: 'c75',
  purchaseID: 'purchaseID',
  queryString: null,
  referrer: 'r',
  reportSuiteID: null,
  resolution: 's',
  server: 'server',
  timestamp: 'ts',
  tnta: 'tnta',
  trackingServer: null,
  transactionID: 'xact',
  userAgent: null,
  visitorID: 'vid',
  zip: 'zip',
};

describe('column', () => {
  it.each(Object.entries(reference))('%s has the query twin %s', (name, query) => {
    expect(column(name)).toMatchObject({ name, query });
    expect(column(name.replace(/^[^.]+/, (head) => head.toUpperCase()))?.name).toBe(name);
  });

  it('has every header of the reference and no more', () => {
    // contextData and customerID come by pattern and are in no list.
    expect(columnNames()).toHaveLength(42 + 250 + 75 + 3 + 5);
    expect(new Set(columnNames().map((name) => name.toLowerCase())).size).toBe(columnNames().length);
  });

  it.each([
    ['pageName', 100],
    ['pageURL', 64_000],
    ['referrer', 255],
    ['channel', 100],
    ['server', 100],
    ['campaign', 255],
    ['eVar7', 255],
    ['prop7', 100],
    ['list2', null],
    ['hier2', 255],
    ['events', 64_000],
    ['products', 64_000],
    ['purchaseID', 20],
    ['transactionID', 100],
    ['currencyCode', 3],
    ['zip', 50],
    ['visitorID', 100],
    ['linkName', 100],
    ['pageType', 20],
    ['userAgent', null],
    ['contextData.a_b.c', null],
  ])('%s keeps %s bytes', (name, limit) => {
    expect(column(name)?.limitBytes).toBe(limit);
  });

  it('minds case in the type of a customer ID and nowhere else', () => {
    expect(column('CUSTOMERID.Crm.ISMCSEED')?.name).toBe('customerID.Crm.isMCSeed');
    expect(columnKey('CustomerID.Crm.ID')).not.toBe(columnKey('customerID.crm.id'));
    expect(columnKey('CustomerID.Crm.ID')).toBe(columnKey('customerid.Crm.id'));
    expect(columnKey('contextData.Foo')).toBe(columnKey('contextdata.foo'));
    expect(columnKey('EVAR1')).toBe(columnKey('eVar1'));
    expect(columnKey('Nonsense')).toBe(columnKey('nonsense'));
  });

  it.each([
    'eVar0',
    'eVar251',
    'eVar01',
    'prop76',
    'list4',
    'hier6',
    'pageNames',
    '',
    'contextData.',
    'contextData.a-b',
    'contextData.ä',
    'customerID.crm',
    'customerID.crm.seed',
    'customerID.c_m.id',
    'hints.color',
    'v5',
    'state',
    'charSet',
  ])('does not know %j', (name) => {
    expect(column(name)).toBe(null);
  });
});

describe('whyUnknown', () => {
  it.each([
    ['state', 'state was a column once and is ignored today; its values can still ride in queryString as "state"'],
    ['HOMEPAGE', 'homePage was a column once and is ignored today; its values can still ride in queryString as "hp"'],
    ['charset', 'charSet was never a column of BDIA and is ignored: files are UTF-8, which Adobe adds itself'],
    ['v5', '"v5" is how queryString says eVar5; the column is eVar5'],
    ['gn', '"gn" is how queryString says pageName; the column is pageName'],
    ['eVar251', 'Adobe has eVar1 to eVar250'],
    ['prop', 'Adobe has prop1 to prop75'],
    ['contextData.a-b', 'a contextData key holds letters, digits, underscores and periods only'],
    ['contextData.', 'a context variable needs a key'],
    ['customerID.crm', 'customer IDs are customerID.TYPE.id, .authState, .isMCSeed, with a type of letters and digits'],
    ['nonsense', null],
  ])('%s', (name, reason) => {
    expect(whyUnknown(name)).toBe(reason);
  });
});

describe('canonicalOrder', () => {
  const ordered = [
    'timestamp',
    'reportSuiteID',
    'customerID.B.id',
    'customerID.B.authState',
    'customerID.B.isMCSeed',
    'customerID.a.id',
    'visitorID',
    'marketingCloudVisitorID',
    'ipaddress',
    'userAgent',
    'language',
    'pageName',
    'pageURL',
    'referrer',
    'linkType',
    'linkName',
    'linkURL',
    'events',
    'products',
    'resolution',
    'hints.brands',
    'aamlh',
    'eVar2',
    'eVar10',
    'prop1',
    'list1',
    'hier1',
    'contextData.B',
    'contextData.a',
    'contextData.b.c',
    'queryString',
    'nonsense',
  ];

  it('does not depend on the order or the case that it is given', () => {
    expect(canonicalOrder(ordered.toReversed())).toEqual(ordered);
    expect(canonicalOrder(['EVAR10', 'PAGENAME', 'evar2', 'Timestamp'])).toEqual([
      'timestamp',
      'pageName',
      'eVar2',
      'eVar10',
    ]);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMapping } from '../../src/config/load-mapping.ts';
import { encodeLine } from '../../src/csv/encode-csv.ts';
import { bindMapping } from '../../src/mapping/bind-mapping.ts';
import { HIT } from '../../src/mapping/mapper.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mapping-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const yaml = `mapping: small
engine: files
files:
  hits: { format: csv, header: "true" }
streams:
  hits:
    rows: hits
    key: [id]
    time: { from: at, zone: Europe/Berln }
    skip:
      pings: { knd: ping }
    hit:
      visitorID: visitor
      userAgent: { const: UA }
      pageNmae: title
      pageURL: { template: "https://{host}{pth}" }
      currencyCode: EUR
`;

describe('a mapping file', () => {
  it('has all its faults told with line and column', async () => {
    writeFileSync(join(folder, 'small.yaml'), yaml);
    const { mapping } = await loadMapping('./small.yaml', { from: folder, readyMadeFolder: folder });
    if (mapping === undefined) throw new Error('the file itself is good');
    const { problems } = bindMapping({
      mapping,
      columnsOf: { hits: ['id', 'at', 'kind', 'visitor', 'title', 'host', 'path', '#file', '#line'] },
      target: { reportSuiteID: { const: 'rs' } },
      suite: { seed: null, currency: null, delimiters: {} },
      lookups: {},
      variables: {},
    });
    expect(problems.map(({ line, column, code, hint }) => [line, column, code, hint])).toEqual([
      [
        9,
        29,
        'mapping.zone',
        'write an IANA name such as Europe/Berlin, UTC, an offset such as +02:00, or { from: column }',
      ],
      [11, 21, 'mapping.unknown-source-column', 'did you mean "kind"?'],
      [15, 7, 'mapping.unknown-column', 'did you mean "pageName"?'],
      [16, 28, 'mapping.unknown-source-column', 'did you mean "path"?'],
      [17, 21, 'mapping.unknown-source-column', 'a text that is the same for all rows is written { const: "EUR" }'],
    ]);
  });
});

/** A mapping with every builder, as people write one: through YAML, schema, defaults and compiler. */
const whole = `mapping: whole
engine: mysql
variables: { site: { type: integer } }
lookups: { goals: { key: idgoal, values: [event] } }
defaults:
  time: { from: server_time, zone: UTC }
  window: { column: server_time, type: datetime, zone: UTC, lateness: 0s }
  hit:
    visitorID: visitor
    ipaddress: { from: ip, then: [firstForwarded, maskIp] }
    userAgent: { browser: browser, browserVersion: version, os: os, osVersion: osv, device: device, codes: matomo }
    resolution: { from: resolution, then: [ { nullIf: [unknown] } ] }
    hints.platform: { from: os, then: [ { map: { WIN: Windows } } ] }
    customerID.crm.id: { from: user, then: [ { hash: { length: 16 } } ] }
    customerID.crm.isMCSeed: { const: 1, when: { present: user } }
    queryString: { state: region, c.area: area }
streams:
  actions:
    query: SELECT * FROM a WHERE idsite = :site AND server_time >= :from AND server_time < :to
    key: [id]
    skip: { content impressions: { present: content, absent: interaction } }
    hit:
      pageURL: { from: url, then: [ { dropParams: [sid] }, redact ] }
      pageName: { first: [ title, { template: "Site search: {keyword}" } ], then: [htmlUnescape, stripTags] }
      linkType: link_type
      linkURL: link_url
      contextData.search.keyword: keyword
      events:
        - { from: goal_ids, then: [ { split: "," }, { lookup: goals.event } ] }
  orders:
    query: SELECT * FROM o WHERE idsite = :site AND server_time >= :from AND server_time < :to
    key: [id]
    skip: { abandoned carts: { idgoal: -1 } }
    hit:
      linkType: { const: o }
      linkName: { const: order }
      purchaseID: { from: idorder, overflow: hash }
      currencyCode: currency
      events: [ purchase ]
      products: { each: items, category: category, name: sku, quantity: quantity, unitPrice: price, eVar3: colour }
`;

describe('a mapping with every builder', () => {
  const shared = [
    'id',
    'server_time',
    'visitor',
    'ip',
    'browser',
    'version',
    'os',
    'osv',
    'device',
    'resolution',
    'user',
  ];
  const columnsOf = {
    actions: [
      ...shared,
      'region',
      'area',
      'content',
      'interaction',
      'url',
      'title',
      'keyword',
      'link_type',
      'link_url',
      'goal_ids',
    ],
    orders: [...shared, 'region', 'area', 'idgoal', 'idorder', 'currency', 'items'],
  };
  const common = {
    id: '1',
    server_time: '2015-03-01 10:00:00',
    visitor: 'ab12',
    ip: '10.0.0.1, 203.0.113.77',
    browser: 'FF',
    version: '36.0',
    os: 'WIN',
    osv: '7',
    device: '0',
    resolution: '1280 x 1024',
    user: 'jo@example.com',
    region: 'Île-de-France',
  };
  const agent = 'Mozilla/5.0 (Windows NT 6.1; rv:36.0) Gecko/20100101 Firefox/36.0';

  it('makes hits', async () => {
    writeFileSync(join(folder, 'whole.yaml'), whole);
    const { mapping: loaded, problems } = await loadMapping('./whole.yaml', { from: folder, readyMadeFolder: folder });
    expect(problems ?? []).toEqual([]);
    if (loaded === undefined) throw new Error('unreachable');
    const { mapping, problems: told } = bindMapping({
      mapping: loaded,
      columnsOf,
      target: { reportSuiteID: 'acme' },
      suite: { seed: 'crm', currency: 'EUR', delimiters: {} },
      lookups: { goals: new Map([['3', { event: 'event30' }]]) },
      variables: { site: 1n },
    });
    expect(told).toEqual([]);
    if (mapping === undefined) throw new Error('unreachable');
    expect(mapping.header).toBe(
      'timestamp,reportSuiteID,customerID.crm.id,customerID.crm.isMCSeed,visitorID,ipaddress,userAgent,pageName,pageURL,' +
        'linkType,linkName,linkURL,events,products,purchaseID,currencyCode,resolution,hints.platform,' +
        'contextData.search.keyword,queryString',
    );
    const lineOf = (stream: 0 | 1, cells: Record<string, string>): string => {
      const mapper = mapping.streams[stream]!;
      const names = columnsOf[stream === 0 ? 'actions' : 'orders'];
      const row: Record<string, string> = { ...common, ...cells };
      const outcome = mapper.map(names.map((name) => row[name] ?? null));
      return outcome === HIT ? encodeLine(mapper.output.cells) : mapper.output.reason;
    };
    // SHA-256 of the address, and of the order below, by coreutils.
    const start = `1425204000,acme,f4e19df2e6c609fb,1,ab12,203.0.113.0,${agent}`;
    const end = '1280x1024,Windows';
    const region = 'state=%C3%8Ele-de-France';
    expect(
      lineOf(0, { url: 'https://a.example/?sid=7&m=x@y.example', title: '<b>A</b> &amp; B', goal_ids: '3,4' }),
    ).toBe(`${start},A & B,https://a.example/?m=(email),,,,event30,,,,${end},,${region}`);
    expect(lineOf(0, { keyword: 'tea', area: 'north & south' })).toBe(
      `${start},Site search: tea,,,,,,,,,${end},tea,${region}&c.area=north%20%26%20south`,
    );
    const items =
      '[{"sku":"B","quantity":"2","price":"1.005"},{"sku":"A;1","category":"c","quantity":1,"price":3,"colour":"red"}]';
    expect(lineOf(1, { idorder: '0123456789012345678901', currency: 'EUR', items })).toBe(
      `${start},,,o,order,,purchase,";B;2;2.01,c;A 1;1;3;;eVar3=red",285cda1c67d9118fe505,EUR,${end},,${region}`,
    );
    expect(lineOf(1, { idgoal: '-1' })).toBe('abandoned carts');
  });
});

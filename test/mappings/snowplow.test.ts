import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Papa from 'papaparse';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertRow } from '../support/insert-rows.ts';
import { buildHits, cellsOf, indexesOf, type MappedRows, mapRows, type ReadyMadeJob } from '../support/ready-made.ts';
import type { TestDatabase } from '../support/servers/database-server.ts';
import { sharedServer } from '../support/servers/shared-server.ts';

// The table reduced to the columns that are used.
const schema = readFileSync(
  join(resolve(import.meta.dirname, '..', '..'), 'migrations-examples', 'snowplow', 'schema.sql'),
  'utf8',
);
const page = readFileSync(join(resolve(import.meta.dirname, '..', '..'), 'mappings', 'snowplow.md'), 'utf8');
const columns = [...schema.matchAll(/^ {2}(\w+) [A-Z]/gm)].map(([, name]) => name as string);

/** Columns to texts, as an export holds them; what is not named is NULL. */
type Event = Readonly<Record<string, string | null>>;

let database: TestDatabase;
let folder = '';
let lastId = 0;

beforeAll(async () => {
  database = await (await sharedServer('postgres')).freshDatabase();
  await database.run(schema);
});
afterAll(() => database.remove());
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bdia-snowplow-')));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await database.run('TRUNCATE atomic.events');
});

function nextId(): string {
  lastId += 1;
  return `e0000000-0000-4000-8000-${String(lastId).padStart(12, '0')}`;
}

/** An event of one visitor: by default the view of a page. */
function event(cells: Event = {}): Event {
  const collector_tstamp = cells['collector_tstamp'] ?? '2024-03-31 01:00:00.000';
  const event_id = cells['event_id'] ?? nextId();
  return {
    event: 'page_view',
    event_name: cells['event'] ?? 'page_view',
    event_fingerprint: `f-${event_id}`,
    derived_tstamp: collector_tstamp,
    domain_userid: 'a0000000-0000-4000-8000-00000000000a',
    page_url: 'https://garden.example/',
    useragent: 'Mozilla/5.0 (X11; Linux x86_64; rv:124.0) Gecko/20100101 Firefox/124.0',
    ...cells,
    collector_tstamp,
    event_id,
  };
}

/** The same events in the table and in a file; `extra` are columns that an export has and the table has not. */
async function jobsOf(events: readonly Event[], extra: readonly string[] = []): Promise<readonly ReadyMadeJob[]> {
  const known = events.map((cells) =>
    Object.fromEntries(Object.entries(cells).filter(([name]) => columns.includes(name))),
  );
  await database.run(known.map((cells) => insertRow('atomic.events', cells)).join('\n'));
  const path = join(folder, 'events.csv');
  writeFileSync(path, Papa.unparse({ fields: [...columns, ...extra], data: events.map((cells) => ({ ...cells })) }));
  return [
    { mapping: 'snowplow', source: `{ engine: postgres, url: "${database.url}" }` },
    { mapping: 'snowplow-csv', source: `{ engine: files, paths: { events: ["${path}"] } }` },
  ];
}

/** What becomes of events, which is the same from the table and from a file. */
async function migrate(...events: Event[]): Promise<MappedRows> {
  const [table, file] = await Promise.all((await jobsOf(events)).map(mapRows));
  expect(file).toEqual(table);
  return table as MappedRows;
}

const values = ({ hits }: Pick<MappedRows, 'hits'>, column: string) => cellsOf(hits, column);

describe("Snowplow's traps", () => {
  it('an event that was sent twice is one hit, two events with one id are two', async () => {
    const event_id = nextId();
    const built = await migrate(
      event({ event_id, page_title: 'first' }),
      event({ event_id, page_title: 'again', collector_tstamp: '2024-03-31 01:00:09.000' }),
      event({ event_id, page_title: 'other', collector_tstamp: '2024-03-31 01:00:10.000', event_fingerprint: 'other' }),
    );
    expect(values(built, 'pageName')).toEqual(['first', 'other']);
    expect(built.others).toEqual({ 'events: sent twice': 1 });
  });

  it.each([
    ['enriched twice', { etl_tstamp: '2024-03-31 01:00:07.000' }, { etl_tstamp: '2024-03-31 01:00:05.000' }],
    ['enriched once, and loaded with two times', {}, { derived_tstamp: '2024-03-31 00:59:58.000' }],
    ['enriched at an hour that one row lacks', {}, { etl_tstamp: '2024-03-31 01:00:05.000' }],
  ])('an event that was %s is one hit, of the earlier, in whatever order they stand', async (_, later, earlier) => {
    const both = { event_id: nextId(), collector_tstamp: '2024-03-31 01:00:04.000' };
    const built = await migrate(
      event({ ...both, ...later, page_title: 'later' }),
      event({ ...both, ...earlier, page_title: 'earlier' }),
    );
    expect(values(built, 'pageName')).toEqual(['earlier']);
    expect(built.others).toEqual({ 'events: sent twice': 1 });
  });

  it('a row that was loaded three times is one hit, and two that are counted', async () => {
    const row = event();
    const built = await migrate(row, row, event({ page_title: 'another' }), row);
    expect(built.hits).toHaveLength(2);
    expect(built.others).toEqual({ 'events: sent twice': 2 });
  });

  it('late events are ordered by the time on the device, corrected, not by that of the collector', async () => {
    const jobs = await jobsOf([
      event({ page_title: 'third', collector_tstamp: '2024-03-31 01:00:03.000' }),
      event({
        page_title: 'first',
        collector_tstamp: '2024-04-04 02:00:00.000',
        derived_tstamp: '2024-03-31 01:00:01.250',
      }),
      event({
        page_title: 'second',
        collector_tstamp: '2024-03-31 01:00:02.000',
        derived_tstamp: '2024-03-31 01:00:01.251',
      }),
      event({
        page_title: 'fourth',
        derived_tstamp: '2024-03-31 01:00:00.000',
        true_tstamp: '2024-03-31 01:00:04.000',
      }),
      event({ page_title: 'fifth', collector_tstamp: '2024-03-31 01:00:05.000', derived_tstamp: null }),
    ]);
    for (const job of jobs) {
      const hits = await buildHits(job);
      expect(cellsOf(hits, 'pageName')).toEqual(['first', 'second', 'third', 'fourth', 'fifth']);
      expect(cellsOf(hits, 'timestamp')).toEqual([
        '1711846801',
        '1711846801',
        '1711846803',
        '1711846804',
        '1711846805',
      ]);
    }
  });

  it('from the table, what is later than a week is rejected by name', async () => {
    const [table] = await jobsOf([event({ derived_tstamp: '2024-03-20 01:00:00.000' })]);
    expect((await mapRows(table as ReadyMadeJob)).others).toEqual({ 'events: beyond lateness': 1 });
  });

  it('page pings are no hits', async () => {
    expect((await migrate(event({ event: 'page_ping' }))).others).toEqual({ 'events: page pings': 1 });
  });

  it("an order and its items are events of their own: one hit, each item once, no other order's", async () => {
    const item = (ti_sku: string, ti_price: string, ti_quantity: string, cells: Event = {}) =>
      event({
        event: 'transaction_item',
        ti_orderid: 'G-1',
        ti_sku,
        ti_category: 'tools',
        ti_price,
        ti_quantity,
        ...cells,
      });
    const event_id = nextId();
    const built = await migrate(
      event({ event: 'transaction', tr_orderid: 'G-1', tr_total: '61.57', tr_currency: 'EUR' }),
      item('SP-1', '19.99', '3', { event_id }),
      item('SP-1', '19.99', '3', { event_id, collector_tstamp: '2024-03-31 01:00:09.000' }),
      item('RK-2', '1.60', '1'),
      item('elsewhere', '5.00', '1', { ti_orderid: 'G-2' }),
      item("another visitor's", '5.00', '1', { domain_userid: 'b0000000-0000-4000-8000-00000000000b' }),
      event({
        event: 'transaction',
        tr_orderid: 'G-3',
        tr_total: '7.50',
        tr_currency: 'EUR',
        collector_tstamp: '2024-03-31 02:00:00.000',
      }),
    );
    expect(built.hits).toMatchObject([
      {
        linkName: 'order',
        events: 'purchase',
        purchaseID: 'G-1',
        currencyCode: 'EUR',
        products: 'tools;RK-2;1;1.6,tools;SP-1;3;59.97',
      },
      {
        linkName: 'order',
        events: 'purchase',
        purchaseID: 'G-3',
        currencyCode: 'EUR',
        products: ';order without items;1;7.5',
      },
    ]);
    expect(built.others).toEqual({ 'events: items of an order': 4, 'events: sent twice': 1 });
  });

  it('an order that is sent again, its page loaded anew, is a hit again, but each has its own items only', async () => {
    const order = (at: string, created: string) => [
      event({ event: 'transaction', tr_orderid: 'G-1', tr_total: '20', tr_currency: 'EUR', collector_tstamp: at }),
      event({
        event: 'transaction_item',
        ti_orderid: 'G-1',
        ti_sku: 'SP-1',
        ti_price: '20',
        ti_quantity: '1',
        collector_tstamp: at,
        dvce_created_tstamp: created,
        derived_tstamp: created,
      }),
    ];
    const built = await migrate(
      ...order('2024-03-31 01:00:00.000', '2024-03-31 00:59:58.000'),
      ...order('2024-03-31 01:00:30.000', '2024-03-31 01:00:30.100'),
    );
    expect(values(built, 'products')).toEqual([';SP-1;1;20', ';SP-1;1;20']);
    expect(values(built, 'purchaseID')).toEqual(['G-1', 'G-1']);
  });

  it.each([
    ['two seconds apart', '2024-03-31 01:00:02.000'],
    ['in one instant', '2024-03-31 01:00:00.000'],
  ])('an order that its page sends twice, %s, has each of its lines once in each hit', async (_name, again) => {
    const order = (at: string, skus: readonly string[]) => [
      event({ event: 'transaction', tr_orderid: 'G-1', tr_total: '45', tr_currency: 'EUR', collector_tstamp: at }),
      ...skus.map((ti_sku) =>
        event({
          event: 'transaction_item',
          ti_orderid: 'G-1',
          ti_sku,
          ti_price: '20',
          ti_quantity: '1',
          collector_tstamp: at,
        }),
      ),
    ];
    // Two lines of the order are alike, and one of the second sending got lost.
    const built = await migrate(
      ...order('2024-03-31 01:00:00.000', ['SP-1', 'SP-1', 'RK-2']),
      ...order(again, ['SP-1', 'SP-1']),
    );
    const products = ';RK-2;1;20,;SP-1;1;20,;SP-1;1;20';
    expect(values(built, 'products')).toEqual([products, products]);
  });

  it('what an order was worth beside its items is context data, and so is the value of an event', async () => {
    const amounts = { tr_total: '66.47', tr_tax: '10.61', tr_shipping: '4.90' };
    const built = await migrate(
      event({ event: 'transaction', tr_orderid: 'G-1', ...amounts }),
      event({
        event: 'struct',
        se_category: 'a',
        se_action: 'b',
        se_value: '4.5',
        collector_tstamp: '2024-03-31 02:00:00.000',
      }),
    );
    expect(values(built, 'contextData.order.revenue')).toEqual(['66.47', null]);
    expect(values(built, 'contextData.order.tax')).toEqual(['10.61', null]);
    expect(values(built, 'contextData.order.shipping')).toEqual(['4.9', null]);
    expect(values(built, 'contextData.event.value')).toEqual([null, '4.5']);
  });

  it('addresses may be masked or hashed: only an address is sent', async () => {
    const addresses = ['203.0.113.7', '203.0.113.x', '9b74c9897bac770ffc029102a200c5de', '2001:db8::7', null];
    const built = await migrate(
      ...addresses.map((user_ipaddress, at) =>
        event({ user_ipaddress, collector_tstamp: `2024-03-31 01:00:0${at}.000` }),
      ),
    );
    expect(values(built, 'ipaddress')).toEqual(['203.0.113.7', null, null, '2001:db8::7', null]);
  });

  it("servers' events have no domain_userid: the network's stands for it, unless it is the one of nobody", async () => {
    const networks = ['B0000000-0000-4000-8000-00000000000b', '00000000-0000-0000-0000-000000000000', null];
    const built = await migrate(...networks.map((network_userid) => event({ domain_userid: null, network_userid })));
    expect(values(built, 'visitorID')).toEqual(['b000000000004000800000000000000b']);
    expect(built.others).toEqual({ 'events: visitor': 2 });
  });

  it('ids hold dashes: none reaches Adobe', async () => {
    expect(values(await migrate(event()), 'visitorID')).toEqual(['a000000000004000800000000000000a']);
  });

  it('an event without a user agent, as servers send them, is rejected by name', async () => {
    expect((await migrate(event({ useragent: null }))).others).toEqual({ 'events: userAgent': 1 });
  });

  it('truths are written in several ways, one of each means the same', async () => {
    const [table, file] = await jobsOf([event({ br_cookies: 'true' }), event({ br_cookies: 'FALSE' })]);
    expect(values(await mapRows(table as ReadyMadeJob), 'cookiesEnabled').sort()).toEqual(['N', 'Y']);
    expect(values(await mapRows(file as ReadyMadeJob), 'cookiesEnabled').sort()).toEqual(['N', 'Y']);
    const path = join(folder, 'events.csv');
    expect(readFileSync(path, 'utf8')).toMatch(/,true,[\s\S]*,FALSE,/);
    writeFileSync(path, readFileSync(path, 'utf8').replace(',true,', ',1,').replace(',FALSE,', ',0,'));
    expect(values(await mapRows(file as ReadyMadeJob), 'cookiesEnabled').sort()).toEqual(['N', 'Y']);
  });

  it('enriched files have no header line, no quotes, and 1 for true: a mapping of your own names the columns', async () => {
    const names = [...columns, 'contexts', 'derived_contexts', 'unstruct_event'];
    const selfDescribing = (data: string) => `{"schema":"iglu:a/b/jsonschema/1-0-0","data":${data}}`;
    const robot = (is: boolean) => selfDescribing(`[${selfDescribing(`{"category":"x","spiderOrRobot":${is}}`)}]`);
    const target = selfDescribing(selfDescribing('{"targetUrl":"https://partner.example.org/"}'));
    const at = (second: number, cells: Event) =>
      event({ ...cells, collector_tstamp: `2024-03-31 01:00:0${second}.000` });
    const rows = [
      at(0, { page_title: 'A "quoted" title', br_cookies: '1', contexts: selfDescribing('[{"a":"b\\tc"}]') }),
      at(1, { page_title: 'person', derived_contexts: robot(false) }),
      at(2, { page_title: 'robot', derived_contexts: robot(true) }),
      at(3, { event: 'unstruct', event_name: 'link_click', unstruct_event: target }),
      at(4, { event: 'unstruct', event_name: 'menu', unstruct_event: target }),
    ];
    const path = join(folder, 'events.tsv');
    writeFileSync(path, rows.map((row) => `${names.map((name) => row[name] ?? '').join('\t')}\n`).join(''));
    const advised = /`files: (\{ events: \{ .*?header: \[)app_id, platform, …(\] \} \})`/.exec(page);
    const mapping = `mapping: own
extends: snowplow-csv
files: ${advised?.[1]}${names.join(', ')}${advised?.[2]}
`;
    const built = await mapRows({ mapping, source: `{ engine: files, paths: { events: ["${path}"] } }` });
    expect(values(built, 'pageName')).toEqual(['A "quoted" title', 'person', null, null]);
    expect(values(built, 'cookiesEnabled')).toEqual(['Y', null, null, null]);
    expect(values(built, 'linkURL')).toEqual([null, null, 'https://partner.example.org/', null]);
    expect(built.others).toEqual({ 'events: robots': 1 });
  });

  it('an export that has a text for NULL is rejected by name: it would be an id, a campaign and a referrer', async () => {
    const nulls = Object.fromEntries(columns.map((name) => [name, '\\N']));
    const orderNumber = { tr_orderid: 'G-1', event: 'transaction', tr_total: '5', tr_currency: 'EUR' };
    const [, file] = await jobsOf([event(), event()]);
    writeFileSync(
      join(folder, 'events.csv'),
      Papa.unparse({
        fields: columns,
        data: [event({ domain_userid: null }), event(orderNumber)].map((cells) => ({
          ...nulls,
          ...Object.fromEntries(Object.entries(cells).filter(([, text]) => text !== null)),
        })),
      }),
    );
    const built = await mapRows(file as ReadyMadeJob);
    expect(built.hits).toEqual([]);
    expect(built.others).toEqual({ 'events: NULL as text': 2 });
  });

  it('e-commerce events of newer trackers are purchases by the mapping that the page advises', async () => {
    const mapping = /```yaml\n(mapping: own\n[\s\S]*?)```/.exec(page)?.[1] as string;
    const names = [...mapping.matchAll(/\b(?:unstruct_event|contexts)_com_\w+/g)].map(([name]) => name);
    const [action, products, transaction] = [...new Set(names)] as [string, string, string];
    const sold =
      '[{"id":"SP-1","category":"tools","price":19.99,"quantity":3,"currency":"EUR"},{"id":"RK-2","price":1.6}]';
    const types = ['product_view', 'list_view', 'add_to_cart', 'checkout_step', 'transaction', 'refund'];
    const events = types.map((type, at) =>
      event({
        event: 'unstruct',
        event_name: 'snowplow_ecommerce_action',
        collector_tstamp: `2024-03-31 01:00:0${at}.000`,
        [action]: `{"type":"${type}"}`,
        [products]: type === 'checkout_step' ? null : sold,
        [transaction]: type === 'transaction' ? '[{"transaction_id":"G-1","revenue":61.57,"currency":"EUR"}]' : null,
      }),
    );
    const [, file] = await jobsOf(events, [action, products, transaction]);
    const built = await mapRows({ ...(file as ReadyMadeJob), mapping });
    expect(values(built, 'linkName')).toEqual(['product_view', 'add_to_cart', 'checkout_step', 'transaction']);
    expect(values(built, 'events')).toEqual(['prodView', 'scAdd', 'scCheckout', 'purchase']);
    expect(built.hits.at(-1)).toMatchObject({
      purchaseID: 'G-1',
      products: ';RK-2;1;1.6,tools;SP-1;3;59.97',
      currencyCode: 'EUR',
    });
    expect(built.others).toEqual({ 'events: lists, promotions and refunds': 2 });
  });

  it('a link that was clicked stands in a column of its own: an object or a list, named by a whole version or not', async () => {
    const column = 'unstruct_event_com_snowplowanalytics_snowplow_link_click_1';
    const click = { event: 'unstruct', event_name: 'link_click' };
    const target = '{"elementId":"x","targetUrl": "https://partner.example.org/offer?a=1&b=2"}';
    for (const [name, value] of [
      [`${column}_0_1`, target],
      [column, `[${target}]`],
    ] as const) {
      await database.run('TRUNCATE atomic.events');
      const [, file] = await jobsOf([event({ ...click, [name]: value })], [name]);
      expect((await mapRows(file as ReadyMadeJob)).hits).toMatchObject([
        { linkType: 'o', linkName: 'link_click', linkURL: 'https://partner.example.org/offer?a=1&b=2' },
      ]);
    }
  });

  it('robots that the IAB knows are no hits: by the column of an export, by a view over the table of the context', async () => {
    const column = 'contexts_com_iab_snowplow_spiders_and_robots_1_0_0';
    const [robot, person] = [event(), event()];
    const [table, file] = await jobsOf(
      [
        { ...robot, [column]: '[{"category":"SPIDER","spiderOrRobot": true}]' },
        { ...person, [column]: '[{"category":"BROWSER","spiderOrRobot":false}]' },
      ],
      [column],
    );
    expect((await mapRows(file as ReadyMadeJob)).others).toEqual({ 'events: robots': 1 });
    const path = join(folder, 'events.csv');
    writeFileSync(path, readFileSync(path, 'utf8').replace('robots_1_0_0', 'robots_1'));
    expect((await mapRows(file as ReadyMadeJob)).others).toEqual({ 'events: robots': 1 });
    await database.run(`
      CREATE TABLE atomic.com_iab_snowplow_spiders_and_robots_1
        (root_id CHAR(36), root_tstamp TIMESTAMP, spider_or_robot BOOLEAN);
      INSERT INTO atomic.com_iab_snowplow_spiders_and_robots_1 SELECT event_id, collector_tstamp, event_id = '${robot['event_id']}' FROM atomic.events;
      CREATE VIEW atomic.events_whole AS SELECT e.*,
        (SELECT to_json(r) FROM atomic.com_iab_snowplow_spiders_and_robots_1 r
         WHERE r.root_id = e.event_id AND r.root_tstamp = e.collector_tstamp LIMIT 1) AS robots FROM atomic.events e`);
    const mapping = `mapping: own
extends: snowplow
streams:
  events:
    skip: { known robots: { robots.spider_or_robot: "true" } }
`;
    const whole = await mapRows({ ...(table as ReadyMadeJob), mapping, variables: '{ table: events_whole }' });
    expect(whole.others).toEqual({ 'events: known robots': 1 });
    expect(whole.hits).toHaveLength(1);
  });
});

describe('Snowplow', () => {
  it('writes views as pages and everything else as links', async () => {
    const at = (second: number, cells: Event) =>
      event({ ...cells, collector_tstamp: `2024-03-31 01:00:0${second}.000` });
    const built = await migrate(
      at(0, {
        page_title: 'Home',
        page_referrer: 'https://news.example.org/',
        mkt_campaign: 'spring',
        br_lang: 'de-DE',
        br_cookies: 'true',
        br_features_java: 'false',
        geo_zipcode: '10115',
        br_viewwidth: '1200',
        br_viewheight: '800',
        br_colordepth: '24',
        dvce_screenwidth: '1920',
        dvce_screenheight: '1080',
      }),
      at(1, { event: 'struct', se_category: 'cart', se_action: 'add', se_label: 'SP-1' }),
      at(2, { event: 'struct', se_category: 'cart', se_action: 'open' }),
      at(3, { event: 'unstruct', event_name: 'link_click' }),
    );
    expect(built.hits[0]).toMatchObject({
      pageURL: 'https://garden.example/',
      pageName: 'Home',
      referrer: 'https://news.example.org/',
      campaign: 'spring',
      language: 'de-de',
      cookiesEnabled: 'Y',
      javaEnabled: 'N',
      zip: '10115',
      browserWidth: '1200',
      browserHeight: '800',
      colorDepth: '24',
      resolution: '1920x1080',
    });
    expect(values(built, 'linkName')).toEqual([null, 'cart:add:SP-1', 'cart:open', 'link_click']);
    expect(values(built, 'contextData.page.url').slice(1)).toEqual(Array(3).fill('https://garden.example/'));
  });

  it('leaves one application of several by the rule that the page advises', async () => {
    const rule = /`(skip: \{ other applications: .*?)`/.exec(page)?.[1];
    const [, file] = await jobsOf(
      [
        event({ app_id: 'shop', page_title: 'Spades' }),
        event({ app_id: 'shop-qa' }),
        event({ app_id: 'blog' }),
        event({ app_id: null }),
      ],
      ['app_id'],
    );
    const mapping = `mapping: own
extends: snowplow-csv
streams:
  events:
    ${rule}
`;
    const built = await mapRows({ ...(file as ReadyMadeJob), mapping });
    expect(values(built, 'pageName')).toEqual(['Spades']);
    expect(built.others).toEqual({ 'events: other applications': 3 });
  });

  it('needs an index that the table does not come with: doctor says so', async () => {
    const own = await (await sharedServer('postgres')).freshDatabase();
    try {
      await own.run(schema);
      const job = { mapping: 'snowplow', source: `{ engine: postgres, url: "${own.url}" }` };
      expect(await indexesOf(job)).toEqual({ events: 'ok' });
      await own.run('DROP INDEX atomic.events_collector_tstamp_idx');
      expect(await indexesOf(job)).toEqual({ events: 'warning' });
    } finally {
      await own.remove();
    }
  });
});

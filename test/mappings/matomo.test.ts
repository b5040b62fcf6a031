import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InsertedCell, insertRow } from '../support/insert-rows.ts';
import { buildHits, cellsOf, indexesOf, type MappedRows, mapRows, type ReadyMadeJob } from '../support/ready-made.ts';
import type { TestDatabase } from '../support/servers/database-server.ts';
import { mysqlNumbers } from '../support/servers/mysql-sql.ts';
import { sharedServer } from '../support/servers/shared-server.ts';

const page = readFileSync(join(resolve(import.meta.dirname, '..', '..'), 'mappings', 'matomo.md'), 'utf8');

// Matomo's tables reduced to the columns that are used, with Matomo's indexes.
const schema = readFileSync(
  join(resolve(import.meta.dirname, '..', '..'), 'migrations-examples', 'matomo', 'schema.sql'),
  'utf8',
);

type Cells = Readonly<Record<string, InsertedCell>>;

let database: TestDatabase;
let lastSite = 0;
let lastId = 1000;
const statements: string[] = [];

beforeAll(async () => {
  database = await (await sharedServer('mysql')).freshDatabase();
  await database.run(schema);
});
afterAll(() => database.remove());

const bytes = (hex: string) => ({ sql: `x'${hex}'` });
const address = (ip: string) => ({ sql: `INET6_ATON('${ip}')` });
const insert = (table: string, row: Cells) => statements.push(insertRow(`matomo_${table}`, row));

/** A website of its own for each test. */
function site(currency = 'EUR'): number {
  lastSite += 1;
  insert('site', { idsite: lastSite, name: 'Garden', timezone: 'Europe/Berlin', currency });
  return lastSite;
}

function action(type: number, name: string, url_prefix: number | null = null): number {
  lastId += 1;
  insert('log_action', { idaction: lastId, name, hash: lastId, type, url_prefix });
  return lastId;
}

function visit(idsite: number, cells: Cells = {}): number {
  lastId += 1;
  insert('log_visit', {
    idvisit: lastId,
    idsite,
    idvisitor: bytes('a0b1c2d3e4f50617'),
    visit_last_action_time: '2024-03-31 01:00:00',
    location_ip: address('203.0.113.0'),
    config_browser_name: 'FF',
    config_browser_version: '124.0',
    config_os: 'WIN',
    config_os_version: '10',
    config_device_type: 0,
    ...cells,
  });
  return lastId;
}

/** An action of a visit: by default the page view of an address without a title. */
function act(idsite: number, idvisit: number, cells: Cells = {}): number {
  const url = 'idaction_url' in cells ? {} : { idaction_url: action(1, 'garden.example/', 2) };
  lastId += 1;
  insert('log_link_visit_action', {
    idlink_va: lastId,
    idsite,
    idvisitor: bytes('a0b1c2d3e4f50617'),
    idvisit,
    server_time: '2024-03-31 01:00:00',
    ...url,
    ...cells,
  });
  return lastId;
}

function convert(idsite: number, idvisit: number, cells: Cells): void {
  insert('log_conversion', {
    idvisit,
    idsite,
    idvisitor: bytes('a0b1c2d3e4f50617'),
    server_time: '2024-03-31 01:00:00',
    buster: 0,
    url: 'https://garden.example/thanks',
    ...cells,
  });
}

function item(idsite: number, idvisit: number, idorder: string, cells: Cells): void {
  insert('log_conversion_item', {
    idsite,
    idvisitor: bytes('a0b1c2d3e4f50617'),
    server_time: '2024-03-31 01:00:00',
    idvisit,
    idorder,
    idaction_name: 0,
    idaction_category: 0,
    deleted: 0,
    ...cells,
  });
}

/** Inserts what was collected; then the job of a website. */
async function jobOf(idsite: number): Promise<ReadyMadeJob> {
  await database.run(statements.splice(0).join('\n'));
  const source = `{ engine: mysql, url: "${database.url}" }`;
  return { mapping: 'matomo', source, variables: `{ site: ${idsite} }` };
}

async function migrate(idsite: number, lookups: Record<string, string> = {}): Promise<MappedRows> {
  return mapRows({ ...(await jobOf(idsite)), lookups });
}

const values = ({ hits }: Pick<MappedRows, 'hits'>, column: string) => cellsOf(hits, column);

describe("Matomo's traps", () => {
  it("1. the visit's visitor counts, not the action's", async () => {
    const idsite = site();
    const idvisit = visit(idsite, { idvisitor: bytes('00ff00ff00ff00ff') });
    act(idsite, idvisit, { idvisitor: bytes('1111111111111111') });
    act(idsite, idvisit, { idvisitor: bytes('2222222222222222') });
    convert(idsite, idvisit, { idgoal: 0, idorder: '1', revenue: 1, idvisitor: bytes('3333333333333333') });
    expect(values(await migrate(idsite), 'visitorID')).toEqual([
      '00ff00ff00ff00ff',
      '00ff00ff00ff00ff',
      '00ff00ff00ff00ff',
    ]);
  });

  it('2. events point to addresses of type 10, contents to type 13: neither is lost', async () => {
    const idsite = site();
    const idvisit = visit(idsite);
    const event = { idaction_event_category: action(10, 'Videos'), idaction_event_action: action(11, 'play') };
    act(idsite, idvisit, { ...event, idaction_url: action(10, 'garden.example/videos', 3) });
    act(idsite, idvisit, {
      idaction_url: action(13, 'https://garden.example/offers'),
      idaction_content_name: action(13, 'Banner'),
      idaction_content_interaction: action(16, 'click'),
    });
    act(idsite, idvisit, { idaction_url: action(10, 'garden.example/page', 2) });
    expect((await migrate(idsite)).hits).toMatchObject([
      { linkType: 'o', linkName: 'Videos|play', 'contextData.page.url': 'https://www.garden.example/videos' },
      { linkType: 'o', linkName: 'Banner|click', 'contextData.page.url': 'https://garden.example/offers' },
      { pageURL: 'https://garden.example/page' },
    ]);
  });

  it('3. site searches have no address, some events neither: a page name and a link name stand for it', async () => {
    const idsite = site();
    const idvisit = visit(idsite);
    act(idsite, idvisit, { idaction_url: null, idaction_name: action(8, 'rakes') });
    const event = { idaction_event_category: action(10, 'Cart'), idaction_event_action: action(11, 'add') };
    act(idsite, idvisit, { idaction_url: null, ...event });
    act(idsite, idvisit, { idaction_url: null });
    const built = await migrate(idsite);
    expect(built.hits).toMatchObject([
      { pageName: 'Site search: rakes', 'contextData.search.keyword': 'rakes' },
      { linkType: 'o', linkName: 'Cart|add' },
    ]);
    expect(built.others).toEqual({ 'actions: page or link': 1 });
  });

  it('4. titles, keywords and names of events are HTML, addresses of pages are not', async () => {
    const idsite = site();
    const idvisit = visit(idsite);
    act(idsite, idvisit, {
      idaction_url: action(1, 'garden.example/?a=1&amp;b=2', 2),
      idaction_name: action(4, 'A &amp; B &lt;c&gt; &quot;d&quot; &#039;e&#039;'),
    });
    act(idsite, idvisit, { idaction_url: null, idaction_name: action(8, 'x &amp; y') });
    act(idsite, idvisit, {
      idaction_event_category: action(10, 'C &amp; D'),
      idaction_event_action: action(11, '&lt;go&gt;'),
      idaction_name: action(12, '&quot;now&quot;'),
    });
    const built = await migrate(idsite);
    expect(values(built, 'pageURL')).toEqual(['https://garden.example/?a=1&amp;b=2', null, null]);
    expect(values(built, 'pageName')).toEqual([`A & B <c> "d" 'e'`, 'Site search: x & y', null]);
    expect(values(built, 'linkName')).toEqual([null, null, 'C & D|<go>|"now"']);
  });

  it('4. targets of links and downloads are HTML, unlike addresses of pages; from before Piwik 2.14 they are not', async () => {
    const idsite = site();
    const idvisit = visit(idsite);
    act(idsite, idvisit, { idaction_url: action(2, 'https://shop.example/?a=1&amp;b=2&amp;copy=3') });
    act(idsite, idvisit, { idaction_url: action(3, 'https://shop.example/a.pdf?a=1&b=2&copy=3') });
    expect(values(await migrate(idsite), 'linkURL')).toEqual([
      'https://shop.example/?a=1&b=2&copy=3',
      'https://shop.example/a.pdf?a=1&b=2&copy=3',
    ]);
  });

  it('5. times are UTC, whatever the zone of the website: no hour is skipped or shown twice', async () => {
    const idsite = site();
    const idvisit = visit(idsite);
    // The hour that Berlin's clocks leapt over, and the one that they showed twice.
    act(idsite, idvisit, { server_time: '2024-03-31 02:30:00' });
    act(idsite, idvisit, { server_time: '2024-10-27 02:30:00' });
    expect(values(await migrate(idsite), 'timestamp')).toEqual(['1711852200', '1729996200']);
  });

  it('6. ids of bytes and of 64 bits arrive digit for digit', async () => {
    const idsite = site();
    const idvisit = visit(idsite, { idvisitor: bytes('ff00c3a9f0288c28') });
    const big = '18446744073709551614';
    act(idsite, idvisit, { idlink_va: { sql: big }, idaction_name: action(4, 'second') });
    act(idsite, idvisit, { idlink_va: { sql: '18446744073709551613' }, idaction_name: action(4, 'first') });
    const built = await migrate(idsite);
    expect(values(built, 'visitorID')).toEqual(['ff00c3a9f0288c28', 'ff00c3a9f0288c28']);
    expect(values(built, 'pageName')).toEqual(['first', 'second']);
  });

  it('7. the id is not chronological: time orders, and the id inside one second', async () => {
    const idsite = site();
    const idvisit = visit(idsite);
    const named = (name: string, server_time: string) =>
      act(idsite, idvisit, { server_time, idaction_name: action(4, name) });
    named('imported later', '2024-03-31 01:00:09');
    named('tie 1', '2024-03-31 01:00:05');
    named('tie 2', '2024-03-31 01:00:05');
    named('backdated', '2024-03-31 01:00:01');
    expect(cellsOf(await buildHits(await jobOf(idsite)), 'pageName')).toEqual([
      'backdated',
      'tie 1',
      'tie 2',
      'imported later',
    ]);
  });

  it('8. masked addresses are sent as they are, but nobody is told by them; none is 0.0.0.0', async () => {
    const idsite = site();
    const visits = ['203.0.0.0', '2001:db8:1::', '0.0.0.0', '::'].map((ip, at) =>
      visit(idsite, { location_ip: address(ip), idvisitor: bytes(`aa0000000000000${at}`) }),
    );
    for (const idvisit of visits) act(idsite, idvisit);
    const built = await migrate(idsite);
    expect(values(built, 'ipaddress')).toEqual(['203.0.0.0', '2001:db8:1::', null, null]);
    expect(new Set(values(built, 'visitorID')).size).toBe(4);
  });

  it('9. custom_float is the value of an event, and something else elsewhere', async () => {
    const idsite = site();
    const idvisit = visit(idsite);
    act(idsite, idvisit, { custom_float: 312 });
    act(idsite, idvisit, { idaction_url: null, idaction_name: action(8, 'rakes'), custom_float: 5 });
    const event = { idaction_event_category: action(10, 'Videos'), idaction_event_action: action(11, 'play') };
    act(idsite, idvisit, { ...event, custom_float: 4.5 });
    expect(values(await migrate(idsite), 'contextData.event.value')).toEqual([null, null, '4.5']);
  });

  it('10. goals join their action; goals without one, and orders, are hits of their own; carts are none', async () => {
    const idsite = site('chf');
    const idvisit = visit(idsite);
    insert('goal', { idsite, idgoal: 1, name: 'Newsletter' });
    insert('goal', { idsite, idgoal: 2, name: 'Call &amp; ask' });
    const download = act(idsite, idvisit, { idaction_url: action(3, 'https://garden.example/a.pdf') });
    convert(idsite, idvisit, { idgoal: 1, idlink_va: download });
    convert(idsite, idvisit, { idgoal: 2, idlink_va: download });
    convert(idsite, idvisit, { idgoal: 2, buster: 7, idlink_va: null, server_time: '2024-03-31 01:00:01' });
    convert(idsite, idvisit, { idgoal: 3, idlink_va: 1, server_time: '2024-03-31 01:00:02' });
    convert(idsite, idvisit, { idgoal: 0, idorder: 'G-1', revenue: 70, server_time: '2024-03-31 01:00:03' });
    convert(idsite, idvisit, { idgoal: -1, server_time: '2024-03-31 01:00:04' });
    const sku = action(5, 'SP-1');
    item(idsite, idvisit, 'G-1', {
      idaction_sku: sku,
      idaction_category: action(7, 'tools; hand'),
      price: 19.99,
      quantity: 3,
    });
    item(idsite, idvisit, 'G-1', { idaction_sku: action(5, 'RK-2'), price: 1.6, quantity: 1 });
    item(idsite, idvisit, 'G-1', { idaction_sku: action(5, 'taken back'), price: 500, quantity: 1, deleted: 1 });
    item(idsite, idvisit, '0', { idaction_sku: sku, price: 19.99, quantity: 1 });
    const built = await migrate(idsite, { goals: 'idgoal,event\n1,event1\n2,event22\n' });
    expect(
      built.hits.map(({ linkType, linkName, linkURL, events, products, purchaseID, currencyCode }) => [
        linkType,
        linkURL ?? linkName,
        events,
        products,
        purchaseID,
        currencyCode,
      ]),
    ).toEqual([
      ['d', 'https://garden.example/a.pdf', 'event1,event22', undefined, undefined, undefined],
      ['o', 'Goal: Call & ask', 'event22', undefined, undefined, 'CHF'],
      ['o', 'Goal 3', undefined, undefined, undefined, 'CHF'],
      ['o', 'order', 'purchase', ';RK-2;1;1.6,tools hand;SP-1;3;59.97', 'G-1', 'CHF'],
    ]);
    expect(built.others).toEqual({ 'conversions: goals of an action': 2, 'conversions: abandoned carts': 1 });
  });

  it('10. what an order and a goal were worth beside its items: context data, exact to four digits', async () => {
    const idsite = site();
    const idvisit = visit(idsite);
    const amounts = { revenue: 66.47, revenue_subtotal: 61.57, revenue_tax: 10.61, revenue_shipping: 4.9 };
    convert(idsite, idvisit, { idgoal: 0, idorder: '1', ...amounts });
    const page = act(idsite, idvisit, { server_time: '2024-03-31 01:00:01' });
    convert(idsite, idvisit, { idgoal: 1, idlink_va: page, revenue: 0.1 });
    convert(idsite, idvisit, { idgoal: 2, idlink_va: page, revenue: 0.2 });
    convert(idsite, idvisit, { idgoal: 3, revenue: 12, server_time: '2024-03-31 01:00:02' });
    convert(idsite, idvisit, { idgoal: 4, revenue: 0, server_time: '2024-03-31 01:00:03' });
    const built = await migrate(idsite);
    const amountsOf = (name: string) => values(built, `contextData.${name}`);
    expect(amountsOf('order.revenue')).toEqual(['66.47', null, null, null]);
    expect(amountsOf('order.tax')).toEqual(['10.61', null, null, null]);
    expect(amountsOf('order.shipping')).toEqual(['4.9', null, null, null]);
    expect(amountsOf('order.discount')).toEqual([null, null, null, null]);
    expect(amountsOf('goal.revenue')).toEqual([null, '0.3', '12', null]);
  });

  it('10. a goal has the number that the page advises, an order and a goal worth nothing have not', async () => {
    const [inActions = '', inConversions = ''] = [...page.matchAll(/`(\{ event: event6.*?\})` in/g)].map(
      ([, it]) => it,
    );
    const idsite = site();
    const idvisit = visit(idsite);
    const landing = act(idsite, idvisit);
    convert(idsite, idvisit, { idgoal: 1, idlink_va: landing, revenue: 0.1 });
    convert(idsite, idvisit, { idgoal: 2, idlink_va: landing, revenue: 0.2 });
    const at = (second: number) => ({ server_time: `2024-03-31 01:00:0${second}` });
    convert(idsite, idvisit, { idgoal: 3, idlink_va: act(idsite, idvisit, at(1)), revenue: 0, ...at(1) });
    convert(idsite, idvisit, { idgoal: 4, revenue: 12345.67, ...at(2) });
    convert(idsite, idvisit, { idgoal: 5, revenue: 0, ...at(3) });
    convert(idsite, idvisit, { idgoal: 0, idorder: '1', revenue: 66.47, ...at(4) });
    const mapping = `mapping: own
extends: matomo
streams:
  actions: { hit: { events: [ { from: goal_ids, then: [ { split: "," }, { lookup: goals.event } ] }, ${inActions} ] } }
  conversions: { hit: { events: [ { event: purchase, when: { idgoal: "0" } }, ${inConversions} ] } }
`;
    const built = await mapRows({ ...(await jobOf(idsite)), mapping });
    expect(values(built, 'events')).toEqual(['event6=0.3', null, 'event6=12345.67', null, 'purchase']);
  });

  it.each([
    ['FLOAT, as they were before Matomo 4', false],
    ['DOUBLE since an update, with what FLOAT left of them', true],
  ])('10. amounts and numbers that are %s keep their digits', async (_name, updated) => {
    const own = await (await sharedServer('mysql')).freshDatabase();
    const columnsAs = (type: string) =>
      ['', '_subtotal', '_tax', '_shipping', '_discount'].map((end) => `MODIFY revenue${end} ${type}`).join(', ');
    const alter = (type: string) =>
      own.run(`ALTER TABLE matomo_log_conversion ${columnsAs(type)};
        ALTER TABLE matomo_log_conversion_item MODIFY price ${type} NOT NULL;
        ALTER TABLE matomo_log_link_visit_action MODIFY custom_float ${type};`);
    try {
      await own.run(schema);
      await alter('FLOAT');
      const idsite = site();
      const idvisit = visit(idsite);
      const numbers = [1234567, 12345.67, 4.1, 0.00012, 0, -87.65, 20000.03];
      const event = { idaction_event_category: action(10, 'Videos'), idaction_event_action: action(11, 'play') };
      const acts = numbers.map((custom_float, at) =>
        act(idsite, idvisit, { ...event, custom_float, server_time: `2024-03-31 01:00:0${at}` }),
      );
      for (const [idgoal, revenue] of [12345.67, 20000.03].entries())
        convert(idsite, idvisit, { idgoal: idgoal + 1, idlink_va: acts[0] ?? 0, revenue });
      const amounts = { revenue_subtotal: 9, revenue_tax: 20000.03, revenue_shipping: 4.9, revenue_discount: 99999.99 };
      const later = { server_time: '2024-03-31 02:00:00' };
      convert(idsite, idvisit, { idgoal: 0, idorder: 'A', revenue: 1234567, ...amounts, ...later });
      item(idsite, idvisit, 'A', { idaction_sku: action(5, 'SP-1'), price: 12345.67, quantity: 3 });
      item(idsite, idvisit, 'A', { idaction_sku: action(5, 'SP-2'), price: 1234567, quantity: 1 });
      item(idsite, idvisit, 'A', { idaction_sku: action(5, 'SP-3'), price: 20000.03, quantity: 1000 });
      convert(idsite, idvisit, { idgoal: 0, buster: 1, idorder: 'B', revenue: 98765.43, ...later });
      await own.run(statements.splice(0).join('\n'));
      if (updated) await alter('DOUBLE');
      const built = await mapRows({
        mapping: 'matomo',
        source: `{ engine: mysql, url: "${own.url}" }`,
        variables: `{ site: ${idsite} }`,
      });
      const told = (column: string) => values(built, column).filter((value) => value !== null);
      expect(told('contextData.event.value')).toEqual(
        ['1234567', '12345.67', '4.1', '0.00012', '0', '-87.65', '20000.03'], // as they were inserted
      );
      expect(told('contextData.goal.revenue')).toEqual(['32345.7']);
      expect(told('products')).toEqual([
        ';SP-1;3;37037.01,;SP-2;1;1234567,;SP-3;1000;20000030',
        ';order without items;1;98765.43',
      ]);
      expect(told('contextData.order.revenue')).toEqual(['1234567', '98765.43']);
      expect(told('contextData.order.tax')).toEqual(['20000.03']);
      expect(told('contextData.order.shipping')).toEqual(['4.9']);
      expect(told('contextData.order.discount')).toEqual(['99999.99']);
    } finally {
      await own.remove();
    }
  });

  it('10. a number of more digits than FLOAT has stays as DOUBLE keeps it', async () => {
    const idsite = site();
    const idvisit = visit(idsite);
    const event = { idaction_event_category: action(10, 'Videos'), idaction_event_action: action(11, 'play') };
    const numbers = ['123456.789', '1234567.5', '16777215', '0.00123456789', '9876543210.25'];
    for (const [at, number] of numbers.entries())
      act(idsite, idvisit, { ...event, custom_float: { sql: number }, server_time: `2024-03-31 01:00:0${at}` });
    expect(values(await migrate(idsite), 'contextData.event.value')).toEqual(numbers);
  });

  it('10. an order without items keeps its revenue, one with a long number stays one order', async () => {
    const idsite = site();
    const idvisit = visit(idsite);
    convert(idsite, idvisit, { idgoal: 0, idorder: '7d444840-9dc0-11d1-b245-5ffdce74fad2', revenue: 25.5 });
    convert(idsite, idvisit, { idgoal: 0, buster: 1, idorder: '7d444840-9dc0-11d1-b245-5ffdce74fad3', revenue: 1 });
    const { hits } = await migrate(idsite);
    expect(hits[0]).toMatchObject({ events: 'purchase', products: ';order without items;1;25.5' });
    expect(hits.map(({ purchaseID }) => purchaseID?.length)).toEqual([20, 20]);
    expect(hits[0]?.['purchaseID']).not.toBe(hits[1]?.['purchaseID']);
  });

  it('11. a visit may have conversions and no action', async () => {
    const idsite = site();
    convert(idsite, visit(idsite), { idgoal: 0, idorder: '4711', revenue: 3 });
    expect((await migrate(idsite)).hits).toMatchObject([
      { visitorID: 'a0b1c2d3e4f50617', linkName: 'order', 'contextData.page.url': 'https://garden.example/thanks' },
    ]);
  });

  it('12. sentinels are no values, and an address may be there twice', async () => {
    const idsite = site();
    const unknown = {
      config_resolution: 'unknown',
      config_browser_name: 'UNK',
      config_browser_version: '',
      config_os: 'UNK',
      config_os_version: '',
      config_device_type: null,
    };
    const twice = [action(1, 'garden.example/', 2), action(1, 'garden.example/', 2)];
    const first = visit(idsite, { ...unknown, location_browser_lang: 'xx' });
    const second = visit(idsite, { ...unknown, location_browser_lang: '', config_device_type: 1 });
    act(idsite, first, { idaction_url: twice[0] ?? null });
    act(idsite, second, { idaction_url: twice[1] ?? null });
    const built = await migrate(idsite);
    for (const column of ['language', 'resolution']) expect(values(built, column)).toEqual([null, null]);
    expect(values(built, 'pageURL')).toEqual(['https://garden.example/', 'https://garden.example/']);
    expect(built.userAgents).toEqual(['constant', 'constant']);
    expect(values(built, 'userAgent')[0]).toContain('Windows NT 10.0');
    expect(values(built, 'userAgent')[1]).toContain('Mobile');
  });

  it('13. the referrer of a visit stands on its first page only, and so does its campaign', async () => {
    const idsite = site();
    const referrer = { referer_url: 'https://news.example.org/mail' };
    const campaign = visit(idsite, {
      ...referrer,
      referer_type: 6,
      referer_name: 'spring',
      referer_keyword: 'spades &amp; forks',
    });
    const bare = visit(idsite, { ...referrer, referer_type: 6, referer_name: 'autumn' });
    const website = visit(idsite, { ...referrer, referer_type: 3, referer_name: 'news.example.org' });
    const event = { idaction_event_category: action(10, 'Page'), idaction_event_action: action(11, 'seen') };
    act(idsite, campaign, { ...event, server_time: '2024-03-31 01:00:00' });
    act(idsite, campaign, { server_time: '2024-03-31 01:00:02' });
    act(idsite, campaign, { server_time: '2024-03-31 01:00:01' });
    act(idsite, bare, { server_time: '2024-03-31 01:00:03' });
    act(idsite, bare, { server_time: '2024-03-31 01:00:03' });
    act(idsite, website, { server_time: '2024-03-31 01:00:04' });
    const built = await migrate(idsite);
    const mail = 'https://news.example.org/mail';
    expect(values(built, 'referrer')).toEqual([null, mail, null, mail, null, mail]);
    expect(values(built, 'campaign')).toEqual([null, 'spring:spades & forks', null, 'autumn', null, null]);
  });

  it('13. a visit without a page has them on its first action, one without actions on its first goal or order', async () => {
    const idsite = site();
    const from = (name: string) =>
      visit(idsite, { referer_url: `https://${name}.example/`, referer_type: 6, referer_name: name });
    const at = (second: number) => ({ server_time: `2024-03-31 01:00:0${second}` });
    const event = { idaction_event_category: action(10, 'Page'), idaction_event_action: action(11, 'seen') };
    const pdf = () => ({ idaction_url: action(3, 'https://garden.example/a.pdf') });

    const downloads = from('mail');
    act(idsite, downloads, { idaction_content_name: action(13, 'Banner'), ...at(0) }); // seen only: no hit
    act(idsite, downloads, { ...pdf(), ...at(2) });
    act(idsite, downloads, { ...event, ...at(1) });
    convert(idsite, downloads, { idgoal: 0, idorder: 'A', revenue: 1, ...at(0) });
    const search = from('search');
    act(idsite, search, { ...event, ...at(3) });
    act(idsite, search, { ...pdf(), ...at(3) });
    act(idsite, search, { idaction_url: null, idaction_name: action(8, 'rakes'), ...at(4) });
    const orders = from('shop');
    convert(idsite, orders, { idgoal: -1, ...at(4) });
    convert(idsite, orders, { idgoal: 0, buster: 2, idorder: 'C', revenue: 1, ...at(6) });
    convert(idsite, orders, { idgoal: 0, buster: 1, idorder: 'B', revenue: 1, ...at(6) });
    convert(idsite, orders, { idgoal: 1, ...at(5) });
    const hits = await buildHits(await jobOf(idsite));
    expect(hits.map((hit) => [hit['linkName'] ?? hit['purchaseID'], hit['purchaseID'], hit['campaign']])).toEqual([
      ['order', 'A', undefined],
      ['Page|seen', undefined, 'mail'],
      [undefined, undefined, undefined],
      ['Page|seen', undefined, undefined],
      [undefined, undefined, undefined],
      [undefined, undefined, 'search'],
      ['Goal 1', undefined, 'shop'],
      ['order', 'B', undefined],
      ['order', 'C', undefined],
    ]);
    expect(cellsOf(hits, 'referrer').filter((referrer) => referrer !== null)).toEqual([
      'https://mail.example/',
      'https://search.example/',
      'https://shop.example/',
    ]);
  });

  it('14. version drift: a column that this Matomo lacks is absent, one that it has is there', async () => {
    const own = await (await sharedServer('mysql')).freshDatabase();
    try {
      // An install without a plugin for dimensions, and with the one for campaigns.
      const lacking = ['user_id', 'config_cookie', 'custom_dimension_1', 'custom_dimension_2'];
      await own.run(schema.replaceAll('matomo_', 'piwik_'));
      await own.run(`ALTER TABLE piwik_log_visit ${lacking.map((name) => `DROP ${name}`).join(', ')}`);
      await own.run('ALTER TABLE piwik_log_visit ADD campaign_source VARCHAR(255), ADD config_java TINYINT');
      const gone = ['search_cat', 'search_count', 'idaction_product_sku', 'idaction_product_cat', 'custom_dimension_1'];
      await own.run(`ALTER TABLE piwik_log_link_visit_action ${gone.map((name) => `DROP ${name}`).join(', ')}`);
      const idsite = site();
      const idvisit = visit(idsite, { campaign_source: 'mail', config_java: 1 });
      act(idsite, idvisit, { custom_dimension_2: 'Ines' });
      await own.run(statements.splice(0).join('\n').replaceAll('matomo_', 'piwik_'));
      const mapping = `mapping: own
extends: matomo
streams:
  actions:
    hit:
      eVar1: visit.user_id
      eVar2: visit.dimension.1
      eVar3: visit.campaign_source
      eVar4: action.dimension.1
      eVar5: action.dimension.2
`;
      const source = `{ engine: mysql, url: "${own.url}" }`;
      const { hits } = await mapRows({ mapping, source, variables: `{ prefix: piwik_, site: ${idsite} }` });
      expect(hits.map(({ userAgent: _, ...hit }) => hit)).toEqual([
        {
          timestamp: '1711846800',
          reportSuiteID: 'testdev',
          visitorID: 'a0b1c2d3e4f50617',
          ipaddress: '203.0.113.0',
          pageURL: 'https://garden.example/',
          javaEnabled: 'Y',
          eVar3: 'mail',
          eVar5: 'Ines',
        },
      ]);
    } finally {
      await own.remove();
    }
  });

  it('14. version drift: Piwik 1.13 has neither events nor contents, and an id of the user nowhere', async () => {
    const own = await (await sharedServer('mysql')).freshDatabase();
    try {
      await own.run(schema.replaceAll('matomo_', ''));
      const drops = (names: string) => names.split(' ').map((name) => `DROP ${name}`);
      const lacking =
        'idaction_event_category idaction_event_action idaction_content_name idaction_content_interaction';
      const gone =
        'search_cat search_count idaction_product_sku idaction_product_cat custom_dimension_1 custom_dimension_2';
      await own.run(`ALTER TABLE log_link_visit_action ${drops(`${lacking} ${gone}`).join(', ')}`);
      await own.run(`ALTER TABLE log_visit ${drops('user_id custom_dimension_1 custom_dimension_2').join(', ')}`);
      await own.run('ALTER TABLE log_visit MODIFY config_browser_name VARCHAR(10), MODIFY referer_url TEXT');
      await own.run('ALTER TABLE log_action MODIFY name TEXT');
      const idsite = site();
      const idvisit = visit(idsite);
      act(idsite, idvisit, { idaction_name: action(4, 'Home') });
      act(idsite, idvisit, { idaction_url: action(3, 'https://garden.example/a.pdf') });
      convert(idsite, idvisit, { idgoal: 0, idorder: '1', revenue: 2.5 });
      await own.run(statements.splice(0).join('\n').replaceAll('matomo_', ''));
      // The plugin DevicesDetection made these, where it was on.
      await own.run(`ALTER TABLE log_visit ${drops('config_os_version config_device_type').join(', ')}`);
      const source = `{ engine: mysql, url: "${own.url}" }`;
      const { hits } = await mapRows({ mapping: 'matomo', source, variables: `{ prefix: "", site: ${idsite} }` });
      expect(hits).toMatchObject([
        { pageName: 'Home', pageURL: 'https://garden.example/' },
        { linkType: 'd', linkURL: 'https://garden.example/a.pdf' },
        { linkName: 'order', products: ';order without items;1;2.5' },
      ]);
    } finally {
      await own.remove();
    }
  });

  it('14. version drift: a scope has as many custom dimensions as were made, and custom variables have names', async () => {
    const own = await (await sharedServer('mysql')).freshDatabase();
    try {
      await own.run(schema);
      await own.run(
        'ALTER TABLE matomo_log_visit ADD custom_dimension_6 VARCHAR(255), ADD custom_dimension_20 VARCHAR(255)',
      );
      await own.run('ALTER TABLE matomo_log_conversion ADD custom_dimension_7 VARCHAR(255)');
      for (const table of ['log_visit', 'log_link_visit_action']) {
        const pairs = ['k1', 'v1', 'k2', 'v2'].map((end) => `ADD custom_var_${end} VARCHAR(200)`);
        await own.run(`ALTER TABLE matomo_${table} ${pairs.join(', ')}`);
      }
      const idsite = site();
      const named = { custom_var_k1: 'Kind of "customer"', custom_var_v1: 'trade', custom_var_k2: 'Empty' };
      const dimensions = { custom_dimension_1: 'one', custom_dimension_6: 'six', custom_dimension_20: 'twenty' };
      const idvisit = visit(idsite, { ...dimensions, ...named });
      // The same name in two slots: the later one counts.
      const twice = { custom_var_k1: 'Author', custom_var_v1: 'Ann', custom_var_k2: 'Author', custom_var_v2: 'Ines' };
      act(idsite, idvisit, { custom_dimension_1: '&lt;1&gt;', ...twice });
      convert(idsite, idvisit, { idgoal: 0, idorder: '1', revenue: 1, custom_dimension_7: 'seven' });
      await own.run(statements.splice(0).join('\n'));
      const mapping = `mapping: own
extends: matomo
defaults:
  hit:
    eVar1: visit.dimension.6
    eVar2: visit.dimension.20
    eVar3: visit.variable."Kind of ""customer"""
streams:
  actions:
    hit: { eVar4: { from: action.dimension.1, then: [htmlUnescape] }, eVar5: action.variable.Author }
  conversions:
    hit: { eVar6: conversion.dimension.7 }
`;
      const source = `{ engine: mysql, url: "${own.url}" }`;
      const { hits } = await mapRows({ mapping, source, variables: `{ site: ${idsite} }` });
      expect(hits).toMatchObject([
        { eVar1: 'six', eVar2: 'twenty', eVar3: 'trade', eVar4: '<1>', eVar5: 'Ines' },
        { eVar1: 'six', eVar2: 'twenty', eVar3: 'trade', eVar6: 'seven' },
      ]);
    } finally {
      await own.remove();
    }
  });

  it('14. version drift: before Matomo 4 the product of a page stood in custom variables, and stays there', async () => {
    const own = await (await sharedServer('mysql')).freshDatabase();
    try {
      await own.run(schema);
      const slots = [1, 2, 3, 4, 5].flatMap((slot) => [`custom_var_k${slot}`, `custom_var_v${slot}`]);
      const columns = slots.map((name) => `ADD ${name} VARCHAR(200)`).join(', ');
      await own.run(`ALTER TABLE matomo_log_link_visit_action ${columns}`);
      const idsite = site();
      const idvisit = visit(idsite);
      const product = (sku: string | null, category: string): Cells => ({
        ...(sku === null ? {} : { custom_var_k3: '_pks', custom_var_v3: sku }),
        custom_var_k5: '_pkc',
        custom_var_v5: category,
      });
      // One category, a list of JavaScript's, one of PHP's (\u00fc and \/; CHAR(92) is a backslash), one that was cut, a page
      // of a category alone, and what Matomo 4 writes.
      const cells: Cells[] = [
        product('SP-1', 'tools & more'),
        product('SP-2', '["tools","hand"]'),
        {
          ...product('SP-3', ''),
          custom_var_v5: { sql: `CONCAT('["B', CHAR(92), 'u00fccher', CHAR(92), '/CDs"]')` },
        },
        product('SP-4', `["${'t'.repeat(60)}","${'h'.repeat(120)}`),
        product(null, '["tools"]'),
        { idaction_product_sku: action(5, 'SP-5'), idaction_product_cat: action(7, 'tools &amp; more') },
      ];
      for (const [at, cell] of cells.entries())
        act(idsite, idvisit, { ...cell, server_time: `2024-03-31 01:00:0${at}` });
      await own.run(statements.splice(0).join('\n'));
      const built = await mapRows({
        mapping: 'matomo',
        source: `{ engine: mysql, url: "${own.url}" }`,
        variables: `{ site: ${idsite} }`,
      });
      expect(values(built, 'products')).toEqual([
        'tools & more;SP-1',
        'tools;SP-2',
        'Bücher/CDs;SP-3',
        `${'t'.repeat(60)};SP-4`,
        null,
        'tools & more;SP-5',
      ]);
      const views = ['prodView', 'prodView', 'prodView', 'prodView', null, 'prodView'];
      expect(values(built, 'events')).toEqual(views);
    } finally {
      await own.remove();
    }
  });

  it('15. robots are shut out when they are tracked, or flagged: what is flagged is no hit, and counted', async () => {
    const own = await (await sharedServer('mysql')).freshDatabase();
    try {
      await own.run(schema);
      await own.run('ALTER TABLE matomo_log_visit ADD custom_var_k1 VARCHAR(200), ADD custom_var_v1 VARCHAR(200)');
      const idsite = site();
      const imported = visit(idsite, { custom_var_k1: 'Bot', custom_var_v1: 'Robot/2.1 (+https://robot.example/)' });
      const tracked = visit(idsite, { config_browser_name: 'UNK', config_os: 'BOT', config_device_type: null });
      for (const idvisit of [imported, tracked, visit(idsite, { custom_var_k1: 'Not-Bot', custom_var_v1: 'x' })]) {
        act(idsite, idvisit);
      }
      convert(idsite, imported, { idgoal: 1 });
      await own.run(statements.splice(0).join('\n'));
      const job = {
        mapping: 'matomo',
        source: `{ engine: mysql, url: "${own.url}" }`,
        variables: `{ site: ${idsite} }`,
      };
      const built = await mapRows(job);
      expect(built.hits).toHaveLength(1);
      expect(built.others).toEqual({ 'actions: robots': 2, 'conversions: robots': 1 });
    } finally {
      await own.remove();
    }
  });

  it("15. what a log import let in is not flagged: no user agent is a robot's, and each is counted as made", async () => {
    const idsite = site();
    act(idsite, visit(idsite, { config_browser_name: 'bot', config_os: 'UNK', config_device_type: null }));
    act(idsite, visit(idsite));
    const built = await migrate(idsite);
    expect(built.userAgents).toEqual(['constant', 'synthetic']);
    expect(values(built, 'userAgent')).toHaveLength(2);
    for (const agent of values(built, 'userAgent')) expect(agent).not.toMatch(/bot|crawl|spider|http/i);
  });
});

describe('Matomo', () => {
  it.each([
    [0, 'http://garden.example/'],
    [1, 'http://www.garden.example/'],
    [2, 'https://garden.example/'],
    [3, 'https://www.garden.example/'],
  ])('writes the prefix %i out', async (prefix, url) => {
    const idsite = site();
    act(idsite, visit(idsite), { idaction_url: action(1, 'garden.example/', prefix) });
    expect(values(await migrate(idsite), 'pageURL')).toEqual([url]);
  });

  it('counts impressions of contents as filtered, unless a goal was reached by one', async () => {
    const idsite = site();
    const idvisit = visit(idsite);
    const impression = { idaction_content_name: action(13, 'Banner') };
    act(idsite, idvisit, impression);
    convert(idsite, idvisit, { idgoal: 1, idlink_va: act(idsite, idvisit, impression) });
    const built = await migrate(idsite);
    expect(built.others).toEqual({ 'actions: content impressions': 1, 'conversions: goals of an action': 1 });
    expect(values(built, 'linkName')).toEqual(['Banner']);
  });

  it('counts a click on a download or a link inside a content as that, as Matomo does', async () => {
    const idsite = site();
    const idvisit = visit(idsite);
    // One row from Piwik 2.7 to 3.0: the tracker sends link=…&c_n=…&c_i=click, and any action had what was sent.
    const click = { idaction_content_name: action(13, 'Banner'), idaction_content_interaction: action(16, 'click') };
    act(idsite, idvisit, { ...click, idaction_url: action(3, 'https://garden.example/a.pdf') });
    act(idsite, idvisit, { ...click, idaction_url: action(2, 'https://partner.example.org/') });
    act(idsite, idvisit, { ...click, idaction_url: action(13, 'https://garden.example/offers') });
    const { hits } = await migrate(idsite);
    expect(hits.map(({ linkType, linkURL, linkName }) => [linkType, linkURL, linkName])).toEqual([
      ['d', 'https://garden.example/a.pdf', undefined],
      ['e', 'https://partner.example.org/', undefined],
      ['o', undefined, 'Banner|click'],
    ]);
  });

  it('makes no pages of contents and events whose names Matomo has purged', async () => {
    const idsite = site();
    const idvisit = visit(idsite, { referer_url: 'https://news.example.org/', referer_type: 3 });
    const purged = lastId + 1_000_000;
    const offers = action(13, 'https://garden.example/offers');
    act(idsite, idvisit, { idaction_url: offers, idaction_content_name: purged });
    act(idsite, idvisit, {
      idaction_url: action(10, 'garden.example/', 2),
      idaction_event_category: purged,
      idaction_event_action: purged,
    });
    act(idsite, idvisit, { server_time: '2024-03-31 01:00:01' });
    const built = await migrate(idsite);
    expect(built.hits).toMatchObject([{ pageURL: 'https://garden.example/', referrer: 'https://news.example.org/' }]);
    expect(built.others).toEqual({ 'actions: content impressions': 1, 'actions: page or link': 1 });
  });

  it('shows product pages as product views', async () => {
    const idsite = site();
    const product = { idaction_product_sku: action(5, 'SP-1'), idaction_product_cat: action(7, 'tools &amp; more') };
    act(idsite, visit(idsite), product);
    expect((await migrate(idsite)).hits).toMatchObject([{ events: 'prodView', products: 'tools & more;SP-1' }]);
  });

  it('takes one website of several', async () => {
    const [one, two] = [site(), site()];
    act(one, visit(one));
    act(two, visit(two));
    convert(two, visit(two), { idgoal: 0, idorder: '5', revenue: 1 });
    expect((await migrate(one)).hits).toHaveLength(1);
  });

  it("reads slices by Matomo's own indexes, and doctor tells where one is gone", async () => {
    const own = await (await sharedServer('mysql')).freshDatabase();
    try {
      await own.run(schema);
      // Of tables without rows a server may read any first.
      const visitor = "x'a0b1c2d3e4f50617'";
      const minutes = "'2024-01-01' + INTERVAL seq MINUTE";
      const thousands = `FROM ${mysqlNumbers(1, 4_000)} AS n`;
      await own.run(`
        INSERT INTO matomo_log_visit (idvisit, idsite, idvisitor, visit_last_action_time, location_ip)
          SELECT seq, 1, ${visitor}, ${minutes}, INET6_ATON('203.0.113.0') ${thousands};
        INSERT INTO matomo_log_link_visit_action (idlink_va, idsite, idvisitor, idvisit, server_time)
          SELECT seq, 1, ${visitor}, seq, ${minutes} ${thousands};
        INSERT INTO matomo_log_conversion (idvisit, idsite, idvisitor, server_time, idgoal, buster, url)
          SELECT seq, 1, ${visitor}, ${minutes}, 1, 0, '' ${thousands};
        ANALYZE TABLE matomo_log_visit, matomo_log_link_visit_action, matomo_log_conversion`);
      const source = `{ engine: mysql, url: "${own.url}" }`;
      const job = { mapping: 'matomo', source, variables: '{ site: 1 }' };
      expect(await indexesOf(job)).toEqual({ actions: 'ok', conversions: 'ok' });
      await own.run('DROP INDEX index_idsite_servertime ON matomo_log_link_visit_action');
      await own.run('DROP INDEX index_idsite_datetime ON matomo_log_conversion');
      expect(await indexesOf(job)).toEqual({ actions: 'warning', conversions: 'warning' });
    } finally {
      await own.remove();
    }
  });
});

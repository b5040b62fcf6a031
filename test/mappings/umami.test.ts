import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InsertedCell, insertRow } from '../support/insert-rows.ts';
import { buildHits, cellsOf, indexesOf, type MappedRows, mapRows, type ReadyMadeJob } from '../support/ready-made.ts';
import type { TestDatabase } from '../support/servers/database-server.ts';
import { sharedServer } from '../support/servers/shared-server.ts';

// Umami's tables reduced to the columns that are used, with Umami's indexes.
const schema = readFileSync(
  join(resolve(import.meta.dirname, '..', '..'), 'migrations-examples', 'umami', 'schema.sql'),
  'utf8',
);

const page = readFileSync(join(resolve(import.meta.dirname, '..', '..'), 'mappings', 'umami.md'), 'utf8');

type Cells = Readonly<Record<string, InsertedCell>>;

let database: TestDatabase;
const statements: string[] = [];

beforeAll(async () => {
  database = await (await sharedServer('postgres')).freshDatabase();
  await database.run(schema);
});
afterAll(() => database.remove());

function insert(table: string, row: Cells): void {
  statements.push(insertRow(table, row));
}

/** A website of its own for each test. */
function website(domain: string | null = 'garden.example'): string {
  const website_id = randomUUID();
  insert('website', { website_id, name: 'Garden', domain });
  return website_id;
}

function session(website_id: string, cells: Cells = {}): string {
  const session_id = randomUUID();
  insert('session', { session_id, website_id, browser: 'chrome', os: 'Windows 10', device: 'desktop', ...cells });
  return session_id;
}

/** An event of a session: by default the page view of `/`. */
function event(website_id: string, session_id: string, cells: Cells = {}): string {
  const event_id = randomUUID();
  insert('website_event', {
    event_id,
    website_id,
    session_id,
    visit_id: session_id,
    created_at: '2024-03-31 01:00:00+00',
    url_path: '/',
    event_type: 1,
    hostname: 'garden.example',
    ...cells,
  });
  return event_id;
}

function data(website_id: string, website_event_id: string, data_key: string, data_type: number, cells: Cells): void {
  insert('event_data', { event_data_id: randomUUID(), website_id, website_event_id, data_key, data_type, ...cells });
}

/** Inserts what was collected; then the job of a website. */
async function jobOf(id: string, mapping = 'umami'): Promise<ReadyMadeJob> {
  await database.run(statements.splice(0).join('\n'));
  return { mapping, source: `{ engine: postgres, url: "${database.url}" }`, variables: `{ website: ${id} }` };
}

async function migrate(id: string, mapping?: string): Promise<MappedRows> {
  return mapRows(await jobOf(id, mapping));
}

const values = ({ hits }: Pick<MappedRows, 'hits'>, column: string) => cellsOf(hits, column);

describe("Umami's traps", () => {
  it('there is no address and no user agent: one is written from browser, system and device', async () => {
    const id = website();
    const sessions = [
      { browser: 'edge-chromium', os: 'Windows 10', device: 'laptop' },
      { browser: 'ios', os: 'iOS', device: 'mobile' },
      { browser: 'crios', os: 'iOS', device: 'mobile' },
      { browser: 'chrome', os: 'Android OS', device: 'tablet' },
      { browser: null, os: null, device: 'mobile' },
      { browser: null, os: null, device: null },
    ];
    for (const [at, cells] of sessions.entries()) {
      event(id, session(id, cells), { created_at: `2024-03-31 01:00:0${at}+00` });
    }
    const built = await migrate(id);
    expect(
      values(built, 'userAgent').map((agent) => /Edg|CriOS|iPhone|Android|Windows/g.exec(agent ?? '')?.[0]),
    ).toEqual(['Windows', 'iPhone', 'iPhone', 'Android', 'Android', 'Windows']);
    expect(built.userAgents).toEqual(['synthetic', 'synthetic', 'synthetic', 'synthetic', 'constant', 'constant']);
    expect(values(built, 'ipaddress')).toEqual([null, null, null, null, null, null]);
  });

  it('a session is a visitor until the salt rotates; who was identified may stay one by a mapping of your own', async () => {
    const id = website();
    const [march, april] = ['customer-77', 'customer-77'].map((distinct_id) => session(id, { distinct_id }));
    event(id, march as string);
    event(id, april as string, { created_at: '2024-04-01 01:00:00+00' });
    const apart = values(await migrate(id), 'visitorID');
    expect(apart).toEqual([march, april].map((uuid) => uuid?.replaceAll('-', '')));
    const own = `mapping: own
extends: umami
streams:
  events:
    hit:
      visitorID: { first: [ { from: session.distinct_id, then: [hash] }, visitor ] }
`;
    // SHA-256 of customer-77, 32 digits.
    const hash = '04e039174546ae3f571d1d54ca04f38f';
    expect(values(await migrate(id, own), 'visitorID')).toEqual([hash, hash]);
  });

  it('url_path holds the fragment: the query goes before it', async () => {
    const id = website();
    const s = session(id);
    event(id, s, { url_path: '/a#top', url_query: 'x=1&y=2', created_at: '2024-03-31 01:00:01+00' });
    event(id, s, { url_path: '/a#one#two', created_at: '2024-03-31 01:00:02+00' });
    event(id, s, { url_path: '/a', url_query: '', created_at: '2024-03-31 01:00:03+00' });
    expect(values(await migrate(id), 'pageURL')).toEqual([
      'https://garden.example/a?x=1&y=2#top',
      'https://garden.example/a#one#two',
      'https://garden.example/a',
    ]);
  });

  it('paths were decoded when they were written: what breaks an address is encoded again, titles stay', async () => {
    const id = website();
    event(id, session(id), { url_path: '/über uns/100% why?/a%2Fb', page_title: 'Über 100%' });
    expect((await migrate(id)).hits).toMatchObject([
      { pageURL: 'https://garden.example/über%20uns/100%25%20why%3F/a%2Fb', pageName: 'Über 100%' },
    ]);
  });

  it('a page that a script made up has its path as the script wrote it, before 2.16: it lies on the host all the same', async () => {
    const id = website();
    const s = session(id);
    const paths = ['virtual/page', 'https://shop.garden.example/cart', 'HTTP://shop.garden.example/', '//a', ''];
    for (const [at, url_path] of paths.entries()) event(id, s, { url_path, created_at: `2024-03-31 01:00:0${at}+00` });
    expect(values(await migrate(id), 'pageURL')).toEqual([
      'https://garden.example/virtual/page',
      'https://shop.garden.example/cart',
      'HTTP://shop.garden.example/',
      'https://garden.example//a',
      'https://garden.example',
    ]);
  });

  it("old rows have no host: the session's, else the website's; a referrer has no scheme", async () => {
    const id = website('www.garden.example');
    const s = session(id);
    event(id, s, { hostname: null, referrer_domain: 'news.example.org', referrer_path: '/a', referrer_query: 'b=1' });
    event(id, s, { hostname: '', referrer_domain: '', referrer_path: '', created_at: '2024-03-31 01:00:01+00' });
    const decoded = {
      referrer_domain: 'news.example.org',
      referrer_path: '/100% öko/a%2Fb',
      referrer_query: 'q=100%25',
    };
    event(id, s, { hostname: '', ...decoded, created_at: '2024-03-31 01:00:02+00' });
    const built = await migrate(id);
    expect(values(built, 'pageURL')).toEqual(Array(3).fill('https://www.garden.example/'));
    expect(values(built, 'referrer')).toEqual([
      'https://news.example.org/a?b=1',
      null,
      'https://news.example.org/100%25%20öko/a%2Fb?q=100%25',
    ]);
  });

  it('what Umami cut at 500 characters arrives as it is, a code that was cut in two included', async () => {
    const id = website();
    const path = `/${'a'.repeat(497)}%C`;
    event(id, session(id), { url_path: path, page_title: 'b'.repeat(500) });
    const { hits } = await migrate(id);
    expect(hits[0]?.['pageURL']).toBe(`https://garden.example/${'a'.repeat(497)}%25C`);
    expect(hits[0]?.['pageName']).toBe('b'.repeat(100));
  });

  it('web vitals are no hits, nor are short links and pixels', async () => {
    const id = website();
    const s = session(id);
    for (const event_type of [1, 2, 3, 4, 5]) event(id, s, { event_type, event_name: 'signup' });
    const built = await migrate(id);
    expect(built.hits).toHaveLength(2);
    expect(built.others).toEqual({ 'events: web vitals': 1, 'events: links and pixels': 2 });
  });

  it('ids are random: ties of one instant have no true order, but the same one each time', async () => {
    const id = website();
    const s = session(id);
    const ids = [1, 2, 3, 4].map((at) => event(id, s, { page_title: 'p', tag: String(at) }));
    const later = event(id, s, { created_at: '2024-03-31 01:00:00.000001+00' });
    const own = 'mapping: own\nextends: umami\nstreams:\n  events:\n    hit: { eVar1: event_id }\n';
    expect(cellsOf(await buildHits(await jobOf(id, own)), 'eVar1')).toEqual([...ids.sort(), later]);
  });

  it('microseconds order, whole seconds are written, whatever the zone of the session', async () => {
    const id = website();
    const s = session(id);
    event(id, s, { created_at: '2024-03-31 03:59:59.999999+02' });
    expect(values(await migrate(id), 'timestamp')).toEqual(['1711850399']);
  });

  it('event data has a column for each type: numbers stay exact, dates and truths are text', async () => {
    const id = website();
    const e = event(id, session(id), { event_type: 2, event_name: 'signup' });
    data(id, e, 'size', 2, { string_value: '12345678901.2345', number_value: { sql: '123456789012345.6789' } });
    data(id, e, 'weekly', 3, { string_value: 'true' });
    data(id, e, 'since', 4, { date_value: '2024-03-01 00:00:00+00' });
    data(id, e, 'cart.items', 5, { string_value: '["a","b"]' });
    const own = `mapping: own
extends: umami
streams:
  events:
    hit: { eVar1: data.size, eVar2: data.weekly, eVar3: data.since, eVar4: data."cart.items" }
`;
    expect((await migrate(id, own)).hits).toMatchObject([
      { eVar1: '123456789012345.6789', eVar2: 'true', eVar3: '2024-03-01T00:00:00+00:00', eVar4: '["a","b"]' },
    ]);
  });

  it('ids hold dashes: none reaches Adobe', async () => {
    const id = website();
    const s = session(id);
    event(id, s);
    expect(values(await migrate(id), 'visitorID')).toEqual([s.replaceAll('-', '')]);
  });

  it("robots were dropped when they came: where that was switched off, none's name reaches a user agent", async () => {
    const id = website();
    event(id, session(id, { browser: 'searchbot', os: 'Search Bot', device: null }));
    const built = await migrate(id);
    expect(built.userAgents).toEqual(['constant']);
    expect(values(built, 'userAgent')[0]).not.toMatch(/bot|crawl|spider|http/i);
  });

  it('revenue is one of the data of an event: more than nothing is a purchase, as Umami counts it', async () => {
    const id = website();
    const s = session(id);
    for (const [at, amount] of ['149.9500', '0.0000', '-3.0000'].entries()) {
      const e = event(id, s, { event_type: 2, event_name: 'order', created_at: `2024-03-31 01:00:0${at}+00` });
      data(id, e, 'revenue', 2, { number_value: { sql: amount } });
      data(id, e, 'currency', 1, { string_value: 'EUR' });
    }
    const built = await migrate(id);
    expect(values(built, 'events')).toEqual(['purchase', null, null]);
    expect(values(built, 'products')).toEqual([';order;1;149.95', null, null]);
    expect(values(built, 'currencyCode')).toEqual(['EUR', null, null]);
  });

  it('revenue is none to Umami without a currency, nor on a page view: it is none here, in no currency of the suite', async () => {
    const id = website();
    const s = session(id);
    for (const [at, currency, event_type] of [
      ['1', null, 2],
      ['2', '', 2],
      ['3', 'EUR', 1],
    ] as const) {
      const e = event(id, s, {
        event_type,
        event_name: event_type === 2 ? 'order' : null,
        created_at: `2024-03-31 01:00:0${at}+00`,
      });
      data(id, e, 'revenue', 2, { number_value: 10 });
      if (currency !== null) data(id, e, 'currency', 1, { string_value: currency });
    }
    const built = await migrate(id);
    for (const column of ['events', 'products', 'currencyCode']) {
      expect(values(built, column)).toEqual([null, null, null]);
    }
    expect(values(built, 'linkName')).toEqual(['order', 'order', null]);
    const advised = /`(events: \[ .*?event1, .*?\])`/.exec(page)?.[1]?.replace('signup', 'order');
    const own = `mapping: own\nextends: umami\nstreams: { events: { hit: { ${advised} } } }\n`;
    expect(values(await migrate(id, own), 'events')).toEqual(['event1', 'event1', null]);
  });

  it('data of a person belongs to the session: the last value of a name is on all of its hits', async () => {
    const id = website();
    const s = session(id);
    event(id, s);
    const told = (at: string, string_value: string) =>
      insert('session_data', {
        session_data_id: randomUUID(),
        website_id: id,
        session_id: s,
        data_key: 'plan',
        string_value,
        data_type: 1,
        created_at: at,
      });
    told('2024-03-31 02:00:00+00', 'paid');
    told('2024-03-31 01:00:00+00', 'free');
    const own = 'mapping: own\nextends: umami\nstreams:\n  events:\n    hit: { eVar1: session_data.plan }\n';
    expect(values(await migrate(id, own), 'eVar1')).toEqual(['paid']);
  });

  it('version drift: before 2.11 the names of data stand in event_key and session_key', async () => {
    const own = await (await sharedServer('postgres')).freshDatabase();
    try {
      await own.run(schema);
      await own.run('ALTER TABLE event_data RENAME data_key TO event_key');
      await own.run('ALTER TABLE session_data RENAME data_key TO session_key');
      const id = website();
      const e = event(id, session(id), { event_type: 2, event_name: 'order' });
      data(id, e, 'revenue', 2, { number_value: 2.5 });
      data(id, e, 'currency', 1, { string_value: 'EUR' });
      await own.run(statements.splice(0).join('\n').replaceAll('data_key', 'event_key'));
      const source = `{ engine: postgres, url: "${own.url}" }`;
      const { hits } = await mapRows({ mapping: 'umami', source, variables: `{ website: ${id} }` });
      expect(hits).toMatchObject([{ linkName: 'order', products: ';order;1;2.5' }]);
    } finally {
      await own.remove();
    }
  });

  it('version drift: the host on the session, no campaign columns, no distinct id', async () => {
    const own = await (await sharedServer('postgres')).freshDatabase();
    try {
      await own.run(schema);
      await own.run('ALTER TABLE website_event DROP hostname, DROP utm_source, DROP utm_campaign, DROP tag');
      await own.run('ALTER TABLE session DROP distinct_id, ADD hostname VARCHAR(100)');
      const id = website('elsewhere.example');
      const s = session(id, { hostname: 'old.garden.example' });
      insert('website_event', {
        event_id: randomUUID(),
        website_id: id,
        session_id: s,
        visit_id: s,
        created_at: '2023-05-01 00:00:00+00',
        url_path: '/',
        url_query: 'utm_campaign=spring+sale',
      });
      await own.run(statements.splice(0).join('\n'));
      const source = `{ engine: postgres, url: "${own.url}" }`;
      const { hits } = await mapRows({ mapping: 'umami', source, variables: `{ website: ${id} }` });
      expect(hits).toMatchObject([
        { pageURL: 'https://old.garden.example/?utm_campaign=spring+sale', campaign: 'spring sale' },
      ]);
    } finally {
      await own.remove();
    }
  });
});

describe('Umami', () => {
  it('writes custom events as links, and revenue as a purchase', async () => {
    const id = website();
    const s = session(id, { screen: '1920x1080', language: 'en-gb' });
    event(id, s, { event_type: 2, event_name: 'signup', url_path: '/join' });
    const order = event(id, s, { event_type: 2, event_name: 'order', created_at: '2024-03-31 01:00:01+00' });
    data(id, order, 'revenue', 2, { number_value: 149.95 });
    data(id, order, 'currency', 1, { string_value: 'eur' });
    expect((await migrate(id)).hits).toMatchObject([
      {
        linkType: 'o',
        linkName: 'signup',
        'contextData.page.url': 'https://garden.example/join',
        resolution: '1920x1080',
      },
      { linkName: 'order', events: 'purchase', products: ';order;1;149.95', currencyCode: 'EUR' },
    ]);
  });

  it('keeps the events of a session that is gone, and those of other websites out', async () => {
    const [id, other] = [website(), website()];
    event(id, randomUUID());
    event(other, session(other));
    const built = await migrate(id);
    expect(values(built, 'pageURL')).toEqual(['https://garden.example/']);
  });

  it("reads slices by Umami's own index, and doctor tells where it is gone", async () => {
    const own = await (await sharedServer('postgres')).freshDatabase();
    try {
      await own.run(schema);
      const job = {
        mapping: 'umami',
        source: `{ engine: postgres, url: "${own.url}" }`,
        variables: `{ website: ${randomUUID()} }`,
      };
      expect(await indexesOf(job)).toEqual({ events: 'ok' });
      await own.run('DROP INDEX website_event_website_id_created_at_idx');
      expect(await indexesOf(job)).toEqual({ events: 'warning' });
    } finally {
      await own.remove();
    }
  });
});

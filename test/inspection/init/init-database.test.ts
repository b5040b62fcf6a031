import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type InitOptions, init } from '../../../src/index.ts';
import type { TestDatabase } from '../../support/servers/database-server.ts';
import { sharedServer } from '../../support/servers/shared-server.ts';
import { examples, hitsOf, initChecked, scratch } from './init-checked.ts';

const { folder, refresh } = scratch();
const databases: TestDatabase[] = [];
afterEach(async () => {
  refresh();
  for (const database of databases.splice(0)) await database.remove();
});

/** A database with an example's tables and rows, or with statements of one's own. */
async function seeded(engine: 'postgres' | 'mysql', from: string): Promise<TestDatabase> {
  const database = await (await sharedServer(engine)).freshDatabase();
  databases.push(database);
  const statements = from.includes(';')
    ? [from]
    : ['schema.sql', 'seed.sql'].map((name) => readFileSync(join(examples, from, name), 'utf8'));
  for (const sql of statements) await database.run(sql);
  return database;
}

async function initOf(database: TestDatabase, options: InitOptions = {}) {
  const found = await initChecked([], { folder: folder(), env: { LEGACY_DB_URL: database.url }, ...options });
  // P11: of a URL only its database's name is anybody's to see.
  for (const text of [found.migration, found.mapping ?? '', JSON.stringify(found.report)]) {
    expect(text).not.toContain(database.url);
    if (database.password !== '') expect(text).not.toContain(database.password);
  }
  return found;
}

describe('init, of a database whose system is known', () => {
  it.each([
    [
      'mysql',
      'matomo',
      'matomo',
      { site: '1' },
      '{ prefix: matomo_, site: "1" }',
      { from: '2024-03-31', to: '2024-04-02' },
    ],
    [
      'postgres',
      'umami',
      'umami',
      { website: '10000000-0000-4000-8000-000000000001' },
      '{ schema: public, website: 10000000-0000-4000-8000-000000000001 }',
      { from: '2024-03-31', to: '2025-01-02' },
    ],
    ['postgres', 'snowplow', 'snowplow', {}, null, { from: '2024-03-24', to: '2024-04-03' }],
  ] as const)('%s: recognises %s', async (engine, example, name, variables, written, range) => {
    const { report, errors, migration } = await initOf(await seeded(engine, example), { variables });
    expect(report.recognised).toBe(name);
    expect(report.tried.find((tried) => tried.name === name)?.streams.every(({ found }) => found)).toBe(true);
    expect(errors).toEqual([]);
    expect(hitsOf(report)).toBeGreaterThan(0);
    expect(migration).toContain(`mapping: ${name}\n`);
    expect(report.range).toEqual({ ...range, zone: 'UTC' });
    if (written !== null) expect(migration).toContain(`variables: ${written}\n`);
    expect(readdirSync(folder())).toEqual(['migration.yaml']);
  });
});

describe('init, of a Matomo with several websites', () => {
  it('writes nothing, and names them all', async () => {
    const database = await seeded('mysql', 'matomo');
    const found = init([], { folder: folder(), env: { LEGACY_DB_URL: database.url } });
    await expect(found).rejects.toMatchObject({
      code: 'input.invalid',
      problems: [{ message: expect.stringContaining('1 (Garden), 2 (Blog)'), hint: 'say --variable site=1' }],
    });
    expect(existsSync(folder())).toBe(false);
  });

  it('finds tables with another prefix, and the one website that there is', async () => {
    const schema = readFileSync(join(examples, 'matomo', 'schema.sql'), 'utf8').replaceAll('matomo_', 'old_piwik_');
    const rows = "INSERT INTO old_piwik_site VALUES (7, 'Garden', 'Europe/Berlin', 'EUR');";
    const visit =
      'INSERT INTO old_piwik_log_link_visit_action (idsite, idvisitor, idvisit, server_time) VALUES (7, 1, 1, 20150301);';
    const { report, migration } = await initOf(await seeded('mysql', `${schema}${rows}${visit}`));
    expect(report.recognised).toBe('matomo');
    expect(migration).toContain('variables: { prefix: old_piwik_, site: "7" }\n');
  });
});

describe('init, where other tables have the key of a website too', () => {
  it('names the websites of the tables that the mapping reads', async () => {
    const database = await seeded('postgres', 'umami');
    // Umami 3.4 has a row here for a website whose visitors met with an error.
    await database.run(`CREATE TABLE error_rate_limit (website_id UUID PRIMARY KEY);
      INSERT INTO error_rate_limit VALUES ('10000000-0000-4000-8000-000000000001');`);
    const found = init([], { folder: folder(), env: { LEGACY_DB_URL: database.url } });
    const named = ['001 (Garden, garden.example)', '002 (Blog, blog.example)'];
    const list = named.map((one) => `10000000-0000-4000-8000-000000000${one}`).join(', ');
    await expect(found).rejects.toMatchObject({
      code: 'input.invalid',
      problems: [{ message: expect.stringContaining(`there are ${list}`) }],
    });
  });

  it('names the websites of the prefix that a person says', async () => {
    const schema = readFileSync(join(examples, 'matomo', 'schema.sql'), 'utf8');
    const database = await seeded('mysql', `${schema}${schema.replaceAll('matomo_', 'piwik_')}`);
    await database.run(`INSERT INTO matomo_site VALUES (1, 'Garden', 'Europe/Berlin', 'EUR');
      INSERT INTO piwik_site VALUES (4, 'Shop', 'Europe/Berlin', 'EUR'), (5, 'Blog', 'Europe/Berlin', 'EUR');`);
    const variables = { prefix: 'piwik_' };
    const found = init([], { folder: folder(), env: { LEGACY_DB_URL: database.url }, variables });
    await expect(found).rejects.toMatchObject({
      code: 'input.invalid',
      problems: [{ message: expect.stringContaining('there are 4 (Shop), 5 (Blog)') }],
    });
  });
});

const drafts = {
  'collector-postgres': {
    stream: 'events',
    key: ['event_id'],
    time: { from: 'happened_at', zone: 'UTC' },
    window: { column: 'happened_at', type: 'datetime', zone: 'UTC' },
    hit: {
      visitorID: { from: 'visitor', then: ['alnum'] },
      ipaddress: 'address',
      userAgent: 'user_agent',
      pageURL: { from: 'payload.page.url', when: { kind: 'view' } },
      linkName: { from: 'kind', when: { not: { kind: 'view' } } },
    },
    query: /h\.address/,
  },
  'shop-mariadb': {
    stream: 'shop_pageviews',
    key: ['id'],
    time: { from: 'viewed_at', zone: 'Europe/Berlin' },
    window: { column: 'viewed_at', type: 'datetime', zone: 'Europe/Berlin' },
    hit: {
      visitorID: 'visit',
      ipaddress: 'ip',
      userAgent: 'user_agent',
      pageURL: 'url',
      pageName: { from: 'title', then: ['htmlUnescape'] },
      resolution: 'resolution',
    },
    query:
      /LOWER\(HEX\(h\.visit\)\) AS `visit`.*INET6_NTOA\(j1\.ip\) AS `ip`.*LEFT JOIN `shop_visits` j1 ON j1\.id = h\.visit/s,
  },
  'open-web-analytics': {
    stream: 'owa_request',
    key: ['id'],
    time: { from: 'timestamp', unit: 's' },
    window: { column: 'timestamp', type: 's' },
    hit: {
      visitorID: 'visitor_id',
      ipaddress: 'ip_address',
      userAgent: 'ua',
      pageURL: 'url',
      referrer: 'referer_url',
      language: 'language',
    },
    query: /LEFT JOIN `owa_document` j1 ON j1\.id = CAST\(h\.document_id AS SIGNED\)/,
  },
} as const;

describe('init, of a database that nobody knows', () => {
  it.each([
    ['postgres', 'collector-postgres'],
    ['mysql', 'shop-mariadb'],
    ['mysql', 'open-web-analytics'],
  ] as const)('%s: drafts %s', async (engine, example) => {
    const { report, errors, mapping } = await initOf(await seeded(engine, example), { zone: 'Europe/Berlin' });
    expect(report.recognised).toBe(null);
    expect(errors).toEqual([]);
    expect(hitsOf(report)).toBeGreaterThan(0);
    const expected = drafts[example];
    const { streams } = parse(mapping ?? '') as {
      streams: Record<string, { query: string } & Record<string, unknown>>;
    };
    expect(Object.keys(streams)).toEqual([expected.stream]);
    const { query, ...stream } = streams[expected.stream]!;
    expect(stream).toMatchObject({
      key: expected.key,
      time: expected.time,
      window: expected.window,
      hit: expected.hit,
    });
    expect(query).toMatch(expected.query);
  });

  it("takes Segment's pages before its calls of other kinds, and orders with what was bought", async () => {
    const common = `id text PRIMARY KEY, received_at timestamptz, "timestamp" timestamptz, anonymous_id text, context_ip text,
      context_user_agent text, context_page_url text, context_page_title text, context_page_referrer text`;
    const call = (id: string) =>
      `'${id}', now(), '2023-01-01 10:00:00+00', 'a0', '203.0.113.7', 'Mozilla/5.0 (X11)', 'https://shop.example/', 'Shop', NULL`;
    const items =
      '[{"product_id":"p1","sku":"SKU-1","name":"Shoe, blue","category":"shoes","price":19.99,"quantity":2}]';
    const database = await seeded(
      'postgres',
      `CREATE TABLE tracks (${common}, event text, event_text text); INSERT INTO tracks VALUES (${call('t')}, 'signed_up', 'Signed Up');
       CREATE TABLE order_completed (${common}, event text, order_id text, currency text, revenue numeric, products text);
       INSERT INTO order_completed VALUES (${call('o')}, 'order_completed', 'O-1', 'EUR', 44.88, '${items}');
       CREATE TABLE pages (${common}, url text, path text, title text, name text);
       INSERT INTO pages VALUES (${call('p')}, 'https://shop.example/shoes', '/shoes', 'Shoes', NULL);`,
    );
    const { report } = await initOf(database);
    expect(report.draft?.from).toMatch(/^table pages /);
    expect(report.draft?.others).toEqual(['tracks', 'order_completed']);
    refresh();
    const orders = await initOf(database, { table: 'order_completed' });
    expect(orders.errors).toEqual([]);
    expect(orders.rows[0]?.hit).toMatchObject({
      purchaseID: 'O-1',
      events: 'purchase',
      currencyCode: 'EUR',
      products: 'shoes;SKU-1;2;39.98',
    });
  });

  it('tells who it was by the table that is named, and refuses one without', async () => {
    const database = await seeded(
      'postgres',
      'CREATE TABLE log (id int PRIMARY KEY, at timestamp, page text); INSERT INTO log VALUES (1, now(), $$/$$)',
    );
    await expect(initOf(database)).rejects.toMatchObject({
      code: 'input.invalid',
      message: 'Nothing was written: the columns of table log are id, at, page',
      problems: [
        { message: expect.stringMatching(/^the times of at, such as \d{4}-.* say no time zone/) },
        { message: 'no column looks as if it says who it was' },
      ],
    });
    await expect(initOf(database, { table: 'logs' })).rejects.toMatchObject({
      message: 'No table is named logs: there are public.log',
    });
    expect(existsSync(folder())).toBe(false);
  });

  it('says of which amounts the engine keeps digits to itself, and so does check', async () => {
    const columns =
      'id INT PRIMARY KEY, seen_at TIMESTAMP, visitor CHAR(2), url VARCHAR(40), order_id CHAR(4), revenue FLOAT, depth FLOAT';
    const row = "(1, '2024-03-01 10:00:00', 'a1', 'https://example.com/', 'o-17', 12345.67, 0.5)";
    const sql = `CREATE TABLE hits (${columns}); INSERT INTO hits VALUES ${row};`;
    const { report, warnings, mapping } = await initOf(await seeded('mysql', sql));
    expect(mapping).toContain('lineTotal: { from: revenue, when: { present: [ order_id ] } }');
    const cure = (name: string) =>
      `select ROUND(${name} + 0e0, 2) AS ${name} for an amount, ${name} + 0e0 AS ${name} for a whole number`;
    const written = 'MySQL writes six digits of a FLOAT';
    expect(report.remarks).toEqual(
      expect.arrayContaining(['revenue', 'depth'].map((name) => `${name}: ${written}; ${cure(name)}`)),
    );
    expect(warnings?.filter(({ code }) => code === 'sample.digits')).toMatchObject([
      {
        message: `hits: revenue arrives with fewer digits than the source holds: ${written}`,
        hint: cure('revenue'),
        line: expect.any(Number),
      },
    ]);
  });

  it('asks for no zone where the engine has one', async () => {
    const columns = 'id INT PRIMARY KEY, seen_at TIMESTAMP, visitor CHAR(2), url VARCHAR(40)';
    const row = "(1, '2024-03-01 10:00:00', 'a1', 'https://example.com/')";
    const sql = `CREATE TABLE hits (${columns}); INSERT INTO hits VALUES ${row};`;
    const { report, errors } = await initOf(await seeded('mysql', sql));
    expect(errors).toEqual([]);
    expect(report.range).toEqual({ from: '2024-03-01', to: '2024-03-02', zone: 'UTC' });
    expect(report.draft?.columns.find(({ becomes }) => becomes === 'userAgent')?.doubts).toEqual([
      'no column holds one, which Adobe asks of each hit: that of a desktop is written for all',
    ]);
  });
});

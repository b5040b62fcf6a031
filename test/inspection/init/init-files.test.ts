import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Database } from '../../../src/domain/sqlite.ts';
import { init, preview } from '../../../src/index.ts';
import { adobe, examples, hitsOf, initChecked, scratch } from './init-checked.ts';

const { root, folder, refresh } = scratch();
afterEach(refresh);

function seededSqlite(): string {
  const path = join(root, `legacy-${readdirSync(root).length}.sqlite`);
  const database = new Database(path);
  for (const name of ['schema.sql', 'seed.sql'])
    database.exec(readFileSync(join(examples, 'legacy-shop', name), 'utf8'));
  database.close();
  return path;
}

const drafts = [
  {
    example: 'csv-export',
    source: () => join(examples, 'csv-export', 'export', '*.csv'),
    range: { from: '2023-03-26', to: '2024-01-02', zone: 'Europe/Berlin' },
    files: { hits: { format: 'csv', delimiter: ';' } },
    stream: {
      rows: 'hits',
      time: { from: 'local_time', zone: 'Europe/Berlin' },
      hit: {
        visitorID: { from: 'cookie', then: ['alnum'] },
        ipaddress: 'ip',
        userAgent: 'browser',
        pageURL: { from: 'url', when: { kind: 'page' } },
        pageName: { from: 'headline', when: { kind: 'page' }, then: ['htmlUnescape'] },
        linkName: { from: 'kind', when: { not: { kind: 'page' } } },
      },
    },
  },
  {
    example: 'ga4-export',
    source: () => join(examples, 'ga4-export', 'export'),
    range: { from: '2024-03-10', to: '2024-03-12', zone: 'Europe/Berlin' },
    files: { hits: { format: 'jsonl' } },
    stream: {
      rows: 'hits',
      time: { from: 'event_timestamp', unit: 'us' },
      hit: {
        visitorID: { from: 'user_pseudo_id', then: ['alnum'] },
        userAgent: { browser: 'device.web_info.browser', os: 'device.operating_system' },
        pageURL: { from: 'event_params.page_location', when: { event_name: 'page_view' } },
        linkName: { from: 'event_name', when: { not: { event_name: 'page_view' } } },
        purchaseID: { from: 'event_params.transaction_id', when: { event_name: 'purchase' }, overflow: 'hash' },
        products: {
          each: 'items',
          name: { first: [{ from: 'item_id', then: [{ nullIf: ['(not set)'] }] }, 'item_name'] },
          quantity: 'quantity',
          unitPrice: 'price',
        },
      },
    },
  },
  {
    example: 'posthog-export',
    source: () => join(examples, 'posthog-export', 'export', '*.jsonl'),
    range: { from: '2024-03-31', to: '2024-04-02', zone: 'Europe/Berlin' },
    files: { hits: { format: 'jsonl' } },
    stream: {
      rows: 'hits',
      time: { from: 'timestamp', zone: 'UTC' },
      hit: {
        visitorID: { from: 'distinct_id', then: ['alnum'] },
        ipaddress: 'properties.$ip',
        pageURL: { from: 'properties.$current_url', when: { event: '$pageview' } },
        resolution: { template: '{properties.$screen_width}x{properties.$screen_height}' },
      },
    },
  },
  {
    example: 'access-logs',
    source: () => join(examples, 'access-logs', 'logs'),
    range: { from: '2015-01-01', to: '2016-01-02', zone: 'Europe/Berlin' },
    files: { hits: { format: 'lines', pattern: 'combined' } },
    stream: {
      rows: 'hits',
      time: { from: 'time', format: 'DD/MMM/YYYY:HH:mm:ss ZZ' },
      hit: { ipaddress: 'host', userAgent: 'agent', pageName: 'path', referrer: 'referer' },
    },
  },
  {
    example: 'legacy-shop',
    source: seededSqlite,
    range: { from: '2023-03-01', to: '2025-01-02', zone: 'Europe/Berlin' },
    files: undefined,
    stream: {
      key: ['id'],
      query: expect.stringMatching(/FROM "pageviews" h\nLEFT JOIN "visits" j1 ON j1\.id = h\.visit_id\nWHERE/),
      time: { from: 'viewed_at', zone: 'Europe/Berlin' },
      window: { column: 'viewed_at', type: 'datetime', zone: 'Europe/Berlin' },
      hit: {
        visitorID: 'visitor_id',
        ipaddress: 'ip',
        userAgent: 'user_agent',
        pageURL: 'url',
        pageName: { from: 'title', then: ['htmlUnescape'] },
        referrer: 'referrer',
        language: 'lang',
        resolution: 'screen',
      },
    },
  },
];

describe('init, of files that nobody knows', () => {
  it.each(drafts)('drafts $example', async ({ example, source, range, files, stream }) => {
    const { report, errors, rows, mapping } = await initChecked([source()], {
      folder: folder(),
      zone: 'Europe/Berlin',
    });
    expect(errors).toEqual([]);
    expect(report.range).toEqual(range);
    const isKnown = ['ga4-export', 'posthog-export'].includes(example);
    const named = report.remarks.filter((remark) => remark.includes(`migrations-examples/${example}`));
    expect(named).toHaveLength(isKnown ? 1 : 0);
    const written = parse(mapping ?? '') as { files?: unknown; streams: Record<string, unknown> };
    expect(written.files).toEqual(files);
    expect(Object.values(written.streams)).toMatchObject([stream]);
    expect(hitsOf(report)).toBe(rows.filter(({ outcome }) => outcome === 'hit').length);
    expect(hitsOf(report)).toBeGreaterThan(4);
  });

  it('names the example for a data feed of Adobe, and says that its kinds of rows are codes', async () => {
    const path = join(root, 'hit_data.tsv');
    const { files } = parse(readFileSync(join(examples, 'adobe-data-feed', 'mapping.yaml'), 'utf8')) as {
      files: { hits: { header: string[] } };
    };
    const feed = readFileSync(join(examples, 'adobe-data-feed', 'feed', '01-gardenshop_20240310.tsv'), 'utf8');
    writeFileSync(path, `${files.hits.header.join('\t')}\n${feed}`);
    const { report, errors } = await initChecked([path], { folder: folder() });
    expect(errors).toEqual([]);
    expect(report.remarks.join('\n')).toContain(
      'this looks like an Adobe data feed: begin with migrations-examples/adobe-data-feed',
    );
    const pageURL = report.draft?.columns.find(({ becomes }) => becomes === 'pageURL');
    expect(pageURL?.doubts.join('\n')).toMatch(/^page_event says what a row is by codes/);
  });

  it('reads W3C logs of UTC, whose date and time are two columns', async () => {
    const path = join(root, 'u_ex240310.log');
    const browser = 'Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)';
    writeFileSync(
      path,
      [
        '#Version: 1.0',
        '#Fields: date time s-ip cs-method cs-uri-stem c-ip cs(User-Agent) cs(Referer) sc-status time-taken',
        `2024-03-10 23:59:58 10.0.0.1 GET /shop/ 203.0.113.9 ${browser} - 200 31`,
        `2024-03-11 00:00:03 10.0.0.1 GET /shop/shoes 203.0.113.9 ${browser} https://example.com/ 200 15`,
        '',
      ].join('\r\n'),
    );
    const { report, errors, rows, mapping } = await initChecked([path], { folder: folder() });
    expect(errors).toEqual([]);
    const { streams } = parse(mapping ?? '') as { streams: { hits: { time: unknown } } };
    expect(streams.hits.time).toEqual({ template: '{date} {time}', zone: 'UTC' });
    expect(report.range).toEqual({ from: '2024-03-10', to: '2024-03-12', zone: 'UTC' });
    expect(report.draft?.columns[0]).toMatchObject({
      column: 'date, time',
      becomes: 'timestamp',
      sureness: 'sure',
      doubts: [],
    });
    const seconds = rows.map(({ hit }) => hit?.['timestamp']);
    expect(seconds).toEqual(['1710115198', '1710115203']);
    const local = await initChecked([path], { folder: join(folder(), 'local'), zone: 'Europe/Berlin' });
    expect(local.mapping).toContain('{ template: "{date} {time}", zone: Europe/Berlin }');
  });

  it('holds rules for rows that are no pages, which leave them out once they stand without #', async () => {
    const path = join(root, 'u_ex240401.log');
    const line = (at: number, [method, address, status]: readonly [string, string, number]) =>
      `2024-04-01 00:00:0${at} ${method} ${address} 203.0.113.9 Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64) ${status}`;
    const requests = [
      ['GET', '/shop/', 200],
      ['GET', '/logo.png?v=2', 200],
      ['HEAD', '/shop/', 200],
      ['GET', '/gone', 404],
      ['GET', '/shop/', 304],
    ] as const;
    const head = '#Fields: date time cs-method cs-uri-stem c-ip cs(User-Agent) sc-status';
    writeFileSync(path, ['#Version: 1.0', head, ...requests.map((request, at) => line(at, request)), ''].join('\r\n'));
    const { report, errors, mapping } = await initChecked([path], { folder: folder() });
    expect(errors).toEqual([]);
    expect(hitsOf(report)).toBe(5);
    const text = (mapping ?? '').replace(/^ {4}# (?=skip:\n)[\s\S]*?(?=^ {4}hit:)/m, (block) =>
      block.replaceAll(/^ {4}# /gm, '    '),
    );
    writeFileSync(join(folder(), 'mapping.yaml'), text);
    const rows = await preview(join(folder(), 'migration.yaml'), { env: adobe, rows: 50 });
    expect(rows.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      'hit',
      'static files',
      'other methods',
      'no pages',
      'hit',
    ]);
  });

  it('tells what it guessed and what it left out', async () => {
    const { report } = await initChecked([join(examples, 'posthog-export', 'export')], { folder: folder() });
    const columns = report.draft?.columns ?? [];
    expect(columns.find(({ becomes }) => becomes === 'visitorID')).toMatchObject({
      column: 'distinct_id',
      sureness: 'unsure',
      doubts: ['some are mail addresses, which Adobe would hold: hash them'],
      example: 'a…@example.com',
    });
    expect(columns.filter(({ becomes }) => becomes === null).map(({ column }) => column)).toContain('person_id');
    expect(report.missing).toContain('BDIA_REPORT_SUITE');
  });
});

describe('init, of a SQLite database', () => {
  const agent = 'Mozilla/5.0 (X11; Linux x86_64)';
  function hits(time: string): string {
    const path = join(root, `hits-${readdirSync(root).length}.sqlite`);
    const database = new Database(path);
    database.exec(`
      CREATE TABLE hits (id INTEGER PRIMARY KEY, seen_at TEXT, visitor TEXT, url TEXT, agent TEXT);
      INSERT INTO hits VALUES (1, '${time}', 'a1', 'https://example.com/', '${agent}');
      CREATE TABLE page_views (id INTEGER PRIMARY KEY, seen_at TEXT, visitor TEXT, url TEXT, agent TEXT, ip TEXT);
      CREATE INDEX views_seen ON page_views (seen_at);`);
    database.close();
    return path;
  }

  it.each([
    ['2024-03-01 00:30:00', { type: 'datetime', zone: 'Europe/Berlin' }, '2024-03-01'],
    ['2024-03-01T00:30:00', { type: 'iso', lateness: '15h' }, '2024-02-29'],
    ['2024-03-01T00:30:00Z', { type: 'iso' }, '2024-03-01'],
    ['2024-03-01 00:30:00+00', { type: 'datetime', zone: 'UTC' }, '2024-03-01'],
    ['2024-03-01 00:30:00Z', null, '2024-03-01'],
    ['2024-03-01 00:30', null, '2024-03-01'],
    ['2024-03-01', { type: 'date', zone: 'Europe/Berlin' }, '2024-03-01'],
    ['2024-03-01T00:30:00+01:00', null, '2024-03-01'],
    ['31.03.2024 00:30', null, '2024-03-31'],
  ])('passes over a table without rows, and reads %s', async (time, window, from) => {
    const options = { folder: folder(), zone: 'Europe/Berlin' };
    const { report, errors, mapping } = await initChecked([hits(time)], options);
    expect(errors).toEqual([]);
    const { streams } = parse(mapping ?? '') as { streams: Record<string, { window?: unknown }> };
    expect(Object.keys(streams)).toEqual(['hits']);
    expect(streams['hits']?.window).toEqual(window === null ? undefined : { column: 'seen_at', ...window });
    expect(report.outcomes).toEqual([{ stream: 'hits', outcome: 'hit', reason: null, column: null, rows: 1 }]);
    expect(report.range.from).toBe(from);
    expect(report.draft?.others).toEqual(['page_views']);
    expect(report.remarks.some((remark) => remark.endsWith('read once, whole'))).toBe(window === null);
  });

  it.each([
    ['hit_date TEXT, hit_time TEXT, end_time TEXT', "'2024-03-01', '00:30:00', '00:31:00'", [], '2024-03-01 00:30:00'],
    [
      'hit_date TEXT, hit_time TEXT, local_time TEXT',
      "'2024-03-01', '00:30', '01:30:00'",
      ['the time of day is of hit_time; local_time fits as well'],
      '2024-03-01 00:30:00',
    ],
  ])('puts dates and times of day together: %s', async (columns, values, doubts, time) => {
    const path = join(root, `days-${readdirSync(root).length}.sqlite`);
    const database = new Database(path);
    database.exec(`
      CREATE TABLE hits (id INTEGER PRIMARY KEY, ${columns}, visitor TEXT, url TEXT, agent TEXT);
      INSERT INTO hits VALUES (1, ${values}, 'a1', 'https://example.com/', '${agent}');`);
    database.close();
    const { report, errors, rows, mapping } = await initChecked([path], { folder: folder(), zone: 'UTC' });
    expect(errors).toEqual([]);
    expect(report.draft?.columns[0]).toMatchObject({ column: 'hit_date, hit_time', doubts });
    const { streams } = parse(mapping ?? '') as { streams: { hits: object } };
    expect(streams.hits).toMatchObject({
      time: { template: '{hit_date} {hit_time}', zone: 'UTC' },
      window: { column: 'hit_date', type: 'date', zone: 'UTC' },
    });
    expect(rows.map(({ hit }) => hit?.['timestamp'])).toEqual([String(Date.parse(`${time}Z`) / 1000)]);
  });

  it('tells lines that are no rows', async () => {
    const source = join(examples, 'csv-export', 'export', '*.csv');
    const { report } = await initChecked([source], { folder: folder(), zone: 'Europe/Berlin' });
    expect(report.outcomes).toEqual([
      { stream: 'hits', outcome: 'hit', reason: null, column: null, rows: 12 },
      { stream: 'hits', outcome: 'rejected', reason: 'too few fields', column: null, rows: 1 },
      { stream: 'hits', outcome: 'rejected', reason: 'time', column: 'timestamp', rows: 1 },
    ]);
  });

  it('has no use for variables where nothing is recognised', async () => {
    const told = init([hits('2024-03-01')], { folder: folder(), zone: 'UTC', variables: { site: '1' } });
    await expect(told).rejects.toMatchObject({
      problems: [
        { message: expect.stringMatching(/^no ready-made mapping fits/), hint: 'correct --variable, or leave it out' },
      ],
    });
  });
});

describe('init, of a CSV export of Snowplow', () => {
  it('recognises it', async () => {
    const header = readFileSync(join(examples, 'snowplow', 'schema.sql'), 'utf8')
      .split('\n')
      .flatMap((line) => /^ {2}(\w+) /.exec(line)?.[1] ?? []);
    const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36';
    const row: Record<string, string> = {
      event: 'page_view',
      event_id: '7c6f',
      collector_tstamp: '2021-03-01 20:58:11.021',
      derived_tstamp: '2021-03-01 20:56:39.192',
      domain_userid: 'bc0da66e',
      useragent: agent,
      page_url: 'https://example.com/',
    };
    const path = join(root, 'events.csv');
    const cells = header.map((name) => JSON.stringify(row[name] ?? ''));
    writeFileSync(path, `${header.join(',')}\n${cells.join(',')}\n`);
    const { report, errors, migration } = await initChecked([path], { folder: folder() });
    expect(report.recognised).toBe('snowplow-csv');
    expect(errors).toEqual([]);
    expect(hitsOf(report)).toBe(1);
    expect(report.range).toEqual({ from: '2021-03-01', to: '2021-03-02', zone: 'UTC' });
    expect(migration).toContain('\nmapping: snowplow-csv\n');
    expect(existsSync(join(folder(), 'mapping.yaml'))).toBe(false);
    expect(report.remarks.join('\n')).not.toContain('app_id');
    const all = ['app_id', ...header];
    const more = ['shop', 'blog', 'shop', ''].map((app, at) =>
      all.map((name) => JSON.stringify({ ...row, app_id: app, event_id: `e${at}` }[name] ?? '')).join(','),
    );
    writeFileSync(path, `${all.join(',')}\n${more.join('\n')}\n`);
    refresh();
    const several = await initChecked([path], { folder: folder() });
    expect(several.report.remarks).toEqual([
      expect.stringMatching(
        /^app_id of events names several .*, shop \(2\), blog \(1\) of 4 sampled hits: all of them/,
      ),
    ]);
  });
});

const csv = 'at,cookie,url,browser\n2024-01-01 10:00:00,a1,https://example.com/,Mozilla/5.0 (X11)\n';

describe('what only a person can say', () => {
  const refusals = [
    ['the zone of times without one', csv, {}, ['the times of at, such as 2024-01-01 10:00:00, say no time zone']],
    ['who it was', 'at,url\n2024-01-01T10:00:00Z,https://example.com/\n', {}, ['no column looks as if it says who']],
    ['which page it was', 'at,cookie\n2024-01-01T10:00:00Z,a1\n', {}, ['no column looks as if it says which page']],
    [
      'all of it',
      'a,b\nx,y\n',
      {},
      [
        'no column looks like the time',
        'no column looks as if it says who',
        'no column looks as if it says which page',
      ],
    ],
    ['another time', csv, { columns: { timestamp: 'url' } }, ['the values of url are in no form of time']],
    [
      'names that are there',
      csv,
      { columns: { pageName: 'title', eVar1: 'url' } },
      ['init fills no eVar1', 'there is no column title'],
    ],
  ] as const;

  it.each(refusals)('is asked: %s', async (_, text, options, says) => {
    const path = join(root, 'export.csv');
    writeFileSync(path, text);
    const error = await init([path], { folder: folder(), ...options }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'input.invalid',
      problems: says.map((message) => ({ message: expect.stringContaining(message) })),
    });
    expect(existsSync(folder())).toBe(false);
  });

  it('is asked with why nothing was found: lines without names, rows inside of lists', async () => {
    const path = join(root, 'feed.tsv');
    writeFileSync(path, '1711836015\ta1\t\t\n1711836016\ta2\t\t\n');
    await expect(init([path], { folder: folder() })).rejects.toMatchObject({
      message: expect.stringMatching(
        /the first line holds no names: .*header: \[id, url\]; the columns are column1, column2/,
      ),
    });
    const sessions = join(root, 'sessions.jsonl');
    writeFileSync(
      sessions,
      '{"at":"2024-01-01T10:00:00Z","clientId":"a1","hits":[{"type":"PAGE"},{"type":"EVENT"}]}\n',
    );
    await expect(init([sessions], { folder: folder() })).rejects.toMatchObject({
      problems: [{ hint: expect.stringMatching(/take the rows inside of hits apart with a query/) }],
    });
  });

  it('is done as it is said', async () => {
    const path = join(root, 'export.csv');
    writeFileSync(
      path,
      'at,seen,cookie,id2,url,browser\n2024-01-01 10:00:00,2024-02-01 10:00:00,a1,b2,https://example.com/,Mozilla/5.0 (X11)\n',
    );
    const columns = { timestamp: 'seen', visitorID: 'id2' };
    const { mapping, report } = await initChecked([path], { folder: folder(), zone: '+02:00', columns });
    expect(parse(mapping ?? '')).toMatchObject({
      streams: { hits: { time: { from: 'seen', zone: '+02:00' }, hit: { visitorID: 'id2' } } },
    });
    expect(report.range).toEqual({ from: '2024-02-01', to: '2024-02-02', zone: '+02:00' });
  });
});

describe('events without a page', () => {
  it('become links by the column that a person names, however many events there are', async () => {
    const path = join(root, 'events.jsonl');
    const event = (n: number) => ({
      event: `Step ${n}`,
      properties: { time: 1_600_000_000 + n * 977, distinct_id: `u-${n % 9}` },
    });
    writeFileSync(path, Array.from({ length: 100 }, (_, n) => JSON.stringify(event(n))).join('\n'));
    await expect(init([path], { folder: folder() })).rejects.toMatchObject({
      problems: [{ hint: expect.stringContaining('--column kind=NAME') }],
    });
    const { mapping, report } = await initChecked([path], { folder: folder(), columns: { kind: 'event' } });
    expect(parse(mapping ?? '')).toMatchObject({
      streams: { hits: { hit: { linkType: { const: 'o' }, linkName: 'event' } } },
    });
    expect(hitsOf(report)).toBe(100);
  });
});

describe('files that are there', () => {
  it.each(['migration.yaml', 'mapping.yaml'])('are never written over: %s', async (name) => {
    const path = join(root, 'export.csv');
    writeFileSync(path, csv);
    mkdirSync(folder());
    writeFileSync(join(folder(), name), 'mine');
    await expect(init([path], { folder: folder(), zone: 'UTC' })).rejects.toMatchObject({
      code: 'input.invalid',
      problems: [{ code: 'init.exists', file: join(folder(), name) }],
    });
    expect(readdirSync(folder())).toEqual([name]);
    expect(readFileSync(join(folder(), name), 'utf8')).toBe('mine');
  });

  it('are taken away where the source holds no time that can be', async () => {
    const path = join(root, 'export.csv');
    writeFileSync(path, csv.replace('2024-01-01', '1970-01-01'));
    await expect(init([path], { folder: folder(), zone: 'UTC' })).rejects.toMatchObject({
      message: 'The source holds no hit between 1995 and tomorrow',
    });
    expect(readdirSync(folder())).toEqual([]);
  });
});

describe('the .env beside the migration', () => {
  it.each<[string, string, BufferEncoding, string]>([
    ['that cuts a URL at its #', 'LEGACY_DB_URL=mysql://u:pa#55@127.0.0.1:1/db\n', 'utf8', 'env.line'],
    ['in Latin-1', 'LEGACY_DB_URL=mysql://u:caf\u00e9@127.0.0.1:1/db\n', 'latin1', 'file.encoding'],
  ])('is told of, where the URL is read from one %s', async (_, text, encoding, code) => {
    mkdirSync(folder());
    const file = join(folder(), '.env');
    writeFileSync(file, text, encoding);
    await expect(init([], { folder: folder(), env: {} })).rejects.toMatchObject({
      code: 'input.invalid',
      problems: [{ code, file, line: 1 }],
    });
    // The environment wins, and what nobody reads is no fault.
    const env = { LEGACY_DB_URL: 'mysql://u:p@127.0.0.1:1/db' };
    await expect(init([], { folder: folder(), env })).rejects.toMatchObject({ code: 'source.unreachable' });
  });
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { build } from '../../src/index.ts';
import type { TestDatabase } from '../support/servers/database-server.ts';
import { mysqlNumbers } from '../support/servers/mysql-sql.ts';
import { sharedServer } from '../support/servers/shared-server.ts';

/** What the two dialects say differently, for the table, its 6,000 rows, and the same mapping written in SQL. */
interface Dialect {
  readonly table: string;
  readonly fill: string;
  /** The column as Adobe's tidying leaves it: trimmed, line breaks and tabs to one blank each. */
  readonly tidy: (column: string) => string;
  readonly epoch: string;
  readonly path: (url: string) => string;
  readonly join: (...parts: readonly string[]) => string;
}

const words = [
  "'plain'",
  "'with, comma'",
  '\'said "so"\'',
  "'zażółć 🌱'",
  "' two\nlines '",
  "'tab\there'",
  'NULL',
  "''",
];

function wordOf(id: string): string {
  return `CASE MOD(${id}, ${words.length}) ${words.map((word, at) => `WHEN ${at} THEN ${word}`).join(' ')} END`;
}

const dialects: Readonly<Record<'postgres' | 'mysql', Dialect>> = {
  postgres: {
    table: `CREATE TABLE hits (id bigint PRIMARY KEY, at timestamp(6) NOT NULL, visitor text NOT NULL, url text NOT NULL,
      title text, amount numeric(20, 4), flag boolean NOT NULL); CREATE INDEX ON hits (at)`,
    fill: `INSERT INTO hits SELECT 9007199254740993 + id, timestamp '2023-03-20' + id * interval '97.123457 seconds',
      md5((id % 301)::text), 'https://shop.example.com/p/' || id % 50 || '?q=' || id, ${wordOf('id')},
      CASE WHEN id % 3 = 0 THEN id * 1.0625 END, id % 2 = 0 FROM generate_series(0, 5999) AS id`,
    tidy: (column) => `btrim(regexp_replace(${column}, '[\\n\\r\\t]', ' ', 'g'))`,
    epoch: `floor(extract(epoch FROM at AT TIME ZONE 'Europe/Warsaw'))::bigint::text`,
    path: (url) => `split_part(substr(${url}, 25), '?', 1)`,
    join: (...parts) => parts.join(' || '),
  },
  mysql: {
    table: `CREATE TABLE hits (id BIGINT UNSIGNED PRIMARY KEY, at DATETIME(6) NOT NULL, visitor VARCHAR(40) NOT NULL,
      url VARCHAR(200) NOT NULL, title VARCHAR(200), amount DECIMAL(20, 4), flag TINYINT(1) NOT NULL, KEY (at))
      CHARACTER SET utf8mb4`,
    fill: `SET NAMES utf8mb4; INSERT INTO hits SELECT 9007199254740993 + seq,
      TIMESTAMP('2023-03-20') + INTERVAL seq * 97123457 MICROSECOND, CONCAT('v', seq % 301),
      CONCAT('https://shop.example.com/p/', seq % 50, '?q=', seq), ${wordOf('seq')},
      CASE WHEN seq % 3 = 0 THEN seq * 1.0625 END, seq % 2 = 0 FROM ${mysqlNumbers(0, 5_999)} AS n`,
    tidy: (column) => `TRIM(REGEXP_REPLACE(${column}, '[\\n\\r\\t]', ' '))`,
    // A test server may have no zone tables; the clock of Warsaw jumped once in these days.
    epoch: `CAST(TIMESTAMPDIFF(SECOND, '1970-01-01', at) - IF(at < '2023-03-26 03:00:00', 3600, 7200) AS CHAR)`,
    path: (url) => `SUBSTRING_INDEX(SUBSTR(${url}, 25), '?', 1)`,
    join: (...parts) => `CONCAT(${parts.join(', ')})`,
  },
};

/** The mapping below, as one line of CSV that the database writes. */
function renderedSql({ tidy, epoch, path, join: concat }: Dialect): string {
  const quoted = (value: string): string =>
    `CASE WHEN ${value} LIKE '%"%' OR ${value} LIKE '%,%' THEN ${concat(`'"'`, `REPLACE(${value}, '"', '""')`, `'"'`)} ELSE COALESCE(${value}, '') END`;
  const amount = `CASE WHEN amount IS NULL THEN '' ELSE ${concat(`'spent '`, `CAST(amount AS CHAR(24))`)} END`;
  const cells: readonly string[] = [
    epoch,
    "'suite'",
    'visitor',
    "'Mozilla/5.0 (X11)'",
    quoted(tidy('title')),
    'url',
    'CAST(id AS CHAR(20))',
    `RTRIM(${amount})`,
    path('url'),
  ];
  return `SELECT ${concat(...cells.flatMap((cell, at) => (at === 0 ? [cell] : ["','", cell])))} FROM hits`;
}

const mapping = (engine: string): string => `mapping: rendered
engine: ${engine}
streams:
  hits:
    query: SELECT id, at, visitor, url, title, amount FROM hits WHERE at >= :from AND at < :to ORDER BY at, id
    key: [id]
    time: { from: at, zone: Europe/Warsaw }
    window: { column: at, type: datetime, zone: Europe/Warsaw }
    hit:
      visitorID: visitor
      userAgent: { const: Mozilla/5.0 (X11) }
      pageName: title
      pageURL: url
      prop1: { from: url, then: [path] }
      eVar1: id
      eVar2: { template: "spent {amount}" }
`;

const migration = (engine: string): string => `migration: rendered
mapping: ./mapping.yaml
source: { engine: ${engine}, url: "\${env:LEGACY_DB_URL}" }
target:
  reportSuiteID: suite
  baseUrl: http://127.0.0.1:9
  auth: { kind: token, clientId: none, token: none }
range: { from: 2023-03-01, to: 2023-05-01, zone: UTC }
visitorGroups: { count: 4, prefix: rendered }
slices: { rows: 900 }
chunks: { maxRows: 100 }
folder: ./work
`;

describe.each(['postgres', 'mysql'] as const)('what is built from %s', (engine) => {
  let database: TestDatabase;
  let folder = '';
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rendered-'));
    database = await (await sharedServer(engine)).freshDatabase();
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    await database.remove();
  });

  it('is, line for line, what the database itself renders', async () => {
    const dialect = dialects[engine];
    await database.run(`${dialect.table}; ${dialect.fill}`);
    writeFileSync(join(folder, 'mapping.yaml'), mapping(engine));
    writeFileSync(join(folder, 'migration.yaml'), migration(engine));
    const report = await build(join(folder, 'migration.yaml'), { env: { LEGACY_DB_URL: database.url } });
    expect(report.stopped).toBeUndefined();
    expect(report.slices.total).toBeGreaterThan(5);

    const chunks = join(folder, 'work', 'chunks');
    const texts = readdirSync(chunks).flatMap((lane) =>
      readdirSync(join(chunks, lane))
        .filter((name) => name.endsWith('.csv.gz'))
        .map((name) => gunzipSync(readFileSync(join(chunks, lane, name))).toString('utf8')),
    );
    expect(texts.length).toBeGreaterThan(60);
    expect(new Set(texts.map((text) => text.slice(0, text.indexOf('\n'))))).toEqual(
      new Set(['timestamp,reportSuiteID,visitorID,userAgent,pageName,pageURL,eVar1,eVar2,prop1']),
    );
    const built = texts.flatMap((text) => text.trimEnd().split('\n').slice(1)).sort();
    const rendered = await database.run(renderedSql(dialect));
    expect(built).toEqual(rendered.map(([line]) => String(line)).sort());
  });
});

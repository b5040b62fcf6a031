import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../src/domain/sqlite.ts';
import type { ContextOptions } from '../../src/migration/context.ts';
import { mysqlNumbers } from '../support/servers/mysql-sql.ts';
import { sharedServer } from '../support/servers/shared-server.ts';

/** How large a job is whose cost is counted: its rows lie evenly in so many days. */
export interface CostShape {
  readonly rows: number;
  readonly days: number;
  readonly lanes: number;
  readonly slices: number;
  /** Characters of each row's page. */
  readonly width: number;
  readonly perChunk: number;
}

/** A migration that may be built; `remove` takes away what it needed. */
export interface CostJob {
  readonly file: string;
  readonly options: ContextOptions;
  remove(): Promise<void>;
}

const first = Date.UTC(2021, 0, 1) / 1000;

function timesOf({ rows, days }: CostShape): string[] {
  return Array.from({ length: rows }, (_, row) => {
    const at = first + Math.floor((row * days * 86_400) / rows);
    return new Date(at * 1000).toISOString().slice(0, 19).replace('T', ' ');
  });
}

const fill = {
  postgres: ({ rows, days, width }: CostShape) => `
    CREATE TABLE views (id bigint PRIMARY KEY, at timestamp NOT NULL, page text NOT NULL, visitor text NOT NULL);
    CREATE INDEX ON views (at);
    INSERT INTO views SELECT id, timestamp '2021-01-01' + floor(id * ${days * 86_400} / ${rows}) * interval '1 second',
      rpad('https://a.example/' || id, ${width}, 'x'), 'v' || id % 500 FROM generate_series(0::bigint, ${rows - 1}) AS id`,
  mysql: ({ rows, days, width }: CostShape) => `
    CREATE TABLE views (id BIGINT PRIMARY KEY, at DATETIME NOT NULL, page TEXT NOT NULL, visitor VARCHAR(9) NOT NULL, KEY (at));
    INSERT INTO views SELECT seq, TIMESTAMP('2021-01-01') + INTERVAL FLOOR(seq * ${days * 86_400} / ${rows}) SECOND,
      RPAD(CONCAT('https://a.example/', seq), ${width}, 'x'), CONCAT('v', seq % 500) FROM ${mysqlNumbers(0, rows - 1)} AS n`,
} as const;

function fileJob(shape: CostShape): Promise<CostJob> {
  const folder = mkdtempSync(join(tmpdir(), 'cost-'));
  const lines = timesOf(shape).map((at, row) => `${row},${at},${pageOf(row, shape)},v${row % 500}`);
  writeFileSync(join(folder, 'rows.csv'), `id,at,page,visitor\n${lines.join('\n')}\n`);
  const reading = ['files: { rows: { format: csv, header: true } }', 'streams:', '  views:', '    rows: rows'];
  return writeJob(folder, shape, 'files', 'paths: { rows: rows.csv }', reading, {});
}

function sqliteJob(shape: CostShape): Promise<CostJob> {
  const folder = mkdtempSync(join(tmpdir(), 'cost-'));
  const database = new Database(join(folder, 'legacy.sqlite'));
  database.exec(
    'CREATE TABLE views (id INTEGER PRIMARY KEY, at TEXT, page TEXT, visitor TEXT); CREATE INDEX views_at ON views (at)',
  );
  const insert = database.prepare('INSERT INTO views VALUES (?, ?, ?, ?)');
  database.transaction(() => {
    for (const [row, at] of timesOf(shape).entries()) insert.run(row, at, pageOf(row, shape), `v${row % 500}`);
  })();
  database.close();
  return writeJob(folder, shape, 'sqlite', 'path: ./legacy.sqlite', windowed, {});
}

async function serverJob(engine: 'postgres' | 'mysql', shape: CostShape): Promise<CostJob> {
  const database = await (await sharedServer(engine)).freshDatabase();
  await database.run(fill[engine](shape));
  const folder = mkdtempSync(join(tmpdir(), 'cost-'));
  const env = { LEGACY_DB_URL: database.url };
  const job = await writeJob(folder, shape, engine, 'url: "${env:LEGACY_DB_URL}"', windowed, env);
  return {
    ...job,
    remove: async () => {
      await job.remove();
      await database.remove();
    },
  };
}

const windowed = [
  'streams:',
  '  views:',
  '    query: SELECT id, at, page, visitor FROM views WHERE at >= :from AND at < :to ORDER BY at, id',
  '    window: { column: at, type: datetime, zone: Europe/Warsaw }',
];

const pageOf = (row: number, { width }: CostShape): string =>
  `https://a.example/${row}`.padEnd(width, 'x').slice(0, width);

async function writeJob(
  folder: string,
  { rows, slices, lanes, perChunk }: CostShape,
  engine: string,
  source: string,
  reading: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<CostJob> {
  const mapping = [
    'mapping: cost',
    `engine: ${engine}`,
    ...reading,
    '    key: [id]',
    '    time: { from: at, zone: Europe/Warsaw }',
    '    hit: { visitorID: visitor, userAgent: { const: Mozilla/5.0 }, pageURL: page }',
  ];
  const migration = [
    'migration: cost',
    'mapping: ./mapping.yaml',
    `source: { engine: ${engine}, ${source} }`,
    'target:',
    '  reportSuiteID: suite',
    '  baseUrl: http://127.0.0.1:9',
    '  auth: { kind: token, clientId: none, token: none }',
    // The first row is of the last hour of 2020 in UTC.
    'range: { from: 2020-12-01, to: 2021-03-01, zone: UTC }',
    `visitorGroups: { count: ${lanes}, prefix: cost }`,
    `slices: { rows: ${Math.ceil(rows / slices)} }`,
    `chunks: { maxRows: ${perChunk} }`,
    'folder: ./work',
  ];
  writeFileSync(join(folder, 'mapping.yaml'), `${mapping.join('\n')}\n`);
  writeFileSync(join(folder, 'migration.yaml'), `${migration.join('\n')}\n`);
  return {
    file: join(folder, 'migration.yaml'),
    options: { env },
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The same rows from every kind of source. */
export const costJobs = {
  files: fileJob,
  sqlite: sqliteJob,
  postgres: (shape: CostShape) => serverJob('postgres', shape),
  mysql: (shape: CostShape) => serverJob('mysql', shape),
} as const;

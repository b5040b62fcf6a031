import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/domain/clock.ts';
import { Database } from '../../src/domain/sqlite.ts';
import type { ContextOptions } from '../../src/migration/context.ts';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';

/** A row of one stream: `at` is the window cell as the column stores it, `hit` the hit time in Unix seconds. */
export interface FixtureRow {
  readonly id: number;
  readonly at: string | number | bigint | null;
  readonly hit: number | null;
  readonly page?: string;
  readonly visitor?: string;
}

/** One stream whose window is `at`; `time` replaces `hit` as what the hit time is read from. */
export interface FixtureStream {
  readonly name: string;
  readonly window: string;
  readonly time?: string;
  readonly rows: readonly FixtureRow[];
}

export interface FixtureFolder {
  readonly folder: string;
  readonly file: string;
  /** Changes a text that stands in a file of the folder; throws where it does not. */
  edit(file: string, from: string, to: string): void;
  remove(): void;
}

/** What a fixture's migration says beside its source; `target` are lines below `target:`. */
export interface FixtureSettings {
  readonly range: string;
  readonly slices?: number;
  readonly groups?: number;
  readonly target?: string;
  /** Whole lines of the migration file. */
  readonly more?: readonly string[];
  /** Lines below `hit:` of every stream. */
  readonly hit?: readonly string[];
}

/** Values for the fixtures' `${env:…}` places; nothing is listening there. */
export const offlineEnv = { BDIA_BASE_URL: 'http://127.0.0.1:1' };
export const offline: ContextOptions = { env: offlineEnv };
/** As `offline`, at a time of its own, epoch ms. */
export const offlineAt = (now: number): ContextOptions => ({
  env: offlineEnv,
  clock: { ...systemClock, now: () => now },
});

const targetLines = `
  baseUrl: "\${env:BDIA_BASE_URL}"
  auth: { kind: token, clientId: acme, token: t0ken-of-the-test }`;

/** What has a fixture delivered to a sandbox, as fast as that takes it; `sandboxEnv` fills its places. */
export const sandboxSettings = {
  range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }',
  groups: 2,
  target: `
  baseUrl: "\${env:BASE_URL}"
  auth: { kind: oauth, tokenUrl: "\${env:TOKEN_URL}", clientId: "\${env:CLIENT}", clientSecret: "\${env:SECRET}" }`,
  more: [
    'pace: { requestsPerSecond: 200, secondsPerLane: 0, rowsPerSecondPerLane: 0 }',
    'settle: { grace: 20ms, window: 40ms, attempts: 2 }',
  ],
} satisfies FixtureSettings;

/** Values for the places of `sandboxSettings`. */
export function sandboxEnv({ baseUrl, tokenUrl, clientId, clientSecret }: Sandbox): Record<string, string> {
  return { BASE_URL: baseUrl, TOKEN_URL: tokenUrl, CLIENT: clientId, SECRET: clientSecret };
}

/** A work folder with migration, mapping and a SQLite database of these streams. Remove it after the test. */
export function sqliteFolder(streams: readonly FixtureStream[], settings: FixtureSettings): FixtureFolder {
  const folder = mkdtempSync(join(tmpdir(), 'migration-'));
  const database = new Database(join(folder, 'legacy.sqlite'));
  for (const { name, rows } of streams) {
    database.exec(`CREATE TABLE ${name} (id INTEGER, at, hit INTEGER, page TEXT, visitor TEXT)`);
    const insert = database.prepare(`INSERT INTO ${name} VALUES (?, ?, ?, ?, ?)`);
    database.transaction(() => {
      for (const { id, at, hit, page = 'home', visitor = `v${id % 17}` } of rows) {
        insert.run(id, typeof at === 'number' ? BigInt(at) : at, hit, page, visitor);
      }
    })();
  }
  database.close();
  writeFileSync(join(folder, 'mapping.yaml'), mappingText(streams, settings.hit ?? []));
  writeFileSync(join(folder, 'migration.yaml'), migrationText(settings, 'engine: sqlite, path: ./legacy.sqlite'));
  return fixtureIn(folder);
}

/** A work folder whose rows stand in `rows.csv` (`id,hit,page,visitor`). */
export function csvFolder(csv: string, settings: FixtureSettings): FixtureFolder {
  const folder = mkdtempSync(join(tmpdir(), 'migration-'));
  writeFileSync(join(folder, 'rows.csv'), csv);
  const lines = [
    'mapping: fixture',
    'engine: files',
    'files: { rows: { format: csv, header: true } }',
    'streams:',
    '  views:',
    '    rows: rows',
    '    key: [id]',
    ...hitLines(settings.hit ?? [], '{ from: hit, unit: s }'),
  ];
  writeFileSync(join(folder, 'mapping.yaml'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'migration.yaml'), migrationText(settings, 'engine: files, paths: { rows: rows.csv }'));
  return fixtureIn(folder);
}

function fixtureIn(folder: string): FixtureFolder {
  return {
    folder,
    file: join(folder, 'migration.yaml'),
    edit(file, from, to) {
      const path = join(folder, file);
      const text = readFileSync(path, 'utf8');
      if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
      writeFileSync(path, text.replace(from, to));
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function hitLines(more: readonly string[], time: string): string[] {
  return [
    `    time: ${time}`,
    '    skip: { robots: { page: robot } }',
    '    hit:',
    '      visitorID: visitor',
    '      userAgent: { const: Mozilla/5.0 }',
    '      pageName: page',
    ...more.map((line) => `      ${line}`),
  ];
}

function mappingText(streams: readonly FixtureStream[], more: readonly string[]): string {
  const lines = streams.flatMap(({ name, window, time }) => [
    `  ${name}:`,
    `    query: SELECT id, at, hit, page, visitor FROM ${name} WHERE at >= :from AND at < :to OR at IS NULL ORDER BY at`,
    '    key: [id]',
    `    window: { column: at, ${window} }`,
    ...hitLines(more, time ?? '{ from: hit, unit: s }'),
  ]);
  return `mapping: fixture\nengine: sqlite\nstreams:\n${lines.join('\n')}\n`;
}

function migrationText(settings: FixtureSettings, source: string): string {
  return [
    'migration: fixture',
    'mapping: ./mapping.yaml',
    `source: { ${source} }`,
    'target:',
    '  reportSuiteID: acmedev',
    (settings.target ?? targetLines).replace(/^\n/, ''),
    `range: ${settings.range}`,
    `visitorGroups: { count: ${settings.groups ?? 2}, prefix: acme }`,
    ...(settings.slices === undefined ? [] : [`slices: { rows: ${settings.slices} }`]),
    'rejects: { budget: 100% }',
    'folder: ./work',
    ...(settings.more ?? []),
    '',
  ].join('\n');
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../../src/domain/sqlite.ts';
import { findRange } from '../../../src/inspection/init/find-range.ts';
import { openWritten } from '../../../src/inspection/init/prove-written.ts';
import { contextOf } from '../../../src/migration/context.ts';
import { scratch } from './init-checked.ts';

const { root } = scratch();
const now = Date.UTC(2025, 5, 1) / 1000;
const zeroes = Date.UTC(1970, 0, 1) / 1000;

beforeAll(() => {
  const database = new Database(join(root, 'legacy.sqlite'));
  database.exec(
    'CREATE TABLE hits (id INTEGER PRIMARY KEY, at INTEGER, url TEXT); CREATE TABLE old (id INTEGER PRIMARY KEY, at INTEGER, url TEXT)',
  );
  const days = (table: string, ...seconds: readonly number[]) => {
    for (const at of seconds) database.prepare(`INSERT INTO ${table} VALUES (NULL, ?, 'https://example.com/')`).run(at);
  };
  days('hits', zeroes, Date.UTC(2024, 1, 28, 23) / 1000, Date.UTC(2024, 1, 29) / 1000, Date.UTC(2031, 0, 1) / 1000);
  database.exec('CREATE TABLE texts (id INTEGER PRIMARY KEY, at TEXT, url TEXT)');
  for (const at of ['2024-02-29 10:00:00', '2023-00-00'])
    database.prepare("INSERT INTO texts VALUES (NULL, ?, 'https://example.com/')").run(at);
  days('old', Date.UTC(2019, 11, 31, 23, 59, 59) / 1000);
  database.close();
});

/** The range of a stream with this query, in a migration of its own. */
async function rangeOf(name: string, query: string, window: string | null, zone = 'UTC') {
  const folder = join(root, name.replaceAll(' ', '-'));
  mkdirSync(folder);
  const time = window?.includes('datetime') === true ? 'zone: UTC' : 'unit: s';
  const spec = window === null ? '' : `    window: ${window}\n`;
  writeFileSync(
    join(folder, 'mapping.yaml'),
    `mapping: m\nengine: sqlite\nstreams:\n  hits:\n    query: |\n      ${query}\n    key: [id]\n    time: { from: at, ${time} }\n${spec}    hit: { visitorID: id, userAgent: { device: { const: desktop } }, pageURL: url }\n`,
  );
  writeFileSync(
    join(folder, 'migration.yaml'),
    `migration: m\nmapping: ./mapping.yaml\nsource: { engine: sqlite, path: ../legacy.sqlite }\ntarget:\n  reportSuiteID: dev\n  baseUrl: http://127.0.0.1:9\n  auth: { kind: token, token: t, clientId: c }\nrange: { from: 2001-09-10, to: 2040-01-01, zone: UTC }\nvisitorGroups: { count: 1 }\n`,
  );
  const { signal, ...context } = contextOf({});
  const opened = await openWritten(join(folder, 'migration.yaml'), { ...context, signal }, (job) =>
    findRange(job, { zone, now, signal }),
  );
  expect(opened.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return opened.found;
}

const asked = 'WHERE h.at >= :from AND h.at < :to';

describe('findRange', () => {
  it('does not know where what sorts among the times is none: there may be hits on any day', async () => {
    const query = `SELECT h.id, h.at, h.url FROM texts h ${asked}`;
    expect(await rangeOf('a text that is no time', query, '{ column: at, type: datetime }')).toBe(null);
  });

  it.each([
    [
      'a window',
      `SELECT h.id, h.at, h.url FROM hits h ${asked}`,
      '{ column: at, type: s }',
      '2024-02-28',
      '2024-03-01',
    ],
    [
      'its lateness',
      `SELECT h.id, h.at, h.url FROM hits h ${asked}`,
      '{ column: at, type: s, lateness: 2d }',
      '2024-02-26',
      '2024-03-03',
    ],
    [
      'quoted names',
      `SELECT h.id, h.at, h.url FROM "hits" AS h WHERE h."at" >= :from AND h."at" < :to`,
      '{ column: at, type: s }',
      '2024-02-28',
      '2024-03-01',
    ],
    [
      'several tables',
      `SELECT h.id, h.at, h.url FROM hits h ${asked} UNION ALL SELECT o.id, o.at, o.url FROM old o WHERE o.at >= :from AND o.at < :to`,
      '{ column: at, type: s }',
      '2019-12-31',
      '2024-03-01',
    ],
    [
      'a joined table',
      `SELECT h.id, h.at, h.url FROM old o JOIN hits h ON h.id <> o.id ${asked}`,
      '{ column: at, type: s }',
      '2024-02-28',
      '2024-03-01',
    ],
    ['rows without a window', 'SELECT id, at, url FROM hits', null, '2024-02-28', '2024-03-01'],
  ])('leaves out what cannot be, by %s', async (name, query, window, from, to) => {
    expect(await rangeOf(name, query, window)).toEqual({ from, to, zone: 'UTC' });
  });

  it('takes the days of a zone where rows are read', async () => {
    const range = await rangeOf('zone', 'SELECT id, at, url FROM hits', null, 'Europe/Berlin');
    expect(range).toEqual({ from: '2024-02-29', to: '2024-03-01', zone: 'Europe/Berlin' });
  });

  it('does not know where it cannot tell what is compared', async () => {
    const query = 'SELECT id, at, url FROM hits WHERE at + 0 >= :from AND at + 0 < :to';
    expect(await rangeOf('expression', query, '{ column: at, type: s }')).toBe(null);
  });

  it('refuses a source without a hit that can be', async () => {
    const told = rangeOf('none', 'SELECT id, at, url FROM hits WHERE at = 0', null);
    await expect(told).rejects.toMatchObject({ message: 'The source holds no hit between 1995 and tomorrow' });
  });
});

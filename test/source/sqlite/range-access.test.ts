import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../../src/domain/sqlite.ts';
import { openSqlite } from '../../../src/source/sqlite/open-sqlite.ts';
import { accessOf } from '../../../src/source/sqlite/range-access.ts';

const schema = `
  CREATE TABLE hits (id INTEGER PRIMARY KEY, at TEXT, site INTEGER, page TEXT);
  CREATE INDEX hits_at ON hits (at);
  CREATE INDEX hits_site_at ON hits (site, at);
  CREATE TABLE bare (id INTEGER, at TEXT);
  CREATE TABLE "odd ""name" (id INTEGER, "a t" TEXT);
  CREATE TABLE ticks (ts INTEGER PRIMARY KEY, x TEXT);
  CREATE TABLE keyed (at TEXT, n INTEGER, PRIMARY KEY (at, n)) WITHOUT ROWID;
  CREATE TABLE sites (id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE days (id INTEGER, at TEXT);
  CREATE INDEX days_day ON days (date(at));
  CREATE TABLE live (id INTEGER, at TEXT, gone INTEGER);
  CREATE INDEX live_at ON live (at) WHERE gone = 0;
  CREATE VIEW seen AS SELECT id, at AS seen_at FROM hits;`;

describe('access of SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bdia-access-'));
  const path = join(folder, 'legacy.sqlite');
  beforeAll(() => {
    const db = new Database(path);
    db.exec(schema);
    db.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const ask = async (query: string, column = 'at') => {
    const source = openSqlite({ path });
    try {
      const window = { column, type: 'datetime', zone: 'UTC' } as const;
      return await source.access?.(
        { stream: 's', query, window, parameters: query.includes(':site') ? { site: 3n } : {} },
        { from: 1_600_000_000, to: 1_600_003_600 },
      );
    } finally {
      await source.close();
    }
  };

  it.each([
    ['a range of an index', 'SELECT id, at FROM hits WHERE at >= :from AND at < :to ORDER BY at, id', 'at', 'hits_at'],
    ['BETWEEN', 'SELECT id, at FROM hits WHERE at BETWEEN :from AND :to', 'at', 'hits_at'],
    [
      'behind an equality',
      'SELECT id, at, page FROM hits INDEXED BY hits_site_at WHERE site = :site AND at >= :from AND at < :to',
      'at',
      'hits_site_at',
    ],
    ['NULLs beside it', 'SELECT id, at FROM hits WHERE at >= :from AND at < :to OR at IS NULL', 'at', 'hits_at'],
    ['another name', 'SELECT id, at AS t FROM hits WHERE at >= :from AND at < :to;', 't', 'hits_at'],
    ['a view', 'SELECT * FROM seen WHERE seen_at >= :from AND seen_at < :to', 'seen_at', 'hits_at'],
    [
      'a join',
      '-- all\nSELECT h.id, h.at, s.name FROM hits h JOIN sites s ON s.id = h.site WHERE h.at >= :from AND h.at < :to',
      'at',
      'hits_at',
    ],
    ['the key of a table', 'SELECT ts, x FROM ticks WHERE ts >= :from AND ts < :to', 'ts', 'INTEGER PRIMARY KEY'],
    ['a clustered key', 'SELECT at, n FROM keyed WHERE at >= :from AND at < :to', 'at', 'PRIMARY KEY'],
    [
      'an index of an expression',
      'SELECT id, date(at) AS day FROM days WHERE date(at) >= :from AND date(at) < :to',
      'day',
      'days_day',
    ],
    [
      'all arms of a union',
      'SELECT id, at FROM hits WHERE at >= :from AND at < :to UNION ALL SELECT x, ts FROM ticks WHERE ts >= :from AND ts < :to',
      'at',
      'hits_at',
    ],
  ])('is served: %s', async (_, query, column, index) => {
    const access = await ask(query, column);
    expect(access).toEqual({ isIndexed: true, detail: expect.stringContaining(index), cure: null });
    expect(access?.detail).toMatch(/^SEARCH /);
  });

  it.each([
    [
      'no index',
      'SELECT id, at FROM bare WHERE at >= :from AND at < :to',
      'at',
      'SCAN bare',
      'CREATE INDEX "bare_at" ON "bare" ("at");',
    ],
    [
      'names that need quotes',
      'SELECT id, "a t" AS at FROM "odd ""name" WHERE "a t" >= :from AND "a t" < :to',
      'at',
      'SCAN odd "name',
      'CREATE INDEX "odd ""name_a t" ON "odd ""name" ("a t");',
    ],
    [
      'an index that the query passes by',
      'SELECT page, at FROM hits WHERE datetime(at) >= :from AND datetime(at) < :to',
      'at',
      'SCAN hits',
      'The index hits_at begins with hits.at, but the query does not use it: compare the column itself, not an expression of it, with :from and :to.',
    ],
    [
      'a range of another column',
      'SELECT id, at FROM hits WHERE id > 5 AND id < 9 AND datetime(at) >= :from AND datetime(at) < :to',
      'at',
      'SEARCH hits USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)',
      expect.stringContaining('hits_at'),
    ],
    [
      'one end only',
      'SELECT page, at FROM hits WHERE at >= :from AND date(at) < :to',
      'at',
      'SEARCH hits USING INDEX hits_at (at>?)',
      expect.stringContaining('compare the column itself'),
    ],
    [
      'a computed column',
      "SELECT id, at || '' AS t FROM bare WHERE at || '' >= :from AND at || '' < :to",
      't',
      'SCAN bare',
      'Compare an indexed column of the table with :from and :to in the query; t is computed.',
    ],
    [
      'the key of a table, in an expression',
      'SELECT ts, x FROM ticks WHERE ts + 0 >= :from AND ts + 0 < :to',
      'ts',
      'SCAN ticks',
      'Compare ticks.ts itself, not an expression of it, with :from and :to in the query.',
    ],
    [
      'an index of some rows',
      'SELECT id, at FROM live WHERE at >= :from AND at < :to',
      'at',
      'SCAN live',
      'CREATE INDEX "live_at" ON "live" ("at");',
    ],
    [
      'one arm of a union',
      'SELECT id, at FROM hits WHERE at >= :from AND at < :to UNION ALL SELECT id, at FROM bare WHERE at >= :from AND at < :to',
      'at',
      expect.stringContaining('SCAN bare'),
      expect.any(String),
    ],
    [
      'one arm of a sorted union',
      'SELECT * FROM (SELECT id, at FROM hits UNION ALL SELECT id, at FROM bare) WHERE at >= :from AND at < :to ORDER BY at',
      'at',
      expect.stringContaining('SCAN bare'),
      expect.any(String),
    ],
  ])('is not served: %s', async (_, query, column, detail, cure) => {
    expect(await ask(query, column)).toEqual({ isIndexed: false, detail, cure });
  });

  it('is an error of the query where the query is none', async () => {
    await expect(ask('SELECT id, at FROM nowhere WHERE at >= :from AND at < :to')).rejects.toMatchObject({
      code: 'source.query',
    });
    await expect(ask('DELETE FROM bare WHERE at >= :from AND at < :to')).rejects.toMatchObject({
      code: 'input.invalid',
    });
  });

  it('reads nested plans', () => {
    const lines = [
      { id: 2, parent: 0, detail: 'CO-ROUTINE c' },
      { id: 5, parent: 2, detail: 'SEARCH t USING INDEX t_at (at>? AND at<?)' },
      { id: 9, parent: 0, detail: 'SCAN c' },
    ];
    expect(accessOf(lines, 'at', null)).toEqual({
      isIndexed: true,
      detail: 'SEARCH t USING INDEX t_at (at>? AND at<?); SCAN c',
      cure: null,
    });
  });
});

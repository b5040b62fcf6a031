import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../../src/domain/sqlite.ts';
import type { Source, StreamQuery, WindowColumn } from '../../../src/source/source.ts';
import { openSqlite } from '../../../src/source/sqlite/open-sqlite.ts';
import { databaseContract } from '../../contracts/database-contract.ts';
import { askedHits, hitRows } from '../../contracts/database-hits.ts';
import { sourceContract } from '../../contracts/source-contract.ts';
import { tablesContract } from '../../contracts/tables-contract.ts';
import { readRows, whole } from '../read-rows.ts';
import { spansOf } from '../spans.ts';

/** An empty database, open for writing. */
function makeDatabase() {
  const folder = mkdtempSync(join(tmpdir(), 'bdia-sqlite-'));
  const path = join(folder, 'legacy.sqlite');
  const db = new Database(path);
  const remove = () => {
    db.close();
    rmSync(folder, { recursive: true });
  };
  return { path, db, remove };
}

tablesContract(
  'SQLite',
  { schema: null, quote: '"', types: [/^integer$/, /^bigint$/, /^timestamp$/, /^varchar\(200\)$/] },
  async (statements) => {
    const { path, db, remove } = makeDatabase();
    db.exec(statements);
    return { source: openSqlite({ path }), remove };
  },
);

const integers = { s: 'INTEGER', ms: 'INTEGER', us: 'INTEGER', ns: 'INTEGER' };
const texts = { datetime: 'TEXT', iso: 'TEXT', date: 'TEXT' };
databaseContract('SQLite', { quote: '"', types: { ...integers, ...texts } }, async () => {
  const { path, db, remove } = makeDatabase();
  return { source: openSqlite({ path }), run: (statements) => db.exec(statements), remove };
});

for (const journal of ['wal', 'delete']) {
  const can = { ranges: true, isolation: journal === 'wal' };
  sourceContract(`SQLite (${journal})`, can, async () => {
    const { path, db, remove } = makeDatabase();
    db.pragma(`journal_mode=${journal}`);
    db.exec('CREATE TABLE hits (id INTEGER, at TEXT, title TEXT, price REAL, raw BLOB)');
    const insert = db.prepare('INSERT INTO hits VALUES (?, ?, ?, ?, ?)');
    const rows = hitRows(['.0', '.25', '.5', '.75']).map((row, n) => [...row, Uint8Array.of(n & 255, 0)] as const);
    db.transaction(() => {
      for (const [id, at, title, price, raw] of rows) insert.run(BigInt(id), at, title, Number(price), raw);
    })();
    const asked = askedHits(rows);
    return {
      ...asked,
      source: openSqlite({ path }),
      stream: { ...asked.stream, query: asked.stream.query.replace('price', 'price, raw') },
      columns: [...asked.columns, 'raw'],
      // A writer that meets a reader in a rollback-journal database has to wait: only WAL lets both go on.
      ...(journal === 'wal' && {
        write: () => void db.exec("INSERT INTO hits VALUES (1, '2015-03-01 10:00:00', 'x', 1, x'')"),
      }),
      remove,
    };
  });
}

describe('openSqlite', () => {
  let folder: string;
  let path: string;
  const opened: Source[] = [];
  const open = () => {
    const source = openSqlite({ path });
    opened.push(source);
    return source;
  };
  const fill = (sql: string) => {
    const db = new Database(path);
    db.exec(sql);
    db.close();
  };
  const read = (stream: StreamQuery, range = whole) => readRows(open(), stream, range);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bdia-sqlite-'));
    path = join(folder, 'legacy.sqlite');
  });
  afterEach(async () => {
    for (const source of opened.splice(0)) await source.close();
    chmodSync(folder, 0o755);
    rmSync(folder, { recursive: true });
  });

  it('gives every kind of value as text, bytes or null', async () => {
    fill('CREATE TABLE t (x)');
    const query = `SELECT 9223372036854775807, -9223372036854775808, 9007199254740993, 1.1, 1.0, 1e22, 1e-7, -2.5e21,
      0.1 + 0.2, 123456789012345680.0, 9e999, -9e999, 5e-324, x'00ff', NULL, '', 'ü', 1 = 1, '007'`;
    expect(await read({ stream: 's', query })).toEqual([
      [
        '9223372036854775807',
        '-9223372036854775808',
        '9007199254740993',
        '1.1',
        '1.0',
        '10000000000000000000000.0',
        '0.0000001',
        '-2500000000000000000000.0',
        '0.30000000000000004',
        '123456789012345680.0',
        'Inf',
        '-Inf',
        `0.${'0'.repeat(323)}5`,
        Buffer.from([0, 255]),
        null,
        '',
        'ü',
        '1',
        '007',
      ],
    ]);
  });

  describe('of texts that are not UTF-8', () => {
    const ask = (ids: string) =>
      read({ stream: 'hits', query: `SELECT id, title, page FROM t WHERE id IN (${ids}) ORDER BY id; -- end` });
    beforeEach(() => {
      fill(`CREATE TABLE t (id INTEGER, title, page);
        INSERT INTO t VALUES (1, char(65533) || 'a', 'caf' || char(233)), (2, CAST(x'636166e9' AS TEXT), 'b'),
          (3, CAST(x'636166e8' AS TEXT), 'c'), (4, NULL, 'd' || char(65533)), (5, x'e9', 'e'),
          (6, char(65533) || CAST(x'ff' AS TEXT), 'f'), (7, CAST(x'c3efbfbda9' AS TEXT), 'g')`);
    });

    it.each(['2', '3', '1, 2', '1, 3, 4', '1, 6', '7'])('refuses rows %s, which would read as others', async (ids) => {
      await expect(ask(ids)).rejects.toMatchObject({
        code: 'source.query',
        message: expect.stringMatching(/^Stream hits: column title holds text that is not UTF-8, such as ".*\uFFFD/),
        next: expect.stringContaining('UTF-8'),
      });
    });

    it('takes a U+FFFD that the database holds, and bytes', async () => {
      expect(await ask('1, 4, 5')).toEqual([
        ['1', '\uFFFDa', 'caf\u{E9}'],
        ['4', null, 'd\uFFFD'],
        ['5', Buffer.from([0xe9]), 'e'],
      ]);
    });

    it('looks at the rows of the range alone, each batch of them', async () => {
      fill(`CREATE TABLE h (at INTEGER, title TEXT);
        INSERT INTO h WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < 4999)
          SELECT x, char(65533) FROM n;
        INSERT INTO h VALUES (5000, CAST(x'ff' AS TEXT))`);
      const stream = {
        stream: 'hits',
        query: 'SELECT at, title FROM h WHERE at >= :from AND at < :to',
        window: { column: 'at', type: 's', zone: 'UTC' },
      } as const;
      expect((await read(stream, { from: 0, to: 5000 })).length).toBe(5000);
      // Who looks at the first rows alone is not made to wait for the last ones.
      const source = open();
      const first = await source.snapshot(async (reader) => {
        for await (const { rows } of reader.read(stream, whole)) return rows;
        return [];
      });
      expect(first.length).toBeGreaterThan(0);
      await expect(read(stream, { from: 4000, to: null })).rejects.toMatchObject({ code: 'source.query' });
    });
  });

  it('never writes: the file is the same and nothing stands beside it', async () => {
    fill("CREATE TABLE t (x); INSERT INTO t VALUES ('a')");
    chmodSync(path, 0o444);
    chmodSync(folder, 0o555);
    const sha256 = () => createHash('sha256').update(readFileSync(path)).digest('hex');
    const before = sha256();
    expect(await read({ stream: 's', query: 'SELECT x FROM t' })).toEqual([['a']]);
    expect(readdirSync(folder)).toEqual(['legacy.sqlite']);
    for (const source of opened.splice(0)) await source.close();
    expect(readdirSync(folder)).toEqual(['legacy.sqlite']);
    expect(sha256()).toBe(before);
  });

  // SQLite keeps any value in any column.
  it.each<[WindowColumn['type'], string, number, string]>([
    ['s', '-0.5, 59.75, -60', 60, '-60: 2, 0: 1'],
    ['date', "'2015-03-01', '0000-00-00'", 86400, 'null: 1, 1425168000: 1'],
    ['datetime', "'2015-03-01 10:00:00', '2015-03-01 10.00.00', '2015-03-01T10:00:00'", 3600, 'null: 2, 1425204000: 1'],
    ['iso', "'2015-03-01T10:00:00', '2015-03-01T10:00Z', '2015-03-01 10:00:00'", 86400, 'null: 2, 1425168000: 1'],
  ])('counts %s of %s by %i', async (type, values, grain, spans) => {
    fill(`CREATE TABLE t (at); INSERT INTO t VALUES ${values.split(', ').map((value) => `(${value})`)}`);
    const query = 'SELECT at FROM t WHERE at >= :from AND at < :to';
    const counted = await open().count(
      { stream: 's', query, window: { column: 'at', type, zone: 'UTC' } },
      grain,
      whole,
    );
    expect(spansOf(counted)).toBe(spans);
  });

  it('refuses a window column that SQLite stores as something else, since ranges would miss its rows', async () => {
    fill("CREATE TABLE t (at); INSERT INTO t VALUES (1425204000), (1425204001), ('2015-03-01 10:00:00'), (NULL)");
    const stream = {
      stream: 'hits',
      query: 'SELECT at FROM t',
      window: { column: 'at', type: 'datetime', zone: 'UTC' },
    } as const;
    await expect(open().count(stream, 60, whole)).rejects.toMatchObject({
      code: 'input.invalid',
      message: 'Stream hits: window column at is declared as datetime, but in 2 rows SQLite stores it as integer',
    });
  });

  describe('counts texts without seconds', () => {
    const windowed = (type: WindowColumn['type'], query: string): StreamQuery => ({
      stream: 'hits',
      query,
      window: { column: 'at', type, zone: 'UTC' },
    });
    beforeEach(() =>
      fill("CREATE TABLE hits (at TEXT); INSERT INTO hits VALUES ('2015-03-01 10:24:00'), ('2015-03-01 10:24:30')"),
    );
    const returning = (at: string, compared = 'h.at') =>
      `SELECT ${at} AS at FROM hits AS h WHERE ${compared} >= :from AND ${compared} < :to`;

    it.each([
      ['datetime', 'substr(h.at, 1, 16)', '2015-03-01 10:24'],
      ['datetime', 'substr(h.at, 1, 10)', '2015-03-01'],
      ['iso', "replace(substr(h.at, 1, 16), ' ', 'T') || 'Z'", '2015-03-01T10:24Z'],
    ] as const)('not of times that are compared: %s %s', async (type, at, text) => {
      const compared = type === 'iso' ? "replace(h.at, ' ', 'T')" : 'h.at';
      await expect(open().count(windowed(type, returning(at, compared)), 3600, whole)).rejects.toMatchObject({
        code: 'input.invalid',
        message: `Stream hits: :from and :to are compared with times, but rows return at as text without seconds, such as ${text}`,
        next: expect.stringContaining('with its seconds'),
      });
    });

    it.each([
      ['that are compared themselves', returning('substr(h.at, 1, 16)', 'substr(h.at, 1, 16)'), 2],
      ['that come with every range', `${returning('h.at')} UNION ALL SELECT '2015-03-01 10:24'`, 1],
    ])('%s', async (_, query, rows) => {
      expect(await open().count(windowed('datetime', query), 3600, whole)).toContainEqual({ start: null, rows });
    });
  });

  describe('stops with a message that names the place', () => {
    it('two statements', async () => {
      fill('CREATE TABLE t (a)');
      await expect(open().columns({ stream: 's', query: 'SELECT a FROM t; SELECT a FROM t' })).rejects.toMatchObject({
        code: 'input.invalid',
        message: expect.stringContaining('more than one statement'),
        next: expect.any(String),
      });
    });

    it('a file that is not there', () => {
      expect(open).toThrow(
        expect.objectContaining({ code: 'input.not-found', message: expect.stringContaining(path) }),
      );
      path = folder;
      expect(open).toThrow(expect.objectContaining({ code: 'input.not-found' }));
    });

    it('a file that the system does not give, as no fault of the migration file', () => {
      symlinkSync(path, path);
      expect(open).toThrow(
        expect.objectContaining({
          code: 'source.unreachable',
          message: expect.stringContaining(`${path} cannot be looked at`),
        }),
      );
    });

    it('a file that is no database', () => {
      writeFileSync(path, 'id,name\n'.repeat(200));
      expect(open).toThrow(
        expect.objectContaining({
          code: 'input.invalid',
          message: expect.stringContaining('is not a SQLite database'),
        }),
      );
    });
  });
});

import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Source, StreamQuery, WindowColumn } from '../../../src/source/source.ts';
import { openSqlite } from '../../../src/source/sqlite/open-sqlite.ts';
import { sourceContract } from '../../contracts/source-contract.ts';
import { tablesContract } from '../../contracts/tables-contract.ts';

const whole = { from: null, to: null };

function makeHits(journal: string) {
  const folder = mkdtempSync(join(tmpdir(), 'bdia-sqlite-'));
  const path = join(folder, 'legacy.sqlite');
  const db = new Database(path);
  db.pragma(`journal_mode=${journal}`);
  db.exec('CREATE TABLE hits (id INTEGER, at TEXT, title TEXT, price REAL, raw BLOB)');
  const insert = db.prepare('INSERT INTO hits VALUES (?, ?, ?, ?, ?)');
  const rows: (string | Uint8Array | null)[][] = [];
  db.exec('BEGIN');
  for (let n = 0; n < 3000; n++) {
    const id = 9007199254740993n + BigInt(n);
    const at = n === 1234 ? null : new Date((1425204000 + n * 10) * 1000).toISOString().slice(0, 19).replace('T', ' ');
    insert.run(id, at, n % 7 === 0 ? null : `t,"${n}"\n\u{1F600}`, n / 4, Buffer.from([n & 255, 0]));
    const quarter = ['.0', '.25', '.5', '.75'][n % 4];
    rows.push([
      String(id),
      at,
      n % 7 === 0 ? null : `t,"${n}"\n\u{1F600}`,
      `${(n - (n % 4)) / 4}${quarter}`,
      Uint8Array.of(n & 255, 0),
    ]);
  }
  db.exec('COMMIT');
  return { folder, path, db, rows };
}

const windowedQuery = `
  SELECT id, at, title, price, raw FROM hits -- the legacy table
  WHERE at >= :from AND at < :to`;

tablesContract(
  'SQLite',
  { schema: null, quote: '"', types: [/^integer$/, /^bigint$/, /^timestamp$/, /^varchar\(200\)$/] },
  async (statements) => {
    const folder = mkdtempSync(join(tmpdir(), 'bdia-sqlite-'));
    const path = join(folder, 'legacy.sqlite');
    const db = new Database(path);
    db.exec(statements);
    db.close();
    return { source: openSqlite({ path }), remove: () => rmSync(folder, { recursive: true }) };
  },
);

for (const journal of ['wal', 'delete']) {
  const can = { ranges: true, isolation: journal === 'wal' };
  sourceContract(`SQLite (${journal})`, can, async () => {
    const { folder, path, db, rows } = makeHits(journal);
    return {
      source: openSqlite({ path }),
      stream: {
        stream: 'hits',
        query: windowedQuery,
        window: { column: 'at', type: 'datetime', zone: 'UTC' },
      },
      columns: ['id', 'at', 'title', 'price', 'raw'],
      // The row whose time is NULL sorts last here: no range holds it.
      rows: rows.filter((row) => row[1] !== null),
      windowed: {
        cuts: [1425204000, 1425210000, 1425220005, 1425234000],
        grain: 3600,
        counts: [
          { start: 1425204000, rows: 360 },
          { start: 1425207600, rows: 360 },
          { start: 1425211200, rows: 360 },
          { start: 1425214800, rows: 359 },
          { start: 1425218400, rows: 360 },
          { start: 1425222000, rows: 360 },
          { start: 1425225600, rows: 360 },
          { start: 1425229200, rows: 360 },
          { start: 1425232800, rows: 120 },
        ],
      },
      // A writer that meets a reader in a rollback-journal database has to wait: only WAL lets both go on.
      ...(journal === 'wal' && {
        write: () => void db.exec("INSERT INTO hits VALUES (1, '2015-03-01 10:00:00', 'x', 1, x'')"),
      }),
      remove: () => {
        db.close();
        rmSync(folder, { recursive: true });
      },
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
  const read = (stream: StreamQuery, range = whole as { from: number | null; to: number | null }) =>
    open().snapshot(async (reader) => {
      const rows = [];
      for await (const batch of reader.read(stream, range)) rows.push(...batch.rows);
      return rows;
    });
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
      await source.snapshot(async (reader) => {
        for await (const { rows } of reader.read(stream, { from: null, to: null })) {
          expect(rows.length).toBeGreaterThan(0);
          break;
        }
      });
      await expect(read(stream, { from: 4000, to: null })).rejects.toMatchObject({ code: 'source.query' });
    });
  });

  it('binds parameters as values, never as SQL', async () => {
    fill("CREATE TABLE t (id INTEGER, name TEXT); INSERT INTO t VALUES (9007199254740993, ''' OR 1=1 --'), (2, 'b')");
    const query = 'SELECT id, name FROM t WHERE id = :id OR name = :name';
    expect(await read({ stream: 's', query, parameters: { id: 9007199254740993n, name: "' OR 1=1" } })).toEqual([
      ['9007199254740993', "' OR 1=1 --"],
    ]);
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

  describe('counts by every type of window column', () => {
    const cases: [WindowColumn['type'], string, number, (number | null)[][]][] = [
      [
        's',
        '-1, 0, 59, 60, 61, NULL',
        60,
        [
          [null, 1],
          [-60, 1],
          [0, 2],
          [60, 2],
        ],
      ],
      [
        's',
        '-0.5, 59.75, -60',
        60,
        [
          [-60, 2],
          [0, 1],
        ],
      ],
      [
        'ms',
        '-1, 999, 1000, 1999',
        1,
        [
          [-1, 1],
          [0, 1],
          [1, 2],
        ],
      ],
      [
        'us',
        '1425204000000000, 1425204059999999, 1425204060000000',
        60,
        [
          [1425204000, 2],
          [1425204060, 1],
        ],
      ],
      [
        'ns',
        '1425204000000000001, -1',
        86400,
        [
          [-86400, 1],
          [1425168000, 1],
        ],
      ],
      [
        'date',
        "'2015-03-01', '2015-03-01', '2015-03-02', '0000-00-00'",
        86400,
        [
          [null, 1],
          [1425168000, 2],
          [1425254400, 1],
        ],
      ],
      [
        'iso',
        "'2015-03-01T10:00:00Z', '2015-03-01T10:00:59.9Z', '2015-03-01T10:01:00Z'",
        60,
        [
          [1425204000, 2],
          [1425204060, 1],
        ],
      ],
      [
        'datetime',
        "'2015-03-01 10:00:00', '2015-03-01 10:59:59', '2015-03-01 13:00:00', 'soon'",
        7200,
        [
          [null, 1],
          [1425204000, 2],
          [1425211200, 1],
        ],
      ],
      [
        'datetime',
        "'2015-03-01 10:00:00', '2015-03-01 10:00', '2015-03-01', '2015-03-01 10.00.00', '2015-03-01T10:00:00'",
        3600,
        [
          [null, 4],
          [1425204000, 1],
        ],
      ],
      [
        'iso',
        "'2015-03-01T10:00:00', '2015-03-01T10:00Z', '2015-03-01 10:00:00'",
        86400,
        [
          [null, 2],
          [1425168000, 1],
        ],
      ],
      [
        'datetime',
        "'2015-03-01 10:00:00.1', '2015-03-01 10:00:01'",
        1,
        [
          [1425204000, 1],
          [1425204001, 1],
        ],
      ],
    ];
    it.each(cases)('%s of %s by %i', async (type, values, grain, expected) => {
      fill(`CREATE TABLE t ("the.when"); INSERT INTO t VALUES ${values.split(', ').map((value) => `(${value})`)}`);
      const query = 'SELECT "the.when" FROM t WHERE "the.when" IS NULL OR "the.when" >= :from AND "the.when" < :to;\n';
      const stream = { stream: 's', query, window: { column: 'the.when', type, zone: 'UTC' } };
      expect(await open().count(stream, grain, whole)).toEqual(expected.map(([start, rows]) => ({ start, rows })));
    });
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
    const cases: [string, Partial<StreamQuery>, string, RegExp][] = [
      [
        'a table that is not there',
        { query: 'SELECT a FROM nowhere' },
        'source.query',
        /Stream s .*no such table: nowhere/,
      ],
      ['a column that is not there', { query: 'SELECT b FROM t' }, 'source.query', /no such column: b/],
      [
        'names that repeat',
        { query: 'SELECT a, a, 1 AS x, 2 AS x FROM t' },
        'input.invalid',
        /more than one column named a, x/,
      ],
      ['a query that writes', { query: 'DELETE FROM t' }, 'input.invalid', /does not only read/],
      [
        'a query that writes and returns',
        { query: 'DELETE FROM t RETURNING a' },
        'input.invalid',
        /does not only read/,
      ],
      ['two statements', { query: 'SELECT a FROM t; SELECT a FROM t' }, 'input.invalid', /more than one statement/],
      ['no query', { rows: 'hits' }, 'input.invalid', /has no query/],
    ];
    it.each(cases)('%s', async (_, stream, code, message) => {
      fill('CREATE TABLE t (a)');
      await expect(open().columns({ stream: 's', ...stream })).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
        next: expect.any(String),
      });
    });

    it('a parameter without a value', async () => {
      fill('CREATE TABLE t (a)');
      await expect(read({ stream: 's', query: 'SELECT :site' })).rejects.toMatchObject({
        code: 'input.invalid',
        message: expect.stringContaining('Missing named parameter "site"'),
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

  it('fails, rather than end early, where a reader outlives its snapshot', async () => {
    fill(
      `CREATE TABLE t AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2500) SELECT x FROM n`,
    );
    const batches = await open().snapshot(async (reader) => {
      const left = reader.read({ stream: 's', query: 'SELECT x FROM t' }, whole)[Symbol.asyncIterator]();
      await left.next();
      return left;
    });
    await expect(batches.next()).rejects.toThrow('The snapshot is over');
  });
});

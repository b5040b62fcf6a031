import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ServerSource } from '../../../src/config/migration.ts';
import { openMysql } from '../../../src/source/mysql/open-mysql.ts';
import type { Source, StreamQuery } from '../../../src/source/source.ts';
import { forgottenHostContract } from '../../contracts/forgotten-host-contract.ts';
import { sourceContract } from '../../contracts/source-contract.ts';
import { tablesContract } from '../../contracts/tables-contract.ts';
import type { TestDatabase } from '../../support/servers/database-server.ts';
import { mysqlNumbers } from '../../support/servers/mysql-sql.ts';
import { sharedServer } from '../../support/servers/shared-server.ts';
import { userPassword } from '../../support/servers/test-users.ts';
import { mysqlSource, readAll } from './mysql-fixture.ts';

let db: TestDatabase;
const opened: Source[] = [];
const open = async (wishes: Partial<ServerSource> = {}) => {
  const source = await openMysql(mysqlSource(db, wishes));
  opened.push(source);
  return source;
};

beforeAll(async () => {
  db = await (await sharedServer('mysql')).freshDatabase();
}, 120_000);
afterEach(async () => {
  for (const source of opened.splice(0)) await source.close();
});
afterAll(async () => {
  await db.remove();
});

const hitsRows = Array.from({ length: 3_000 }, (_, n) => [
  String(9_007_199_254_740_993n + BigInt(n)),
  n === 1_234 ? null : new Date((1_425_204_000 + n * 10) * 1_000).toISOString().slice(0, 19).replace('T', ' '),
  n % 7 === 0 ? null : `t,"${n}"\n\u{1F600}`,
  `${(n - (n % 4)) / 4}.${['00', '25', '50', '75'][n % 4]}`,
]);

tablesContract(
  'MySQL',
  { schema: null, quote: '`', types: [/^int\b/, /^bigint\b/, /^timestamp$/, /^varchar\(200\)$/] },
  async (statements) => {
    const database = await (await sharedServer('mysql')).freshDatabase();
    await database.run(statements);
    return { source: await openMysql(mysqlSource(database)), remove: () => database.remove() };
  },
);

sourceContract('MySQL', { ranges: true, isolation: true }, async () => {
  const database = await (await sharedServer('mysql')).freshDatabase();
  const values = hitsRows.map((row) => `(${row.map((cell) => (cell === null ? 'NULL' : `'${cell}'`)).join(', ')})`);
  await database.run(`
    CREATE TABLE hits (id BIGINT PRIMARY KEY, at DATETIME NULL, title TEXT, price DECIMAL(10, 2), KEY (at));
    INSERT INTO hits VALUES ${values.join(', ')}`);
  let written = 0;
  return {
    source: await openMysql(mysqlSource(database)),
    stream: {
      stream: 'hits',
      query: 'SELECT id, at, title, price FROM hits # the legacy table\nWHERE at >= :from AND at < :to',
      window: { column: 'at', type: 'datetime', zone: 'UTC' },
    },
    columns: ['id', 'at', 'title', 'price'],
    rows: hitsRows.filter((row) => row[1] !== null),
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
    write: async () => {
      await database.run(`INSERT INTO hits VALUES (${++written}, '2015-03-01 10:00:00', 'x', 1)`);
    },
    remove: () => database.remove(),
  };
});

describe('openMysql', () => {
  it('binds parameters as values, never as SQL', async () => {
    await db.run(`CREATE TABLE named (id BIGINT, name TEXT);
      INSERT INTO named VALUES (9007199254740993, ''' OR 1=1 -- '), (2, 'b')`);
    const query = 'SELECT id, name FROM named WHERE id = :id OR name = :name';
    expect(
      await readAll(await open(), { stream: 's', query, parameters: { id: 9007199254740993n, name: "' OR 1=1" } }),
    ).toEqual([['9007199254740993', "' OR 1=1 -- "]]);
  });

  it('is content with a user who may only SELECT', async () => {
    const user = `${db.database}_reader`;
    await db.run(`CREATE TABLE seen (id INT, at DATETIME, KEY (at)); INSERT INTO seen VALUES (1, '2015-03-01');
      CREATE USER ${user} IDENTIFIED BY '${userPassword}'; GRANT SELECT ON ${db.database}.* TO ${user}`);
    try {
      const source = await open({ user, password: userPassword });
      const stream: StreamQuery = {
        stream: 's',
        query: 'SELECT id, at FROM seen WHERE at >= :from AND at < :to',
        window: { column: 'at', type: 'datetime', zone: 'UTC' },
      };
      expect((await source.tables!()).map(({ name }) => name)).toContain('seen');
      expect(await source.count(stream, 86_400, { from: null, to: null })).toEqual([{ start: 1425168000, rows: 1 }]);
      expect((await source.access!(stream, { from: 0, to: 1 })).isIndexed).toBe(true);
      expect(await readAll(source, stream)).toEqual([['1', '2015-03-01 00:00:00']]);
    } finally {
      await db.run(`DROP USER ${user}`);
    }
  });

  it('names itself without user and password', async () => {
    expect((await open()).identity).toEqual({
      engine: 'mysql',
      host: '127.0.0.1',
      port: String(db.port),
      database: db.database,
    });
  });

  it('cannot write, and locks nothing', async () => {
    await db.run(`CREATE TABLE kept (id INT);
      CREATE FUNCTION put() RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO kept VALUES (1); RETURN 1; END`);
    await expect(readAll(await open(), { stream: 's', query: 'SELECT put() AS x' })).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining('only reads'),
    });
    expect(await db.run('SELECT COUNT(*) FROM kept')).toEqual([['0']]);
  });

  it('reads without a snapshot where none is wanted', async () => {
    await db.run('CREATE TABLE grows (id INT); INSERT INTO grows VALUES (1)');
    const source = await open({ snapshot: false });
    const stream: StreamQuery = { stream: 's', query: 'SELECT id FROM grows' };
    const seen = await source.snapshot(async (reader) => {
      const counts: number[] = [];
      for (let at = 0; at < 2; at++) {
        for await (const { rows } of reader.read(stream, { from: null, to: null })) counts.push(rows.length);
        await db.run('INSERT INTO grows VALUES (2)');
      }
      return counts;
    });
    expect(seen).toEqual([1, 2]);
  });

  it('fails, rather than end early, where a reader outlives its snapshot', async () => {
    const source = await open();
    const left = await source.snapshot(async (reader) => {
      const batches = reader
        .read({ stream: 's', query: `SELECT seq FROM ${mysqlNumbers(1, 100_000)} AS n` }, { from: null, to: null })
        [Symbol.asyncIterator]();
      await batches.next();
      return batches;
    });
    await expect(left.next()).rejects.toThrow('The snapshot is over');
  });

  forgottenHostContract((host, options) => openMysql(mysqlSource(db, { host }), options));

  it('opens its line again when the server has closed it', async () => {
    const source = await open();
    const stream: StreamQuery = { stream: 's', query: 'SELECT CONNECTION_ID() AS id' };
    await db.run('CREATE TABLE t (a INT)');
    const ids = await db.run(
      `SELECT id FROM information_schema.processlist WHERE db = '${db.database}' AND id <> CONNECTION_ID()`,
    );
    for (const [id] of ids) await db.run(`KILL ${id}`);
    await expect.poll(() => source.columns(stream).catch(() => null)).toEqual(['id']);
  });
});

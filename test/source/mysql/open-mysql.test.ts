import { describe, expect, it } from 'vitest';
import { openMysql } from '../../../src/source/mysql/open-mysql.ts';
import type { StreamQuery } from '../../../src/source/source.ts';
import { databaseContract } from '../../contracts/database-contract.ts';
import { askedHits, hitRows } from '../../contracts/database-hits.ts';
import { forgottenHostContract } from '../../contracts/forgotten-host-contract.ts';
import { sourceContract } from '../../contracts/source-contract.ts';
import { tablesContract } from '../../contracts/tables-contract.ts';
import { serverSource } from '../../support/servers/server-source.ts';
import { killConnections, serverSql } from '../../support/servers/server-sql.ts';
import { sharedServer } from '../../support/servers/shared-server.ts';
import { userPassword } from '../../support/servers/test-users.ts';
import { readRows } from '../read-rows.ts';
import { useMysql } from './mysql-fixture.ts';

tablesContract(
  'MySQL',
  { schema: null, quote: '`', types: [/^int\b/, /^bigint\b/, /^timestamp$/, /^varchar\(200\)$/] },
  async (statements) => {
    const database = await (await sharedServer('mysql')).freshDatabase();
    await database.run(statements);
    return { source: await openMysql(serverSource(database)), remove: () => database.remove() };
  },
);

sourceContract('MySQL', { ranges: true, isolation: true }, async () => {
  const database = await (await sharedServer('mysql')).freshDatabase();
  const rows = hitRows(['.00', '.25', '.50', '.75']);
  const values = rows.map((row) => `(${row.map((cell) => (cell === null ? 'NULL' : `'${cell}'`)).join(', ')})`);
  await database.run(`
    CREATE TABLE hits (id BIGINT PRIMARY KEY, at DATETIME NULL, title TEXT, price DECIMAL(10, 2), KEY (at));
    INSERT INTO hits VALUES ${values.join(', ')}`);
  let written = 0;
  const asked = askedHits(rows);
  return {
    ...asked,
    source: await openMysql(serverSource(database)),
    stream: { ...asked.stream, query: asked.stream.query.replace('--', '#') },
    write: async () => {
      await database.run(`INSERT INTO hits VALUES (${++written}, '2015-03-01 10:00:00', 'x', 1)`);
    },
    remove: () => database.remove(),
  };
});

const integers = { s: 'BIGINT', ms: 'BIGINT', us: 'BIGINT', ns: 'BIGINT' };
const texts = {
  datetime: 'VARCHAR(40) CHARACTER SET utf8mb4',
  iso: 'VARCHAR(40) CHARACTER SET latin1',
  date: 'VARCHAR(40)',
};
databaseContract('MySQL', { quote: '`', types: { ...integers, ...texts } }, async () => {
  const database = await (await sharedServer('mysql')).freshDatabase();
  return { source: await openMysql(serverSource(database)), run: database.run, remove: () => database.remove() };
});

describe('openMysql', () => {
  const { database, open } = useMysql();

  it('is content with a user who may only SELECT', async () => {
    const { run, database: name } = database();
    const user = `${name}_reader`;
    await run(`CREATE TABLE seen (id INT, at DATETIME, KEY (at)); INSERT INTO seen VALUES (1, '2015-03-01');
      CREATE USER ${user} IDENTIFIED BY '${userPassword}'; GRANT SELECT ON ${name}.* TO ${user}`);
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
      expect(await readRows(source, stream)).toEqual([['1', '2015-03-01 00:00:00']]);
    } finally {
      await run(`DROP USER ${user}`);
    }
  });

  it('names itself without user and password', async () => {
    const { port, database: name } = database();
    expect((await open()).identity).toEqual({ engine: 'mysql', host: '127.0.0.1', port: String(port), database: name });
  });

  it('cannot write, and locks nothing', async () => {
    await database().run(`CREATE TABLE kept (id INT);
      CREATE FUNCTION put() RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO kept VALUES (1); RETURN 1; END`);
    await expect(readRows(await open(), { stream: 's', query: 'SELECT put() AS x' })).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining('only reads'),
    });
    expect(await database().run('SELECT COUNT(*) FROM kept')).toEqual([['0']]);
  });

  forgottenHostContract((host, options) => openMysql(serverSource(database(), { host }), options));

  it('opens its line again when the server has closed it', async () => {
    const source = await open();
    const stream: StreamQuery = { stream: 's', query: 'SELECT CONNECTION_ID() AS id' };
    const lines = () => database().run(serverSql.mysql.connections);
    const before = await lines();
    expect(before).toHaveLength(1);
    await killConnections(database());
    await expect.poll(() => source.columns(stream).catch(() => null)).toEqual(['id']);
    expect(await lines()).not.toEqual(before);
  });
});

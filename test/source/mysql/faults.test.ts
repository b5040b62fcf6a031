import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openMysql } from '../../../src/source/mysql/open-mysql.ts';
import type { StreamQuery } from '../../../src/source/source.ts';
import { serverContract } from '../../contracts/server-contract.ts';
import { startMariadb } from '../../support/servers/mariadb-server.ts';
import { mysqlNumbers } from '../../support/servers/mysql-sql.ts';
import { serverSql } from '../../support/servers/server-sql.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { readRows, whole } from '../read-rows.ts';
import { useMysql } from './mysql-fixture.ts';

serverContract({ engine: 'mysql', open: openMysql, start: startMariadb, lost: /MySQL server/ });

const lost = { code: 'source.unreachable', message: expect.stringContaining('MySQL server'), next: expect.any(String) };
/** Some 200 MB. */
const long: StreamQuery = { stream: 'long', query: serverSql.mysql.wideRows(200_000) };
const endless: StreamQuery = { stream: 'endless', query: serverSql.mysql.endless };

const { database, open } = useMysql();
let proxy: TcpProxy;
beforeAll(async () => {
  proxy = await startTcpProxy(database());
});
afterAll(() => proxy.close());

/** Statements of this database that run now, but for the one that asks. */
const running = () =>
  database().run(
    "SELECT id, state FROM information_schema.processlist WHERE command = 'Query' AND id <> CONNECTION_ID() AND db = DATABASE()",
  );

describe('a statement that is killed', () => {
  it('while rows are read, is a lost connection', async () => {
    const source = await open();
    const reading = source.snapshot(async (reader) => {
      for await (const _ of reader.read(long, whole)) {
        for (const [id] of await running()) await database().run(`KILL QUERY ${id}`);
      }
    });
    await expect(reading).rejects.toMatchObject(lost);
  });

  it('with its connection, before its first row, is one too', async () => {
    const source = await open();
    await source.columns(endless);
    const failed = expect(readRows(source, endless)).rejects.toMatchObject(lost);
    const [id] = await vi.waitUntil(async () => (await running())[0], { timeout: 10_000 });
    await database().run(`KILL ${id}`);
    await failed;
  });
});

describe('a bound that is passed', () => {
  it('of a statement', async () => {
    const source = await open({ timeouts: { connectMs: 5_000, statementMs: 200, lockMs: 0 } });
    await expect(readRows(source, endless)).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining('took too long'),
      next: expect.stringContaining('source.timeouts.statement'),
    });
  });

  it('of a lock', async () => {
    await database().run('CREATE TABLE locked (id INT)');
    const { host, port, user, password, database: name } = database();
    const holder = await createConnection({ host, port, user, password, database: name });
    try {
      await holder.query('LOCK TABLES locked WRITE');
      const source = await open({ timeouts: { connectMs: 5_000, statementMs: 0, lockMs: 1_000 } });
      await expect(readRows(source, { stream: 's', query: 'SELECT id FROM locked' })).rejects.toMatchObject({
        ...lost,
        message: expect.stringContaining('waited too long for a lock'),
      });
    } finally {
      await holder.end();
    }
  });
});

it('the server is freed by close, whatever is under way', async () => {
  const source = await open();
  // Statements that open the snapshot run too.
  const reading = expect(readRows(source, endless)).rejects.toThrow(/The (snapshot is over|source is closed)/);
  const counting = expect(
    source.count(
      {
        stream: 's',
        query: `${endless.query} HAVING n >= :from AND n < :to`,
        window: { column: 'n', type: 's', zone: 'UTC' },
      },
      60,
      whole,
    ),
  ).rejects.toMatchObject(lost);
  await expect.poll(async () => (await running()).length).toBe(2);
  await source.close();
  await Promise.all([reading, counting]);
  await expect.poll(running).toEqual([]);
});

describe('a consumer that is slow', () => {
  it('makes the server wait, and nothing is read ahead beyond buffers', async () => {
    const source = await open({ port: proxy.port });
    await source.snapshot(async (reader) => {
      const before = proxy.received();
      let rows = 0;
      for await (const batch of reader.read(long, whole)) {
        rows += batch.rows.length;
        await expect.poll(async () => (await running())[0]?.[1]).toMatch(/net|sending to client/i);
        // Nothing flows any more: the same after several round trips.
        await expect
          .poll(async () => {
            const held = proxy.received();
            for (let trip = 0; trip < 5; trip++) await running();
            return proxy.received() - held;
          })
          .toBe(0);
        break;
      }
      expect(rows).toBe(1_000);
      // All of it is 200 MB. Two batches are 2; the rest lies in the buffers of sockets, which systems make as they like.
      expect(proxy.received() - before).toBeLessThan(80_000_000);
    });
  });

  it('gets smaller batches where rows are long', async () => {
    const source = await open();
    const query = `SELECT REPEAT('x', 1000000) AS pad FROM ${mysqlNumbers(1, 50)} AS n`;
    const sizes: number[] = [];
    await source.snapshot(async (reader) => {
      for await (const { rows } of reader.read({ stream: 's', query }, whole)) sizes.push(rows.length);
    });
    expect(sizes).toEqual([8, 8, 8, 8, 8, 8, 2]);
  });
});

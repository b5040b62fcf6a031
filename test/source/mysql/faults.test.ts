import { createConnection } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ServerSource } from '../../../src/config/migration.ts';
import { openMysql } from '../../../src/source/mysql/open-mysql.ts';
import type { Source, SourceReader, StreamQuery } from '../../../src/source/source.ts';
import type { OwnServer, TestDatabase } from '../../support/servers/database-server.ts';
import { startMariadb } from '../../support/servers/mariadb-server.ts';
import { mysqlNumbers } from '../../support/servers/mysql-sql.ts';
import { sharedServer } from '../../support/servers/shared-server.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { mysqlSource, readAll } from './mysql-fixture.ts';

const whole = { from: null, to: null };
const lost = { code: 'source.unreachable', message: expect.stringContaining('MySQL server'), next: expect.any(String) };
/** Some 200 MB. */
const long: StreamQuery = {
  stream: 'long',
  query: `SELECT seq, REPEAT('x', 400) AS pad FROM ${mysqlNumbers(1, 500_000)} AS n`,
};
/** Computes for hours before its first row. */
const endless: StreamQuery = {
  stream: 'endless',
  query: `SELECT COUNT(*) AS n FROM ${mysqlNumbers(1, 1_000_000)} a JOIN ${mysqlNumbers(1, 1_000_000)} b ON a.seq % 7 = b.seq % 11`,
};

let db: TestDatabase;
let proxy: TcpProxy;
const opened: Source[] = [];
const open = async (wishes: Partial<ServerSource> = {}) => {
  const source = await openMysql(mysqlSource(db, wishes));
  opened.push(source);
  return source;
};

beforeAll(async () => {
  db = await (await sharedServer('mysql')).freshDatabase();
  proxy = await startTcpProxy({ host: db.host, port: db.port });
}, 120_000);
afterEach(async () => {
  for (const source of opened.splice(0)) await source.close();
});
afterAll(async () => {
  await proxy?.close();
  await db?.remove();
});

/** Statements of this database that run now, but for the one that asks. */
const running = () =>
  db.run(
    `SELECT id, state FROM information_schema.processlist WHERE command = 'Query' AND id <> CONNECTION_ID() AND db = '${db.database}'`,
  );

async function readHalf(reader: SourceReader, then: () => Promise<unknown>): Promise<number> {
  let rows = 0;
  for await (const batch of reader.read(long, whole)) {
    if (rows === 0) await then();
    rows += batch.rows.length;
  }
  return rows;
}

describe('a connection that is lost while rows are read', () => {
  it('by KILL', async () => {
    const source = await open();
    const kill = async () => {
      const [[id] = []] = await running();
      await db.run(`KILL ${id}`);
    };
    await expect(source.snapshot((reader) => readHalf(reader, kill))).rejects.toMatchObject(lost);
    expect(await readAll(source, { stream: 's', query: 'SELECT 1 AS x' })).toEqual([['1']]);
  });

  it('by KILL QUERY', async () => {
    const source = await open();
    const kill = async () => {
      const [[id] = []] = await running();
      await db.run(`KILL QUERY ${id}`);
    };
    await expect(source.snapshot((reader) => readHalf(reader, kill))).rejects.toMatchObject(lost);
  });

  it('by the network, at any byte', async () => {
    const source = await open({ port: proxy.port });
    for (const bytes of [1, 70, 300, 1_000, 5_000, 100_000, 3_000_000]) {
      proxy.cutAfter(bytes);
      await expect(source.snapshot((reader) => readHalf(reader, async () => {}))).rejects.toMatchObject(lost);
    }
    expect(await readAll(source, { stream: 's', query: 'SELECT 1 AS x' })).toEqual([['1']]);
  });

  it('between two streams', async () => {
    const source = await open({ port: proxy.port });
    await expect(
      source.snapshot(async (reader) => {
        proxy.cut();
        await readHalf(reader, async () => {});
      }),
    ).rejects.toMatchObject(lost);
  });

  it('while a question is asked', async () => {
    const source = await open();
    await source.columns(endless);
    const failed = expect(readAll(source, endless)).rejects.toMatchObject(lost);
    const [id] = await vi.waitUntil(async () => (await running())[0], { timeout: 10_000 });
    await db.run(`KILL ${id}`);
    await failed;
  });
});

describe('a server that restarts while rows are read', () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await startMariadb();
  }, 120_000);
  afterAll(() => server?.remove());

  it.each(['clean', 'crash'] as const)('(%s) is lost, and everything works afterwards', async (how) => {
    const source = await openMysql(mysqlSource(await server.freshDatabase()));
    opened.push(source);
    await expect(source.snapshot((reader) => readHalf(reader, () => server.restart(how)))).rejects.toMatchObject(lost);
    expect(await source.columns({ stream: 's', query: 'SELECT 1 AS x' })).toEqual(['x']);
    expect(await readAll(source, { stream: 's', query: 'SELECT 1 AS x' })).toEqual([['1']]);
  });
});

describe('a bound that is passed', () => {
  it('of a statement', async () => {
    const source = await open({ timeouts: { connectMs: 5_000, statementMs: 200, lockMs: 0 } });
    await expect(readAll(source, endless)).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining('took too long'),
      next: expect.stringContaining('source.timeouts.statement'),
    });
  });

  it('of a lock', async () => {
    await db.run('CREATE TABLE locked (id INT)');
    const { host, port, user, password, database } = db;
    const holder = await createConnection({ host, port, user, password, database });
    try {
      await holder.query('LOCK TABLES locked WRITE');
      const source = await open({ timeouts: { connectMs: 5_000, statementMs: 0, lockMs: 1_000 } });
      await expect(readAll(source, { stream: 's', query: 'SELECT id FROM locked' })).rejects.toMatchObject({
        ...lost,
        message: expect.stringContaining('waited too long for a lock'),
      });
    } finally {
      await holder.end();
    }
  });
});

describe('the server is freed at once', () => {
  it('by a reader that leaves, and the snapshot goes on', async () => {
    const source = await open();
    await source.snapshot(async (reader) => {
      for await (const _ of reader.read(long, whole)) break;
      expect(await running()).toEqual([]);
      for (let again = 0; again < 5; again++) {
        let rows = 0;
        for await (const batch of reader.read(
          { stream: 's', query: `SELECT seq FROM ${mysqlNumbers(1, 5)} AS n` },
          whole,
        ))
          rows += batch.rows.length;
        expect(rows).toBe(5);
        for await (const _ of reader.read(
          { stream: 's', query: `SELECT seq FROM ${mysqlNumbers(1, 3_000)} AS n` },
          whole,
        ))
          break;
      }
    });
  });

  it('by a signal, while it still computes', async () => {
    const source = await open();
    const stopping = new AbortController();
    const reading = source.snapshot(async (reader) => {
      for await (const _ of reader.read(endless, whole, stopping.signal));
    });
    const failed = expect(reading).rejects.toThrow('enough');
    await expect.poll(async () => (await running()).length, { timeout: 10_000 }).toBe(1);
    stopping.abort(new Error('enough'));
    await failed;
    await expect.poll(running).toEqual([]);
  });

  it('by close, whatever is under way', async () => {
    const source = await open();
    // Statements that open the snapshot run too.
    const reading = expect(readAll(source, endless)).rejects.toThrow(/The (snapshot is over|source is closed)/);
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
    await expect.poll(async () => (await running()).length, { timeout: 10_000 }).toBe(2);
    await source.close();
    await Promise.all([reading, counting]);
    await expect.poll(running).toEqual([]);
  });

  it('by close, while a snapshot is being opened', async () => {
    const source = await open();
    const reading = expect(readAll(source, endless)).rejects.toThrow('The source is closed');
    await source.close();
    await reading;
    await expect.poll(running).toEqual([]);
  });

  it('and no connection stays behind', async () => {
    const source = await open();
    await readAll(source, { stream: 's', query: 'SELECT 1 AS x' });
    await source.close();
    const left = () =>
      db.run(`SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND db = '${db.database}'`);
    await expect.poll(left).toEqual([]);
  });
});

describe('a consumer that is slow', () => {
  it('makes the server wait, and nothing is read ahead beyond buffers', async () => {
    const source = await open({ port: proxy.port });
    await source.snapshot(async (reader) => {
      const before = proxy.received();
      let rows = 0;
      for await (const batch of reader.read(long, whole)) {
        rows += batch.rows.length;
        await expect.poll(async () => (await running())[0]?.[1], { timeout: 10_000 }).toMatch(/net|sending to client/i);
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
      // All of it is 200 MB. Two batches are 0.8; the rest lies in the buffers of sockets, which systems make as they like.
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

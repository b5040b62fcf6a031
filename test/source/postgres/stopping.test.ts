import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPostgres } from '../../../src/source/postgres/open-postgres.ts';
import type { Source, StreamQuery } from '../../../src/source/source.ts';
import { serverContract } from '../../contracts/server-contract.ts';
import type { OwnServer } from '../../support/servers/database-server.ts';
import { startPostgres } from '../../support/servers/postgres-server.ts';
import { serverSource } from '../../support/servers/server-source.ts';
import { serverSql } from '../../support/servers/server-sql.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { drain, whole } from '../read-rows.ts';
import { usePostgres } from './postgres-fixture.ts';

const stream = (query: string): StreamQuery => ({ stream: 'hits', query });
const wide = stream(serverSql.postgres.wideRows(200_000));
const endless = stream(serverSql.postgres.endless);

serverContract({
  engine: 'postgres',
  open: openPostgres,
  start: startPostgres,
  lost: /cannot serve at the moment|broke the connection off|terminating connection/,
});

describe('a reader of PostgreSQL that stops', () => {
  const { database, open } = usePostgres();
  const activity = async (what: string) =>
    (
      await database().run(
        `SELECT ${what} FROM pg_stat_activity WHERE application_name = 'bdia-migrate' AND datname = current_database()`,
      )
    ).map(([value]) => value);
  /** Until the server says so: what it does with a connection that has ended is its own affair. */
  const until = async (what: string, expected: readonly string[]) => {
    await expect.poll(() => activity(what)).toEqual(expected);
  };

  it('keeps no connection but that of a snapshot', async () => {
    const source = await open();
    await source.columns(stream('SELECT 1 AS a'));
    await until('pid::text', []);
    await source.snapshot(async () => until("(state = 'idle in transaction')::text", ['true']));
    await until('pid::text', []);
  });

  it('stops a statement over TLS as well, where the request is encrypted too', async () => {
    const source = await open({ tls: { mode: 'require', ca: null, certificate: null, key: null } });
    const stopping = new AbortController();
    const reading = source.snapshot((reader) => drain(reader, endless, { signal: stopping.signal }));
    await until("(state = 'active')::text", ['true']);
    stopping.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    await until('pid::text', []);
  });

  it('stops it when the source is closed', async () => {
    const source = await open();
    const reading = source.snapshot((reader) => drain(reader, endless));
    const refused = expect(reading).rejects.toMatchObject({ code: 'source.unreachable' });
    await until("(state = 'active')::text", ['true']);
    await source.close();
    await refused;
    await until('pid::text', []);
  });

  it('says what is wrong with rows that were read ahead of who left: the snapshot cannot go on', async () => {
    const source = await open();
    const broken = stream('SELECT n, 1 / (n - 1600) AS x FROM generate_series(1, 200000) AS n');
    const read = source.snapshot(async (reader) => {
      let rows = 0;
      for await (const batch of reader.read(broken, whole)) {
        rows += batch.rows.length;
        if (rows === 1_250) break;
      }
    });
    await expect(read).rejects.toMatchObject({
      code: 'source.query',
      message: expect.stringContaining('division by zero'),
    });
  });

  it('does not take an error of its user for one of the server', async () => {
    const mine = Object.assign(new Error('no space'), { code: 'ECONNRESET' });
    const source = await open();
    await expect(
      source.snapshot(async () => {
        throw mine;
      }),
    ).rejects.toBe(mine);
  });

  it('gives wide rows in small batches', async () => {
    const source = await open();
    const sizes = await source.snapshot(async (reader) => {
      const found = [];
      const query = stream("SELECT repeat('x', 100000) AS x FROM generate_series(1, 600)");
      for await (const { rows } of reader.read(query, whole)) found.push(rows.length);
      return found;
    });
    expect(sizes[0]).toBe(250);
    expect(Math.max(...sizes.slice(1))).toBeLessThanOrEqual(42);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(600);
  });
});

describe('a reader of PostgreSQL behind a proxy', () => {
  const { database } = usePostgres();
  let proxy: TcpProxy;
  let source: Source;
  const opened = async () => {
    proxy = await startTcpProxy(database());
    source = await openPostgres(serverSource(database(), { host: '127.0.0.1', port: proxy.port }));
  };
  afterEach(async () => {
    await source.close();
    await proxy.close();
  });

  it('gets one batch ahead of a slow consumer, and none ahead of the first', async () => {
    await opened();
    const before = proxy.received();
    await source.snapshot(async (reader) => {
      let rows = 0;
      for await (const batch of reader.read(wide, whole)) {
        rows += batch.rows.length;
        // Longer than the server needs to fill every buffer there is.
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        const ahead = rows === 250 ? 0 : 1_000;
        expect(proxy.received() - before).toBeLessThan((rows + ahead) * 1_050 + 20_000);
        if (rows > 5_000) break;
      }
      expect(rows).toBeGreaterThan(5_000);
    });
  });

  it('says that the connection is lost wherever in an answer it is, also behind the last row', async () => {
    await opened();
    const few = stream('SELECT n FROM generate_series(1, 3) AS n');
    const bytes = await source.snapshot(async (reader) => {
      const before = proxy.received();
      expect(await drain(reader, few)).toBe(3);
      return proxy.received() - before;
    });
    expect(bytes).toBeGreaterThan(60);
    for (let after = 1; after <= bytes; after += 5) {
      const reading = source.snapshot((reader) => {
        proxy.cutAfter(after);
        return drain(reader, few);
      });
      await expect(reading).rejects.toMatchObject({ code: 'source.unreachable' });
    }
    expect(await source.snapshot((reader) => drain(reader, few))).toBe(3);
  });
});

describe('a reader of a PostgreSQL that is ill', () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await startPostgres({ settings: { max_connections: '6', superuser_reserved_connections: '1' } });
  });
  afterAll(() => server.remove());
  const timeouts = { connectMs: 10_000, statementMs: 0, lockMs: 0 };
  const withSource = async <T>(changes: object, use: (source: Source) => Promise<T>): Promise<T> => {
    const source = await openPostgres(serverSource(server.address, changes));
    try {
      return await use(source);
    } finally {
      await source.close();
    }
  };
  const ill = (says: RegExp) => ({ code: 'source.unreachable', message: expect.stringMatching(says) });

  it('says that a statement took too long, or waited too long for a lock', async () => {
    await withSource({ timeouts: { ...timeouts, statementMs: 50 } }, async (source) => {
      const slow = source.snapshot((reader) => drain(reader, endless));
      await expect(slow).rejects.toMatchObject(ill(/cancelled the statement: .*statement timeout/));
    });
    const database = await server.freshDatabase();
    await database.run('CREATE TABLE t (a int)');
    const { Client } = await import('pg');
    const { host, port, user, password, database: name } = database;
    const locker = new Client({ host, port, user, password, database: name });
    await locker.connect();
    await locker.query('BEGIN; LOCK TABLE t');
    await withSource({ database: name, timeouts: { ...timeouts, lockMs: 50 } }, async (source) => {
      await expect(source.columns(stream('SELECT a FROM t'))).rejects.toMatchObject(
        ill(/cancelled the statement: .*lock timeout/),
      );
    });
    await locker.end();
    await database.remove();
  });

  it('says that it has no connection left', async () => {
    const database = await server.freshDatabase();
    await database.run("CREATE ROLE reader LOGIN PASSWORD 'r'");
    await withSource({ user: 'reader', password: 'r' }, async (source) => {
      const fill = async (depth: number): Promise<number> =>
        depth === 0 ? 0 : source.snapshot(async () => 1 + (await fill(depth - 1)));
      await expect(fill(7)).rejects.toMatchObject(ill(/has no connection left/));
      expect(await source.columns(stream('SELECT 1 AS a'))).toEqual(['a']);
    });
    await database.run('DROP ROLE reader');
    await database.remove();
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPostgres } from '../../../src/source/postgres/open-postgres.ts';
import type { Source, SourceReader, StreamQuery } from '../../../src/source/source.ts';
import type { OwnServer } from '../../support/servers/database-server.ts';
import { startPostgres } from '../../support/servers/postgres-server.ts';
import { serverSource } from '../../support/servers/server-source.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { usePostgres, whole } from './postgres-fixture.ts';

const stream = (query: string): StreamQuery => ({ stream: 'hits', query });
const wide = stream("SELECT n, repeat('x', 1000) AS x FROM generate_series(1, 200000) AS n");

/** Reads until something happens; gives the rows. */
async function drain(reader: SourceReader, query: StreamQuery, signal?: AbortSignal): Promise<number> {
  let rows = 0;
  for await (const batch of reader.read(query, whole, signal)) rows += batch.rows.length;
  return rows;
}

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
    await expect.poll(() => activity(what), { timeout: 10_000, interval: 20 }).toEqual(expected);
  };

  it('keeps no connection but that of a snapshot', async () => {
    const source = await open();
    await source.columns(stream('SELECT 1 AS a'));
    await until('pid::text', []);
    await source.snapshot(async () => until("(state = 'idle in transaction')::text", ['true']));
    await until('pid::text', []);
  });

  it('stops a statement that computes, at once', async () => {
    const source = await open();
    const stopping = new AbortController();
    const reading = source.snapshot((reader) => drain(reader, stream('SELECT pg_sleep(600)'), stopping.signal));
    await until("(state = 'active')::text", ['true']);
    stopping.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    await until('pid::text', []);
  });

  it('stops it over TLS as well, where the request is encrypted too', async () => {
    const source = await open({ tls: { mode: 'require', ca: null, certificate: null, key: null } });
    const stopping = new AbortController();
    const reading = source.snapshot((reader) => drain(reader, stream('SELECT pg_sleep(600)'), stopping.signal));
    await until("(state = 'active')::text", ['true']);
    stopping.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    await until('pid::text', []);
  });

  it('stops it when the source is closed', async () => {
    const source = await open();
    const reading = source.snapshot((reader) => drain(reader, stream('SELECT pg_sleep(600)')));
    const refused = expect(reading).rejects.toMatchObject({ code: 'source.unreachable' });
    await until("(state = 'active')::text", ['true']);
    await source.close();
    await refused;
    await until('pid::text', []);
  });

  it('stops one that is being opened when the source is closed', async () => {
    const source = await open();
    const reading = source.snapshot((reader) => drain(reader, stream('SELECT pg_sleep(600)')));
    const refused = expect(reading).rejects.toThrow('The source is closed');
    await source.close();
    await refused;
    await until('pid::text', []);
  });

  it.each([1, 3])('left after batch %i, closes the cursor, and the snapshot goes on', async (batches) => {
    const source = await open();
    await source.snapshot(async (reader) => {
      let left = batches;
      for await (const _ of reader.read(wide, whole)) if (--left === 0) break;
      await until("(state = 'idle in transaction')::text", ['true']);
      expect(await drain(reader, stream('SELECT n FROM generate_series(1, 2500) AS n'))).toBe(2500);
    });
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

  it('fails, rather than end early, where it outlives its snapshot', async () => {
    const source = await open();
    const left = await source.snapshot(async (reader) => {
      const batches = reader.read(wide, whole)[Symbol.asyncIterator]();
      await batches.next();
      return batches;
    });
    await expect(left.next()).rejects.toThrow('The snapshot is over');
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
    });
  });

  it('says that the connection is lost, and works again', async () => {
    await opened();
    proxy.cutAfter(2_000_000);
    await expect(source.snapshot((reader) => drain(reader, wide))).rejects.toMatchObject({
      code: 'source.unreachable',
      message: expect.stringContaining('broke the connection off'),
    });
    expect(await source.snapshot((reader) => drain(reader, wide))).toBe(200_000);
  });

  it('says so wherever in an answer it is lost, also behind the last row', async () => {
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

  it('says so where it was lost between batches and between streams', async () => {
    await opened();
    const between = source.snapshot(async (reader) => {
      for await (const _ of reader.read(wide, whole)) proxy.cut();
    });
    await expect(between).rejects.toMatchObject({ code: 'source.unreachable' });
    const after = source.snapshot(async (reader) => {
      await drain(reader, stream('SELECT 1'));
      proxy.cut();
      await expect.poll(() => proxy.connections()).toBe(0);
      await drain(reader, stream('SELECT 1'));
    });
    await expect(after).rejects.toMatchObject({ code: 'source.unreachable' });
    expect(await source.columns(stream('SELECT 1 AS a'))).toEqual(['a']);
  });

  it('says that a server is gone that takes no connection', async () => {
    await opened();
    await proxy.refuse();
    await expect(source.columns(stream('SELECT 1 AS a'))).rejects.toMatchObject({ code: 'source.unreachable' });
    await proxy.accept();
    expect(await source.columns(stream('SELECT 1 AS a'))).toEqual(['a']);
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

  it.each(['clean', 'crash'] as const)('says so when it is restarted (%s), and reads on afterwards', async (how) => {
    await withSource({}, async (source) => {
      const reading = source.snapshot(async (reader) => {
        let restarted = false;
        for await (const _ of reader.read(wide, whole)) {
          if (!restarted) await server.restart(how);
          restarted = true;
        }
      });
      await expect(reading).rejects.toMatchObject(ill(/cannot serve at the moment|broke the connection off/));
      expect(await source.snapshot((reader) => drain(reader, stream('SELECT 1')))).toBe(1);
    });
  });

  it('says so when the backend is killed', async () => {
    await withSource({}, async (source) => {
      const { freshDatabase } = server;
      const other = await freshDatabase();
      const reading = source.snapshot(async (reader) => {
        for await (const _ of reader.read(wide, whole)) {
          await other.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bdia-migrate'",
          );
        }
      });
      await expect(reading).rejects.toMatchObject(ill(/terminating connection due to administrator command|broke/));
      await other.remove();
    });
  });

  it('says that a statement took too long, or waited too long for a lock', async () => {
    await withSource({ timeouts: { ...timeouts, statementMs: 50 } }, async (source) => {
      const slow = source.snapshot((reader) => drain(reader, stream('SELECT pg_sleep(60)')));
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

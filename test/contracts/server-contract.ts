import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ServerSource } from '../../src/config/migration.ts';
import type { Source, StreamQuery } from '../../src/source/source.ts';
import { drain, readRows, whole } from '../source/read-rows.ts';
import type { DatabaseAddress, OwnServer, TestDatabase } from '../support/servers/database-server.ts';
import { serverSource } from '../support/servers/server-source.ts';
import { killConnections, serverSql } from '../support/servers/server-sql.ts';
import { sharedServer } from '../support/servers/shared-server.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** An engine whose databases are reached through a network. */
export interface ServerEngine {
  readonly engine: DatabaseAddress['engine'];
  readonly open: (server: ServerSource) => Promise<Source>;
  /** A server of the contract's own. */
  readonly start: () => Promise<OwnServer>;
  /** What is said where the server was there and has gone. */
  readonly lost: RegExp;
}

/** What a source of every database server must do: tell that it went away, read on when it is back, and leave it free. */
export function serverContract({ engine, open: openEngine, start, lost }: ServerEngine): void {
  const sql = serverSql[engine];
  const stream = (query: string): StreamQuery => ({ stream: 'hits', query });
  const one = stream('SELECT 1 AS x');
  const wide = stream(sql.wideRows(100_000));
  const gone = { code: 'source.unreachable', message: expect.stringMatching(lost), next: expect.any(String) };

  describe(`${engine} as a server`, () => {
    let database: TestDatabase;
    let proxy: TcpProxy;
    const opened: Source[] = [];
    const openAt = async (server: ServerSource) => {
      const source = await openEngine(server);
      opened.push(source);
      return source;
    };
    const open = (changes: Partial<ServerSource> = {}) => openAt(serverSource(database, changes));
    const openThroughProxy = () => open({ host: '127.0.0.1', port: proxy.port });
    const running = () => database.run(sql.running);
    beforeAll(async () => {
      database = await (await sharedServer(engine)).freshDatabase();
      proxy = await startTcpProxy(database);
    });
    afterEach(async () => {
      for (const source of opened.splice(0)) await source.close();
    });
    afterAll(async () => {
      await proxy.close();
      await database.remove();
    });

    it('is lost where it kills the connection, and read again', async () => {
      const source = await open();
      const kill = () => killConnections(database);
      await expect(source.snapshot((reader) => drain(reader, wide, { atFirst: kill }))).rejects.toMatchObject(gone);
      expect(await readRows(source, one)).toEqual([['1']]);
    });

    it('is lost where the network is cut, at whatever byte, and read again', async () => {
      const source = await openThroughProxy();
      for (const bytes of [1, 70, 300, 1_000, 5_000, 100_000, 3_000_000]) {
        proxy.cutAfter(bytes);
        await expect(source.snapshot((reader) => drain(reader, wide))).rejects.toMatchObject(gone);
      }
      expect(await readRows(source, one)).toEqual([['1']]);
    });

    it('is lost where the network is cut between batches, and between streams', async () => {
      const source = await openThroughProxy();
      await expect(source.snapshot((reader) => drain(reader, wide, { atFirst: proxy.cut }))).rejects.toMatchObject(
        gone,
      );
      const between = source.snapshot(async (reader) => {
        await drain(reader, one);
        proxy.cut();
        await expect.poll(() => proxy.connections()).toBe(0);
        await drain(reader, one);
      });
      await expect(between).rejects.toMatchObject(gone);
      expect(await source.columns(one)).toEqual(['x']);
    });

    it('is away where it takes no connection, and asked again when it does', async () => {
      const source = await openThroughProxy();
      await proxy.refuse();
      proxy.cut();
      await expect(source.columns(one)).rejects.toMatchObject({ code: 'source.unreachable' });
      await expect(source.snapshot(async () => {})).rejects.toMatchObject({ code: 'source.unreachable' });
      await proxy.accept();
      expect(await source.columns(one)).toEqual(['x']);
    });

    describe('that restarts', () => {
      let server: OwnServer;
      beforeAll(async () => {
        server = await start();
      });
      afterAll(() => server?.remove());

      it.each(['clean', 'crash'] as const)('(%s) is lost, and read again', async (how) => {
        const source = await openAt(serverSource(server.address));
        const restart = () => server.restart(how);
        await expect(source.snapshot((reader) => drain(reader, wide, { atFirst: restart }))).rejects.toMatchObject(
          gone,
        );
        expect(await source.columns(one)).toEqual(['x']);
        expect(await readRows(source, one)).toEqual([['1']]);
      });
    });

    it('is free when a reader has left, and the snapshot goes on', async () => {
      const source = await open();
      await source.snapshot(async (reader) => {
        for (const batches of [1, 3]) {
          let left = batches;
          for await (const _ of reader.read(wide, whole)) if (--left === 0) break;
          await expect.poll(running).toEqual([]);
          expect(await drain(reader, stream(sql.wideRows(2_500)))).toBe(2_500);
        }
      });
    });

    it('is free when a signal has stopped what it computes', async () => {
      const source = await open();
      const stopping = new AbortController();
      const reading = source.snapshot((reader) => drain(reader, stream(sql.endless), { signal: stopping.signal }));
      const failed = expect(reading).rejects.toThrow('enough');
      await expect.poll(async () => (await running()).length).toBe(1);
      stopping.abort(new Error('enough'));
      await failed;
      await expect.poll(running).toEqual([]);
    });

    it('is free when the source is closed while a snapshot is being opened', async () => {
      const source = await open();
      const failed = expect(readRows(source, stream(sql.endless))).rejects.toThrow('The source is closed');
      await source.close();
      await failed;
      await expect.poll(running).toEqual([]);
    });

    it('has no connection of a source that is closed', async () => {
      const source = await open();
      await readRows(source, one);
      await source.close();
      await expect.poll(() => database.run(sql.connections)).toEqual([]);
    });

    it('is read without a snapshot where none is wanted', async () => {
      await database.run('CREATE TABLE grows (id INT)');
      const source = await open({ snapshot: false });
      const seen = await source.snapshot(async (reader) => {
        const counts: number[] = [];
        for (let at = 0; at < 2; at++) {
          counts.push(await drain(reader, stream('SELECT id FROM grows')));
          await database.run('INSERT INTO grows VALUES (1)');
        }
        return counts;
      });
      expect(seen).toEqual([0, 1]);
    });
  });
}

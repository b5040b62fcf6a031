import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openMysql } from '../../src/source/mysql/open-mysql.ts';
import { openPostgres } from '../../src/source/postgres/open-postgres.ts';
import type { Source, StreamQuery } from '../../src/source/source.ts';
import { watchSilence } from '../../src/source/watch-silence.ts';
import type { TestDatabase } from '../support/servers/database-server.ts';
import { serverSource } from '../support/servers/server-source.ts';
import { serverSql } from '../support/servers/server-sql.ts';
import { sharedServer } from '../support/servers/shared-server.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { drain } from './read-rows.ts';

const patienceMs = 100;
const stream = (query: string): StreamQuery => ({ stream: 'hits', query });
const openEngine = { postgres: openPostgres, mysql: openMysql } as const;

describe.each(['postgres', 'mysql'] as const)('a silence of %s', (engine) => {
  const { wideRows, sleep } = serverSql[engine];
  const wide = stream(wideRows(40_000));
  let database: TestDatabase;
  let proxy: TcpProxy;
  let source: Source;
  beforeEach(async () => {
    database = await (await sharedServer(engine)).freshDatabase();
    proxy = await startTcpProxy(database);
    const timeouts = { connectMs: 2_000, statementMs: 0, lockMs: 0 };
    source = await openEngine[engine](serverSource(database, { host: '127.0.0.1', port: proxy.port, timeouts }), {
      patienceMs,
    });
  });
  afterEach(async () => {
    await source.close();
    await proxy.close();
    await database.remove();
  });
  const notHeard = { code: 'source.unreachable', message: expect.stringContaining('is not heard any more') };

  it.each(['stall', 'stallOpen'] as const)('is a lost connection where nothing gets through (%s)', async (how) => {
    await expect(source.snapshot((reader) => drain(reader, wide, { atFirst: proxy[how] }))).rejects.toMatchObject(
      notHeard,
    );
    proxy.flow();
    expect(await source.snapshot((reader) => drain(reader, wide))).toBe(40_000);
  });

  it('is one where a question gets no answer', async () => {
    const asking = source.snapshot(async (reader) => {
      await drain(reader, stream('SELECT 1 AS x'));
      proxy.stallOpen();
      await drain(reader, stream('SELECT 1 AS x'));
    });
    await expect(asking).rejects.toMatchObject(notHeard);
    proxy.flow();
    expect(await source.columns(stream('SELECT 1 AS x'))).toEqual(['x']);
  });

  it('is waited for while the server computes, and while the reader takes no rows', async () => {
    expect(await source.snapshot((reader) => drain(reader, stream(sleep(1.5))))).toBe(1);
    const pause = () => database.run(sleep(1));
    expect(await source.snapshot((reader) => drain(reader, wide, { atFirst: pause }))).toBe(40_000);
  });
});

describe('watchSilence', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Each look at the connection: bytes so far, whether an answer is awaited, and what the server says if asked. */
  const cases: [
    string,
    [bytes: number, waits: boolean, works: boolean | 'fails'][],
    askedBy: number,
    givenUp: boolean,
  ][] = [
    [
      'bytes that come',
      [
        [1, true, false],
        [2, true, false],
        [3, true, false],
        [4, true, false],
      ],
      0,
      false,
    ],
    [
      'nobody who waits',
      [
        [0, false, false],
        [0, false, false],
        [0, false, false],
      ],
      0,
      false,
    ],
    [
      'a server that computes',
      [
        [0, true, true],
        [0, true, true],
        [0, true, true],
      ],
      3,
      false,
    ],
    [
      'one no and then bytes',
      [
        [0, true, false],
        [9, true, false],
        [10, true, false],
      ],
      1,
      false,
    ],
    [
      'one no and then a yes',
      [
        [0, true, false],
        [0, true, true],
        [0, true, false],
        [0, true, true],
      ],
      4,
      false,
    ],
    [
      'two times no',
      [
        [0, true, false],
        [0, true, false],
      ],
      2,
      true,
    ],
    [
      'a server that cannot be asked',
      [
        [0, true, 'fails'],
        [0, true, 'fails'],
        [0, true, true],
      ],
      2,
      true,
    ],
  ];
  it.each(cases)('%s', async (_, looks, asked, givenUp) => {
    let at = -1;
    const isWorkedOn = vi.fn(async () => {
      const [, , works] = looks[at]!;
      if (works === 'fails') throw new Error('no way');
      return works;
    });
    const giveUp = vi.fn();
    const received = () => looks[at]?.[0] ?? 0;
    const end = watchSilence({ received, isWaiting: () => looks[at]![1], isWorkedOn, giveUp }, 1_000);
    for (at = 0; at < looks.length; at++) await vi.advanceTimersByTimeAsync(1_000);
    expect(isWorkedOn).toHaveBeenCalledTimes(asked);
    expect(giveUp).toHaveBeenCalledTimes(givenUp ? 1 : 0);
    end();
    expect(vi.getTimerCount()).toBe(0);
  });
});

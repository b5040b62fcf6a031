import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import type { JobEvent } from '../../src/domain/event.ts';
import { build, verify } from '../../src/index.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { expectAllPromises } from '../support/expect-all-promises.ts';
import { addressUrl, type TestDatabase } from '../support/servers/database-server.ts';
import { mysqlNumbers } from '../support/servers/mysql-sql.ts';
import { killConnections } from '../support/servers/server-sql.ts';
import { sharedServer } from '../support/servers/shared-server.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** Rows so wide that a slice of them does not fit what lies between server and program. */
const rows = 10_000;
const perSlice = 2_000;

const fill = {
  postgres: `CREATE TABLE hits (id bigint PRIMARY KEY, at timestamp NOT NULL, visitor text NOT NULL, note text NOT NULL);
    CREATE INDEX ON hits (at);
    INSERT INTO hits SELECT id, timestamp '2023-03-01' + id * interval '60 seconds', md5((id % 97)::text), repeat('note ', 600)
    FROM generate_series(1, ${rows}) AS id`,
  mysql: `CREATE TABLE hits (id BIGINT PRIMARY KEY, at DATETIME NOT NULL, visitor VARCHAR(40) NOT NULL, note TEXT NOT NULL, KEY (at));
    INSERT INTO hits SELECT seq, TIMESTAMP('2023-03-01') + INTERVAL seq * 60 SECOND, CONCAT('v', seq % 97), REPEAT('note ', 600)
    FROM ${mysqlNumbers(1, rows)} AS n`,
} as const;

const mapping = (engine: string): string => `mapping: lost
engine: ${engine}
streams:
  hits:
    query: SELECT id, at, visitor, note FROM hits WHERE at >= :from AND at < :to ORDER BY at, id
    key: [id]
    time: { from: at, zone: UTC }
    window: { column: at, type: datetime, zone: UTC }
    hit: { visitorID: visitor, userAgent: { const: Mozilla/5.0 }, pageName: { template: "page {id}" } }
`;

const migration = (engine: string, folder: string): string => `migration: lost
mapping: ./mapping.yaml
source: { engine: ${engine}, url: "\${env:LEGACY_DB_URL}", tls: { mode: disable } }
target:
  reportSuiteID: suite
  baseUrl: http://127.0.0.1:9
  auth: { kind: token, clientId: none, token: none }
range: { from: 2023-03-01, to: 2023-05-01, zone: UTC }
visitorGroups: { count: 2, prefix: lost }
slices: { rows: ${perSlice} }
folder: ${folder}
`;

async function hashes(folder: string): Promise<string[]> {
  const ledger = await openLedger(folder, { readOnly: true });
  const chunks = await ledger.chunks();
  await ledger.close();
  return chunks.map(({ path, rawSha256 }) => `${path} ${rawSha256}`);
}

describe.each(['postgres', 'mysql'] as const)('a %s database that goes away while it is read', (engine) => {
  let folder = '';
  let database: TestDatabase;
  let proxy: TcpProxy;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lost-'));
    database = await (await sharedServer(engine)).freshDatabase();
    proxy = await startTcpProxy(database);
    await database.run(fill[engine]);
    writeFileSync(join(folder, 'mapping.yaml'), mapping(engine));
    for (const name of ['undisturbed', 'disturbed']) {
      writeFileSync(join(folder, `${name}.yaml`), migration(engine, `./${name}`));
    }
  });
  afterEach(async () => {
    await proxy.close();
    await database.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['its connections are killed', () => killConnections(database)],
    ['the network is cut', async () => proxy.cut()],
  ])('is read again, slice by slice, to the same chunks, where %s', async (_, disturb) => {
    const env = { LEGACY_DB_URL: addressUrl({ ...database, host: '127.0.0.1', port: proxy.port }) };
    await build(join(folder, 'undisturbed.yaml'), { env });

    const told: string[] = [];
    let isDisturbed = false;
    let rowsBefore = 0;
    /** Readings that began since the source was lost: of the slice again, then of the next one. */
    let begun = 0;
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'message') {
        told.push(event.text);
        begun = 0;
      }
      if (event.type !== 'progress' || event.doing !== 'building') return;
      if (event.rows <= rowsBefore) begun++;
      rowsBefore = event.rows;
      if (isDisturbed && begun < 2) return;
      isDisturbed = true;
      begun = 0;
      // Nothing more arrives until the connections are gone.
      proxy.stall();
      void disturb().finally(() => proxy.flow());
    };
    const clock = { ...systemClock, sleep: async () => undefined };
    const report = await build(join(folder, 'disturbed.yaml'), { env, onEvent, clock });
    expect(report.stopped).toBeUndefined();
    expect(report.rows).toEqual({ read: rows, hits: rows, rejected: 0, filtered: 0 });
    expect(told.length).toBeGreaterThanOrEqual(5);
    expect(told[0]).toMatch(/^The source was lost: .+ Reading slice 0 again in 1 s\.$/);
    expect(await hashes(join(folder, 'disturbed'))).toEqual(await hashes(join(folder, 'undisturbed')));
    const { promises } = await verify(join(folder, 'disturbed.yaml'), { env, source: true });
    expectAllPromises(promises);
  });

  it('refuses rows that changed after the plan, by name', async () => {
    const env = { LEGACY_DB_URL: database.url };
    let sealed = 0;
    const stop = new AbortController();
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'sealed' && ++sealed === 2) stop.abort(new Error('enough'));
    };
    await build(join(folder, 'disturbed.yaml'), { env, onEvent, signal: stop.signal });
    await database.run(`DELETE FROM hits WHERE id = ${rows - 1}`);
    const { stopped } = await build(join(folder, 'disturbed.yaml'), { env });
    expect(stopped).toMatchObject({
      code: 'source.changed',
      message: expect.stringMatching(
        /stream hits had \d+ rows from 2023-03-0\d .* when it was planned, now it has \d+/,
      ),
    });
  });
});

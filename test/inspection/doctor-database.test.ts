import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DoctorReport, doctor } from '../../src/inspection/doctor.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { addressUrl, type TestDatabase } from '../support/servers/database-server.ts';
import { mysqlNumbers } from '../support/servers/mysql-sql.ts';
import { sharedServer } from '../support/servers/shared-server.ts';

const fill = {
  postgres: `CREATE TABLE views (id bigint PRIMARY KEY, at timestamp NOT NULL, visitor text NOT NULL, page text);
    INSERT INTO views SELECT n, timestamp '2021-01-01' + n * interval '1 minute', 'v' || n % 17, 'home' FROM generate_series(0, 44639) AS n;
    CREATE TABLE clicks AS SELECT * FROM views; CREATE INDEX ON views (at); ANALYZE`,
  mysql: `CREATE TABLE views (id BIGINT PRIMARY KEY, at DATETIME NOT NULL, visitor VARCHAR(40) NOT NULL, page TEXT, KEY by_at (at));
    INSERT INTO views SELECT seq, '2021-01-01' + INTERVAL seq MINUTE, CONCAT('v', seq % 17), 'home' FROM ${mysqlNumbers(0, 44_639)} AS n;
    CREATE TABLE clicks (id BIGINT PRIMARY KEY) AS SELECT * FROM views; ANALYZE TABLE views, clicks`,
} as const;

const expected = {
  postgres: {
    index: 'views_at_idx',
    unserved: /^each slice reads the whole table: Seq Scan on clicks$/,
    cure: /^CREATE INDEX CONCURRENTLY ON public\.clicks \(at\)$/,
    served: /^clicks_at_idx$/,
    refusal: /^The PostgreSQL database \w+ at localhost:\d+ does not take the password of user tester: /,
    refusalCure: 'Correct the user or the password in source.',
    volatile: 'random()::text',
  },
  mysql: {
    index: 'views.by_at',
    unserved: /^each slice reads the whole table: clicks is read whole$/,
    cure: /^CREATE INDEX `clicks_at` ON `bdia_\w+`\.`clicks` \(`at`\)$/,
    served: /^clicks\.clicks_at$/,
    refusal: /^The MySQL server 127\.0\.0\.1:\d+, database \w+ refuses the user: /,
    refusalCure: 'Correct source.user and source.password in the migration file.',
    volatile: 'RAND()',
  },
} as const;

const streamOf = (table: string, page = 'page'): string => `  ${table}:
    query: SELECT id, at, visitor, ${page} AS page FROM ${table} WHERE at >= :from AND at < :to ORDER BY at, id
    key: [id]
    time: { from: at, zone: UTC }
    window: { column: at, type: datetime, zone: UTC }
    hit: { visitorID: visitor, userAgent: { const: Mozilla/5.0 }, pageName: page }
`;

describe.each(['postgres', 'mysql'] as const)('doctor, of a source in %s', (engine) => {
  const { index, unserved, cure, served, refusal, refusalCure, volatile } = expected[engine];
  let database: TestDatabase;
  let sandbox: Sandbox;
  let folder = '';
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'doctor-'));
    sandbox = await startSandbox({ rate: 0 });
    database = await (await sharedServer(engine)).freshDatabase();
    await database.run(fill[engine]);
    writeFileSync(
      join(folder, 'migration.yaml'),
      `migration: looked-at
mapping: ./mapping.yaml
source: { engine: ${engine}, url: "\${env:LEGACY_DB_URL}" }
target:
  reportSuiteID: suite
  baseUrl: ${sandbox.baseUrl}
  auth: { kind: oauth, tokenUrl: "${sandbox.tokenUrl}", clientId: "${sandbox.clientId}", clientSecret: "\${env:SECRET}" }
range: { from: 2021-01-01, to: 2021-02-01, zone: UTC }
visitorGroups: { count: 2, prefix: acme }
disk: { ahead: 1MB, spool: 1MB }
folder: ./work
`,
    );
  });
  afterEach(async () => {
    await sandbox.close();
    await database.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const look = (streams: string, url = database.url): Promise<DoctorReport> => {
    writeFileSync(join(folder, 'mapping.yaml'), `mapping: looked-at\nengine: ${engine}\nstreams:\n${streams}`);
    return doctor(join(folder, 'migration.yaml'), { env: { LEGACY_DB_URL: url, SECRET: sandbox.clientSecret } });
  };
  const of = ({ checks }: DoctorReport, stream: string | null) =>
    checks
      .filter((finding) => finding.of === stream && ['source', 'index', 'twice'].includes(finding.check))
      .map(({ check, result, found, cure }) => ({ check, result, found, cure }));

  it('finds the index that serves a stream, and reads a slice of it twice alike', async () => {
    const report = await look(streamOf('views'));
    expect(report.healthy).toBe(true);
    expect(of(report, 'views')).toEqual([
      {
        check: 'source',
        result: 'ok',
        found: '4 columns; 60 rows read, 2021-01-16T11:30Z to 2021-01-16T12:30Z',
        cure: null,
      },
      { check: 'index', result: 'ok', found: index, cure: null },
      { check: 'twice', result: 'ok', found: '60 rows alike in two snapshots', cure: null },
    ]);
    expect(JSON.stringify(report)).not.toContain(encodeURIComponent(database.password));
  });

  it('says which index is missing, by a statement that creates it', async () => {
    const [, warning] = of(await look(streamOf('clicks')), 'clicks');
    expect(warning).toMatchObject({ check: 'index', result: 'warning' });
    expect(warning?.found).toMatch(unserved);
    expect(warning?.cure).toMatch(cure);
    await database.run(warning?.cure ?? '');
    const [, cured] = of(await look(streamOf('clicks')), 'clicks');
    expect(cured).toMatchObject({ check: 'index', result: 'ok', cure: null });
    expect(cured?.found).toMatch(served);
  });

  it('tells rows that are not the same twice', async () => {
    const report = await look(streamOf('views', volatile));
    expect(report.healthy).toBe(false);
    expect(of(report, 'views')[2]).toMatchObject({
      check: 'twice',
      result: 'fault',
      found: expect.stringContaining('60 rows differ'),
    });
  });

  it('tells a wrong password by what to mend, and repeats no password', async () => {
    const wrong = 'n0t/the:one@all';
    const report = await look(streamOf('views'), addressUrl({ ...database, password: wrong }));
    expect(report.healthy).toBe(false);
    const [fault] = of(report, null);
    expect(fault).toMatchObject({ check: 'source', result: 'fault', cure: refusalCure });
    expect(fault?.found).toMatch(refusal);
    for (const secret of [wrong, encodeURIComponent(wrong)]) expect(JSON.stringify(report)).not.toContain(secret);
  });

  it('tells a database, a table and a column that are not there, each by itself', async () => {
    const gone = of(await look(streamOf('views'), addressUrl({ ...database, database: 'bdia_nowhere' })), null);
    expect(gone[0]).toMatchObject({ result: 'fault', cure: expect.stringContaining('database') });
    const report = await look(streamOf('views', 'pagee') + streamOf('nothing') + streamOf('clicks'));
    expect(of(report, 'views')[0]?.found).toContain('pagee');
    expect(of(report, 'nothing')[0]?.found).toContain('nothing');
    expect(of(report, 'clicks')[0]?.result).toBe('ok');
  });
});

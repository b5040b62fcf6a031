import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { MigrationError } from '../../src/domain/error.ts';
import { Database } from '../../src/domain/sqlite.ts';
import { type DoctorOptions, type DoctorReport, doctor } from '../../src/inspection/doctor.ts';
import { contextOf } from '../../src/migration/context.ts';
import { takeClient } from '../../src/migration/deliver/client-lock.ts';
import { readJobFiles } from '../../src/migration/job/read-job-files.ts';
import { validate } from '../../src/migration/run.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { localhostCertificate, localhostKey } from '../delivery/localhost-certificate.ts';
import { csvFolder, type FixtureFolder, sqliteFolder } from '../migration/job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';
const hour = 3_600;
const rows = Array.from({ length: 31 * 24 }, (_, n) => ({ id: n, at: begin + n * hour, hit: begin + n * hour }));
const more = ['disk: { ahead: 1MB, spool: 1MB }', 'chunks: { maxRawBytes: 1MB }'];

const oauth = (secrets = '"${env:SECRET}"'): string => `
  baseUrl: "\${env:BDIA_BASE_URL}"
  auth: { kind: oauth, tokenUrl: "\${env:TOKEN_URL}", clientId: "\${env:CLIENT}", clientSecret: ${secrets} }`;

let sandbox: Sandbox;
let fixture: FixtureFolder;
let env: Record<string, string>;

beforeEach(async () => {
  sandbox = await startSandbox({ rate: 0 });
  env = {
    BDIA_BASE_URL: sandbox.baseUrl,
    TOKEN_URL: sandbox.tokenUrl,
    CLIENT: sandbox.clientId,
    SECRET: sandbox.clientSecret,
  };
});
afterEach(async () => {
  await sandbox.close();
  fixture.remove();
});

const streams = (...names: string[]) => names.map((name) => ({ name, window: 'type: s', rows }));
const views = (target = oauth()): void => {
  fixture = sqliteFolder(streams('views'), { range, target, more });
};
const sql = (text: string): void => {
  const db = new Database(join(fixture.folder, 'legacy.sqlite'));
  db.exec(text);
  db.close();
};
const rewrite = (name: string, from: string, to: string): void => {
  const path = join(fixture.folder, name);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
};
const look = (options: DoctorOptions = {}): Promise<DoctorReport> => doctor(fixture.file, { env, ...options });
const results = ({ checks }: DoctorReport): string[] =>
  checks.map(({ check, of, result }) => [check, ...(of === null ? [] : [of]), result].join(' '));
const find = ({ checks }: DoctorReport, check: string) => checks.find((finding) => finding.check === check);

const allOfAdobe = ['token ok', 'host ok', 'access ok', 'clock ok'];
const allOfViews = ['source ok', 'source views ok', 'index views ok', 'twice views ok'];

describe('doctor', () => {
  it('finds nothing where all is well, and leaves no trace', async () => {
    views();
    sql('CREATE INDEX views_at ON views (at)');
    const before = readdirSync(fixture.folder);
    const told: string[] = [];
    const report = await look({ onFinding: ({ check }) => told.push(check) });
    expect(results(report)).toEqual(['files ok', ...allOfViews, 'disk ok', ...allOfAdobe]);
    expect(report).toMatchObject({ migration: 'fixture', healthy: true, problems: [] });
    expect(report.checks.map(({ cure }) => cure)).toEqual(report.checks.map(() => null));
    expect(report.checks.slice(1, 5).map(({ found }) => found)).toEqual([
      'opened: engine sqlite, file legacy.sqlite',
      '5 columns; 1 row read, 2021-01-16T11:30Z to 2021-01-16T12:30Z',
      'SEARCH views USING INDEX views_at (at>? AND at<?); SEARCH views USING INDEX views_at (at=?)',
      '1 row alike in two snapshots',
    ]);
    expect(told).toEqual(report.checks.map(({ check }) => check));
    expect(readdirSync(fixture.folder)).toEqual(before);
    const { files, breaches, requests } = sandbox.report();
    expect({ files, breaches }).toEqual({ files: 0, breaches: [] });
    expect(requests).toEqual({ 'POST /ims/token': { 200: 1 }, 'GET /events/key': { 404: 1 } });
    expect(JSON.stringify(report)).not.toContain(sandbox.clientSecret);
  });

  it('tells all faults at once: each check stands alone', async () => {
    fixture = sqliteFolder(streams('views', 'clicks', 'gone', 'moods'), { range, target: oauth('wrong'), more });
    sql('CREATE INDEX views_at ON views (at); DROP TABLE gone;');
    rewrite('mapping.yaml', 'hit, page, visitor FROM moods', 'hit, random() AS page, visitor FROM moods');
    env['BDIA_BASE_URL'] = 'http://127.0.0.1:1';
    const report = await look({ clock: { ...systemClock, now: () => Date.now() + 120_000 } });
    expect(results(report)).toEqual([
      'files ok',
      'source ok',
      ...['source views ok', 'index views ok', 'twice views ok'],
      ...['source clicks ok', 'index clicks warning', 'twice clicks ok'],
      'source gone fault',
      ...['source moods ok', 'index moods warning', 'twice moods fault'],
      'disk ok',
      ...['token fault', 'host fault', 'access skipped', 'clock warning'],
    ]);
    expect(report.healthy).toBe(false);
    const said = new Map(report.checks.map(({ check, of, found, cure }) => [`${check} ${of}`, `${found} → ${cure}`]));
    expect(said.get('index clicks')).toBe(
      'each slice reads the whole table: SCAN clicks → CREATE INDEX "clicks_at" ON "clicks" ("at");',
    );
    expect(said.get('source gone')).toContain('no such table: gone');
    expect(said.get('twice moods')).toContain('of one slice read twice, 1 row differs; key 372');
    expect(said.get('token null')).toContain('Adobe IMS refuses a token: invalid_client (HTTP 400)');
    expect(said.get('host null')).toContain('127.0.0.1:1 refuses the connection (ECONNREFUSED)');
    expect(said.get('clock null')).toMatch(/this machine’s clock is 1(19|20|21) s ahead of Adobe’s/);
  });

  it('tells the faults of the files, and goes on with what they leave', async () => {
    views();
    rewrite('mapping.yaml', 'pageName: page', 'pageNam: page');
    const report = await look();
    expect(results(report).slice(0, 2)).toEqual(['files fault', 'source ok']);
    expect(find(report, 'files')?.found).toBe('migration and mapping have 2 faults');
    expect(report.problems.map(({ message }) => message).join()).toContain('pageNam');
    expect(results(report).slice(-5)).toEqual(['disk ok', ...allOfAdobe]);
    rmSync(join(fixture.folder, 'mapping.yaml'));
    expect(results(await look())).toEqual([
      ...['files fault', 'source skipped', 'index skipped', 'twice skipped'],
      ...['disk ok', ...allOfAdobe],
    ]);
    rmSync(fixture.file);
    const nothing = await look();
    expect(results(nothing).filter((text) => !text.endsWith('skipped'))).toEqual(['files fault']);
    expect(nothing).toMatchObject({ migration: null, healthy: false });
  });

  it('says that the source is not there, and looks at the rest', async () => {
    views();
    rmSync(join(fixture.folder, 'legacy.sqlite'));
    const report = await look();
    expect(results(report)).toEqual([
      ...['files ok', 'source fault', 'index skipped', 'twice skipped'],
      ...['disk ok', ...allOfAdobe],
    ]);
    expect(find(report, 'source')).toMatchObject({ cure: 'Correct source.path in the migration file.' });
  });

  it('stops where a signal says so', async () => {
    views();
    const stop = new AbortController();
    const interrupted = new MigrationError('interrupted', 'stopped by a signal');
    const looking = look({ signal: stop.signal, onFinding: () => stop.abort(interrupted) });
    await expect(looking).rejects.toBe(interrupted);
  });
});

describe('doctor, of streams', () => {
  it('warns where the range holds no row', async () => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: [] }], { range, target: oauth(), more });
    sql('CREATE INDEX views_at ON views (at)');
    const report = await look();
    expect(results(report).slice(2, 5)).toEqual(['source views warning', 'index views ok', 'twice views skipped']);
    expect(report.checks[2]?.found).toBe('5 columns; no row in the range, 2021-01-01T00:00Z to 2021-02-01T00:00Z');
  });

  it('reads a stream without a window whole, and needs no index', async () => {
    views();
    rewrite('mapping.yaml', ' WHERE at >= :from AND at < :to OR at IS NULL ORDER BY at', '');
    rewrite('mapping.yaml', '    window: { column: at, type: s }\n', '');
    const report = await look();
    expect(report.checks.slice(2, 5).map(({ found }) => found)).toEqual([
      '5 columns; 744 rows read',
      'no window: it is read once, whole',
      '744 rows alike in two snapshots',
    ]);
  });

  it('reads the beginning of files', async () => {
    const lines = Array.from({ length: 2_500 }, (_, n) => `${n},${begin + n},home,v${n % 7}`);
    fixture = csvFolder(`id,hit,page,visitor\n${lines.join('\n')}\n`, { range, target: oauth(), more });
    const report = await look();
    expect(results(report)).toEqual([
      'files ok',
      'source ok',
      'source views ok',
      'twice views ok',
      'disk ok',
      ...allOfAdobe,
    ]);
    expect(report.checks[2]?.found).toBe('6 columns; 1,000 rows read from the beginning');
  });

  it('says which lines of a file are no rows', async () => {
    fixture = csvFolder(`id,hit,page,visitor\n1,${begin},home,a\n2,${begin}\n3\n`, { range, target: oauth(), more });
    const report = await look();
    expect(report.healthy).toBe(true);
    expect(find({ ...report, checks: report.checks.slice(2) }, 'source')).toMatchObject({
      result: 'warning',
      found: '6 columns; 3 rows read from the beginning; 2 of them are no row: too few fields at rows.csv / 3',
      cure: expect.stringContaining('preview --only rejected'),
    });
  });

  it('asks a query over files for its columns only', async () => {
    fixture = csvFolder(`id,hit,page,visitor\n1,${begin},home,a\n`, { range, target: oauth(), more });
    rewrite('mapping.yaml', '    rows: rows\n', '    query: SELECT id, hit, page, visitor FROM rows\n');
    const report = await look();
    expect(results(report).slice(1, 4)).toEqual(['source ok', 'source views ok', 'twice views skipped']);
    expect(report.checks[2]?.found).toBe('4 columns; its query is run when it is built, over all files');
  });
});

describe('doctor, of credentials and hosts', () => {
  it('tries each of two secrets by itself', async () => {
    views(oauth('[rotated-away, "${env:SECRET}"]'));
    const report = await look();
    expect(results(report).slice(-5)).toEqual([
      'token secret 1 of 2 warning',
      'token secret 2 of 2 ok',
      ...allOfAdobe.slice(1),
    ]);
    expect(JSON.stringify(report)).not.toContain('rotated-away');
  });

  it('finds no token where both secrets are wrong', async () => {
    views(oauth('[rotated-away, never-known]'));
    const report = await look();
    expect(results(report).slice(-5, -3)).toEqual(['token secret 1 of 2 fault', 'token secret 2 of 2 fault']);
    expect(report.healthy).toBe(false);
  });

  it('tells IMS that cannot be reached, or is down, from a credential that is refused', async () => {
    views();
    env['TOKEN_URL'] = 'http://127.0.0.1:1/ims/token/v3';
    const report = await look();
    expect(find(report, 'token')?.found).toBe('127.0.0.1:1 refuses the connection (ECONNREFUSED)');
    expect(find(report, 'token')?.cure).toContain('target.auth');
    expect(results(report).slice(-3)).toEqual(['host ok', 'access skipped', 'clock ok']);
    await sandbox.close();
    sandbox = await startSandbox({ port: sandbox.port, rate: 0, faults: [{ at: '/ims/token/v3', fault: 'e500' }] });
    env['TOKEN_URL'] = sandbox.tokenUrl;
    expect(find(await look(), 'token')).toMatchObject({
      result: 'fault',
      found: `127.0.0.1:${sandbox.port} answers HTTP 500`,
    });
  });

  it('tells a token that the ingest host refuses', async () => {
    views(`
  baseUrl: "\${env:BDIA_BASE_URL}"
  auth: { kind: token, clientId: "\${env:CLIENT}", token: t0ken-of-another-place }`);
    const report = await look();
    expect(results(report).slice(-4)).toEqual(['token ok', 'host ok', 'access fault', 'clock ok']);
    expect(find(report, 'access')?.found).toBe('Adobe refuses the token: HTTP 401: 401013; Oauth token is not valid');
    expect(JSON.stringify(report)).not.toContain('t0ken-of-another-place');
  });

  it('keeps the pace of its client id, whoever called before it and whoever calls next', async () => {
    views();
    await sandbox.close();
    sandbox = await startSandbox({ port: sandbox.port, rate: 1 });
    for (let turn = 0; turn < 2; turn += 1) expect(results(await look()).slice(-4)).toEqual(allOfAdobe);
    expect((await validate(fixture.file, { env })).stopped).toBeUndefined();
    expect(results(await look()).slice(-4)).toEqual(allOfAdobe);
    expect(sandbox.report().breaches).toEqual([]);
  });

  it('asks the host nothing while a migration sends with its client id, and says which', async () => {
    views();
    const { migration } = await readJobFiles(fixture.file, contextOf({ env }));
    const sender = takeClient({ ...migration, folder: '/work/of/another' }, { onEvent: () => {} });
    try {
      const report = await look();
      expect(results(report).slice(-4)).toEqual(['token ok', 'host skipped', 'access skipped', 'clock ok']);
      expect(find(report, 'host')?.found).toBe(
        `not asked: another migration is sending with the client id ${sandbox.clientId}, from /work/of/another; Adobe counts requests per client id`,
      );
      expect(Object.keys(sandbox.report().requests)).toEqual(['POST /ims/token']);
    } finally {
      sender.release();
    }
    expect(results(await look()).slice(-4)).toEqual(allOfAdobe);
  });

  describe('with TLS', () => {
    let server: Server;
    beforeEach(async () => {
      server = createServer({ key: localhostKey, cert: localhostCertificate }, (_, response) => {
        response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"File not found"}');
      });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    });
    afterEach(async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    });
    const secure = (ca: string) => `
  baseUrl: https://localhost:${(server.address() as AddressInfo).port}
  ${ca}
  auth: { kind: oauth, tokenUrl: "\${env:TOKEN_URL}", clientId: "\${env:CLIENT}", clientSecret: "\${env:SECRET}" }`;

    it('trusts the authority that the migration names, and no other', async () => {
      views(secure('ca: ./ca.pem'));
      writeFileSync(join(fixture.folder, 'ca.pem'), localhostCertificate);
      const trusting = await look();
      expect(results(trusting).slice(-3)).toEqual(['host ok', 'access ok', 'clock ok']);
      expect(find(trusting, 'host')?.found).toMatch(
        /^localhost:\d+ answers, its certificate is trusted, its name is found in \d+ ms$/,
      );
      rmSync(join(fixture.folder, 'ca.pem'));
      const without = await look();
      expect(results(without)[0]).toBe('files fault');
      expect(without.problems).toMatchObject([{ code: 'file.not-found', file: fixture.file, line: 7 }]);
    });

    it('tells a certificate that is not trusted', async () => {
      views(secure('expect: true'));
      const report = await look();
      expect(results(report).slice(-3)).toEqual(['host fault', 'access skipped', 'clock ok']);
      expect(find(report, 'host')?.cure).toContain('target.ca');
    });
  });
});

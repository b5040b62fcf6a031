import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { offlineProblems, tryReadJobFiles } from '../../../src/migration/job/read-job-files.ts';
import { localhostCertificate } from '../../delivery/localhost-certificate.ts';
import { changed, changesOf, cutTexts, lacksOf, type Tree, wordsOf } from '../../support/any-tree.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'any-migration-'));
  writeFileSync(join(folder, 'shop.yaml'), mapping);
  writeFileSync(join(folder, 'goals.csv'), 'id,event\n1,event1\n');
  writeFileSync(join(folder, 'ca.pem'), localhostCertificate);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mapping = `mapping: shop
engine: sqlite
variables: { site: { type: integer }, prefix: { type: identifier, default: old_ }, pepper: { type: secret } }
lookups: { goals: { key: id, values: [event] } }
defaults: { time: { from: ts, unit: s }, window: { column: ts, type: s } }
streams:
  visits:
    query: SELECT * FROM \${prefix}visits WHERE site = :site AND ts >= :from AND ts < :to
    key: [id]
    hit:
      visitorID: { from: visitor, then: [ { hash: { salt: pepper } } ] }
      userAgent: ua
      pageURL: url
      events: [ { from: goal, then: [ { lookup: goals.event } ] } ]
`;
const secret = 'hunter2-hunter2';
const shared = `migration: acme-web
mapping: ./shop.yaml
variables: { site: 1, pepper: "\${env:SECRET}" }
lookups: { goals: ./goals.csv }
range: { from: 2015-03-29, to: 2025-01-01T06:00:00Z, zone: Europe/Berlin }
visitorGroups: { count: 4, prefix: acme }
chunks: { maxRows: 40000, maxRawBytes: 95MB }
slices: { rows: auto }
pace: { requestsPerSecond: 1, secondsPerLane: 20, rowsPerSecondPerLane: 2000, lookUps: true }
settle: { grace: 180s, window: 120s, attempts: 4 }
rejects: { budget: 1% }
build: { workers: 1, memory: 256MB, gzipLevel: 6 }
disk: { ahead: 10GB, spool: 50GB, keep: all }
folder: ./work
`;
const suite = `{ timestamps: optional, currency: EUR, seed: crm, delimiters: { list1: ";" }, unlistedCurrency: send, numericEvents: [event1], counterEVars: [eVar1], multiByte: true, retention: 25 }`;
const sqlite = `${shared}source: { engine: sqlite, path: ./old.db }
target:
  reportSuiteID: { from: idsite, then: [ { lookup: goals.event } ], else: reject }
  baseUrl: eu
  auth: { kind: oauth, tokenUrl: https://ims.example/token, clientId: me, clientSecret: [ "\${env:SECRET}", old ], scopes: [openid] }
  suite: ${suite}
  timeouts: { connect: 10s, idle: 60s, answer: 120s, gateway: 30s }
  expect: false
  ca: ./ca.pem
  proxy: http://me:\${env:SECRET}@proxy.example:3128
onInvalidRows: { budget: 0.1% }
notify: { webhook: https://hooks.example/x }
`;
const server = `${shared}source:
  engine: postgres
  host: db.example
  port: 5432
  user: reader
  password: "\${env:SECRET}"
  database: shop
  tls: { mode: verify-full }
  timeouts: { connect: 5s, statement: 0s, lock: 1m }
  snapshot: false
target:
  reportSuiteID: acmeprod
  baseUrl: https://collect.example
  auth: { kind: token, clientId: me, token: "\${env:SECRET}" }
onInvalidRows: { stop: true }
notify: { command: ./tell.sh }
`;
const byUrl = `${shared}source: { engine: mysql, url: "mysql://reader:\${env:SECRET}@db.example/shop?ssl-mode=REQUIRED" }
target:
  reportSuiteID: acmeprod
  baseUrl: http://127.0.0.1:8080
  auth: { kind: jwt, clientId: me, clientSecret: "\${env:SECRET}", org: a@AdobeOrg, technicalAccount: b@techacct.adobe.com, privateKey: ./key.pem, metascopes: [a], audience: https://ims.example/c/me, exchangeUrl: https://ims.example/jwt }
`;
const paths = `${shared}source: { engine: files, paths: { hits: ["export/*.csv.gz"], more: a.csv } }
target: { reportSuiteID: acmeprod, baseUrl: us, auth: { kind: token, clientId: me, token: "\${env:SECRET}" } }
`;
const texts = [sqlite, server, byUrl, paths];
const word = wordsOf(texts, ['25h', '96MB', '101%', '2015-02-30', 'Mars', 'socket', 'ca', 'key', 'certificate']);

/** What is lacking in what is told of a migration file. */
async function lacking(text: string): Promise<string[]> {
  const file = join(folder, 'job.yaml');
  writeFileSync(file, text);
  const read = await tryReadJobFiles(file, { env: { SECRET: secret }, readyMadeFolder: folder });
  const problems = offlineProblems(read);
  if (read.files === null) expect(problems.length).toBeGreaterThan(0);
  expect(JSON.stringify(problems)).not.toContain(secret);
  // That a file is none of ours at all has no line.
  return problems.filter(({ code }) => code !== 'config.kind').flatMap(lacksOf);
}

describe('whatever a migration file says', () => {
  it.each(texts.map((text) => [/engine: (\w+)/.exec(text)?.[1] ?? '', text]))(
    'the file that is changed, of the engine %s, has no fault of form',
    async (engine, text) => {
      const file = join(folder, 'job.yaml');
      writeFileSync(file, text);
      const { problems } = await tryReadJobFiles(file, { env: { SECRET: secret }, readyMadeFolder: folder });
      const codes = {
        sqlite: [],
        postgres: ['config.source'],
        mysql: ['config.source', 'file.not-found'],
        files: ['config.source'],
      };
      expect(problems.map(({ code }) => code)).toEqual(codes[engine as 'sqlite']);
    },
  );

  it('only problems with a place and a cure come out of a tree near the schema, and no secret', async () => {
    const trees = texts.map((text) => parse(text, { schema: 'failsafe' }) as Tree);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...trees), changesOf(word), fc.boolean(), async (start, list, isFlow) => {
        const root = list.reduce(changed, start);
        expect(await lacking(isFlow ? JSON.stringify(root) : stringify(root))).toEqual([]);
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
    );
  });

  it('and out of a text that is no YAML any more', async () => {
    await fc.assert(
      fc.asyncProperty(cutTexts(texts, word), async (text) => {
        expect(await lacking(text)).toEqual([]);
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
    );
  });
});

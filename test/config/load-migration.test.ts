import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMigration, loadYamlKind } from '../../src/config/load-migration.ts';
import type { Migration } from '../../src/config/migration.ts';
import type { Problem } from '../../src/domain/problem.ts';
import { localhostCertificate } from '../delivery/localhost-certificate.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const SECRET = 'hunter2-hunter2';
const env = { ADOBE_SECRET: SECRET, EMPTY: '' };

async function load(text: string, environment: Record<string, string> = env) {
  const file = join(folder, 'job.yaml');
  writeFileSync(file, text);
  return loadMigration(file, { env: environment });
}
async function migrationOf(text: string, environment: Record<string, string> = env): Promise<Migration> {
  const result = await load(text, environment);
  if (result.problems !== undefined) throw new Error(JSON.stringify(result.problems));
  return result.migration;
}
function show({ line, column, code, message, hint }: Problem): string {
  return `${line}:${column} ${code} ${message}${hint === null ? '' : ` | ${hint}`}`;
}

const small = `migration: acme
mapping: matomo
source: { engine: sqlite, path: legacy.db }
target:
  reportSuiteID: acmeprod
  baseUrl: global
  auth: { kind: oauth, clientId: me, clientSecret: "\${env:ADOBE_SECRET}" }
range: { from: 2015-01-01, to: 2025-01-01 }
`;

describe('loadMigration', () => {
  it('fills in the defaults', async () => {
    expect(await migrationOf(small)).toEqual({
      id: 'acme',
      file: join(folder, 'job.yaml'),
      mapping: 'matomo',
      variables: {},
      lookups: {},
      source: { engine: 'sqlite', path: join(folder, 'legacy.db') },
      target: {
        reportSuiteID: { const: 'acmeprod' },
        baseUrl: 'https://analytics-collection.adobe.io',
        auth: {
          kind: 'oauth',
          tokenUrl: 'https://ims-na1.adobelogin.com/ims/token/v3',
          clientId: 'me',
          clientSecrets: [SECRET],
          scopes: [
            'openid',
            'AdobeID',
            'read_organizations',
            'additional_info.projectedProductContext',
            'additional_info.job_function',
          ],
        },
        suite: {
          timestamps: 'optional',
          currency: null,
          seed: null,
          delimiters: {},
          unlistedCurrency: 'reject',
          numericEvents: null,
          counterEVars: [],
          multiByte: true,
          retention: 25,
        },
        timeouts: { connectMs: 10_000, idleMs: 60_000, answerMs: 120_000, gatewayMs: null },
        expect: true,
        ca: null,
        proxy: null,
      },
      range: { from: 1_420_070_400, to: 1_735_689_600, zone: 'UTC' },
      visitorGroups: { count: 1, prefix: 'acme' },
      chunks: { maxRows: 40_000, maxRawBytes: 95_000_000 },
      slices: { rows: 'auto' },
      pace: { requestsPerSecond: 1, secondsPerLane: 20, rowsPerSecondPerLane: 2000, lookUps: true },
      settle: { graceMs: 180_000, windowMs: 120_000, attempts: 4 },
      onInvalidRows: { stop: true },
      rejects: { budget: 0.01 },
      build: { workers: 1, memory: 256_000_000, gzipLevel: 6 },
      disk: { ahead: 10_000_000_000, spool: 50_000_000_000, keep: 'all' },
      folder: join(folder, '.bdia-migrate/acme'),
      notify: null,
      envNames: ['ADOBE_SECRET'],
    });
  });

  it('takes every key as it is written', async () => {
    const text = `migration: acme-web_2
mapping: ./acme.yaml
variables: { prefix: matomo_, site: 012 }
lookups: { goals: ./goals.csv }
source: { engine: files, paths: { hits: ["export/*.csv.gz", "../more/[ab].csv"], one: /abs/x.csv } }
target:
  reportSuiteID: { from: idsite, then: [ { lookup: suites.rsid } ], else: reject }
  baseUrl: http://127.0.0.1:8080
  auth:
    kind: oauth
    tokenUrl: http://localhost:8080/token
    clientId: me
    clientSecret: ["\${env:ADOBE_SECRET}", old]
    scopes: [a, b]
  suite: { timestamps: required, currency: EUR, seed: CRM, delimiters: { list1: ";" } }
  timeouts: { connect: 500ms, idle: 1.5m, answer: 1h, gateway: 60s }
  expect: false
  ca: ./ca.pem
  proxy: http://ann:p%40ss@proxy.example:3128
range: { from: 2015-03-29, to: 2015-03-30T12:00:00+02:00, zone: Europe/Berlin }
visitorGroups: { count: 256, prefix: acme.web }
chunks: { maxRows: 10, maxRawBytes: 64MiB }
slices: { rows: 500 }
pace: { requestsPerSecond: 200, secondsPerLane: 0, rowsPerSecondPerLane: 0, lookUps: false }
settle: { grace: 1s, window: 0, attempts: 9 }
onInvalidRows: { budget: 0.1% }
rejects: { budget: 100% }
build: { workers: 1, memory: 1GB, gzipLevel: 9 }
disk: { ahead: 1GiB, spool: 2TB, keep: undelivered }
folder: ../work
notify: { webhook: https://hooks.example/T0/s3cret }
`;
    writeFileSync(join(folder, 'ca.pem'), localhostCertificate);
    const migration = await migrationOf(text);
    const parent = join(folder, '..');
    expect(migration).toEqual({
      id: 'acme-web_2',
      file: join(folder, 'job.yaml'),
      mapping: './acme.yaml',
      variables: { prefix: 'matomo_', site: '012' },
      lookups: { goals: join(folder, 'goals.csv') },
      source: {
        engine: 'files',
        paths: { hits: [`${folder}/export/*.csv.gz`, `${parent}/more/[ab].csv`], one: ['/abs/x.csv'] },
      },
      target: {
        reportSuiteID: { from: 'idsite', then: [{ lookup: 'suites.rsid' }], else: 'reject' },
        baseUrl: 'http://127.0.0.1:8080',
        auth: {
          kind: 'oauth',
          tokenUrl: 'http://localhost:8080/token',
          clientId: 'me',
          clientSecrets: [SECRET, 'old'],
          scopes: ['a', 'b'],
        },
        suite: {
          timestamps: 'required',
          currency: 'EUR',
          seed: 'CRM',
          delimiters: { list1: ';' },
          unlistedCurrency: 'reject',
          numericEvents: null,
          counterEVars: [],
          multiByte: true,
          retention: 25,
        },
        timeouts: { connectMs: 500, idleMs: 90_000, answerMs: 3_600_000, gatewayMs: 60_000 },
        expect: false,
        ca: localhostCertificate,
        proxy: 'http://ann:p%40ss@proxy.example:3128',
      },
      range: { from: 1_427_583_600, to: 1_427_709_600, zone: 'Europe/Berlin' },
      visitorGroups: { count: 256, prefix: 'acme.web' },
      chunks: { maxRows: 10, maxRawBytes: 67_108_864 },
      slices: { rows: 500 },
      pace: { requestsPerSecond: 200, secondsPerLane: 0, rowsPerSecondPerLane: 0, lookUps: false },
      settle: { graceMs: 1000, windowMs: 0, attempts: 9 },
      onInvalidRows: { budget: 0.001 },
      rejects: { budget: 1 },
      build: { workers: 1, memory: 1_000_000_000, gzipLevel: 9 },
      disk: { ahead: 1_073_741_824, spool: 2_000_000_000_000, keep: 'undelivered' },
      folder: join(parent, 'work'),
      notify: { webhook: 'https://hooks.example/T0/s3cret' },
      envNames: ['ADOBE_SECRET'],
    });
  });

  it.each([
    ['us', 'https://analytics-collection-us.adobe.io'],
    ['eu', 'https://analytics-collection-eu.adobe.io'],
    ['https://proxy.example/', 'https://proxy.example'],
  ])('reads the base %s', async (written, origin) => {
    const migration = await migrationOf(small.replace('global', written));
    expect(migration.target.baseUrl).toBe(origin);
  });

  it('reads a fixed token', async () => {
    const auth = '{ kind: token, clientId: me, token: "${env:ADOBE_SECRET}" }';
    const migration = await migrationOf(small.replace(/\{ kind.*\}/, auth));
    expect(migration.target.auth).toEqual({ kind: 'token', clientId: 'me', token: SECRET });
  });

  it('reads a JWT with its key from a file, from the environment, and from one line', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    writeFileSync(join(folder, 'key.pem'), pem);
    const auth = (key: string) =>
      small.replace(
        /\{ kind.*\}/,
        `{ kind: jwt, clientId: me, clientSecret: s, org: O@AdobeOrg, technicalAccount: T@techacct.adobe.com, privateKey: ${key} }`,
      );
    const expected = {
      kind: 'jwt',
      exchangeUrl: 'https://ims-na1.adobelogin.com/ims/exchange/jwt',
      clientId: 'me',
      clientSecret: 's',
      org: 'O@AdobeOrg',
      technicalAccount: 'T@techacct.adobe.com',
      privateKey: pem,
      metascopes: ['https://ims-na1.adobelogin.com/s/ent_analytics_bulk_ingest_sdk'],
      audience: 'https://ims-na1.adobelogin.com/c/me',
    };
    const fromEnv = auth('"${env:KEY}"');
    for (const migration of [
      await migrationOf(auth('./key.pem')),
      await migrationOf(fromEnv, { KEY: pem }),
      await migrationOf(fromEnv, { KEY: pem.replaceAll('\n', '\\n') }),
    ]) {
      expect(migration.target.auth).toEqual(expected);
    }
    const missing = await load(auth('./nokey.pem'));
    expect(missing.problems?.map(show)).toEqual([
      '7:122 file.not-found the file of the private key cannot be read | name a PEM file that you may read; its path begins at the folder of this file',
    ]);
    writeFileSync(join(folder, 'nokey.pem'), `-----BEGIN PRIVATE KEY-----\n${SECRET}\n`);
    const broken = await load(auth('./nokey.pem'));
    expect(broken.problems?.map(show)).toEqual([
      '7:122 config.value this is no private key | a PEM text that begins with -----BEGIN PRIVATE KEY-----, without a passphrase',
    ]);
  });

  it('reads .env beside the file, and the real environment first', async () => {
    writeFileSync(join(folder, '.env'), 'FROM_FILE=f\nexport ADOBE_SECRET="from file"\n');
    const text = small.replace('clientId: me', 'clientId: "${env:FROM_FILE}-${env:FROM_FILE}"');
    const auths = [await migrationOf(text), await migrationOf(text, {})].map(({ target }) => target.auth);
    rmSync(join(folder, '.env'));
    expect(auths.map((auth) => (auth.kind === 'oauth' ? [auth.clientId, auth.clientSecrets] : []))).toEqual([
      ['f-f', [SECRET]],
      ['f-f', ['from file']],
    ]);
  });

  it('tells what is wrong with .env beside the faults of the file', async () => {
    writeFileSync(join(folder, '.env'), 'A_SECRET\nGROUPS=two\n');
    const { problems } = await load(`${small}visitorGroups: { count: "\${env:GROUPS}" }\n`);
    rmSync(join(folder, '.env'));
    expect(problems?.map(({ file, line, code }) => [file, line, code])).toEqual([
      [join(folder, '.env'), 1, 'env.line'],
      [join(folder, 'job.yaml'), 9, 'config.value'],
    ]);
  });

  it('tells a value of .env that its # cuts only where the file reads it from there', async () => {
    writeFileSync(join(folder, '.env'), 'COLOR=#fff\nADOBE_SECRET=a\nID=me#1\n');
    const codesOf = async (text: string, environment: Record<string, string>) =>
      (await load(text, environment)).problems?.map(({ file, line, code }) => [file, line, code]);
    const named = small.replace('clientId: me', 'clientId: "${env:ID}"');
    const told = [await codesOf(small, {}), await codesOf(named, {}), await codesOf(named, { ID: 'me' })];
    rmSync(join(folder, '.env'));
    expect(told).toEqual([undefined, [[join(folder, '.env'), 3, 'env.line']], undefined]);
  });

  it('finds the file of a key', async () => {
    const result = await load(small);
    expect(result.problems === undefined && result.locate(['target', 'auth', 'clientId'])).toEqual({
      file: join(folder, 'job.yaml'),
      line: 7,
      column: 34,
    });
  });

  it('says where a file is missing', async () => {
    const result = await loadMigration(join(folder, 'none.yaml'), { env });
    expect(result.problems?.map(show)).toEqual([
      'null:null file.not-found the migration file cannot be read | name a file that is there and that you may read',
    ]);
  });

  it('tells migrations from mappings', async () => {
    const kindOf = (text: string) => {
      writeFileSync(join(folder, 'kind.yaml'), text);
      return loadYamlKind(join(folder, 'kind.yaml'));
    };
    for (const text of [small, `\uFEFF${small}`, '"migration": x\n', '{ migration: x }', '{\n  "migration": "x"\n}']) {
      expect([text, await kindOf(text)]).toEqual([text, 'migration']);
    }
    for (const text of [
      '# migration\nmapping: x\n',
      '\uFEFFmapping: x\n',
      'mapping: x\nvariables:\n  migration: { type: text }\n',
    ]) {
      expect([text, await kindOf(text)]).toEqual([text, 'mapping']);
    }
  });
});

/** The small file with one line changed, or lines added at its end (from line 9 on), and every fault expected of it. */
const faulty: [name: string, change: (text: string) => string, expected: string[]][] = [];
const added = (lines: string) => (text: string) => `${text}${lines}\n`;
const replaced = (from: string | RegExp, to: string) => (text: string) => text.replace(from, () => to);
faulty.push(
  [
    'everything missing',
    () => 'migration: x\n',
    [
      '1:1 config.missing "mapping" is missing | add mapping: …',
      '1:1 config.missing "source" is missing | add source: …',
      '1:1 config.missing "target" is missing | add target: …',
      '1:1 config.missing "range" is missing | add range: …',
    ],
  ],
  [
    'a list for a file',
    () => '- a\n',
    [
      '1:1 config.type a list stands here, where a map belongs | write { key: value }, or keys below this one, indented',
    ],
  ],
  [
    'unknown keys, with the nearest name',
    added('chunk: {}\npace: { requestPerSecond: 1, zzz: 1 }'),
    [
      '9:1 config.unknown-key "chunk" is no key that is known here | did you mean "chunks"?',
      '10:9 config.unknown-key "requestPerSecond" is no key that is known here | did you mean "requestsPerSecond"?',
      '10:30 config.unknown-key "zzz" is no key that is known here | one of requestsPerSecond, secondsPerLane, rowsPerSecondPerLane, lookUps',
    ],
  ],
  [
    'an id that cannot be one',
    replaced('migration: acme', 'migration: acme web'),
    ['1:12 config.value "acme web" is no id | at most 100 letters, digits, _ and -'],
  ],
  [
    'an id that names no group',
    replaced('migration: acme', 'migration: 2015'),
    [
      '1:12 config.value a bare number cannot name the visitor groups | add visitorGroups: { prefix: … } with company or suite',
    ],
  ],
  [
    'a wrong engine',
    replaced('engine: sqlite', 'engine: sqlit'),
    ['3:19 config.value "sqlit" is not allowed here | did you mean "sqlite"?'],
  ],
  [
    'no engine',
    replaced('engine: sqlite, ', ''),
    ['3:1 config.missing "engine" is missing in "source" | one of sqlite, files, postgres, mysql'],
  ],
  [
    'what is no choice of chunks to keep',
    added('disk: { keep: none }'),
    ['9:15 config.value "none" is not allowed here | one of all, undelivered'],
  ],
  [
    'a proxy of another kind, never quoted',
    replaced('  baseUrl: global', '  baseUrl: global\n  proxy: socks5://u:p@proxy'),
    [
      '7:10 config.value this is no URL of an HTTP proxy | such as http://proxy.example:3128, with user:password@ before the host',
    ],
  ],
  [
    'a proxy with a path',
    replaced('  baseUrl: global', '  baseUrl: global\n  proxy: http://proxy/x'),
    [
      '7:10 config.value this is no URL of an HTTP proxy | such as http://proxy.example:3128, with user:password@ before the host',
    ],
  ],
  [
    'both ways to notify',
    added('notify: { command: ./tell.sh, webhook: https://x.example/y }'),
    [
      '9:9 config.value exactly one of command and webhook belongs here | write { command: ./tell.sh }, or { webhook: https://… }',
    ],
  ],
  [
    'no way to notify',
    added('notify: {}'),
    [
      '9:9 config.value exactly one of command and webhook belongs here | write { command: ./tell.sh }, or { webhook: https://… }',
    ],
  ],
  [
    'a webhook without TLS',
    added('notify: { webhook: http://x.example/y }'),
    ['9:20 config.value only https is allowed; http only to this machine | write https://…'],
  ],
  [
    'http to somewhere else',
    replaced('global', 'http://collect.example'),
    ['6:12 config.value only https is allowed; http only to this machine | write https://…'],
  ],
  [
    'a path behind the origin',
    replaced('global', 'https://analytics-collection.adobe.io/aa/collect/v1'),
    ["6:12 config.value an origin ends with its host or port | leave the path out; Adobe's follows by itself"],
  ],
  [
    'credentials in a URL',
    replaced('global', 'https://me:${env:ADOBE_SECRET}@host'),
    ['6:12 config.value a URL must not hold credentials | they belong in auth'],
  ],
  [
    'a secret where a URL belongs',
    replaced('global', '"${env:ADOBE_SECRET}"'),
    ['6:12 config.value this is no URL | such as https://analytics-collection.adobe.io'],
  ],
  [
    'a secret where a number belongs: quoted as written',
    added('visitorGroups: { count: "${env:ADOBE_SECRET}" }'),
    ['9:25 config.value "${env:ADOBE_SECRET}" is no whole number from 1 to 256 | such as 4'],
  ],
  [
    'a secret where a word belongs',
    added('disk: { keep: "${env:ADOBE_SECRET}" }'),
    ['9:15 config.value "${env:ADOBE_SECRET}" is not allowed here | one of all, undelivered'],
  ],
  [
    'missing environment variables, and nothing that follows from them',
    added('visitorGroups: { count: "${env:GROUPS}" }\nfolder: "x/${env:not a name}"\nchunks: { maxRows: 0 }'),
    [
      '9:26 env.missing the environment variable GROUPS is not set | set it, or write GROUPS=… into .env beside this file',
      '10:12 env.name ${env:not a name} names no environment variable | write ${env:NAME}',
      '11:20 config.value "0" is no whole number from 1 to 10000000 | such as 40000',
    ],
  ],
  [
    'an empty secret',
    replaced('${env:ADOBE_SECRET}', '${env:EMPTY}'),
    ['7:52 config.value "clientSecret" is empty | give EMPTY a value in the environment, or in .env beside this file'],
  ],
  [
    'a wrong kind of authentication',
    replaced('kind: oauth', 'kind: oath'),
    ['7:17 config.value "oath" is not allowed here | did you mean "oauth"?'],
  ],
  [
    'a key of another kind of authentication, and one too few',
    replaced('clientId: me', 'token: x'),
    [
      '7:3 config.missing "clientId" is missing in "auth" | add clientId: …',
      '7:24 config.unknown-key "token" is no key that is known here | one of kind, tokenUrl, clientId, clientSecret, scopes',
    ],
  ],
  [
    'sizes and durations without sense',
    added('chunks: { maxRawBytes: 96MB }\nsettle: { grace: 180, window: 2 weeks }\ndisk: { ahead: ten }'),
    [
      '9:24 config.value "96MB" is no size from 1KB to 95MB | such as 95MB',
      '10:18 config.value "180" is no duration from 0s to 12h | such as 180s',
      '10:31 config.value "2 weeks" is no duration from 0s to 12h | such as 120s',
      '11:16 config.value "ten" is no size from 1MB to 1000TB | such as 10GB',
    ],
  ],
  [
    'numbers out of bounds',
    added('visitorGroups: { count: 257, prefix: 12 }\nbuild: { gzipLevel: 10 }\npace: { requestsPerSecond: 0 }'),
    [
      '9:25 config.value "257" is no whole number from 1 to 256 | such as 4',
      '9:38 config.value "12" is a bare number, which Adobe advises against | name company or suite',
      '10:21 config.value "10" is no whole number from 1 to 9 | such as 6',
      '11:28 config.value "0" is no number from 0.01 to 1000 | such as 1',
    ],
  ],
  [
    'a prefix that no header can hold',
    added('visitorGroups: { prefix: "a b" }'),
    ['9:26 config.value "a b" is no prefix | at most 64 letters, digits and . _ -, beginning with a letter or digit'],
  ],
  [
    "more than Adobe's pace, and less than its gateways wait",
    added('pace: { requestsPerSecond: 2 }\nsettle: { grace: 59s }'),
    [
      "9:28 config.value Adobe's hosts take at most one request a second | write 1",
      "10:18 config.value a request to Adobe's hosts may still be under way for 60s after its connection is lost | leave it out, or write 60s or more",
    ],
  ],
  [
    'waits that no timer can hold, and none at all',
    (text) =>
      `${text.replace('  auth:', '  timeouts: { connect: 0s, idle: 30d, answer: 0s, gateway: 25d }\n  auth:')}settle: { grace: 30d, window: 13h }\n`,
    [
      '7:24 config.value "0s" is no duration from 1ms to 24d | such as 10s',
      '7:34 config.value "30d" is no duration from 1ms to 24d | such as 60s',
      '7:47 config.value "0s" is no duration from 1ms to 24d | such as 120s',
      '7:60 config.value "25d" is no duration from 1ms to 24d | such as 60s',
      '10:18 config.value "30d" is no duration from 0s to 12h | such as 180s',
      '10:31 config.value "13h" is no duration from 0s to 12h | such as 120s',
    ],
  ],
  [
    'a proxy whose user and password are each no text',
    replaced('  baseUrl: global', '  baseUrl: global\n  proxy: "http://%E2:%82%AC@h:1"'),
    [
      '7:10 config.value this is no URL of an HTTP proxy | such as http://proxy.example:3128, with user:password@ before the host',
    ],
  ],
  [
    'authorities that are none',
    replaced('  baseUrl: global', '  baseUrl: global\n  ca: ./job.yaml'),
    ['7:7 config.value this is no certificate | a PEM text that begins with -----BEGIN CERTIFICATE-----'],
  ],
  [
    'authorities that are not there',
    replaced('  baseUrl: global', '  baseUrl: global\n  ca: ./none.pem'),
    [
      '7:7 file.not-found the file of the ca cannot be read | name a PEM file that you may read; its path begins at the folder of this file',
    ],
  ],
  [
    'a zone that is a time, which names one to Temporal',
    replaced('to: 2025-01-01', 'to: 2025-01-01, zone: "2000-01-01T00:00[Europe/Berlin]"'),
    ['8:50 config.value "2000-01-01T00:00[Europe/Berlin]" is no time zone | such as UTC or Europe/Berlin'],
  ],
  [
    'a range that is no time',
    replaced(/range.*/, 'range: { from: 2015-02-30, to: 2015-01-01T00:00:00, zone: Mars }'),
    [
      '8:16 config.value "2015-02-30" is neither a date nor a full instant | such as 2015-01-01 or 2015-01-01T06:00:00Z',
      '8:32 config.value "2015-01-01T00:00:00" is neither a date nor a full instant | such as 2015-01-01 or 2015-01-01T06:00:00Z',
      '8:59 config.value "Mars" is no time zone | such as UTC or Europe/Berlin',
    ],
  ],
  [
    'dates that are none',
    replaced(/range.*/, 'range: { from: 2015-02-30, to: 2015-01-01T00:00:00 }'),
    [
      '8:16 config.value "2015-02-30" is neither a date nor a full instant | such as 2015-01-01 or 2015-01-01T06:00:00Z',
      '8:32 config.value "2015-01-01T00:00:00" is neither a date nor a full instant | such as 2015-01-01 or 2015-01-01T06:00:00Z',
    ],
  ],
  [
    'an empty range',
    replaced('2025-01-01', '2015-01-01'),
    [
      '8:32 config.value the range ends before anything is in it | "to" must be later than "from"; it is not part of the range',
    ],
  ],
  [
    'both ways to treat invalid rows',
    added('onInvalidRows: { stop: true, budget: 1% }\nrejects: { budget: 101% }'),
    [
      '9:16 config.value exactly one of stop: true and budget belongs here | write { stop: true }, or { budget: 0.1% }',
      '10:20 config.value "101%" is no percentage from 0% to 100% | such as 0.1%',
    ],
  ],
  [
    'values that stand empty',
    replaced('  baseUrl: global', '  baseUrl:').bind(null),
    ['6:11 config.value this is no URL | such as https://analytics-collection.adobe.io'],
  ],
  [
    'a list where a map belongs',
    added('pace: [1]\nvariables: x\nlookups:'),
    [
      '9:7 config.type a list stands here, where a map belongs | write { key: value }, or keys below this one, indented',
      '10:12 config.type a text stands here, where a map belongs | write { key: value }, or keys below this one, indented',
      '11:9 config.type nothing stands here, where a map belongs | write { key: value }, or keys below this one, indented',
    ],
  ],
  [
    'a report suite that is no value',
    replaced('acmeprod', '{ form: idsite }'),
    ['5:20 config.unknown-key "form" is no key that is known here | did you mean "from"?'],
  ],
);

describe('problems of a migration file', () => {
  it.each(faulty)('%s', async (_name, change, expected) => {
    const result = await load(change(small));
    expect(result.problems?.map(show) ?? []).toEqual(expected);
    expect(JSON.stringify(result.problems)).not.toContain(SECRET);
    expect(new Set(result.problems?.map(({ file }) => file))).toEqual(new Set([join(folder, 'job.yaml')]));
  });
});

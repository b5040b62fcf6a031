import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMigration } from '../../src/config/load-migration.ts';
import type { Problem } from '../../src/domain/problem.ts';
import { caCertificate, clientCertificate, clientKey } from '../support/servers/server-certificates.ts';

const password = 'p@ss:w/o?r#d%';
const encoded = 'p%40ss%3Aw%2Fo%3Fr%23d%25';
const env = {
  DB_URL: `postgresql://legacy:${encoded}@db.example/shop`,
  MYSQL_URL: `mysql://legacy:${encoded}@db.example/shop`,
  DB_PASSWORD: password,
  CA: caCertificate.replaceAll('\n', '\\n'),
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
  writeFileSync(join(folder, 'ca.pem'), `${caCertificate}${clientCertificate}`);
  writeFileSync(join(folder, 'client.pem'), clientCertificate);
  writeFileSync(join(folder, 'client.key'), clientKey);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(join(folder, 'other.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(folder, 'broken.pem'), caCertificate.slice(0, 200));
});
afterAll(() => rmSync(folder, { recursive: true }));

function load(source: string) {
  const file = join(folder, 'job.yaml');
  writeFileSync(
    file,
    `migration: acme
mapping: shop
source: ${source}
target:
  reportSuiteID: acmeprod
  baseUrl: global
  auth: { kind: token, clientId: me, token: t }
range: { from: 2015-01-01, to: 2025-01-01 }
`,
  );
  return loadMigration(file, { env });
}
function show({ line, column, code, message, hint }: Problem): string {
  return `${line}:${column} ${code} ${message}${hint === null ? '' : ` | ${hint}`}`;
}

const postgres = {
  engine: 'postgres',
  host: 'db.example',
  port: 5432,
  socket: null,
  user: 'legacy',
  password,
  database: 'shop',
  tls: { mode: 'require', ca: null, certificate: null, key: null },
  timeouts: { connectMs: 10_000, statementMs: 0, lockMs: 5000 },
  snapshot: true,
} as const;
const mysql = { ...postgres, engine: 'mysql', port: 3306 } as const;
const noTls = { ...postgres.tls, mode: 'disable' } as const;
const fields = 'user: legacy, password: "${env:DB_PASSWORD}", database: shop';

describe('a database server as the source', () => {
  it.each<[string, object]>([
    ['{ engine: postgres, url: "${env:DB_URL}" }', postgres],
    ['{ engine: mysql, url: "${env:MYSQL_URL}" }', mysql],
    [`{ engine: postgres, host: db.example, ${fields} }`, postgres],
    [`{ engine: mysql, host: db.example, port: 3307, ${fields} }`, { ...mysql, port: 3307 }],
    [
      '{ engine: mysql, host: h, user: u, database: d }',
      {
        ...mysql,
        host: 'h',
        user: 'u',
        password: null,
        database: 'd',
      },
    ],
    // Who is on this machine needs no TLS; a ca is there to be asked.
    [`{ engine: postgres, host: localhost, ${fields} }`, { ...postgres, host: 'localhost', tls: noTls }],
    [`{ engine: postgres, host: 127.0.0.1, ${fields} }`, { ...postgres, host: '127.0.0.1', tls: noTls }],
    [`{ engine: postgres, host: "::1", ${fields} }`, { ...postgres, host: '::1', tls: noTls }],
    [
      `{ engine: postgres, socket: /run/postgresql, ${fields} }`,
      {
        ...postgres,
        host: 'localhost',
        socket: '/run/postgresql',
        tls: noTls,
      },
    ],
    [
      `{ engine: mysql, socket: /run/mysqld/mysqld.sock, ${fields} }`,
      {
        ...mysql,
        host: 'localhost',
        socket: '/run/mysqld/mysqld.sock',
        tls: noTls,
      },
    ],
    [
      '{ engine: postgres, url: "${env:DB_URL}?sslmode=verify-ca" }',
      {
        ...postgres,
        tls: { ...postgres.tls, mode: 'verify-ca' },
      },
    ],
    ['{ engine: mysql, url: "${env:MYSQL_URL}", tls: { mode: disable } }', { ...mysql, tls: noTls }],
    [
      '{ engine: mysql, url: "${env:MYSQL_URL}", tls: { ca: ./ca.pem } }',
      {
        ...mysql,
        tls: { ...mysql.tls, mode: 'verify-full', ca: `${caCertificate}${clientCertificate}` },
      },
    ],
    [
      '{ engine: postgres, url: "${env:DB_URL}", tls: { mode: verify-ca, ca: "${env:CA}", certificate: client.pem, key: client.key } }',
      {
        ...postgres,
        tls: { mode: 'verify-ca', ca: caCertificate, certificate: clientCertificate, key: clientKey },
      },
    ],
    [
      '{ engine: postgres, url: "${env:DB_URL}", timeouts: { connect: 500ms, statement: 2h, lock: 0s }, snapshot: false }',
      {
        ...postgres,
        timeouts: { connectMs: 500, statementMs: 7_200_000, lockMs: 0 },
        snapshot: false,
      },
    ],
  ])('%s', async (source, expected) => {
    const result = await load(source);
    expect(result.problems?.map(show)).toBeUndefined();
    expect(result.problems === undefined && result.migration.source).toEqual(expected);
  });

  it('tells which variables of the environment it names', async () => {
    const result = await load('{ engine: postgres, url: "${env:DB_URL}", tls: { ca: "${env:CA}" } }');
    expect(result.problems === undefined && result.migration.envNames).toEqual(['DB_URL', 'CA']);
  });

  it.each<[string, string[]]>([
    [
      '{ engine: postgres }',
      [
        '3:1 config.value the source names no server | add url:, or host: or socket:',
        '3:1 config.value the source names no user | add user:',
        '3:1 config.value the source names no database | add database:',
      ],
    ],
    [
      '{ engine: postgres, url: "${env:DB_URL}", host: h, password: "${env:DB_PASSWORD}", tsl: {} }',
      [
        '3:51 config.value "host" stands beside a url | write it into the url, or leave out url',
        '3:60 config.value "password" stands beside a url | write it into the url, or leave out url',
        '3:92 config.unknown-key "tsl" is no key that is known here | did you mean "tls"?',
      ],
    ],
    [
      '{ engine: postgres, url: "${env:DB_URL}", host: h, password: "${env:DB_PASSWORD}" }',
      [
        '3:51 config.value "host" stands beside a url | write it into the url, or leave out url',
        '3:60 config.value "password" stands beside a url | write it into the url, or leave out url',
      ],
    ],
    [
      '{ engine: postgres, url: "${env:MYSQL_URL}" }',
      [
        '3:34 config.value this is a URL of MySQL or MariaDB | write engine: mysql, or such as postgresql://user:password@host:5432/database',
      ],
    ],
    [
      '{ engine: mysql, url: "mysql://me:${env:DB_PASSWORD}@h/db", tls: { mode: verify-full } }',
      [
        '3:31 config.value this is no URL | such as mysql://user:password@host:3306/database; where the password holds other signs, percent-encode it: %40 for @, %3A for :, %2F for /, %3F for ?, %23 for #, %25 for %',
      ],
    ],
    [
      '{ engine: postgres, url: "${env:DB_URL}?sslmode=require", tls: { mode: require } }',
      ['3:74 config.value the url says this too | leave one of them out'],
    ],
    [
      '{ engine: postgres, url: "${env:DB_URL}?sslmode=require", tls: { ca: ca.pem } }',
      ['3:74 config.value by what the url says nothing is checked | leave the mode out of the url'],
    ],
    [
      `{ engine: postgres, host: "h:5432", socket: tmp, ${fields} }`,
      [
        '3:35 config.value "host" is no name or address of a host | such as db.example.com; the port stands in port:, a path in socket:',
        '3:45 config.value "socket" stands beside a host | leave one of them out',
        '3:53 config.value "socket" must be the absolute path of the folder of sockets | such as /var/run/postgresql; port: says which of them',
      ],
    ],
    [
      `{ engine: postgres, host: h, socket: /tmp, ${fields} }`,
      ['3:38 config.value "socket" stands beside a host | leave one of them out'],
    ],
    [
      `{ engine: postgres, socket: /tmp/.s.PGSQL.5432, ${fields} }`,
      [
        '3:37 config.value "socket" must be the absolute path of the folder of sockets | such as /var/run/postgresql; port: says which of them',
      ],
    ],
    [
      `{ engine: mysql, socket: /tmp/s, tls: { mode: require }, ${fields} }`,
      ['3:42 config.value a socket has no TLS | leave out tls, or name a host'],
    ],
    [
      `{ engine: mysql, host: h, ${fields}, tls: { mode: prefer, ca: "" }, timeouts: { connect: 0s, statement: 30d, lock: 5 }, port: 70000 }`,
      [
        '3:110 config.value "prefer" is not allowed here | one of disable, require, verify-ca, verify-full',
        '3:122 config.value "ca" is empty | write a text, or leave out the key',
        '3:149 config.value "0s" is no duration from 1ms to 24d | such as 10s',
        '3:164 config.value "30d" is no duration from 0s to 24d | such as 10m',
        '3:175 config.value "5" is no duration from 0s to 24d | such as 5s',
        '3:186 config.value "70000" is no whole number from 1 to 65535 | such as 3306',
      ],
    ],
    [
      `{ engine: mysql, host: h, ${fields}, tls: { mode: disable, ca: ca.pem, certificate: client.pem } }`,
      [
        '3:119 config.value with mode: disable nothing is checked | write mode: verify-full, or leave out ca',
        '3:131 config.value a certificate needs its key | add key:',
        '3:131 config.value with mode: disable no certificate is sent | write mode: verify-full, or leave it out',
      ],
    ],
    [
      `{ engine: mysql, host: h, ${fields}, tls: { ca: none.pem, certificate: broken.pem, key: client.pem } }`,
      [
        '3:108 file.not-found the file of the ca cannot be read | name a PEM file that you may read; its path begins at the folder of this file',
        '3:131 config.value this is no certificate | a PEM text that begins with -----BEGIN CERTIFICATE-----',
        '3:148 config.value this is no private key | a PEM text that begins with -----BEGIN PRIVATE KEY-----, without a passphrase',
      ],
    ],
    [
      `{ engine: mysql, host: h, ${fields}, tls: { certificate: client.pem, key: other.key } }`,
      ['3:134 config.value this key is not the one of the certificate | name the two that were made together'],
    ],
  ])('refuses %s', async (source, expected) => {
    const result = await load(source);
    expect(result.problems?.map(show)).toEqual(expected);
    for (const secret of [password, encoded, 'w%2Fo', 'w/o'])
      expect(JSON.stringify(result.problems)).not.toContain(secret);
  });
});

import { createServer, type Server } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerSource, ServerTls } from '../../../src/config/migration.ts';
import { openMysql } from '../../../src/source/mysql/open-mysql.ts';
import type { OwnServer, TestDatabase } from '../../support/servers/database-server.ts';
import { startMariadb } from '../../support/servers/mariadb-server.ts';
import {
  caCertificate,
  clientCertificate,
  clientKey,
  otherCaCertificate,
} from '../../support/servers/server-certificates.ts';
import { serverSource } from '../../support/servers/server-source.ts';
import { certifiedUser, encryptedUser, userPassword } from '../../support/servers/test-users.ts';
import { readRows } from '../read-rows.ts';

let server: OwnServer;
let db: TestDatabase;

beforeAll(async () => {
  // What clients say of themselves stands nowhere else.
  server = await startMariadb({ settings: { 'performance-schema': 'ON' } });
  db = await server.freshDatabase();
  await db.run(`
    CREATE TABLE hits (id INT, name TEXT);
    CREATE USER narrow IDENTIFIED BY '${userPassword}'; GRANT SELECT (id) ON ${db.database}.hits TO narrow;
    CREATE USER lone IDENTIFIED BY '${userPassword}' WITH MAX_USER_CONNECTIONS 1; GRANT ALL ON *.* TO lone;
    CREATE USER outsider IDENTIFIED BY '${userPassword}';
    CREATE USER elsewhere@'192.0.2.1' IDENTIFIED BY '${userPassword}'`);
}, 120_000);
afterAll(async () => {
  await server?.remove();
});

const tls = (mode: ServerTls['mode'], more: Partial<ServerTls> = {}): Partial<ServerSource> => ({
  tls: { mode, ca: null, certificate: null, key: null, ...more },
});

/** A packet of MySQL's protocol (MariaDB docs, "0-packet"): its length in three bytes, its number, what it holds. */
function packet(number: number, ...parts: readonly string[]): Buffer {
  const body = Buffer.from(parts.join(''), 'latin1');
  return Buffer.concat([Buffer.from([body.length & 0xff, body.length >> 8, 0, number]), body]);
}

/** What a MariaDB says first: protocol 10, its version, a thread, the two halves of a salt around what it is able to do. */
const greeting = packet(
  0,
  '\x0a10.11.6-MariaDB\0',
  '\x01\0\0\0',
  'saltsalt\0',
  // Protocol 4.1, authentication by plugin; utf8mb4; autocommit; a salt of 21 bytes.
  '\x08\x82\x2d\x02\0\x08\0\x15',
  '\0'.repeat(10),
  'saltsaltsalt\0',
  'mysql_native_password\0',
);

/** What TLS a session has; empty for none. */
async function cipherOf(wishes: Partial<ServerSource>): Promise<string> {
  const source = await openMysql(serverSource(db, wishes));
  try {
    const query =
      "SELECT variable_value AS v FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'";
    const [[cipher] = []] = await readRows(source, { stream: 's', query });
    return String(cipher);
  } finally {
    await source.close();
  }
}

describe('connects', () => {
  it('by a socket', async () => {
    const source = await openMysql(serverSource(db, { socket: server.address.socket, host: 'localhost' }));
    expect(await source.columns({ stream: 's', query: 'SELECT id FROM hits' })).toEqual(['id']);
    await source.close();
  });

  it('in the clear where TLS is disabled', async () => {
    expect(await cipherOf(tls('disable'))).toBe('');
  });

  const cases: [string, Partial<ServerSource>][] = [
    ['with TLS and no check', tls('require')],
    ['with TLS and no check, whoever signed', tls('require', { ca: otherCaCertificate })],
    ['with a checked authority, whatever the host', tls('verify-ca', { ca: caCertificate })],
    ['with a checked authority and host', { ...tls('verify-full', { ca: caCertificate }), host: 'localhost' }],
    ['as a user who needs TLS', { ...tls('require'), user: encryptedUser }],
    [
      'as a user who needs a certificate',
      {
        ...tls('verify-ca', { ca: caCertificate, certificate: clientCertificate, key: clientKey }),
        user: certifiedUser,
      },
    ],
  ];
  it.each(cases)('%s', async (_, wishes) => {
    expect(await cipherOf(wishes)).toMatch(/^TLS_/);
  });

  it('and is named to the administrator', async () => {
    const source = await openMysql(serverSource(db));
    expect(
      await db.run("SELECT attr_value FROM performance_schema.session_connect_attrs WHERE attr_name = 'program_name'"),
    ).toContainEqual(['bdia-migrate']);
    await source.close();
  });
});

describe('says why it cannot connect', () => {
  const cases: [string, Partial<ServerSource>, string, RegExp][] = [
    ['a wrong password', { password: 'wr0ng-s3cret' }, 'input.invalid', /refuses the user.*Access denied/],
    ['no password', { password: null }, 'input.invalid', /refuses the user/],
    ['an unknown user', { user: 'nobody' }, 'input.invalid', /refuses the user/],
    ['an unknown database', { database: 'nowhere' }, 'input.not-found', /has no such database/],
    ['a database that is forbidden', { user: 'outsider' }, 'input.invalid', /does not let the user into the database/],
    ['an unknown host', { host: 'host.invalid' }, 'input.not-found', /host name that is not known|cannot be looked up/],
    ['a host without a server', { port: 1 }, 'source.unreachable', /does not listen/],
    ['a socket that is not there', { socket: '/nowhere/mysql.sock' }, 'source.unreachable', /has no socket there/],
    [
      'a certificate of an unknown authority',
      tls('verify-ca', { ca: otherCaCertificate }),
      'input.invalid',
      /certificate that is not trusted/,
    ],
    [
      'a certificate and the system’s authorities',
      tls('verify-ca'),
      'input.invalid',
      /certificate that is not trusted/,
    ],
    [
      'a certificate of another host',
      tls('verify-full', { ca: caCertificate }),
      'input.invalid',
      /certificate of another host/,
    ],
    ['an authority that is no PEM', tls('verify-ca', { ca: 'nonsense' }), 'input.invalid', /certificate/],
    [
      'a key that is no PEM',
      tls('require', { certificate: clientCertificate, key: 'nonsense' }),
      'input.invalid',
      /certificate or key/,
    ],
    ['a user who needs TLS, without', { user: encryptedUser }, 'input.invalid', /refuses the user/],
    [
      'a user who needs a certificate, without',
      { ...tls('require'), user: certifiedUser },
      'input.invalid',
      /refuses the user/,
    ],
  ];
  it.each(cases)('%s', async (_, wishes, code, message) => {
    const failed = openMysql(serverSource(db, wishes));
    await expect(failed).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      next: expect.any(String),
    });
    const said = inspect(await failed.catch((error: unknown) => error), { depth: 9 });
    expect(said).not.toContain(userPassword);
    expect(said).not.toContain('wr0ng-s3cret');
  });

  it('too many connections', async () => {
    const only = await openMysql(serverSource(db, { user: 'lone' }));
    await expect(openMysql(serverSource(db, { user: 'lone' }))).rejects.toMatchObject({
      code: 'source.unreachable',
      message: expect.stringContaining('has no connection left'),
    });
    await only.close();
  });

  it('a server that asks for a proof this program does not have', async () => {
    const asking = createServer((client) => {
      client.on('error', () => {}).write(greeting);
      client.once('data', () => client.write(packet(2, '\xfeclient_ed25519\0', 'x'.repeat(32))));
    });
    await new Promise<void>((resolve) => asking.listen(0, '127.0.0.1', resolve));
    const { port } = asking.address() as { port: number };
    try {
      await expect(openMysql(serverSource(db, { port, ...tls('disable') }))).rejects.toMatchObject({
        code: 'input.invalid',
        message: expect.stringContaining('client_ed25519'),
        next: expect.stringContaining('mysql_native_password'),
      });
    } finally {
      asking.close();
    }
  });

  const strangers: [string, (server: Server) => void, string][] = [
    [
      'a server of another kind',
      (s) => s.on('connection', (c) => c.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      'source.unreachable',
    ],
    ['a server that hangs up', (s) => s.on('connection', (c) => c.on('error', () => {}).end()), 'source.unreachable'],
    ['a server that says nothing', (s) => s.on('connection', (c) => c.on('error', () => {})), 'source.unreachable'],
  ];
  it.each(strangers)('%s', async (_, behave, code) => {
    const stranger = createServer();
    behave(stranger);
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as { port: number };
    try {
      const timeouts = { connectMs: 300, statementMs: 0, lockMs: 0 };
      await expect(openMysql(serverSource(db, { port, timeouts }))).rejects.toMatchObject({ code });
    } finally {
      stranger.close();
    }
  });
});

it.each<[string, string, string, Partial<ServerSource>, RegExp]>([
  [
    'a column that is forbidden',
    'SELECT name FROM hits',
    'input.invalid',
    { user: 'narrow' },
    /forbids what the query reads/,
  ],
  ['a statement that only begins as a query', 'WITH x AS (SELECT 1) DELETE FROM hits', 'source.query', {}, /syntax/],
])('says what is wrong with a query: %s', async (_, query, code, wishes, message) => {
  const source = await openMysql(serverSource(db, wishes));
  try {
    const stop = { code, message: expect.stringMatching(message), next: expect.any(String) };
    await expect(source.columns({ stream: 'hits', query })).rejects.toMatchObject(stop);
    await expect(readRows(source, { stream: 'hits', query })).rejects.toMatchObject(stop);
  } finally {
    await source.close();
  }
});

import { X509Certificate } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asUser, type DatabaseAddress, type OwnServer, type TestDatabase } from './database-server.ts';
import { startMariadb } from './mariadb-server.ts';
import { postgresPrograms, startPostgres } from './postgres-server.ts';
import {
  caCertificate,
  clientCertificate,
  clientKey,
  otherCaCertificate,
  serverCertificate,
} from './server-certificates.ts';
import { certifiedUser, encryptedUser } from './test-users.ts';

interface Tls {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}
const tls: Tls = { ca: caCertificate };
const withCertificate: Tls = { ...tls, cert: clientCertificate, key: clientKey };

/** Connects with a driver's own means; `null` is without TLS. */
async function connectPostgres({ port, user, password, database }: DatabaseAddress, host: string, ssl: Tls | null) {
  // A copy, since the driver hides the key of what it is given.
  const client = new Client({ host, port, user, password, database, ssl: ssl !== null && { ...ssl } });
  try {
    await client.connect();
    const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    return rows[0].ssl as boolean;
  } finally {
    await client.end();
  }
}
async function connectMysql({ port, user, password, database }: DatabaseAddress, host: string, ssl: Tls | null) {
  const place = host.startsWith('/') ? { socketPath: host } : { host, port };
  const connection = await createConnection({
    ...place,
    ...{ user, password, database },
    ...(ssl !== null && { ssl: { ...ssl, verifyIdentity: true } }),
  });
  try {
    const [rows] = await connection.query({ sql: "SHOW STATUS LIKE 'Ssl_cipher'", rowsAsArray: true });
    return (rows as string[][])[0]![1] !== '';
  } finally {
    await connection.end();
  }
}

const kinds = [
  ...postgresPrograms().map((programs) => ({
    name: `PostgreSQL of ${programs}`,
    start: () => startPostgres({ programs, settings: { timezone: 'Asia/Kolkata' } }),
    connect: connectPostgres,
    zone: 'SHOW timezone',
    shown: 'Asia/Kolkata',
  })),
  {
    name: 'MariaDB',
    start: () => startMariadb({ settings: { 'default-time-zone': '+05:30' } }),
    connect: connectMysql,
    zone: 'SELECT @@time_zone',
    shown: '+05:30',
  },
];

describe.each(kinds)('$name', ({ start, connect, zone, shown }) => {
  let server: OwnServer;
  let database: TestDatabase;
  beforeAll(async () => {
    server = await start();
    database = await server.freshDatabase();
  });
  afterAll(() => server?.remove());

  it.each(['clean', 'crash'] as const)('comes back with its data after a %s end', async (how) => {
    await database.run('CREATE TABLE IF NOT EXISTS t (n int); DELETE FROM t; INSERT INTO t VALUES (7)');
    await server.stop(how);
    await expect(database.run('SELECT n FROM t')).rejects.toThrow();
    await server.start();
    expect(String(await database.run('SELECT n FROM t'))).toBe('7');
    await server.restart(how);
    expect(String(await database.run('SELECT n FROM t'))).toBe('7');
  });

  it('is set as the test wishes', async () => {
    expect(await database.run(zone)).toEqual([[shown]]);
  });

  it('is reached by TCP and by its socket, with TLS and without', async () => {
    expect(await connect(database, '127.0.0.1', null)).toBe(false);
    expect(await connect(database, database.socket!, null)).toBe(false);
    expect(await connect(database, 'localhost', tls)).toBe(true);
  });

  it('has a certificate of localhost, signed by the one authority', async () => {
    await expect(connect(database, 'localhost', { ca: otherCaCertificate })).rejects.toThrow(/certificate/);
    const certificate = new X509Certificate(serverCertificate);
    expect([certificate.checkHost('localhost'), certificate.checkIP('127.0.0.1')]).toEqual(['localhost', undefined]);
  });

  it('lets some users in only with TLS, some only with their certificate', async () => {
    const encrypted = asUser(database, encryptedUser);
    await expect(connect(encrypted, 'localhost', null)).rejects.toThrow();
    expect(await connect(encrypted, 'localhost', tls)).toBe(true);
    const certified = asUser(database, certifiedUser);
    await expect(connect(certified, 'localhost', tls)).rejects.toThrow();
    expect(await connect(certified, 'localhost', withCertificate)).toBe(true);
  });
});

import { createServer, type Server, type Socket } from 'node:net';
import { DatabaseError } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerSource, ServerTls } from '../../../src/config/migration.ts';
import { MigrationError } from '../../../src/domain/error.ts';
import { openPostgres } from '../../../src/source/postgres/open-postgres.ts';
import { postgresError } from '../../../src/source/postgres/postgres-error.ts';
import { asUser } from '../../support/servers/database-server.ts';
import { freePort } from '../../support/servers/free-port.ts';
import {
  caCertificate,
  clientCertificate,
  clientKey,
  otherCaCertificate,
} from '../../support/servers/server-certificates.ts';
import { serverSource } from '../../support/servers/server-source.ts';
import { certifiedUser, encryptedUser, userPassword } from '../../support/servers/test-users.ts';
import { readRows } from '../read-rows.ts';
import { usePostgres } from './postgres-fixture.ts';

const server: ServerSource = {
  ...{ engine: 'postgres', host: 'db.example', port: 5432, socket: null, user: 'reader', database: 'legacy' },
  password: 'topsecret',
  tls: { mode: 'disable', ca: null, certificate: null, key: null },
  timeouts: { connectMs: 0, statementMs: 0, lockMs: 0 },
  snapshot: true,
};

const said = (code: string) => Object.assign(new DatabaseError('the words', 0, 'error'), { code, severity: 'ERROR' });
const system = (code: string) => Object.assign(new Error('the words'), { code });

describe('postgresError', () => {
  const cases: [Error, string, string][] = [
    [said('28P01'), 'input.invalid', 'does not take the password of user reader'],
    [said('28000'), 'input.invalid', 'does not let user reader in'],
    [said('3D000'), 'input.not-found', 'does not exist'],
    [said('42501'), 'source.query', 'refuses user reader'],
    [said('42P01'), 'source.query', 'refuses the query'],
    [said('42703'), 'source.query', 'refuses the query'],
    [said('42601'), 'source.query', 'refuses the query'],
    [said('42883'), 'source.query', 'refuses the query'],
    [said('42P18'), 'source.query', 'cannot tell the type of a parameter'],
    [said('25006'), 'input.invalid', 'is only read from'],
    [said('22012'), 'source.query', 'cannot compute the query'],
    [said('22021'), 'source.query', 'holds text that is not in its encoding'],
    [said('22P05'), 'source.query', 'holds text that is not in its encoding'],
    [said('53400'), 'source.query', 'lets this statement use no more'],
    [said('XX001'), 'source.query', 'is damaged'],
    [said('0A000'), 'source.query', 'failed with 0A000'],
    [said('53300'), 'source.unreachable', 'has no connection left'],
    [said('53200'), 'source.unreachable', 'cannot serve at the moment'],
    [said('57P01'), 'source.unreachable', 'cannot serve at the moment'],
    [said('57P02'), 'source.unreachable', 'cannot serve at the moment'],
    [said('57P03'), 'source.unreachable', 'cannot serve at the moment'],
    [said('57P05'), 'source.unreachable', 'closed an idle connection'],
    [said('08006'), 'source.unreachable', 'cannot serve at the moment'],
    [said('58030'), 'source.unreachable', 'cannot serve at the moment'],
    [said('57014'), 'source.unreachable', 'cancelled the statement'],
    [said('40001'), 'source.unreachable', 'cancelled the statement'],
    [said('40P01'), 'source.unreachable', 'cancelled the statement'],
    [said('55P03'), 'source.unreachable', 'cancelled the statement'],
    [said('72000'), 'source.unreachable', 'cancelled the statement'],
    [said('25P03'), 'source.unreachable', 'closed an idle connection'],
    [said('25P04'), 'source.unreachable', 'ended a transaction that took too long'],
    [system('ENOTFOUND'), 'input.not-found', 'is not there, db.example being no known host'],
    [system('ECONNREFUSED'), 'source.unreachable', 'is not there: nothing listens at that port'],
    [system('EACCES'), 'input.invalid', 'cannot be reached by this user'],
    [system('ETIMEDOUT'), 'source.unreachable', 'cannot be reached'],
    [system('EHOSTUNREACH'), 'source.unreachable', 'cannot be reached'],
    [system('EAI_AGAIN'), 'source.unreachable', 'cannot be reached'],
    [system('ECONNRESET'), 'source.unreachable', 'broke the connection off'],
    [system('EPIPE'), 'source.unreachable', 'broke the connection off'],
    [system('ECONNABORTED'), 'source.unreachable', 'broke the connection off'],
    [system('EHOSTDOWN'), 'source.unreachable', 'broke the connection off'],
    [system('EADDRNOTAVAIL'), 'source.unreachable', 'cannot be reached'],
    [system('ENETDOWN'), 'source.unreachable', 'cannot be reached'],
    [system('CERT_HAS_EXPIRED'), 'input.invalid', 'shows a certificate that is not valid now'],
    [system('SELF_SIGNED_CERT_IN_CHAIN'), 'input.invalid', 'shows a certificate that nobody here trusts'],
    [system('DEPTH_ZERO_SELF_SIGNED_CERT'), 'input.invalid', 'shows a certificate that nobody here trusts'],
    [system('ERR_TLS_CERT_ALTNAME_INVALID'), 'input.invalid', 'shows a certificate of another host'],
    [system('ERR_OSSL_PEM_NO_START_LINE'), 'input.invalid', 'do not agree on TLS'],
    [new Error('Connection terminated unexpectedly'), 'source.unreachable', 'broke the connection off'],
    [new Error('timeout expired'), 'source.unreachable', 'does not answer'],
    [new Error('The server does not support SSL connections'), 'input.invalid', 'offers no TLS'],
    [new Error('There was an error establishing an SSL connection'), 'input.invalid', 'is no PostgreSQL server'],
  ];
  it.each(cases)('%s', (error, code, says) => {
    const stop = postgresError(error, { server, stream: 'hits' });
    expect(stop).toMatchObject({ code, next: expect.any(String), cause: error });
    const { message, next } = stop as MigrationError;
    expect(message).toMatch(/^Stream hits \(PostgreSQL database legacy at db\.example:5432\) /);
    expect(message).toContain(says);
    expect(message).toContain(error.message);
    expect(message + next).not.toContain('topsecret');
  });

  it('waits for a server that was there and whose name is known no more', () => {
    expect(postgresError(system('ENOTFOUND'), { server, wasOpen: true })).toMatchObject({
      code: 'source.unreachable',
      message: expect.stringContaining('is away, db.example being no known host any more'),
    });
    expect(postgresError(said('3D000'), { server, wasOpen: true })).toMatchObject({ code: 'input.not-found' });
  });

  it('passes on what is its own or a bug', () => {
    const own = new MigrationError('input.invalid', 'mine');
    for (const error of [
      own,
      new TypeError('x'),
      new Error('x'),
      Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' }),
    ]) {
      expect(postgresError(error, { server })).toBe(error);
    }
  });
});

describe('a real PostgreSQL', () => {
  const { database, open, read } = usePostgres();
  let silent: Server;
  const callers = new Set<Socket>();
  const silentPort = () => (silent.address() as { port: number }).port;
  beforeAll(async () => {
    silent = createServer((socket) => {
      socket.on('error', () => {});
      callers.add(socket);
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    for (const socket of callers) socket.destroy();
    silent.close();
  });

  const tls = (changes: Partial<ServerTls>): ServerTls => ({
    mode: 'verify-full',
    ca: caCertificate,
    certificate: null,
    key: null,
    ...changes,
  });
  const asked = (user: string, changes: Partial<ServerSource> = {}) => serverSource(asUser(database(), user), changes);

  it.each<[string, () => Promise<ServerSource>, string, RegExp]>([
    [
      'a wrong password',
      async () => serverSource(database(), { password: 'topsecret' }),
      'input.invalid',
      /does not take the password of user tester/,
    ],
    [
      'no password',
      async () => serverSource(database(), { password: null }),
      'input.invalid',
      /asks for the password of user tester/,
    ],
    [
      'a wrong user',
      async () => serverSource(database(), { user: 'nobody' }),
      'input.invalid',
      /password of user nobody/,
    ],
    [
      'a wrong database',
      async () => serverSource(database(), { database: 'nowhere' }),
      'input.not-found',
      /PostgreSQL database nowhere at .* does not exist/,
    ],
    [
      'a wrong host',
      async () => serverSource(database(), { host: 'nowhere.invalid' }),
      'input.not-found',
      /nowhere\.invalid being no known host/,
    ],
    [
      'a wrong port',
      async () => serverSource(database(), { port: await freePort() }),
      'source.unreachable',
      /nothing listens/,
    ],
    [
      'a wrong socket',
      async () => serverSource(database(), { socket: '/nowhere' }),
      'source.unreachable',
      /has no socket/,
    ],
    [
      'a server that is silent',
      async () =>
        serverSource(database(), {
          host: '127.0.0.1',
          port: silentPort(),
          timeouts: { connectMs: 50, statementMs: 0, lockMs: 0 },
        }),
      'source.unreachable',
      /does not answer/,
    ],
    ['a user who has to encrypt', async () => asked(encryptedUser), 'input.invalid', /does not let user encrypted in/],
    [
      'a user who has to show a certificate',
      async () => asked(certifiedUser, { tls: tls({}) }),
      'input.invalid',
      /does not let user certified in|do not agree on TLS/,
    ],
    [
      'an authority that signed nothing here',
      async () => asked(encryptedUser, { tls: tls({ ca: otherCaCertificate }) }),
      'input.invalid',
      /nobody here trusts/,
    ],
    [
      'no authority',
      async () => asked(encryptedUser, { tls: tls({ ca: null }) }),
      'input.invalid',
      /nobody here trusts/,
    ],
    [
      'a certificate of another host',
      async () => asked(encryptedUser, { host: '127.0.0.1', tls: tls({}) }),
      'input.invalid',
      /of another host/,
    ],
    [
      'a key that is none',
      async () => asked(certifiedUser, { tls: tls({ certificate: clientCertificate, key: 'topsecret' }) }),
      'input.invalid',
      /do not agree on TLS/,
    ],
  ])('refuses %s', async (_, make, code, message) => {
    const stop = await openPostgres(await make()).then(
      () => null,
      (error: unknown) => error,
    );
    expect(stop).toBeInstanceOf(MigrationError);
    expect(stop).toMatchObject({ code, message: expect.stringMatching(message), next: expect.any(String) });
    const { message: text, next } = stop as MigrationError;
    expect(text + next).not.toMatch(/topsecret/);
    expect(text + next).not.toContain(userPassword);
  });

  it.each<[string, Partial<ServerTls> & { user?: string; host?: string }]>([
    ['encrypted, checking nothing', { mode: 'require', ca: null }],
    ['checking the authority, not the host', { mode: 'verify-ca', host: '127.0.0.1' }],
    ['checking both', {}],
    ['showing a certificate', { user: certifiedUser, certificate: clientCertificate, key: clientKey }],
  ])('lets in %s', async (_, { user = encryptedUser, host = 'localhost', ...changes }) => {
    const source = await openPostgres(asked(user, { host, tls: tls(changes) }));
    expect(await source.columns({ stream: 's', query: 'SELECT 1 AS one' })).toEqual(['one']);
    await source.close();
  });

  it('says what the server adds to its words', async () => {
    await database().run('CREATE TABLE t (a int)');
    const query = 'SELECT a FROM t WHERE a = true';
    await expect((await open()).columns({ stream: 's', query })).rejects.toMatchObject({
      code: 'source.query',
      message: expect.stringContaining('operator does not exist: integer = boolean (No operator matches'),
    });
  });

  it('refuses what cannot be computed, at the row', async () => {
    const query = 'SELECT 1 / (n - 3000) FROM generate_series(1, 5000) AS n';
    await expect(read({ query })).rejects.toMatchObject({
      code: 'source.query',
      message: expect.stringContaining('division by zero'),
    });
  });

  it('refuses a table that may not be read', async () => {
    const { run, database: name } = database();
    const user = `${name}_reader`;
    await run(
      `CREATE TABLE t (a int); CREATE ROLE ${user} LOGIN PASSWORD '${userPassword}'; GRANT USAGE ON SCHEMA public TO ${user}`,
    );
    try {
      const source = await openPostgres(asked(user));
      await expect(readRows(source, { stream: 's', query: 'SELECT a FROM t' })).rejects.toMatchObject({
        code: 'source.query',
        message: expect.stringContaining('permission denied for table t'),
        next: expect.stringContaining('GRANT'),
      });
      await source.close();
    } finally {
      await run(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
    }
  });
});

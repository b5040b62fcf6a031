import { describe, expect, it } from 'vitest';
import { openPostgres } from '../../../src/source/postgres/open-postgres.ts';
import { databaseContract } from '../../contracts/database-contract.ts';
import { askedHits, hitRows } from '../../contracts/database-hits.ts';
import { forgottenHostContract } from '../../contracts/forgotten-host-contract.ts';
import { sourceContract } from '../../contracts/source-contract.ts';
import { tablesContract } from '../../contracts/tables-contract.ts';
import { serverSource } from '../../support/servers/server-source.ts';
import { readRows } from '../read-rows.ts';
import { postgresServers, usePostgres, useServer } from './postgres-fixture.ts';

describe.each(postgresServers)('$name', ({ programs }) => {
  const server = useServer(programs);
  tablesContract(
    'PostgreSQL',
    {
      schema: 'public',
      quote: '"',
      types: [/^integer$/, /^bigint$/, /^timestamp without time zone$/, /^character varying$/],
    },
    async (statements) => {
      const database = await server().freshDatabase();
      await database.run(statements);
      return { source: await openPostgres(serverSource(database)), remove: () => database.remove() };
    },
  );
  const integers = { s: 'int8', ms: 'int8', us: 'int8', ns: 'int8' };
  const texts = { datetime: 'text', iso: 'text', date: 'text' };
  databaseContract('PostgreSQL', { quote: '"', types: { ...integers, ...texts } }, async () => {
    const database = await server().freshDatabase();
    return { source: await openPostgres(serverSource(database)), run: database.run, remove: () => database.remove() };
  });
  sourceContract('PostgreSQL', { ranges: true, isolation: true }, async () => {
    const database = await server().freshDatabase();
    await database.run(`
    CREATE TABLE hits (id bigint, at timestamp, title text, price double precision);
    INSERT INTO hits
      SELECT 9007199254740993 + n, CASE WHEN n <> 1234 THEN timestamp '2015-03-01 10:00:00' + n * interval '10 s' END,
        CASE WHEN n % 7 <> 0 THEN 't,"' || n || E'"\\n\\U0001F600' END, n / 4.0
      FROM generate_series(0, 2999) AS n`);
    return {
      ...askedHits(hitRows(['', '.25', '.5', '.75'])),
      source: await openPostgres(serverSource(database)),
      write: async () => {
        await database.run("INSERT INTO hits VALUES (1, '2015-03-01 10:00:00', 'x', 1)");
      },
      remove: () => database.remove(),
    };
  });
});

describe.each(postgresServers)('openPostgres at $name', ({ programs }) => {
  const { database, open, read } = usePostgres(programs);

  it('names host, port and database, and a socket as localhost', async () => {
    const { port, socket, database: name } = database();
    const expected = { engine: 'postgres', host: 'localhost', port: String(port), database: name };
    expect((await open({ host: 'LOCALHOST' })).identity).toEqual(expected);
    if (socket !== null) expect((await open({ socket })).identity).toEqual(expected);
  });

  forgottenHostContract((host, options) => openPostgres(serverSource(database(), { host }), options));

  it('refuses bytes, all of them, with the cure', async () => {
    await database().run('CREATE TABLE t (a bytea, b text, c bytea)');
    await expect(
      (await open()).columns({ stream: 'hits', query: 'SELECT a, b, c AS "d" FROM t' }),
    ).rejects.toMatchObject({
      code: 'input.invalid',
      message: 'The query of stream hits returns bytes (bytea): a, d',
      next: "Convert them in the query: encode(a, 'hex') AS a, encode(d, 'hex') AS d.",
    });
  });

  describe('refuses what does not only read', () => {
    const cases = [
      'INSERT INTO t VALUES (1) RETURNING x',
      'WITH gone AS (DELETE FROM t RETURNING x) SELECT x FROM gone',
      'SELECT x INTO u FROM t',
      'SHOW timezone',
      'EXPLAIN ANALYZE SELECT x FROM t',
      'COMMIT',
    ];
    it.each(cases)('%s', async (query) => {
      await database().run('CREATE TABLE t (x int); INSERT INTO t VALUES (7)');
      const source = await open();
      await expect(source.columns({ stream: 's', query })).rejects.toMatchObject({
        code: 'input.invalid',
        message: 'The query of stream s is not one that only reads',
      });
      await expect(read({ query })).rejects.toMatchObject({
        code: expect.stringMatching(/^(input.invalid|source.query)$/),
      });
      expect(await database().run('SELECT x::text FROM t')).toEqual([['7']]);
    });

    it.each([
      ["SELECT set_config('transaction_read_only', 'off', true), x FROM t", 'source.query'],
      ['SELECT x FROM t FOR UPDATE', 'input.invalid'],
      ["SELECT nextval('s')", 'input.invalid'],
      ['SELECT x FROM t; SELECT x FROM t', 'source.query'],
      ['SELECT x FROM t) AS a; DELETE FROM t; SELECT * FROM (SELECT x FROM t', 'source.query'],
    ])('%s', async (query, code) => {
      await database().run('CREATE SEQUENCE s; CREATE TABLE t (x int); INSERT INTO t VALUES (7)');
      await expect(read({ query })).rejects.toMatchObject({ code });
      expect(await database().run('SELECT x::text FROM t')).toEqual([['7']]);
    });
  });

  it('binds variables as values of the type that the query gives them', async () => {
    await database().run(`CREATE TABLE t (id int8, name text, kind "char");
      INSERT INTO t VALUES (9007199254740993, ''' OR 1=1 --', 'x'), (2, '17', 'y')`);
    const query = `SELECT id, name, :name || '!' AS shout FROM t WHERE id = :id OR name = :name
      GROUP BY id, name, :name || '!'; -- done;`;
    expect(await read({ query, parameters: { id: 9007199254740993n, name: "' OR 1=1", unused: 'x' } })).toEqual([
      ['9007199254740993', "' OR 1=1 --", "' OR 1=1!"],
    ]);
    expect(await read({ query: 'SELECT id FROM t WHERE name = :n', parameters: { n: 17n } })).toEqual([['2']]);
  });

  it('reads in a session that is read-only, in UTC and named, whatever the database has set', async () => {
    await database().run(`DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I SET timezone = ''Asia/Kathmandu''', current_database());
      EXECUTE format('ALTER DATABASE %I SET datestyle = ''German''', current_database());
      EXECUTE format('ALTER DATABASE %I SET bytea_output = ''escape''', current_database());
      EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings = ''off''', current_database());
      EXECUTE format('ALTER DATABASE %I SET extra_float_digits = ''-3''', current_database());
    END $$`);
    const source = await open({ timeouts: { connectMs: 1000, statementMs: 60_000, lockMs: 2000 } });
    const names = [
      'transaction_read_only',
      'transaction_isolation',
      'timezone',
      'application_name',
      'statement_timeout',
      'lock_timeout',
    ];
    const settings = names.map((name) => `current_setting('${name}') AS ${name}`);
    const query = `SELECT ${settings.join(', ')}, timestamptz '2020-01-01 00:00:00+00' AS at, 0.1::float8 + 0.2 AS f, '\\' AS b`;
    const rows = await readRows(source, { stream: 's', query });
    expect(rows).toEqual([
      [
        'on',
        'repeatable read',
        'UTC',
        'bdia-migrate',
        '1min',
        '2s',
        '2020-01-01 00:00:00+00',
        '0.30000000000000004',
        '\\',
      ],
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { openPostgres } from '../../../src/source/postgres/open-postgres.ts';
import { forgottenHostContract } from '../../contracts/forgotten-host-contract.ts';
import { sourceContract } from '../../contracts/source-contract.ts';
import { tablesContract } from '../../contracts/tables-contract.ts';
import { serverSource } from '../../support/servers/server-source.ts';
import { postgresServers, usePostgres, useServer, whole } from './postgres-fixture.ts';

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
  sourceContract('PostgreSQL', { ranges: true, isolation: true }, async () => {
    const database = await server().freshDatabase();
    await database.run(`
    CREATE TABLE hits (id bigint, at timestamp, title text, price double precision);
    INSERT INTO hits
      SELECT 9007199254740993 + n, CASE WHEN n <> 1234 THEN timestamp '2015-03-01 10:00:00' + n * interval '10 s' END,
        CASE WHEN n % 7 <> 0 THEN 't,"' || n || E'"\\n\\U0001F600' END, n / 4.0
      FROM generate_series(0, 2999) AS n`);
    const rows = Array.from({ length: 3000 }, (_, n) => [
      String(9007199254740993n + BigInt(n)),
      new Date((1425204000 + n * 10) * 1000).toISOString().slice(0, 19).replace('T', ' '),
      n % 7 === 0 ? null : `t,"${n}"\n\u{1F600}`,
      `${(n - (n % 4)) / 4}${['', '.25', '.5', '.75'][n % 4]}`,
    ]);
    rows.splice(1234, 1);
    return {
      source: await openPostgres(serverSource(database)),
      stream: {
        stream: 'hits',
        query: 'SELECT id, at, title, price FROM hits -- the legacy table\nWHERE at >= :from AND at < :to',
        window: { column: 'at', type: 'datetime', zone: 'UTC' },
      },
      columns: ['id', 'at', 'title', 'price'],
      rows,
      windowed: {
        cuts: [1425204000, 1425210000, 1425220005, 1425234000],
        grain: 3600,
        counts: [
          { start: 1425204000, rows: 360 },
          { start: 1425207600, rows: 360 },
          { start: 1425211200, rows: 360 },
          { start: 1425214800, rows: 359 },
          { start: 1425218400, rows: 360 },
          { start: 1425222000, rows: 360 },
          { start: 1425225600, rows: 360 },
          { start: 1425229200, rows: 360 },
          { start: 1425232800, rows: 120 },
        ],
      },
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
      'INSERT INTO t VALUES (1)',
      'INSERT INTO t VALUES (1) RETURNING x',
      'DELETE FROM t RETURNING x',
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
    await expect(read({ query: 'SELECT :constructor' })).rejects.toMatchObject({
      code: 'input.invalid',
      message: 'Stream s: :constructor has no value',
    });
  });

  it('reads without a snapshot where none is wanted', async () => {
    await database().run('CREATE TABLE t (x int)');
    const source = await open({ snapshot: false });
    const rows = await source.snapshot(async (reader) => {
      const found = [];
      for (const _ of [1, 2]) {
        for await (const batch of reader.read({ stream: 's', query: 'SELECT x FROM t' }, whole))
          found.push(...batch.rows);
        await database().run('INSERT INTO t VALUES (1)');
      }
      return found;
    });
    expect(rows).toEqual([['1']]);
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
    const rows = await source.snapshot(async (reader) => {
      for await (const batch of reader.read({ stream: 's', query }, whole)) return batch.rows;
      return [];
    });
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

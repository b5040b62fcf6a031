import { describe, expect, it } from 'vitest';
import { readRows } from '../read-rows.ts';
import { postgresServers, usePostgres } from './postgres-fixture.ts';

/** What is in the database, as SQL, and the cell it becomes: as PostgreSQL itself writes it, but for booleans. */
const values: readonly (readonly [sql: string, cell: string | null])[] = [
  ['9223372036854775807::int8', '9223372036854775807'],
  ['(-9223372036854775808)::int8', '-9223372036854775808'],
  ['9007199254740993::int8', '9007199254740993'],
  ['2147483647::int4', '2147483647'],
  ['(-32768)::int2', '-32768'],
  ['4294967295::oid', '4294967295'],
  ['0.10::numeric(5,2)', '0.10'],
  ['12345678901234567890123456789012345678.90123456789::numeric', '12345678901234567890123456789012345678.90123456789'],
  ["'NaN'::numeric", 'NaN'],
  ["'1e-20'::numeric", '0.00000000000000000001'],
  ['1e30::numeric', '1000000000000000000000000000000'],
  ['0.1::float8 + 0.2::float8', '0.30000000000000004'],
  ['1e22::float8', '1e+22'],
  ["'-0'::float8", '-0'],
  ["'NaN'::float8", 'NaN'],
  ["'-Infinity'::float8", '-Infinity'],
  ['0.1::float4', '0.1'],
  ["'12.34'::money", '$12.34'],
  ['true', 'true'],
  ['false', 'false'],
  ['NULL::bool', null],
  ["'{t,f,NULL}'::bool[]", '{t,f,NULL}'],
  ["''", ''],
  ["'NULL'", 'NULL'],
  ["E'tab\\tline\\nquote\" back\\\\slash'", 'tab\tline\nquote" back\\slash'],
  ["U&'z\\017C\\+01F600'", 'zż😀'],
  ["'ab'::char(5)", 'ab   '],
  ["'ab'::varchar(5)", 'ab'],
  ['\'x\'::"char"', 'x'],
  ["'hits'::name", 'hits'],
  ["timestamp '2015-03-01 10:00:00'", '2015-03-01 10:00:00'],
  ["timestamp '2015-03-01 10:00:00.120000'", '2015-03-01 10:00:00.12'],
  ["timestamp '2015-03-01 10:00:00.000001'", '2015-03-01 10:00:00.000001'],
  ["timestamp '9999-12-31 23:59:59.999999'", '9999-12-31 23:59:59.999999'],
  ["timestamp '12015-03-01 10:00:00'", '12015-03-01 10:00:00'],
  ["timestamp '0044-03-15 10:00:00 BC'", '0044-03-15 10:00:00 BC'],
  ["timestamp 'infinity'", 'infinity'],
  ["timestamptz '2015-03-01 10:00:00.5+02'", '2015-03-01 08:00:00.5+00'],
  ["timestamptz '2015-03-29 03:30:00 Europe/Warsaw'", '2015-03-29 01:30:00+00'],
  ["timestamptz '-infinity'", '-infinity'],
  ["date '2015-03-01'", '2015-03-01'],
  ["date '0044-03-15 BC'", '0044-03-15 BC'],
  ["date 'infinity'", 'infinity'],
  ["time '10:00:00.000001'", '10:00:00.000001'],
  ["time '24:00:00'", '24:00:00'],
  ["timetz '10:00:00+02'", '10:00:00+02'],
  ["interval '1 year 2 mons -3 days 04:05:06.789'", '1 year 2 mons -3 days +04:05:06.789'],
  ["uuid 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ["inet '10.1.2.3'", '10.1.2.3'],
  ["inet '2001:db8::1/64'", '2001:db8::1/64'],
  ["cidr '10.0.0.0/8'", '10.0.0.0/8'],
  ["macaddr '08:00:2b:01:02:03'", '08:00:2b:01:02:03'],
  ["'{1,NULL,9007199254740993}'::int8[]", '{1,NULL,9007199254740993}'],
  ["ARRAY['a,b', 'c\"d', NULL, '']", '{"a,b","c\\"d",NULL,""}'],
  ["'{{1,2},{3,4}}'::int[]", '{{1,2},{3,4}}'],
  ['json \'{"a": 1.10,  "a": 9007199254740993}\'', '{"a": 1.10,  "a": 9007199254740993}'],
  ['jsonb \'{"b": 1.10, "a": 9007199254740993}\'', '{"a": 9007199254740993, "b": 1.10}'],
  ["xml '<a/>'", '<a/>'],
  ["'b'::colour", 'b'],
  ['7::age', '7'],
  ['true::answer', 'true'],
  ["ROW(1, 'a b', NULL)::pair", '(1,"a b",)'],
  ["B'00101'", '00101'],
  ["B'101'::varbit", '101'],
  ['int8range(1, 5)', '[1,5)'],
  ["tsvector 'b a'", "'a' 'b'"],
  ["point '(1.5,2)'", '(1.5,2)'],
  ["'\\x00ff'::bytea::text", '\\x00ff'],
  ["ARRAY['\\x00ff'::bytea]", '{"\\\\x00ff"}'],
  ["encode('\\x00ff', 'hex')", '00ff'],
  ['pg_sleep(0)', ''],
  ["'abc'", 'abc'],
  ['NULL', null],
];

describe.each(postgresServers)('values of $name', ({ programs }) => {
  const { database, open, read } = usePostgres(programs);
  const types = `CREATE TYPE colour AS ENUM ('a', 'b'); CREATE DOMAIN age AS int8 CHECK (VALUE > 0); CREATE DOMAIN answer AS bool;
    CREATE TYPE pair AS (a int, b text, c numeric)`;

  it('arrive as PostgreSQL writes them', async () => {
    await database().run(types);
    const query = `SELECT ${values.map(([sql], at) => `${sql} AS c${at}`).join(', ')}`;
    expect(await (await open()).columns({ stream: 's', query })).toHaveLength(values.length);
    const [row = []] = await read({ query });
    expect(values.map(([sql], at) => [sql, row[at]])).toEqual(values.map(([sql, cell]) => [sql, cell]));
  });

  it('are what COPY writes, to the last digit of floats', async () => {
    const query =
      'SELECT (random() * 10 ^ (i % 40 - 20))::float8 AS f, random()::float4 AS g FROM generate_series(1, 2000) AS i';
    await database().run(
      `SET extra_float_digits = 3; SELECT setseed(0.5); CREATE TABLE t AS ${query}; CREATE TABLE u AS SELECT f, g, f::text AS ft, g::text AS gt FROM t`,
    );
    const rows = await read({ query: 'SELECT f, g, ft, gt FROM u' });
    expect(rows).toHaveLength(2_000);
    expect(rows.map(([f, g]) => [f, g])).toEqual(rows.map(([, , ft, gt]) => [ft, gt]));
  });

  it('are bytes where a bytea is read all the same, which a mapping refuses by itself', async () => {
    expect(await read({ query: "SELECT '\\x00ff'::bytea AS a" })).toEqual([[Buffer.from([0, 255])]]);
  });

  it('come from a database without encoding as long as they are UTF-8, and stop with the cure where they are not', async () => {
    const { run, database: name } = database();
    const ascii = `${name}_ascii`;
    await run(`CREATE DATABASE ${ascii} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0`);
    try {
      const source = await open({ database: ascii });
      const texts = (query: string) => readRows(source, { stream: 's', query });
      expect(await texts("SELECT E'z\\xc5\\xbc' AS a")).toEqual([['zż']]);
      await expect(texts("SELECT E'caf\\xe9' AS a")).rejects.toMatchObject({
        code: 'source.query',
        message: expect.stringContaining('holds text that is not in its encoding'),
        next: expect.stringContaining('convert_from('),
      });
      const cured = "convert_from(convert(convert_to(col, 'SQL_ASCII'), 'LATIN1', 'UTF8'), 'UTF8')";
      expect(await texts(`SELECT ${cured} AS a FROM (SELECT E'caf\\xe9' AS col) AS t`)).toEqual([['café']]);
    } finally {
      await run(`DROP DATABASE ${ascii} WITH (FORCE)`);
    }
  });

  it('come from a database in Latin-2 as the same letters', async () => {
    const { run, database: name } = database();
    const latin = `${name}_latin2`;
    await run(`CREATE DATABASE ${latin} ENCODING 'LATIN2' LOCALE 'C' TEMPLATE template0`);
    try {
      const source = await open({ database: latin });
      const query = "SELECT 'zażółć' AS a, :b || '' AS b";
      expect(await readRows(source, { stream: 's', query, parameters: { b: 'ł' } })).toEqual([['zażółć', 'ł']]);
    } finally {
      await run(`DROP DATABASE ${latin} WITH (FORCE)`);
    }
  });
});

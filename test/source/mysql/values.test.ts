import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Row } from '../../../src/domain/row.ts';
import { openMysql } from '../../../src/source/mysql/open-mysql.ts';
import type { Source } from '../../../src/source/source.ts';
import type { OwnServer, TestDatabase } from '../../support/servers/database-server.ts';
import { startMariadb } from '../../support/servers/mariadb-server.ts';
import { mysqlNumbers } from '../../support/servers/mysql-sql.ts';
import { serverSource } from '../../support/servers/server-source.ts';
import { sharedServer } from '../../support/servers/shared-server.ts';
import { readRows, whole } from '../read-rows.ts';

// A server whose defaults are as unlike the session's as they can be.
const hostile = {
  'default-time-zone': '-07:00',
  'sql-mode':
    'ANSI,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,PIPES_AS_CONCAT,STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE',
  'character-set-server': 'latin1',
  'group-concat-max-len': '8',
  'net-write-timeout': '1',
  autocommit: '0',
};

const shared = await sharedServer('mysql');
const isMariaDb = /mariadb/i.test(shared.version);
let own: OwnServer | undefined;
let db: TestDatabase;
let source: Source;

beforeAll(async () => {
  if (isMariaDb) own = await startMariadb({ settings: hostile });
  db = await (own ?? shared).freshDatabase();
  source = await openMysql(serverSource(db));
}, 120_000);
afterAll(async () => {
  await source?.close();
  await db?.remove();
  await own?.remove();
});

const run = (sql: string) => db.run(`SET NAMES utf8mb4; SET sql_mode = ''; SET time_zone = '+00:00'; ${sql}; COMMIT`);

describe('a value arrives as the server writes it', () => {
  const cases: [type: string, stored: string, text: string | null][] = [
    ['TINYINT', '-128', '-128'],
    ['BOOLEAN', 'TRUE', '1'],
    ['BOOLEAN', 'FALSE', '0'],
    ['INT(6) ZEROFILL', '42', '000042'],
    ['BIGINT', '-9223372036854775808', '-9223372036854775808'],
    ['BIGINT UNSIGNED', '18446744073709551615', '18446744073709551615'],
    [
      'DECIMAL(65,30)',
      '12345678901234567890123456789012345.123456789012345678901234567890',
      '12345678901234567890123456789012345.123456789012345678901234567890',
    ],
    ['DECIMAL(10,2)', '1.10', '1.10'],
    ['FLOAT', '1.1', '1.1'],
    ['FLOAT', '16777217', '16777200'],
    ['DOUBLE', '0.1e0 + 0.2e0', '0.30000000000000004'],
    ['DOUBLE', '1e300', '1e300'],
    ['DOUBLE', '-1.5', '-1.5'],
    ['DATE', "'2015-03-01'", '2015-03-01'],
    ['DATE', "'0000-00-00'", '0000-00-00'],
    ['DATE', "'2015-00-00'", '2015-00-00'],
    ['DATETIME', "'2015-03-29 02:30:00'", '2015-03-29 02:30:00'],
    ['DATETIME(6)', "'2015-03-01 10:00:00.000001'", '2015-03-01 10:00:00.000001'],
    ['DATETIME', "'0000-00-00 00:00:00'", '0000-00-00 00:00:00'],
    ['DATETIME', "'9999-12-31 23:59:59'", '9999-12-31 23:59:59'],
    ['TIMESTAMP(6) NULL', "'2015-03-01 10:00:00.123456'", '2015-03-01 10:00:00.123456'],
    ['TIMESTAMP NULL', "'2015-10-25 01:30:00'", '2015-10-25 01:30:00'],
    ['TIMESTAMP NULL', "'0000-00-00 00:00:00'", '0000-00-00 00:00:00'],
    ['TIME(3)', "'-838:59:58.999'", '-838:59:58.999'],
    ['YEAR', '2015', '2015'],
    ['BIT(1)', "b'1'", '1'],
    ['BIT(10)', "b'1000000001'", '513'],
    ['BIT(64)', "X'FFFFFFFFFFFFFFFF'", '18446744073709551615'],
    ['BIT(8)', 'NULL', null],
    ["ENUM('a','ö,\"')", "'ö,\"'", 'ö,"'],
    ["SET('a','b','c')", "'c,a'", 'a,c'],
    ['JSON', `'{"b": 18446744073709551615, "tt": "ü\u{1F600}"}'`, '{"b": 18446744073709551615, "tt": "ü\u{1F600}"}'],
    ['CHAR(5)', "'ab  '", 'ab'],
    ['VARCHAR(9)', "'ab  '", 'ab  '],
    ['VARCHAR(9)', "''", ''],
    ['VARCHAR(9)', 'NULL', null],
    ['LONGTEXT CHARACTER SET utf8mb4', "'a\\0b\\r\\n\\t\"\\'\\\\\u{1F600}'", 'a\0b\r\n\t"\'\\\u{1F600}'],
    ['TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin', "'bin'", 'bin'],
    ['TEXT CHARACTER SET utf8mb3', "'zażółć'", 'zażółć'],
    ['TEXT CHARACTER SET latin1', "'café €'", 'café €'],
    ['TEXT CHARACTER SET cp1251', "'жук'", 'жук'],
    ['TEXT CHARACTER SET utf16', "'\u{1F600}'", '\u{1F600}'],
    ['TEXT CHARACTER SET ascii', "'plain'", 'plain'],
    ['INT GENERATED ALWAYS AS (6 + 1) VIRTUAL', 'DEFAULT', '7'],
    ['INT INVISIBLE DEFAULT 5, y INT', '1', '5'],
  ];
  const ofMariaDb: typeof cases = [
    ['JSON', `'{"n": 12345678901234567890.10, "a": 1}'`, '{"n": 12345678901234567890.10, "a": 1}'],
    ['UUID', "'123e4567-e89b-12d3-a456-426655440000'", '123e4567-e89b-12d3-a456-426655440000'],
    ['INET6', "'2001:db8::ff00:42:8329'", '2001:db8::ff00:42:8329'],
    ['INET4', "'192.0.2.1'", '192.0.2.1'],
  ];
  const ofMysql: typeof cases = [
    // MySQL docs, "The JSON Data Type": keys by length, then by their bytes; a number too large for BIGINT is a DOUBLE.
    ['JSON', `'{"bb": 12345678901234567890.10, "a": 1}'`, '{"a": 1, "bb": 1.2345678901234567e19}'],
    ['JSON', "CAST(TIMESTAMP'2015-03-01 10:00:00.5' AS JSON)", '"2015-03-01 10:00:00.500000"'],
    ['JSON', 'CAST(CAST(1.10 AS DECIMAL(10,2)) AS JSON)', '1.10'],
    ['TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci', "'é\u{1F600} '", 'é\u{1F600} '],
    ['TEXT CHARACTER SET gb18030', "'中文'", '中文'],
  ];
  it.each([...cases, ...(isMariaDb ? ofMariaDb : ofMysql)])('%s %s', async (type, stored, text) => {
    await run(`DROP TABLE IF EXISTS typed; CREATE TABLE typed (x ${type}); INSERT INTO typed VALUES (${stored})`);
    expect(await source.columns({ stream: 's', query: 'SELECT x FROM typed' })).toEqual(['x']);
    expect(await readRows(source, { stream: 's', query: 'SELECT x FROM typed' })).toEqual([[text]]);
  });

  it('of JSON that is computed, without a word on the console', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const query = `SELECT JSON_EXTRACT('{"a": "ü\u{1F600}"}', '$.a') AS x, JSON_EXTRACT('{}', '$.a') AS y`;
      expect(await readRows(source, { stream: 's', query })).toEqual([['"ü\u{1F600}"', null]]);
      expect(warned).not.toHaveBeenCalled();
    } finally {
      warned.mockRestore();
    }
  });

  const computed: [expression: string, text: string | null][] = [
    ['NULL', null],
    ["'a' = 'a'", '1'],
    ['1 / 3', '0.3333'],
    ['9223372036854775807 + 0', '9223372036854775807'],
    ["CONCAT('a', 1)", 'a1'],
    ["CONCAT('a', NULL)", null],
    ["'it\\'s'", "it's"],
    ['"text"', 'text'],
    ["'a' || 'b'", '0'],
    ["HEX(X'00ff')", '00FF'],
    ["CONVERT(X'c3bc' USING utf8mb4)", 'ü'],
    ["CAST('2015-03-01' AS DATETIME(3))", '2015-03-01 00:00:00.000'],
    ['FROM_UNIXTIME(1425204000)', '2015-03-01 10:00:00'],
    ['ST_AsText(POINT(1, 2))', 'POINT(1 2)'],
    ["GROUP_CONCAT('long enough to be cut')", 'long enough to be cut'],
    ["JSON_ARRAYAGG('long enough to be cut')", '["long enough to be cut"]'],
    ['(SELECT NULL UNION SELECT NULL LIMIT 1)', null],
  ];
  it.each(computed)('%s', async (expression, text) => {
    expect(await readRows(source, { stream: 's', query: `SELECT ${expression} AS x` })).toEqual([[text]]);
  });

  it('names the columns of which the server writes fewer digits than it holds', async () => {
    await run(`CREATE TABLE sums (bare FLOAT, fixed FLOAT(10,2), wide DOUBLE, exact DECIMAL(10,2));
      INSERT INTO sums VALUES (12345.67, 12345.67, 12345.67, 12345.67)`);
    const query = `SELECT bare, COALESCE(bare, 0e0 + NULL, bare) AS wider, MAX(bare) AS highest, fixed, wide, exact,
      bare + 0e0 AS held, ROUND(bare + 0e0, 2) AS amount FROM sums`;
    const shortened = await source.shortened?.({ stream: 's', query });
    expect(shortened?.map(({ column }) => column)).toEqual(['bare', 'highest']);
    expect(shortened?.[0]).toEqual({
      column: 'bare',
      detail: 'MySQL writes six digits of a FLOAT',
      cure: 'select ROUND(bare + 0e0, 2) AS bare for an amount, bare + 0e0 AS bare for a whole number',
    });
    expect(await readRows(source, { stream: 's', query })).toEqual([
      ['12345.7', '12345.669921875', '12345.7', '12345.67', '12345.67', '12345.67', '12345.669921875', '12345.67'],
    ]);
  });

  it('a latin1 column that holds UTF-8 comes as every client sees it, and is mended in the query', async () => {
    await run(`CREATE TABLE mangled (x TEXT CHARACTER SET latin1); INSERT INTO mangled VALUES (X'c3bc')`);
    const query = 'SELECT x, CONVERT(BINARY x USING utf8mb4) AS mended FROM mangled';
    expect(await readRows(source, { stream: 's', query })).toEqual([['Ã¼', 'ü']]);
  });

  it.runIf(isMariaDb)('rows are all there, whatever limit the server sets', async () => {
    await db.run('SET GLOBAL sql_select_limit = 2');
    const other = await openMysql(serverSource(db));
    expect(
      (await readRows(other, { stream: 's', query: `SELECT seq FROM ${mysqlNumbers(1, 2_500)} AS n` })).length,
    ).toBe(2500);
    await other.close();
    await db.run('SET GLOBAL sql_select_limit = DEFAULT');
  });
});

it('the session is as this program sets it, whatever the server sets', async () => {
  const timeouts = { connectMs: 5_000, statementMs: 90_500, lockMs: 1_500 };
  const bounded = await openMysql(serverSource(db, { timeouts }));
  const [isolation, onlyReads, statement, bound] = isMariaDb
    ? ['tx_isolation', 'tx_read_only', 'max_statement_time', '90.500000']
    : ['transaction_isolation', 'transaction_read_only', 'max_execution_time', '90500'];
  const query = `SELECT @@time_zone AS zone, @@sql_mode AS mode, @@autocommit AS auto, @@net_write_timeout AS pause,
    @@${isolation} AS isolation, @@${onlyReads} AS only_reads, @@lock_wait_timeout AS tables, @@innodb_lock_wait_timeout AS locks,
    @@${statement} AS statement, @@character_set_results AS charset`;
  expect(await readRows(bounded, { stream: 's', query })).toEqual([
    ['+00:00', '', '1', '3600', 'REPEATABLE-READ', '1', '2', '2', bound, 'utf8mb4'],
  ]);
  await bounded.close();
});

describe('bytes are refused with the cure', () => {
  const cases: [expression: string, cure: string][] = [
    ["CAST('a' AS BINARY(3))", 'HEX(x) AS x'],
    ["X'41'", 'HEX(x) AS x'],
    ["CONCAT(X'41', 'b')", 'HEX(x) AS x'],
    ["INET6_ATON('::1')", 'HEX(x) AS x'],
    ["UNHEX('41')", 'HEX(x) AS x'],
    ['POINT(1, 2)', 'ST_AsText(x) AS x'],
    ...(isMariaDb ? [] : [["STRING_TO_VECTOR('[1, 2]')", 'VECTOR_TO_STRING(x) AS x'] as [string, string]]),
  ];
  it.each(cases)('%s', async (expression, cure) => {
    const stream = { stream: 'hits', query: `SELECT 1 AS a, ${expression} AS x` };
    const stop = {
      code: 'input.invalid',
      message: 'The query of stream hits returns bytes, not text, in x',
      next: expect.stringContaining(cure),
    };
    await expect(source.columns(stream)).rejects.toMatchObject(stop);
    await expect(readRows(source, stream)).rejects.toMatchObject(stop);
  });

  const columns = ['BINARY(16)', 'VARBINARY(8)', 'TINYBLOB', 'BLOB', 'LONGBLOB', 'GEOMETRY', 'POINT'];
  it.each([...columns, ...(isMariaDb ? [] : ['VECTOR(3)'])])('a column of %s', async (type) => {
    await run(`DROP TABLE IF EXISTS raw; CREATE TABLE raw (x ${type})`);
    await expect(source.columns({ stream: 's', query: 'SELECT x FROM raw' })).rejects.toMatchObject({
      code: 'input.invalid',
    });
  });
});

it('every text that is bound comes back as it was', async () => {
  const nasty = fc.string({
    unit: fc.constantFrom(
      "'",
      '"',
      '\\',
      '\0',
      '\n',
      '\r',
      '\x1a',
      '%',
      '_',
      '`',
      ':',
      '?',
      ' ',
      ';',
      '-',
      '#',
      '/',
      '*',
      'x',
      'é',
      '\u{1F600}',
      '\uFFFF',
    ),
  });
  await source.snapshot(async (reader) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(nasty, fc.string({ unit: 'binary' })), { minLength: 20, maxLength: 20 }),
        async (texts) => {
          const names = texts.map((_, at) => `v${at}`);
          const query = `SELECT ${names.map((name) => `:${name} AS ${name}`).join(', ')}`;
          const parameters = Object.fromEntries(texts.map((text, at) => [`v${at}`, text]));
          const found: Row[] = [];
          for await (const { rows } of reader.read({ stream: 's', query, parameters }, whole)) found.push(...rows);
          expect(found).toEqual([texts]);
        },
      ),
      { numRuns: 50 },
    );
  });
});

it('every integer that is bound comes back as it was, and as an operand', async () => {
  const parameters = { a: 18446744073709551615n, b: -9223372036854775808n, c: -7n };
  const query = 'SELECT :a AS a, :b AS b, 5-:c AS c, 5--:c AS d';
  expect(await readRows(source, { stream: 's', query, parameters })).toEqual([
    ['18446744073709551615', '-9223372036854775808', '12', '-2'],
  ]);
});

import { describe, expect, it } from 'vitest';
import { bindQuery, literal } from '../../../src/source/mysql/bind-query.ts';

const bound = (query: string) => bindQuery({ stream: 'hits', query, parameters: { a: "it's", n: 5n } });

describe('bindQuery', () => {
  const cases: [query: string, sent: string][] = [
    ['SELECT :a', "SELECT  'it\\'s'"],
    ['SELECT x FROM t LIMIT :n', 'SELECT x FROM t LIMIT  5'],
    ['SELECT 1-:n', 'SELECT 1-5'],
    ['SELECT x:n', 'SELECT x 5'],
    ["SELECT ':a', \":a\", `:a`, ':a''\\\\' -- :a\n, :n", "SELECT ':a', \":a\", `:a`, ':a''\\\\' -- :a\n,  5"],
    ['SELECT /* :a */ :n;', 'SELECT /* :a */  5'],
    ["SELECT ';--x'", "SELECT ';--x'"],
    ['SELECT :n ; -- done\n /* really */ ;', 'SELECT  5 '],
    ['(SELECT :n) UNION (SELECT 1)', '(SELECT  5) UNION (SELECT 1)'],
    ['WITH t AS (SELECT :n AS x) SELECT x FROM t', 'WITH t AS (SELECT  5 AS x) SELECT x FROM t'],
    [
      "SELECT INSERT('ab', 1, 1, 'x'), 'FOR UPDATE', SUBSTRING('a' FROM 1 FOR 1)",
      "SELECT INSERT('ab', 1, 1, 'x'), 'FOR UPDATE', SUBSTRING('a' FROM 1 FOR 1)",
    ],
    ["SELECT 'a\\'b'", "SELECT 'a\\'b'"],
    ["SELECT 'it\\'s :a', :n, ''", "SELECT 'it\\'s :a',  5, ''"],
    ["SELECT 1 # it's :a\n, :n", "SELECT 1 # it's :a\n,  5"],
    ['SELECT 1--:n', 'SELECT 1--5'],
    ["SELECT 'b':a'c'", "SELECT 'b' 'it\\'s' 'c'"],
    ['SELECT :n.5', 'SELECT  5 .5'],
  ];
  it.each(cases)('%s', (query, sent) => {
    expect(bound(query)).toBe(sent);
  });

  const refused: [query: string, message: RegExp][] = [
    ['DELETE FROM t', /does not only read/],
    ['UPDATE t SET a = :n', /does not only read/],
    ['SHOW TABLES', /does not only read/],
    ['CALL p()', /does not only read/],
    ['', /does not only read/],
    ["SELECT a INTO OUTFILE '/tmp/x' FROM t", /does not only read/],
    ['SELECT a INTO @x FROM t', /does not only read/],
    ['SELECT a FROM t FOR UPDATE', /locks rows/],
    ['SELECT a FROM t for share', /locks rows/],
    ['SELECT a FROM t LOCK IN SHARE MODE', /locks rows/],
    ['SELECT 1; SELECT 2', /more than one statement/],
    ['SELECT 1; DROP TABLE t', /more than one statement/],
    ['SELECT 1 /*!50000 INTO OUTFILE "x" */', /comment that MySQL runs/],
    ['SELECT 1 /*M! FOR UPDATE */', /comment that MySQL runs/],
    ['SELECT :b', /uses :b, which has no value/],
    ['SELECT :constructor', /uses :constructor, which has no value/],
  ];
  it.each(refused)('refuses %s', (query, message) => {
    expect(() => bound(query)).toThrow(
      expect.objectContaining({
        code: 'input.invalid',
        message: expect.stringMatching(message),
        next: expect.any(String),
      }),
    );
  });

  it('refuses a stream without a query', () => {
    expect(() => bindQuery({ stream: 'hits', rows: 'x' })).toThrow(
      expect.objectContaining({ code: 'input.invalid', message: expect.stringContaining('has no query') }),
    );
  });
});

describe('literal', () => {
  const cases: [string | bigint, string][] = [
    ["'; DROP TABLE t; -- ", "'\\'; DROP TABLE t; -- '"],
    ["\\' OR 1=1", "'\\\\\\' OR 1=1'"],
    ['', "''"],
    ['2015-03-01 10:00:00', "'2015-03-01 10:00:00'"],
    [-18446744073709551616n, '-18446744073709551616'],
  ];
  it.each(cases)('%s is %s', (value, sql) => {
    expect(literal(value)).toBe(sql);
  });
});

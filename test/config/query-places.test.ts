import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindQuery, findPlaces, isIdentifier, withoutEnd } from '../../src/config/query-places.ts';
import type { SqlDialect } from '../../src/config/sql-tokens.ts';

/** Places as `kind name@start`, with `'` for those inside a string. */
function places(query: string, dialect: SqlDialect): string[] {
  return findPlaces(query, dialect).map(
    ({ kind, name, start, inString }) => `${kind} ${name}@${start}${inString ? "'" : ''}`,
  );
}

const dialects = ['postgres', 'mysql', 'sqlite', 'files'] as const;

describe('findPlaces, in every dialect', () => {
  it.each<[string, string[]]>([
    ['SELECT 1', []],
    ['a >= :from AND a < :to', ['bind from@5', 'bind to@19']],
    [':site', ['bind site@0']],
    ['(:a,:b_2)', ['bind a@1', 'bind b_2@4']],
    ['FROM ${prefix}log', ['paste prefix@5']],
    ["'at 10:from' || :x", ['bind x@16']],
    ["'it''s :no' :x", ['bind x@12']],
    ["LIKE '${prefix}%'", ["paste prefix@6'"]],
    ['-- :no ${no} \' "\n:x', ['bind x@17']],
    ['/* :no \n */ :x /* :no', ['bind x@12']],
    ['a - -1 / :x', ['bind x@9']],
    ['table$x a$b', []],
    ['10:30', []],
    ['größe:x', ['bind x@5']],
    ['${}', ['paste @0']],
    ["'open :no", []],
  ])('%s', (query, expected) => {
    for (const dialect of dialects) expect([dialect, places(query, dialect)]).toEqual([dialect, expected]);
  });

  it('never finds anything in a string, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...dialects), (text, dialect) => {
        const escaped = dialect === 'mysql' ? text.replaceAll('\\', '\\\\') : text;
        const literal = `'${escaped.replaceAll("'", "''")}'`;
        expect(findPlaces(literal, dialect).filter(({ kind }) => kind !== 'paste')).toEqual([]);
      }),
    );
  });
});

/** What each engine's own documentation says of its texts, comments, names and operators. */
const ofDialect: readonly (readonly [SqlDialect, query: string, expected: string[]])[] = [
  // Names and texts.
  ['sqlite', '"odd :no" `:no` [:no] :x', ['bind x@22']],
  ['sqlite', '"${prefix}log" `${p}x` [${q}]', ['paste prefix@1', 'paste p@16', 'paste q@24']],
  ['sqlite', "'a\\' :x", ['bind x@5']],
  ['postgres', '"odd "":no" :x', ['bind x@12']],
  ['postgres', '"${prefix}log"', ['paste prefix@1']],
  ['postgres', "'a\\' :x", ['bind x@5']],
  ['postgres', "E'a\\' :no' :x", ['bind x@11']],
  ['postgres', "e'\\\\' :x", ['bind x@6']],
  ['postgres', "E'a' \n 'b\\' :no' :x", ['bind x@17']],
  ['postgres', "E'a' -- b\n 'b\\' :no' :x", ['bind x@21']],
  ['postgres', "E'a', 'b\\' :x", ['bind x@11']],
  ['postgres', "te'a\\' :x", ['bind x@7']],
  ['postgres', "U&'d\\0061t\\' :x || U&\"d!0061\" UESCAPE '!'", ['bind x@13']],
  ['postgres', "B'01' || X'ff' || N'a\\' :x", ['bind x@24']],
  ['postgres', "$$ :no ' $$ :x", ['bind x@12']],
  ['postgres', '$a$ :no $$ $b$ $a$ :x', ['bind x@19']],
  ['postgres', '$größe$ :no $größe$ :x', ['bind x@20']],
  ['postgres', '$$ ${p} $$', ["paste p@3'"]],
  ['postgres', 'a$b$ :x $b$', ['bind x@5']],
  ['postgres', '$open$ :no', []],
  ['mysql', "'a\\' :no' :x", ['bind x@10']],
  ['mysql', "'a\\\\' :x", ['bind x@6']],
  ['mysql', '"text \\" :no ${p}" :x', ["paste p@13'", 'bind x@19']],
  ['mysql', '`odd "" `` :no` `${p}log` :x', ['paste p@17', 'bind x@26']],
  ['mysql', "_utf8mb4'a' N'\\'' x'41' :x", ['bind x@24']],
  ['mysql', "'open \\", []],
  ['mysql', '[:x]', ['bind x@1']],
  // Comments.
  ['postgres', '/* a /* b */ :no */ :x', ['bind x@20']],
  ['files', '/* a /* b */ :no */ :x', ['bind x@20']],
  ['sqlite', '/* a /* b */ :x', ['bind x@13']],
  ['mysql', '/* a /* b */ :x', ['bind x@13']],
  ['postgres', 'a--:no', []],
  ['mysql', 'a--:x', ['bind x@3']],
  ['mysql', '-- :no\n:x --', ['bind x@7']],
  ['mysql', '--\t:no\n:x', ['bind x@7']],
  ['mysql', '--\n:x', ['bind x@3']],
  ['mysql', '# :no\n:x', ['bind x@6']],
  ['mysql', '/*+ NO_INDEX_MERGE(t) */ :x', ['bind x@25']],
  ['mysql', '/*!50001 :a */ :x', ['foreign /*!50001 :a */@0', 'bind x@15']],
  ['mysql', '/*M!100100 1 */', ['foreign /*M!100100 1 */@0']],
  ['postgres', '/*! :no */', []],
  // Casts, assignments, arrays and their slices.
  ['postgres', 'a::text, b :: int, :x::int', ['bind x@19']],
  ['postgres', 'f(a := :x)', ['bind x@7']],
  ['postgres', 'tags[1:2]', []],
  ['postgres', 'tags[1:n]', []],
  ['postgres', 'tags[f(1):n]', []],
  ['postgres', 'tags[1: n]', []],
  ['postgres', 'tags[1:(:n)]', ['bind n@8']],
  ['postgres', 'tags[1 + :n]', ['bind n@9']],
  ['postgres', 'tags[(:n)]', ['bind n@6']],
  ['postgres', 'tags[:n]', ['foreign :n@5']],
  ['postgres', 'tags[n:m]', ['foreign :m@6']],
  ['postgres', '"tags"[1][:n]', ['foreign :n@10']],
  ['postgres', 'site = ANY(ARRAY[:a, :b])', ['bind a@17', 'bind b@21']],
  ['postgres', 'array [[:a], [:b]]', ['bind a@8', 'bind b@14']],
  ['files', 'list[1:n] || [:a]', ['bind a@14']],
  ['files', 'list[1:n], [(:a)]', ['bind a@13']],
  ['mysql', '@a := :x', ['foreign @a@0', 'bind x@6']],
  // Operators that look like parameters, and parameters.
  [
    'postgres',
    "a ? 'k' AND a ?| b AND a ?& b AND a @> b AND a @? '$.a' AND a @@ b AND a #>> '{b}' = :x",
    ['bind x@85'],
  ],
  ['postgres', '@ -5 # 3 = :x', ['bind x@11']],
  ['postgres', 'a = $1 AND b = :x', ['foreign $1@4', 'bind x@15']],
  ['mysql', 'a = ? AND b->>"$.c" = :x', ['foreign ?@4', 'bind x@22']],
  [
    'mysql',
    "@`a b` @'c d' @@session.time_zone",
    ['foreign @`a b`@0', "foreign @'c d'@7", 'foreign @@session.time_zone@14'],
  ],
  ['sqlite', '? ?1 $x @y', ['foreign ?@0', 'foreign ?1@2', 'foreign $x@5', 'foreign @y@8']],
  ['files', '? ?1 $x $1', ['foreign ?@0', 'foreign ?1@2', 'foreign $x@5', 'foreign $1@8']],
  ['files', "E'\\' :no' $$ :no $$ :x", ['bind x@20']],
];

describe('findPlaces', () => {
  it.each(ofDialect)('in %s: %s', (dialect, query, expected) => expect(places(query, dialect)).toEqual(expected));
});

describe('bindQuery', () => {
  it('pastes identifiers and moves the places along', () => {
    const query = "SELECT ':a', ${p}x, :a FROM ${p}log -- ${p}\nWHERE t < :to";
    expect(bindQuery(query, 'sqlite', { p: 'matomo_' })).toEqual({
      text: "SELECT ':a', matomo_x, :a FROM matomo_log -- ${p}\nWHERE t < :to",
      places: [
        { name: 'a', start: 23, end: 25 },
        { name: 'to', start: 60, end: 63 },
      ],
    });
  });

  it.each(['x; DROP TABLE y', ' ', '1a', 'a b', 'a"', 'é', 'a\n'])('refuses to paste %j', (value) => {
    expect(() => bindQuery('${p}', 'mysql', { p: value })).toThrow(RangeError);
    expect(isIdentifier(value)).toBe(false);
  });

  it('pastes nothing where tables have no prefix', () => {
    expect(bindQuery('SELECT 1 FROM ${p}log', 'mysql', { p: '' }).text).toBe('SELECT 1 FROM log');
  });

  it('refuses to paste what nobody gave', () => {
    expect(() => bindQuery('${constructor}', 'postgres', {})).toThrow(RangeError);
  });

  it('lets no value of a variable into the text of a query', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "1' OR '1'='1",
        'x; DROP TABLE y --',
        '$$ || 1 || $$',
        '*/ DELETE /*',
        'a`b',
        'a"b',
        "\\' OR 1=1 #",
      ),
      fc
        .array(fc.constantFrom("'", '"', '`', '\\', '$$', '--', '#', '/*', '*/', ';', ':from', '${p}', 'x', '[', ']'))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(hostile, fc.constantFrom(...dialects), (value, dialect) => {
        const query = 'SELECT ${p}a, :site FROM ${p}log WHERE site = :site';
        if (isIdentifier(value)) {
          expect(value).toMatch(/^(?:[A-Za-z_][A-Za-z0-9_]*)?$/);
          expect(bindQuery(query, dialect, { p: value }).text).toBe(
            `SELECT ${value}a, :site FROM ${value}log WHERE site = :site`,
          );
        } else {
          expect(() => bindQuery(query, dialect, { p: value })).toThrow(RangeError);
        }
      }),
    );
  });
});

describe('withoutEnd', () => {
  it.each<[query: string, left: string]>([
    ['SELECT 1', 'SELECT 1'],
    ['SELECT 1;', 'SELECT 1'],
    ['SELECT 1 ; -- a;\n/* b; */ ;\n', 'SELECT 1 '],
    ['SELECT 1;\n-- end', 'SELECT 1'],
    ['SELECT 1 -- all;', 'SELECT 1 -- all;'],
    ['SELECT 1\n', 'SELECT 1\n'],
    ["SELECT ';--x'", "SELECT ';--x'"],
    ["SELECT ';--x';-- y", "SELECT ';--x'"],
    ['SELECT 1; SELECT 2', 'SELECT 1; SELECT 2'],
    ['SELECT 1; SELECT 2;', 'SELECT 1; SELECT 2'],
    [';', ''],
    ['', ''],
  ])('leaves of %j %j in every dialect', (query, left) => {
    for (const dialect of dialects) expect([dialect, withoutEnd(query, dialect)]).toEqual([dialect, left]);
  });

  it.each<[SqlDialect, query: string, left: string]>([
    ['mysql', 'SELECT 1; # end', 'SELECT 1'],
    ['mysql', 'SELECT 1; --x', 'SELECT 1; --x'],
    ['postgres', 'SELECT 1; /* a /* ; */ b */', 'SELECT 1'],
    ['postgres', 'SELECT $$;$$;', 'SELECT $$;$$'],
    ['files', 'SELECT 1; /* a /* ; */ b */', 'SELECT 1'],
    ['sqlite', 'SELECT [;], `;`;', 'SELECT [;], `;`'],
  ])('in %s leaves of %j %j', (dialect, query, left) => {
    expect(withoutEnd(query, dialect)).toBe(left);
  });

  it('is done at once, whatever follows', () => {
    const query = `SELECT 1;${'-'.repeat(50_000)}\n${' -- x\n'.repeat(10_000)}y`;
    expect(withoutEnd(query, 'postgres')).toBe(query);
  });
});

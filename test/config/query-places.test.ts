import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindQuery, findPlaces, isIdentifier } from '../../src/config/query-places.ts';

/** Places as `kind name@start`, with `'` for those inside a string. */
function places(query: string): string[] {
  return findPlaces(query).map(({ kind, name, start, inString }) => `${kind} ${name}@${start}${inString ? "'" : ''}`);
}

describe('findPlaces', () => {
  it.each<[string, string[]]>([
    ['SELECT 1', []],
    ['a >= :from AND a < :to', ['bind from@5', 'bind to@19']],
    [':site', ['bind site@0']],
    ['(:a,:b_2)', ['bind a@1', 'bind b_2@4']],
    ['FROM ${prefix}log', ['paste prefix@5']],
    ["'at 10:from' || :x", ['bind x@16']],
    ["'it''s :no' :x", ['bind x@12']],
    ["'a\\' :x", ['bind x@5']],
    ['"odd :no" :x', ['bind x@10']],
    ['"${prefix}log" `${p}x` [${q}]', ['paste prefix@1', 'paste p@16', 'paste q@24']],
    ['`:no` [:no] :x', ['bind x@12']],
    ["LIKE '${prefix}%'", ["paste prefix@6'"]],
    ['-- :no ${no} \' "\n:x', ['bind x@17']],
    ['/* :no \n */ :x /* :no', ['bind x@12']],
    ['a - -1 / :x', ['bind x@9']],
    ['a::text, b :: int, :x::int', ['bind x@19']],
    ['@a := :x', ['foreign @a@0', 'bind x@6']],
    ['? ?1 $x @y', ['foreign ?@0', 'foreign ?1@2', 'foreign $x@5', 'foreign @y@8']],
    ['table$x a$b', []],
    ['10:30', []],
    ['größe:x', ['bind x@5']],
    ['${}', ['paste @0']],
    ["'open :no", []],
  ])('%s', (query, expected) => expect(places(query)).toEqual(expected));

  it('never finds anything in a string, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const literal = `'${text.replaceAll("'", "''")}'`;
        expect(findPlaces(literal).filter(({ kind }) => kind !== 'paste')).toEqual([]);
      }),
    );
  });
});

describe('bindQuery', () => {
  it('pastes identifiers and moves the places along', () => {
    const query = "SELECT ':a', ${p}x, :a FROM ${p}log -- ${p}\nWHERE t < :to";
    expect(bindQuery(query, { p: 'matomo_' })).toEqual({
      text: "SELECT ':a', matomo_x, :a FROM matomo_log -- ${p}\nWHERE t < :to",
      places: [
        { name: 'a', start: 23, end: 25 },
        { name: 'to', start: 60, end: 63 },
      ],
    });
  });

  it.each(['x; DROP TABLE y', '', '1a', 'a b', 'a"', 'é', 'a\n'])('refuses to paste %j', (value) => {
    expect(() => bindQuery('${p}', { p: value })).toThrow(RangeError);
    expect(isIdentifier(value)).toBe(false);
  });

  it('refuses to paste what nobody gave', () => {
    expect(() => bindQuery('${constructor}', {})).toThrow(RangeError);
  });
});

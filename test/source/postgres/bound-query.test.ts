import { describe, expect, it } from 'vitest';
import { bindQuery } from '../../../src/source/postgres/bound-query.ts';

describe('bindQuery', () => {
  const cases: [query: string, text: string, parameters: string[]][] = [
    ['SELECT 1', 'SELECT 1', []],
    ['SELECT 1;', 'SELECT 1', []],
    ['SELECT 1 ; -- done; really', 'SELECT 1 ', []],
    ["SELECT ';' ", "SELECT ';' ", []],
    ['SELECT 1; /* a; */ \n', 'SELECT 1', []],
    ["SELECT ';--x'", "SELECT ';--x'", []],
    ['SELECT :a, :b, :a', 'SELECT $1, $2, $1', ['a', 'b']],
    ['x >= :from AND x < :to AND y >= :from', 'x >= $1 AND x < $2 AND y >= $3', ['from', 'to', 'from']],
    [
      'SELECT \':a\', ":b", x::text, -- :c\n/* :d */ arr[1:2], :e::int',
      'SELECT \':a\', ":b", x::text, -- :c\n/* :d */ arr[1:2], $1::int',
      ['e'],
    ],
    ['SELECT :constructor', 'SELECT $1', ['constructor']],
  ];
  it.each(cases)('%s', (query, text, parameters) => {
    const bound = bindQuery({ stream: 's', query });
    expect({ text: bound.text(), parameters: bound.parameters }).toEqual({ text, parameters });
  });

  it('writes each place as it is told', () => {
    const bound = bindQuery({ stream: 's', query: 'SELECT :a, :from, :a' });
    expect(bound.text((place, at) => (bound.parameters[at] === 'from' ? `(${place}::bigint)` : place))).toBe(
      'SELECT $1, ($2::bigint), $1',
    );
  });

  it('wants a query', () => {
    expect(() => bindQuery({ stream: 's', rows: 'hits' })).toThrow(expect.objectContaining({ code: 'input.invalid' }));
  });
});

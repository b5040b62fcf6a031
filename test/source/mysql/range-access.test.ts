import { describe, expect, it } from 'vitest';
import { isPassedOn } from '../../../src/source/mysql/field-origin.ts';
import { rangeAccess } from '../../../src/source/mysql/range-access.ts';
import type { ResultField } from '../../../src/source/mysql/result-field.ts';

const field: ResultField = {
  name: 'at',
  schema: 'legacy',
  table: 'v',
  orgTable: 'v',
  orgName: 'at',
  type: 12,
  charset: 63,
  length: 19,
  decimals: 0,
};
const indexes = new Map([
  ['PRIMARY', 'id'],
  ['by_at', 'at'],
  ['by_site', 'site'],
]);

// As MySQL 9.7 writes them with optimizer_switch hypergraph_optimizer=on, without what is counted and estimated.
const scanned = {
  operation: 'Table scan on v',
  table_name: 'v',
  access_type: 'table',
};
const covered = {
  operation: 'Covering index scan on v using by_site',
  index_name: 'by_site',
  table_name: 'v',
  access_type: 'index',
  index_access_type: 'index_scan',
};
const ranged = (table: string) => ({
  ...(table !== 'v' && { alias: table }),
  ranges: ["('2015-01-02 00:00:00' <= at < '2015-01-02 01:00:00')"],
  operation: `Covering index range scan on ${table} using by_at over ('2015-01-02 00:00:00' <= at < '2015-01-02 01:00:00')`,
  index_name: 'by_at',
  table_name: 'v',
  access_type: 'index',
  key_columns: ['at'],
  index_access_type: 'index_range_scan',
});
const filtered = (condition: string, input: object) => ({
  inputs: [input],
  condition,
  operation: `Filter: ${condition}`,
  access_type: 'filter',
});
const shifted =
  "(((v.`at` + interval 1 second) >= '2015-01-02') and ((v.`at` + interval 1 second) < '2015-01-02 01:00:00'))";
const compared = "((v.`at` >= TIMESTAMP'2010-01-01 00:00:00') and (v.`at` < TIMESTAMP'2018-01-01 00:00:00'))";

describe("a plan of MySQL's hypergraph optimizer", () => {
  const told = (plan: object, wishes: Partial<ResultField> = {}) =>
    rangeAccess(
      JSON.stringify({ query: '', query_plan: plan, query_type: 'select', json_schema_version: '2.0' }),
      { ...field, ...wishes },
      indexes,
    );

  it('uses an index, by the alias of a join', () => {
    const join = {
      inputs: [
        ranged('w'),
        {
          operation: 'Single-row covering index lookup on v using PRIMARY (id = w.id)',
          index_name: 'PRIMARY',
          table_name: 'v',
          access_type: 'index',
          key_columns: ['id'],
          index_access_type: 'index_lookup',
        },
      ],
      join_type: 'inner join',
      operation: 'Nested loop inner join',
      access_type: 'join',
      join_algorithm: 'nested_loop',
    };
    expect(told(join, { table: 'w' })).toEqual({ isIndexed: true, detail: 'w.by_at', cure: null });
  });

  it('uses an index whose first column it skips through', () => {
    const skip = {
      ranges: ["'2015-01-01 00:00:00' <= at < '2018-01-01 00:00:00'"],
      operation: "Covering index skip scan on v using by_site over '2015-01-01 00:00:00' <= at < '2018-01-01 00:00:00'",
      index_name: 'by_site',
      table_name: 'v',
      access_type: 'index',
      key_columns: ['site', 'at'],
      index_access_type: 'index_skip_scan',
    };
    expect(told(skip)).toEqual({ isIndexed: true, detail: 'v.by_site', cure: null });
  });

  it('has an index that is not worth it', () => {
    expect(told(filtered(compared, scanned))).toEqual({
      isIndexed: true,
      detail: 'by_at (there, and not worth it for this range)',
      cure: null,
    });
  });

  it.each([scanned, covered])('reads a table whole: $operation', (table) => {
    const whole = { isIndexed: false, detail: 'v is read whole' };
    expect(told(filtered(shifted, table))).toMatchObject(whole);
    const made = { orgName: 'made' };
    const free = compared.replaceAll('`at`', 'made');
    expect(told(filtered(free, table), made)).toEqual({
      ...whole,
      cure: 'CREATE INDEX `v_made` ON `legacy`.`v` (`made`)',
    });
  });

  it('reads one arm of a union whole', () => {
    const union = {
      union: true,
      inputs: [ranged('v'), filtered(shifted, covered)],
      operation: 'Union all materialize',
      access_type: 'materialize',
    };
    const derived = { inputs: [union], operation: 'Table scan on h', table_name: 'h', access_type: 'table' };
    expect(told(derived, { table: 'h', schema: '', orgTable: '' })).toMatchObject({
      isIndexed: false,
      detail: 'h, v is read whole',
    });
  });
});

// As MySQL 8 and 9 describe the column: the table inside, and the name outside.
describe('a column is passed on by a derived table', () => {
  const cases: [isPassedOn: boolean, query: string, table: string][] = [
    [false, 'SELECT at FROM v', 'v'],
    [false, 'SELECT at FROM legacy.v', 'v'],
    [false, 'SELECT x.at FROM `v` AS `x` JOIN (SELECT 1) AS y', 'x'],
    [false, 'SELECT X.at FROM legacy.V x WHERE x.id IN (SELECT 1)', 'X'],
    [true, 'SELECT at FROM (SELECT made AS at FROM v) AS h', 'h'],
    [true, 'SELECT at FROM (SELECT made AS at FROM v) h', 'h'],
    [true, 'SELECT at FROM (SELECT made AS at FROM v) v', 'v'],
    [true, 'WITH h AS (SELECT made AS at FROM v) SELECT at FROM h', 'h'],
    [true, 'WITH h (at) AS (SELECT made FROM v) SELECT at FROM h', 'h'],
    [true, 'WITH h AS (SELECT made AS at FROM v) SELECT k.at FROM h AS k', 'k'],
    [true, 'WITH v AS (SELECT made AS at FROM v) SELECT at FROM v', 'v'],
    [true, 'WITH v AS (SELECT made AS at FROM v) SELECT k.at FROM v k', 'k'],
  ];
  it.each(cases)('%s: %s', (expected, query, table) => {
    expect(isPassedOn(query, { ...field, table })).toBe(expected);
  });
});

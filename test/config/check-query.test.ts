import { describe, expect, it } from 'vitest';
import { checkQuery } from '../../src/config/check-query.ts';
import type { SqlDialect } from '../../src/config/sql-tokens.ts';
import type { YamlText } from '../../src/config/yaml-node.ts';

const place = (offset: number) => ({ file: 'm.yaml', line: 1, column: offset + 1 });

function faultsOf(query: string, dialect: SqlDialect, windowed = true): string[] {
  const text: YamlText = {
    kind: 'text',
    text: query,
    at: place(0),
    keyAt: place(0),
    isPlain: false,
    spot: place,
  };
  return checkQuery(text, dialect, windowed, {}).problems.map(
    ({ column, code, message }) => `${column} ${code} ${message}`,
  );
}

const told = (name: string, column: number) =>
  `${column} query.window :${name} has to be compared as it is: at the first and the last slice it stands for no time`;

describe('the ends of a slice', () => {
  const kept = [
    'at >= :from AND at < :to',
    'at>=:from AND at<:to',
    ':from <= at AND :to > at',
    '(at >= (:from)) AND (((:to)) > at)',
    'at BETWEEN :from AND :to',
    'at not between /* the first */ :from and :to -- the last + 1',
    'a = 1 OR (:from <= at AND at < :to)',
    'at >= :from COLLATE x AND at < :to',
    '(at >= :from AND at < :to) OR at IS NULL',
  ];
  it.each(kept)('stand for themselves in %s', (condition) => {
    for (const dialect of ['sqlite', 'mysql', 'postgres'] as const) {
      expect(faultsOf(`SELECT at FROM t WHERE ${condition}`, dialect)).toEqual([]);
    }
  });

  const computed: [condition: string, faults: string[]][] = [
    ["at >= datetime(:from, 'unixepoch') AND at < :to", [told('from', 16)]],
    ['at >= FROM_UNIXTIME(:from) AND at < FROM_UNIXTIME((:to))', [told('from', 21), told('to', 52)]],
    ['at >= CAST(:from AS DATETIME) AND at < :to', [told('from', 12)]],
    ['at >= :from - 3600 AND at < :to + INTERVAL 1 HOUR', [told('from', 7), told('to', 29)]],
    ['at - :from >= 0 AND :to - at > 0', [told('from', 6), told('to', 21)]],
    ['at >= 1000 * :from AND at BETWEEN 1 AND :to / 2', [told('from', 14), told('to', 41)]],
    ['at IN (:from, :to)', [told('from', 8), told('to', 15)]],
  ];
  it.each(computed)('are not computed with in %s', (condition, faults) => {
    expect(faultsOf(condition, 'sqlite')).toEqual(faults);
    expect(faultsOf(condition, 'mysql')).toEqual(faults);
    // Its open ends are infinities.
    expect(faultsOf(condition, 'postgres')).toEqual([]);
  });
});

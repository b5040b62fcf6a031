import { describe, expect, it } from 'vitest';
import { slicedOver } from '../../src/config/sliced-over.ts';

const range = 'FROM t h WHERE h.at >= :from AND h.at < :to';

describe('OVER ( of a windowed query', () => {
  it.each([
    'row_number() OVER (PARTITION BY h.at)',
    'row_number() over (partition by h.id, h.at ORDER BY h.id)',
    'row_number() OVER (PARTITION BY lower(h.a || h.b), h . at, h.id ROWS UNBOUNDED PRECEDING) > 1',
    "'OVER (' /* OVER ( */",
    'game."over" (1)',
  ])('is of one instant in %s', (column) => {
    for (const dialect of ['postgres', 'mysql', 'sqlite', 'files'] as const) {
      if (dialect === 'mysql' && column.includes('"')) continue;
      expect(slicedOver(`SELECT ${column} ${range}`, dialect)).toBeNull();
    }
  });

  it.each([
    'row_number() OVER ()',
    'row_number() OVER (ORDER BY h.at)',
    'row_number() OVER (PARTITION BY h.id ORDER BY h.at)',
    'row_number() OVER (PARTITION BY date(h.at))',
    'row_number() OVER (PARTITION BY x.at)',
    'row_number() OVER (PARTITION BY h.id), h.at',
  ])('may begin anew at a slice in %s', (column) => {
    const query = `SELECT count(*) OVER (PARTITION BY h.at), ${column} ${range}`;
    const place = query.lastIndexOf('OVER');
    for (const dialect of ['postgres', 'mysql', 'sqlite', 'files'] as const)
      expect(slicedOver(query, dialect)).toBe(place);
  });

  it('may begin anew where nothing but a number is compared with the beginning', () => {
    expect(slicedOver('SELECT sum(a) OVER (PARTITION BY ()) FROM t WHERE 1 >= :from', 'postgres')).toBe(14);
  });
});

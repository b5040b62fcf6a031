import { expect, it } from 'vitest';
import { websiteRemarks } from '../../../src/inspection/init/websites.ts';

const rows = (...values: (string | null)[]) => values.map((value, at) => [String(at), value]);

it.each([
  ['one website', 'site_id', rows('1', '1', null, '')],
  ['a column that names none', 'section', rows('a', 'b')],
  ['so many that they are none', 'app_id', rows(...Array.from({ length: 51 }, (_, at) => `a${at}`))],
])('says nothing of %s', (_, column, found) => {
  expect(websiteRemarks('hits', ['id', column], found)).toEqual([]);
});

it.each(['app_id', 'siteId', 'idsite', 'website_id', 'properties.app_id'])(
  'tells several in %s, most hits first',
  (column) => {
    const [remark, ...others] = websiteRemarks('hits', ['id', column], rows('a', 'b', 'b', 'c', 'd', 'e', 'f', 'f'));
    expect(others).toEqual([]);
    expect(remark).toContain(
      `${column} of hits names several websites or applications, b (2), f (2), a (1), c (1), d (1) and 1 more of 8 sampled hits`,
    );
  },
);

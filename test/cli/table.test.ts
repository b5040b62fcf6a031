import { expect, it } from 'vitest';
import { cellsOf } from '../../src/cli/cell-width.ts';
import { narrowed, table } from '../../src/cli/table.ts';

const header = ['column', 'source', 'why'];
const rows = [
  ['pageURL', 'properties.of.an.event.current_url', 'name; 100 % of the values are URLs of pages'],
  ['visitorID', 'id', '訪問者の識別子はこの列にある'],
];

it.each([40, 60, 80])('a table that is narrowed fits %d cells, and no column vanishes', (width) => {
  const lines = table(header, narrowed(header, rows, width), []);
  expect(Math.max(...lines.map(cellsOf))).toBeLessThanOrEqual(width);
  expect(narrowed(header, rows, width)[0]).toEqual([
    'pageURL',
    expect.stringMatching(/^properties\./),
    expect.stringMatching(/^name; 100 %/),
  ]);
});

it('a table that fits is left as it is, and one that never fits keeps its least columns', () => {
  expect(narrowed(header, rows, 100)).toEqual(rows);
  expect(narrowed(header, rows, 10).map((row) => row.map(cellsOf))).toEqual([
    [7, 12, 12],
    [9, 2, expect.toSatisfy((cells: number) => cells === 11 || cells === 12)],
  ]);
});

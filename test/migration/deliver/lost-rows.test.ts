import { expect, it, vi } from 'vitest';
import type * as readChunk from '../../../src/chunking/read-chunk.ts';
import type { Chunk } from '../../../src/domain/chunk.ts';
import { lostRowsOf } from '../../../src/migration/deliver/lost-rows.ts';

const rowsRead = vi.hoisted((): number[] => []);
vi.mock('../../../src/chunking/read-chunk.ts', async (original) => ({
  ...(await original<typeof readChunk>()),
  readSidecar: async function* () {
    const at = rowsRead.push(0) - 1;
    for (let row = 1; row <= 1000; row += 1) {
      rowsRead[at] = row;
      yield { stream: 'views', key: [String(row)] };
    }
  },
}));

it('reads a sidecar up to the last row that Adobe named, and none where it named no row', async () => {
  const lost = (...rows: (number | null)[]) => rows.map((row) => ({ row, count: row === null ? 5 : 1, reason: 'odd' }));
  const bySlice = [lost(7, 3), lost(null), lost(9)];
  const found = await lostRowsOf(
    '/work',
    {
      lost: async ({ slice }) => bySlice[slice]!,
      chunksWithLoss: async () => bySlice.map((_, slice) => ({ group: 'a', slice, part: 0 })),
      chunk: async (id) => ({ ...id }) as Chunk,
    },
    {},
  );
  expect(found.map(({ chunk, row, count, stream, key }) => [chunk, row, count, stream, key])).toEqual([
    ['000000-0000', 7, 1, 'views', ['7']],
    ['000000-0000', 3, 1, 'views', ['3']],
    ['000001-0000', null, 5, null, null],
    ['000002-0000', 9, 1, 'views', ['9']],
  ]);
  expect(rowsRead).toEqual([7, 9]);
});

it('tells no more rows than it may, and reads none of the chunks behind them', async () => {
  const asked: number[] = [];
  const ledger = {
    lost: async ({ slice }: { slice: number }) => {
      asked.push(slice);
      return [1, 2, 3].map((row) => ({ row, count: 1, reason: 'odd' }));
    },
    chunksWithLoss: async () => [0, 1, 2, 3].map((slice) => ({ group: 'a', slice, part: 0 })),
    chunk: async () => null,
  };
  const found = await lostRowsOf('/work', ledger, { mostRows: 5 });
  expect(found.map(({ chunk, row }) => `${chunk} ${row}`)).toEqual([
    '000000-0000 1',
    '000000-0000 2',
    '000000-0000 3',
    '000001-0000 1',
    '000001-0000 2',
  ]);
  expect(asked).toEqual([0, 1]);
  const many = { ...ledger, chunksWithLoss: async () => Array(40_000).fill({ group: 'a', slice: 0, part: 0 }) };
  expect(await lostRowsOf('/work', many, {})).toHaveLength(100_000);
});

import { expect, it } from 'vitest';
import { buildShares } from '../../../src/migration/job/build-shares.ts';

const files = { engine: 'files', paths: {} } as const;
const sqlite = { engine: 'sqlite', path: '/a.sqlite' } as const;
const given = (memory: number, source: typeof files | typeof sqlite) => ({
  build: { memory, gzipLevel: 6, workers: 1 },
  disk: { ahead: 1, spool: 1001, keep: 'all' as const },
  source,
});

it.each([
  ['files', given(256e6, files), false, { memory: 256e6, disk: 1001 }, null],
  ['queries of a database', given(16e6, sqlite), true, { memory: 16e6, disk: 1001 }, null],
  ['a query over files', given(600e6, files), true, { memory: 300e6, disk: 500 }, { memory: 300e6, disk: 500 }],
  ['one with little', given(144e6, files), true, { memory: 16e6, disk: 500 }, { memory: 128e6, disk: 500 }],
])('divides memory and spool for %s', (_, migration, hasQueries, ofRows, ofQuery) => {
  expect(buildShares(migration, hasQueries)).toEqual({ rows: ofRows, query: ofQuery });
});

it('refuses a query over files with too little for both', () => {
  expect(() => buildShares(given(143_999_999, files), true)).toThrow(
    expect.objectContaining({ code: 'input.invalid', next: expect.stringContaining('144MB') }),
  );
});

import { expect, it } from 'vitest';
import { buildShares } from '../../../src/migration/job/build-shares.ts';

const files = { engine: 'files', paths: {} } as const;
const sqlite = { engine: 'sqlite', path: '/a.sqlite' } as const;
const given = (memory: number, source: typeof files | typeof sqlite, workers = 1) => ({
  build: { memory, gzipLevel: 6, workers },
  disk: { ahead: 1, spool: 1001, keep: 'all' as const },
  source,
});

const lines = {};
const whole = { query: 'SELECT 1' };
const windowed = { query: 'SELECT 1', window: { column: 'at' } };

it.each([
  ['files', given(256e6, files, 4), [lines], { memory: 256e6, disk: 1001 }, null],
  ['queries of a database', given(16e6, sqlite), [windowed], { memory: 16e6, disk: 1001 }, null],
  ['threads that build slices', given(256e6, sqlite, 4), [windowed], { memory: 64e6, disk: 250 }, null],
  ['a database read once', given(16e6, sqlite, 4), [windowed, whole], { memory: 16e6, disk: 1001 }, null],
  [
    'a query over files',
    given(600e6, files),
    [lines, whole],
    { memory: 300e6, disk: 500 },
    { memory: 300e6, disk: 500 },
  ],
  ['one with little', given(144e6, files), [whole], { memory: 16e6, disk: 500 }, { memory: 128e6, disk: 500 }],
])('divides memory and spool for %s', (_, migration, streams, ofRows, ofQuery) => {
  expect(buildShares(migration, streams)).toEqual({ rows: ofRows, query: ofQuery });
});

it('refuses threads that build slices with too little for each', () => {
  expect(() => buildShares(given(63e6, sqlite, 4), [windowed])).toThrow(
    expect.objectContaining({ code: 'input.invalid', next: expect.stringContaining('16MB or more for each') }),
  );
});

it('refuses a query over files with too little for both', () => {
  expect(() => buildShares(given(143_999_999, files), [whole])).toThrow(
    expect.objectContaining({ code: 'input.invalid', next: expect.stringContaining('144MB') }),
  );
});

import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { status } from '../../src/inspection/status.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { build } from '../../src/migration/run.ts';
import { type FixtureFolder, offline, sqliteFolder } from '../migration/job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';
const rows = [
  { id: 1, at: begin, hit: begin },
  { id: 2, at: begin, hit: null },
];

let fixture: FixtureFolder;
const views = (): void => {
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { range });
};
afterEach(() => fixture.remove());

describe('status', () => {
  it('is new without a ledger, and leaves no trace', async () => {
    views();
    expect(await status(fixture.file, offline)).toMatchObject({
      state: 'new',
      slices: { total: 0, sealed: 0 },
      lanes: [],
    });
    await expect(openLedger(join(fixture.folder, 'work'), { readOnly: true })).rejects.toMatchObject({
      code: 'input.not-found',
    });
  });

  it('reads a ledger that another one is writing', async () => {
    views();
    await build(fixture.file, offline);
    const writer = await openLedger(join(fixture.folder, 'work'));
    try {
      expect(await status(fixture.file, offline)).toMatchObject({
        state: 'building',
        slices: { total: 1, sealed: 1 },
        rows: { read: 2, hits: 1, rejected: 1, filtered: 0 },
      });
    } finally {
      await writer.close();
    }
  });

  it('says how many files are read while nothing can be planned yet', async () => {
    views();
    const writer = await openLedger(join(fixture.folder, 'work'));
    const files = ['a.csv', 'b.csv', 'c.csv'].map((path) => ({ set: 'log', path, size: 7 }));
    try {
      await writer.freezeFiles(files.map((file) => ({ ...file, modified: '2021-01-01T00:00:00Z' })));
      const [first] = files;
      await writer.storePass({
        fingerprint: 'this job',
        read: [{ ...first!, sha256: 'ab'.repeat(32), stream: 'views' }],
        counted: { counts: [], tallies: [] },
        runs: [],
        rejects: null,
      });
      expect(await status(fixture.file, offline)).toMatchObject({ state: 'building', reading: { files: 3, read: 1 } });
    } finally {
      await writer.close();
    }
  });
});

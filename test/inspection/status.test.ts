import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type * as readChunk from '../../src/chunking/read-chunk.ts';
import { Database } from '../../src/domain/sqlite.ts';
import { status } from '../../src/inspection/status.ts';
import { verify } from '../../src/inspection/verify.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import type { JobReport } from '../../src/migration/report.ts';
import { build } from '../../src/migration/run.ts';
import { type FixtureFolder, offline, sqliteFolder } from '../migration/job-fixture.ts';

/** How many sidecars were opened. */
const opened = vi.hoisted(() => ({ sidecars: 0 }));
vi.mock('../../src/chunking/read-chunk.ts', async (original) => {
  const whole = await original<typeof readChunk>();
  const readSidecar: typeof whole.readSidecar = (...given) => {
    opened.sidecars += 1;
    return whole.readSidecar(...given);
  };
  return { ...whole, readSidecar };
});

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

  it('says that a fate is unknown as soon as the process that was sending is gone, and enters nothing', async () => {
    views();
    await build(fixture.file, offline);
    const work = join(fixture.folder, 'work');
    const writer = await openLedger(work);
    try {
      const [chunk] = await writer.chunks();
      await writer.move(chunk!, 'linted');
      await writer.beginAttempt(chunk!, { host: 'adobe', clientId: 'acme', startedAt: 1 });
      expect(await status(fixture.file, offline)).toMatchObject({
        state: 'delivering',
        chunks: { built: 1, unknown: 0 },
      });
      // Looking has not let go of the lock.
      await expect(openLedger(work)).rejects.toMatchObject({ code: 'ledger.locked' });
    } finally {
      await writer.close();
    }
    const before = readFileSync(join(work, 'ledger.sqlite'));
    expect(await status(fixture.file, offline)).toMatchObject({
      state: 'delivering',
      chunks: { built: 1, unknown: 1 },
    });
    expect(await verify(fixture.file, offline)).toMatchObject({ chunks: { unknown: 1 } });
    expect(readFileSync(join(work, 'ledger.sqlite')).equals(before)).toBe(true);
    rmSync(join(work, 'lock.sqlite'));
    expect(await status(fixture.file, offline)).toMatchObject({ chunks: { unknown: 1 } });
    expect(existsSync(join(work, 'lock.sqlite'))).toBe(false);
  });

  it('tells all lost rows and leads those of the first chunks back; verify leads back all', async () => {
    const visitors = Array.from({ length: 200 }, (_, id) => ({ id, at: begin, hit: begin, visitor: `v${id}` }));
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: visitors }], { range, groups: 64 });
    await build(fixture.file, offline);
    const ledger = new Database(join(fixture.folder, 'work', 'ledger.sqlite'));
    ledger.exec(`UPDATE chunks SET state = 'partial';
      INSERT INTO lost_rows (lane, slice, part, chunk_row, row_count, reason)
        SELECT lane, slice, part, 1, 1, 'odd' FROM chunks`);
    const chunks = Number(ledger.prepare('SELECT count(*) FROM chunks').pluck().get());
    ledger.close();
    expect(chunks).toBeGreaterThan(40);
    const ledBack = ({ lost }: JobReport): number[] => [
      lost.length,
      lost.filter(({ stream, key }) => stream === 'views' && key !== null).length,
    ];
    expect(ledBack(await status(fixture.file, offline))).toEqual([chunks, 20]);
    opened.sidecars = 0;
    expect(ledBack(await verify(fixture.file, offline))).toEqual([chunks, chunks]);
    // Each once for the proof, and once to lead its lost row back.
    expect(opened.sidecars).toBe(2 * chunks);
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

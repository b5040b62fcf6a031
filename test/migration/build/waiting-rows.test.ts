import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Migration } from '../../../src/config/migration.ts';
import { openWaitingRows } from '../../../src/migration/build/waiting-rows.ts';

it('writes rejects before they are more than one text may hold, whatever the memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'waiting-'));
  try {
    const build = { memory: 64e9, gzipLevel: 6, workers: 1 };
    const disk = { ahead: 1, spool: 1e9, keep: 'all' };
    const migration = { folder, build, disk, source: { engine: 'files', paths: {} } } as unknown as Migration;
    const { rejects, hits } = openWaitingRows({ migration, streams: [], windowed: false });
    const value = 'x'.repeat(1e6);
    const add = (): void => rejects.add({ stream: 'views', key: ['1'], reason: 'time', column: null, value, row: {} });
    for (let count = 0; count < 63; count += 1) add();
    await rejects.settle();
    expect(existsSync(join(folder, 'spool'))).toBe(false);
    add();
    await rejects.settle();
    expect(existsSync(join(folder, 'spool'))).toBe(true);
    await rejects.clear();
    await hits.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

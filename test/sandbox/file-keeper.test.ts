import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openKeeper } from '../../src/sandbox/file-keeper.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** The real disk, but that it cannot open the folder at `path`. */
const disk = vi.hoisted(() => ({ path: '' }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    open: (path: string, flags: string) =>
      path === disk.path
        ? Promise.reject(Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE', syscall: 'open' }))
        : real.open(path, flags),
  };
});

it('leaves no file of an upload whose folder cannot be synced, so that the next has its number', async (context) => {
  const folder = scratchFolder(context);
  const keeper = await openKeeper(folder, 1, async () => {});
  context.onTestFinished(keeper.close);
  const line = (group: string, number: number) => ({
    ...{ group, key: `k${number}`, fileId: `f${number}`, uploadName: 'a.csv.gz', size: 1, startedAt: 1, storedAt: 2 },
    ...{ sha256: '', readAt: 1, refusedRows: 0, arrival: number },
  });
  const spool = (number: number): string => {
    const path = join(keeper.incoming, `${number}.gz`);
    writeFileSync(path, 'x');
    return path;
  };
  disk.path = folder;
  await expect(keeper.keep(spool(1), line('g', 1))).rejects.toMatchObject({ code: 'EMFILE' });
  disk.path = '';
  await keeper.keep(spool(2), line('h', 2));
  expect(readdirSync(folder).sort()).toEqual(['.incoming-1', '000001-h.csv.gz', 'store.jsonl']);
});

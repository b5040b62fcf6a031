import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { init } from '../../../src/index.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { examples } from './init-checked.ts';

/** The disk is full from write number `at` on, which it takes half of. */
const disk = vi.hoisted(() => ({ at: 0, writes: 0 }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    writeFile: async (path: string, text: string, options: object) => {
      const isFull = ++disk.writes >= disk.at;
      await real.writeFile(path, isFull ? text.slice(0, text.length / 2) : text, options);
      if (isFull)
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', syscall: 'write' });
    },
  };
});

beforeEach(() => Object.assign(disk, { at: Number.POSITIVE_INFINITY, writes: 0 }));

const sources = [join(examples, 'csv-export', 'export', '*.csv')];
const zone = 'Europe/Berlin';

it('leaves nothing in its own way where the disk is full, at whichever file', async (context) => {
  const root = scratchFolder(context);
  const folder = join(root, 'whole');
  await init(sources, { zone, folder });
  const { writes } = disk;
  expect(writes).toBeGreaterThan(2);
  for (let at = 1; at <= writes; at++) {
    Object.assign(disk, { at, writes: 0 });
    const cut = join(root, `cut-${at}`, 'whole');
    await expect(init(sources, { zone, folder: cut })).rejects.toMatchObject({
      code: 'disk.failed',
      message: expect.stringContaining('ENOSPC'),
    });
    expect(readdirSync(cut)).toEqual([]);
  }
});

it('gives the files their names when all is known, so that one who is killed before finds nothing in the way', async (context) => {
  const root = scratchFolder(context);
  const folder = join(root, 'new');
  const { signal } = new AbortController();
  const seen = new Set<string>();
  // Asked whenever rows are read.
  signal.throwIfAborted = () => {
    for (const name of readdirSync(root, { recursive: true })) seen.add(String(name));
  };
  Object.defineProperty(signal, 'aborted', {
    get: () => {
      signal.throwIfAborted();
      return false;
    },
  });
  const { written } = await init(sources, { zone, folder, signal });
  expect(written).toEqual([join(folder, 'migration.yaml'), join(folder, 'mapping.yaml')]);
  expect([...seen].sort()).toEqual(['new', 'new/mapping.yaml.tmp', 'new/migration.yaml.tmp']);
  expect(readdirSync(folder).sort()).toEqual(['mapping.yaml', 'migration.yaml']);
  expect(readFileSync(join(folder, 'migration.yaml'), 'utf8')).not.toContain('.tmp');
});

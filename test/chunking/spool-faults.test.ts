import { existsSync, readdirSync } from 'node:fs';
import { type FileHandle, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHitStore } from '../../src/chunking/hit-store.ts';
import { type SealedFiles, sealSlice } from '../../src/chunking/seal-slice.ts';
import { createSpool } from '../../src/chunking/spool.ts';

/** The real disk, except that operation number `at` on a spool's file fails. */
const disk = vi.hoisted(() => ({ armed: false, at: 0, operations: 0, openFiles: 0 }));

function step(): void {
  if (disk.armed && ++disk.operations === disk.at) {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', syscall: 'write' });
  }
}

function failing<Arguments extends unknown[], Result>(work: (...given: Arguments) => Promise<Result>) {
  return async (...given: Arguments): Promise<Result> => {
    step();
    return work(...given);
  };
}

function watched(handle: FileHandle): FileHandle {
  disk.openFiles++;
  const close = handle.close.bind(handle);
  return Object.assign(handle, {
    write: failing(handle.write.bind(handle) as (...given: unknown[]) => Promise<unknown>),
    read: failing(handle.read.bind(handle) as (...given: unknown[]) => Promise<unknown>),
    // A file that cannot be closed is closed all the same.
    close: async () => {
      disk.openFiles--;
      await close();
      step();
    },
  });
}

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    open: async (path: string, flags: string) => {
      if (!path.endsWith('.spool')) return real.open(path, flags);
      step();
      return watched(await real.open(path, flags));
    },
    rm: async (path: string, options: object) => {
      if (path.endsWith('.spool')) step();
      return real.rm(path, options);
    },
  };
});

let folder: string;

beforeEach(async () => {
  disk.armed = false;
  folder = await mkdtemp(join(tmpdir(), 'spool-faults-'));
});

afterEach(async () => {
  disk.armed = false;
  await rm(folder, { recursive: true, force: true });
});

/** Some runs, merged in two passes, to two chunks; what it leaves in the spool is removed as building does. */
async function build(): Promise<SealedFiles> {
  const spool = createSpool({ folder: join(folder, 'spool'), maxBytes: 1_000_000 });
  const store = createHitStore({ memoryBytes: 1000, spool, streams: 1 });
  try {
    for (let index = 0; index < 60; index++) {
      const number = (index * 37) % 60;
      const add = (): boolean => store.add(number, 0, 0, 0, [String(number)], [`line ${number}`]);
      if (add()) continue;
      await store.spill();
      add();
    }
    const sorted = await store.sorted();
    return await sealSlice({
      folder,
      slice: 3,
      header: 'a',
      groups: ['g_0'],
      streams: ['hits'],
      limits: { maxRows: 40, maxRawBytes: 10_000 },
      gzipLevel: 6,
      hits: { next: () => sorted.next(Number.POSITIVE_INFINITY) },
      rejects: [],
    });
  } finally {
    await store.clear().catch(() => undefined);
    await spool.keepOnly(new Set()).catch(() => undefined);
  }
}

test('wherever the disk fails while rows are sorted on it, nothing stays open or half-made, and it can be built again', async () => {
  const clean = await build();
  expect(clean.chunks.map(({ rows }) => rows)).toEqual([40, 20]);
  let failed = 0;
  for (let at = 1; ; at++) {
    for (const name of readdirSync(folder)) await rm(join(folder, name), { recursive: true });
    Object.assign(disk, { armed: true, at, operations: 0, openFiles: 0 });
    const outcome = await build().then(
      (sealed) => sealed,
      (error: unknown) => error,
    );
    disk.armed = false;
    expect(disk.openFiles).toBe(0);
    expect(existsSync(join(folder, 'spool'))).toBe(false);
    if (disk.operations < at) {
      expect(outcome).toEqual(clean);
      break;
    }
    failed++;
    // What can only fail when everything was sealed already costs nothing.
    if (!(outcome instanceof Error)) {
      expect(outcome).toEqual(clean);
      continue;
    }
    expect(outcome).toMatchObject({ code: 'disk.failed', next: expect.stringContaining('Free space') });
    expect(readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())).toEqual([]);
    expect(await build()).toEqual(clean);
  }
  expect(failed).toBeGreaterThan(60);
});

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createHitBuffer } from '../../src/chunking/hit-buffer.ts';
import { type SealedFiles, sealSlice } from '../../src/chunking/seal-slice.ts';
import { removeUnsealed } from '../../src/chunking/slice-files.ts';
import { oneBatch } from './one-batch.ts';

/** The real disk, except that operation number `at` fails; with `dead` every later one too, as for a killed process. */
const disk = vi.hoisted(() => ({ armed: false, at: 0, dead: false, operations: 0, openFiles: 0, log: [] as string[] }));

function step(): void {
  if (!disk.armed) return;
  disk.operations++;
  const fails = disk.dead ? disk.operations >= disk.at : disk.operations === disk.at;
  if (fails) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', syscall: 'write' });
}

function failing<Arguments extends unknown[], Result>(work: (...given: Arguments) => Promise<Result>) {
  return async (...given: Arguments): Promise<Result> => {
    step();
    return work(...given);
  };
}

function watched(handle: FileHandle, path: string): FileHandle {
  disk.openFiles++;
  const close = handle.close.bind(handle);
  return Object.assign(handle, {
    write: failing(handle.write.bind(handle) as (...given: unknown[]) => Promise<unknown>),
    // Really syncing would only make these many runs slow.
    sync: failing(async () => {
      disk.log.push(`sync ${path}`);
    }),
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
    mkdir: failing(real.mkdir as (...given: unknown[]) => Promise<unknown>),
    rename: failing(async (from: string, to: string) => {
      await real.rename(from, to);
      disk.log.push(`rename ${to}`);
    }),
    open: failing(async (path: string, flags: string) => watched(await real.open(path, flags), path)),
  };
});

let folder: string;

beforeEach(async () => {
  disk.armed = false;
  folder = await mkdtemp(join(tmpdir(), 'disk-faults-'));
});

afterEach(async () => {
  disk.armed = false;
  await rm(folder, { recursive: true, force: true });
});

async function seal(): Promise<SealedFiles> {
  const hits = createHitBuffer({ memoryBytes: 1_000_000 });
  for (let row = 0; row < 30; row++)
    hits.add(row, 0, 0, row % 3 === 0 ? 1 : 0, [String(row)], `${row},value ${row * 7919}`.split(','));
  const reject = { stream: 'hits', key: ['9'], reason: 'r', column: null, value: null, row: {} };
  await removeUnsealed(folder, [3], ['g_0', 'g_1']);
  return sealSlice({
    folder,
    slice: 3,
    header: 'a,b',
    groups: ['g_0', 'g_1'],
    streams: ['hits'],
    limits: { maxRows: 12, maxRawBytes: 10_000 },
    gzipLevel: 6,
    hits: oneBatch(hits, hits.order(), 0),
    rejects: [[reject]],
    blockBytes: 128,
    inFlight: 2,
  });
}

/** Every file under the work folder with its bytes. */
function contents(): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length), readFileSync(path).toString('base64')]),
  );
}

test('each file is synced before it gets its name, and each folder after its last name', async () => {
  disk.log = [];
  await seal();
  const names = [...contents().keys()].map((path) => join(folder, path));
  expect(names.length).toBe(7);
  for (const name of names) {
    const synced = disk.log.indexOf(`sync ${name}.tmp`);
    const renamed = disk.log.indexOf(`rename ${name}`);
    expect(synced).toBeGreaterThanOrEqual(0);
    expect(renamed).toBeGreaterThan(synced);
    for (let above = dirname(name); above.length >= folder.length; above = dirname(above)) {
      expect(disk.log.lastIndexOf(`sync ${above}`), above).toBeGreaterThan(renamed);
    }
  }
});

describe.each([
  ['one operation fails', false],
  ['the process is as good as dead from one operation on', true],
])('%s', (_, dead) => {
  test('wherever it is, the slice is told as failed, no file stays open, and it can be built again', async () => {
    const clean = await seal();
    const whole = contents();
    expect(whole.size).toBe(7);
    let failed = 0;
    for (let at = 1; ; at++) {
      // A dead process leaves its files to the next one; the other case begins without any.
      if (!dead) for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
      Object.assign(disk, { armed: true, at, dead, operations: 0, openFiles: 0 });
      const outcome = await seal().then(
        (sealed) => sealed,
        (error: unknown) => error,
      );
      disk.armed = false;
      expect(disk.openFiles).toBe(0);
      if (disk.operations < at) {
        expect(outcome).toEqual(clean);
        break;
      }
      expect(outcome).toMatchObject({ code: 'disk.failed', next: expect.stringContaining('Free space') });
      if (!dead) expect([...contents().keys()]).toEqual([]);
      expect(await seal()).toEqual(clean);
      expect(contents()).toEqual(whole);
      failed++;
    }
    // 7 files, each with a folder made, opened, written, synced, closed and renamed; 8 folders, each opened, synced, closed.
    expect(failed).toBeGreaterThan(7 * 6 + 8 * 3);
  });
});

import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSpool } from '../../src/chunking/spool.ts';

let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'spool-')), 'deep', 'spool');
});
afterEach(() => rm(join(folder, '..', '..'), { recursive: true }));

test('a file gives back what was written, closed in between or not', async () => {
  const spool = createSpool({ folder, maxBytes: 100 });
  expect(existsSync(folder)).toBe(false);
  const file = await spool.create();
  await file.write(Buffer.from('hello '));
  await file.close();
  await file.write(Buffer.from('world'));
  const found = Buffer.alloc(5);
  await file.read(found, 6);
  expect(found.toString()).toBe('world');
  await file.close();
  await file.read(found, 0);
  expect(found.toString()).toBe('hello');
  expect([file.bytes, spool.room, readdirSync(folder).length]).toEqual([11, 89, 1]);
  await file.remove();
  await file.remove();
  expect([spool.room, readdirSync(folder)]).toEqual([100, []]);
});

test('the bound holds over all files, and removing gives room', async () => {
  const spool = createSpool({ folder, maxBytes: 10 });
  const [one, two] = [await spool.create(), await spool.create()];
  await one.write(Buffer.alloc(6));
  await expect(two.write(Buffer.alloc(5))).rejects.toMatchObject({
    code: 'disk.failed',
    message: `Rows that do not fit build.memory are sorted in ${folder}; they need 11 bytes there or more, disk.spool allows 10.`,
    next: expect.stringContaining('Raise disk.spool'),
  });
  expect(two.bytes).toBe(0);
  await two.write(Buffer.alloc(4));
  await one.remove();
  await two.write(Buffer.alloc(6));
  expect(spool.room).toBe(0);
  await two.remove();
});

test('emptying removes what others left, and nothing where there is nothing', async () => {
  const spool = createSpool({ folder, maxBytes: 10 });
  await spool.keepOnly(new Set());
  mkdirSync(join(folder, 'below'), { recursive: true });
  writeFileSync(join(folder, '000000.spool'), 'torn');
  await spool.keepOnly(new Set());
  expect(existsSync(folder)).toBe(false);
});

test('a file that was cut short is told, never read as if it were whole', async () => {
  const spool = createSpool({ folder, maxBytes: 10 });
  const file = await spool.create();
  await file.write(Buffer.alloc(8));
  truncateSync(file.path, 5);
  await expect(file.read(Buffer.alloc(8), 0)).rejects.toMatchObject({
    code: 'disk.failed',
    message: expect.stringContaining('shorter'),
  });
  await file.close();
});

test('a disk that refuses is told with the cure', async () => {
  mkdirSync(join(folder, '..'));
  writeFileSync(folder, 'in the way');
  await expect(createSpool({ folder, maxBytes: 10 }).create()).rejects.toMatchObject({
    code: 'disk.failed',
    message: expect.stringContaining(folder),
    next: expect.stringContaining('stands in the way'),
  });
});

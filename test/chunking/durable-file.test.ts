import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDurableFile, namesIn, onDisk, syncFolder } from '../../src/chunking/durable-file.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'durable-file-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('a file has its name only when it is whole', async () => {
  const path = join(folder, 'a', 'b.txt');
  await mkdir(join(folder, 'a'));
  await writeFile(`${path}.tmp`, 'left by a killed process');
  const file = await createDurableFile(path);
  await file.write(Buffer.from('one,'));
  await file.write(Buffer.from('two'));
  expect(await readdir(join(folder, 'a'))).toEqual(['b.txt.tmp']);
  await file.publish();
  await syncFolder(join(folder, 'a'));
  expect(await readdir(join(folder, 'a'))).toEqual(['b.txt']);
  expect(await readFile(path, 'utf8')).toBe('one,two');
  await file.abandon();
});

test('an abandoned file keeps its temporary name', async () => {
  const file = await createDurableFile(join(folder, 'b.txt'));
  await file.abandon();
  await file.abandon();
  expect(await readdir(folder)).toEqual(['b.txt.tmp']);
});

describe('what the system refuses', () => {
  test.each([
    [
      'ENOSPC',
      'Free space on this disk, or choose another with `folder:`, then run again. ' +
        'disk.ahead bounds the chunks that wait there, disk.spool the rows that are sorted.',
    ],
    ['EROFS', 'The file system is read-only: mount it writable or set another folder, then run again.'],
    ['EACCES', 'Give this user the right to use this folder, or set another folder, then run again.'],
    ['EMFILE', 'Raise the limit of open files (ulimit -n) or use fewer visitor groups, then run again.'],
    ['EIO', 'Look after the disk, then run again.'],
  ])('%s is disk.failed with a cure', async (code, next) => {
    const cause = Object.assign(new Error(`${code}: refused, write`), { code, syscall: 'write' });
    await expect(onDisk('/data/x.tmp', () => Promise.reject(cause))).rejects.toMatchObject({
      code: 'disk.failed',
      message: `Cannot write /data/x.tmp: ${code}: refused, write`,
      next,
      cause,
    });
  });

  test('a bug stays a bug', async () => {
    const bug = new TypeError('undefined is no function');
    await expect(onDisk('x', () => Promise.reject(bug))).rejects.toBe(bug);
  });

  test('says of a folder whose names it does not get that it cannot be read', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(namesIn(file)).rejects.toMatchObject({
      code: 'disk.failed',
      message: expect.stringMatching(/^Cannot read .*file: ENOTDIR/),
    });
  });

  test('a folder that is none', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(createDurableFile(join(folder, 'file', 'x'))).rejects.toMatchObject({ code: 'disk.failed' });
    await expect(syncFolder(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'disk.failed' });
  });
});

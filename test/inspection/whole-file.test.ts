import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeWholeFile } from '../../src/inspection/whole-file.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

it('writes a file, in folders that it makes', async (context) => {
  const path = join(scratchFolder(context), 'a', 'b', 'page.html');
  await writeWholeFile(path, ['one ', 'zwölf']);
  expect(readFileSync(path, 'utf8')).toBe('one zwölf');
});

it('leaves a file as it was until the new one is whole, and nothing of one that never was', async (context) => {
  const folder = scratchFolder(context);
  const path = join(folder, 'rows.csv');
  async function* cut(): AsyncGenerator<string> {
    yield 'half';
    expect(readFileSync(path, 'utf8')).toBe('old');
    throw new Error('stopped here');
  }
  writeFileSync(path, 'old');
  await expect(writeWholeFile(path, cut())).rejects.toThrow('stopped here');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['rows.csv']);
});

it('keeps the rights of a file, and follows a link to it', async (context) => {
  const folder = scratchFolder(context);
  writeFileSync(join(folder, 'kept'), 'old');
  chmodSync(join(folder, 'kept'), 0o600);
  symlinkSync('kept', join(folder, 'link'));
  await writeWholeFile(join(folder, 'link'), ['new']);
  expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('new');
  expect(statSync(join(folder, 'kept')).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(['kept', 'link']);
});

it.skipIf(process.platform === 'win32')('writes into a pipe as it is', async (context) => {
  const path = join(scratchFolder(context), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = spawn('cat', [path]);
  const read = new Promise<string>((resolve) => {
    let text = '';
    reader.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    reader.on('close', () => resolve(text));
  });
  await writeWholeFile(path, ['a', 'b']);
  expect(await read).toBe('ab');
  expect(statSync(path).isFIFO()).toBe(true);
});

it.skipIf(process.platform !== 'linux')('says which file the disk does not take, and what helps', async () => {
  await expect(writeWholeFile('/dev/full', ['a'])).rejects.toMatchObject({
    code: 'disk.failed',
    message: '/dev/full cannot be written: ENOSPC: no space left on device, write',
    next: expect.stringContaining('name another file'),
  });
  await expect(writeWholeFile('/dev/null/page.html', ['a'])).rejects.toMatchObject({
    code: 'disk.failed',
    message: expect.stringContaining('/dev/null/page.html cannot be written: ENOTDIR'),
  });
});

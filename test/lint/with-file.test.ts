import { closeSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withFile } from '../../src/lint/with-file.ts';

it('gives what was read of a file that the system does not close', async () => {
  const found = await withFile(import.meta.filename, async (file) => {
    const { bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    closeSync(file.fd);
    return bytesRead;
  });
  expect(found).toBe(4);
});

it('says what to do where the system does not give a file', async () => {
  const refused = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' });
  await expect(withFile(import.meta.filename, () => Promise.reject(refused))).rejects.toMatchObject({
    code: 'disk.failed',
    message: `${import.meta.filename} cannot be read: EIO: i/o error, read`,
    next: expect.stringContaining('try again'),
  });
});

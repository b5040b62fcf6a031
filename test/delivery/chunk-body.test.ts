import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openChunkBody } from '../../src/delivery/chunk-body.ts';
import { closeBehind } from '../support/close-behind.ts';

it.runIf(process.platform === 'linux')('closes without a word where the system does not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bdia-body-'));
  try {
    const bytes = Buffer.from('chunk');
    const path = join(folder, 'chunk.csv.gz');
    writeFileSync(path, bytes);
    const gzSha256 = createHash('sha256').update(bytes).digest('hex');
    const body = await openChunkBody({ path, name: 'chunk.csv.gz', gzBytes: bytes.length, gzSha256 });
    if (typeof body === 'string') throw new Error(body);
    expect(await body.send(async () => true)).toBeNull();
    closeBehind(path);
    await expect(body.close()).resolves.toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

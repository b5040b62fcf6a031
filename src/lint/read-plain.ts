import { createHash } from 'node:crypto';
import type { GzipFacts } from './read-gzip.ts';
import { withFile } from './with-file.ts';

/** True where a file begins as a gzip file does, or its name says so. Throws as `readGzip` does. */
export async function isGzip(path: string): Promise<boolean> {
  if (/\.gz$/i.test(path)) return true;
  return withFile(path, async (file) => {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  });
}

/** Reads a file that was not compressed yet, piece by piece; what it would be compressed is not known (0 bytes). */
export async function readPlain(path: string, onRaw: (bytes: Buffer) => void): Promise<GzipFacts> {
  const hash = createHash('sha256');
  let rawBytes = 0;
  await withFile(path, async (file) => {
    for await (const bytes of file.createReadStream({ autoClose: false, highWaterMark: 262_144 })) {
      hash.update(bytes);
      rawBytes += bytes.length;
      onRaw(bytes);
    }
  });
  return { gzBytes: 0, gzSha256: '', rawBytes, rawSha256: hash.digest('hex'), fault: null, members: 0, more: false };
}

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { cannotRead, type GzipFacts } from './read-gzip.ts';

/** True where a file begins as a gzip file does, or its name says so. Throws as `readGzip` does. */
export async function isGzip(path: string): Promise<boolean> {
  if (/\.gz$/i.test(path)) return true;
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw cannotRead(path, error);
  });
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } catch (error) {
    throw cannotRead(path, error as NodeJS.ErrnoException);
  } finally {
    await file.close();
  }
}

/** Reads a file that was not compressed yet, piece by piece; what it would be compressed is not known (0 bytes). */
export async function readPlain(path: string, onRaw: (bytes: Buffer) => void): Promise<GzipFacts> {
  const hash = createHash('sha256');
  let rawBytes = 0;
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw cannotRead(path, error);
  });
  try {
    for await (const bytes of file.createReadStream({ autoClose: false, highWaterMark: 262_144 })) {
      hash.update(bytes);
      rawBytes += bytes.length;
      onRaw(bytes);
    }
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? cannotRead(path, error as NodeJS.ErrnoException) : error;
  } finally {
    await file.close();
  }
  return { gzBytes: 0, gzSha256: '', rawBytes, rawSha256: hash.digest('hex'), fault: null, more: false };
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { createRowReader, type FileDigest, notGzip } from './read-rows.ts';
import type { FullSettings } from './settings.ts';

/**
 * Reads a gzipped file from disk with memory for its visitors and eight bytes a row. `refuseRows` rows are declared
 * invalid although nothing is wrong with them. Faults of the file are part of the digest; only a failing disk throws.
 */
export async function inspectFile(
  path: string,
  settings: FullSettings,
  { now, refuseRows, signal }: { now: number; refuseRows: number; signal: AbortSignal },
): Promise<FileDigest> {
  const sha256 = createHash('sha256');
  const decoder = new StringDecoder('utf8');
  const reader = createRowReader(settings, now, refuseRows);
  let rawBytes = 0;
  let trouble: string | null = null;
  let whole = false;

  const read = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const bytes of source) {
      rawBytes += bytes.length;
      if (rawBytes > settings.maxRawBytes) {
        trouble = 'Uncompressed file is too large';
        throw new Error(trouble);
      }
      sha256.update(bytes);
      reader.push(decoder.write(bytes), false);
    }
    reader.push(decoder.end(), true);
    whole = true;
  };
  try {
    await pipeline(createReadStream(path), createGunzip({ chunkSize: 65_536 }), read, { signal });
  } catch (error) {
    signal.throwIfAborted();
    // Zeros behind the last member are padding to zlib, which leaves them unread: the pipeline calls that an abortion.
    if (!whole && trouble === null && !isZlibFault(error)) throw error;
    if (!whole) trouble ??= notGzip;
  }
  return reader.finish(sha256.digest('hex'), trouble);
}

function isZlibFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

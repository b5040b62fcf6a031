import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { withFile } from './with-file.ts';

/** A gzip file as it was found. Hashes are lower-case hex; `fault` says what is wrong with the gzip form, in words. */
export interface GzipFacts {
  readonly gzBytes: number;
  readonly gzSha256: string;
  readonly rawBytes: number;
  readonly rawSha256: string;
  readonly fault: string | null;
  /** True where anything follows the first gzip member. */
  readonly more: boolean;
}

const trailerBytes = 8;

/**
 * Reads the first member of a gzip file in one pass with bounded memory, hands its content to `onRaw` piece by piece,
 * and checks what a gzip reader checks: header, checksum, length. Throws `input.not-found` or `disk.failed` where the
 * file cannot be read.
 */
export async function readGzip(path: string, onRaw: (bytes: Buffer) => void): Promise<GzipFacts> {
  return withFile(path, (file) => readMember(file, onRaw));
}

async function readMember(file: FileHandle, onRaw: (bytes: Buffer) => void): Promise<GzipFacts> {
  const gzHash = createHash('sha256');
  const member = createMember(onRaw);
  let gzBytes = 0;
  try {
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 262_144 })) {
      gzHash.update(chunk);
      gzBytes += chunk.length;
      await member.feed(chunk);
    }
    const { end, ...facts } = await member.finish();
    return { ...facts, gzBytes, gzSha256: gzHash.digest('hex'), more: facts.fault === null && end < gzBytes };
  } finally {
    member.close();
  }
}

/** Inflates one member from the pieces it is fed. `finish` tells where in the file it ended; `close` must follow. */
function createMember(onRaw: (bytes: Buffer) => void) {
  const inflate = createInflateRaw({ chunkSize: 65_536 });
  const rawHash = createHash('sha256');
  let rawBytes = 0;
  let crc = 0;
  let failure: Error | null = null;
  let fault: string | null = null;
  let head: Buffer | null = Buffer.alloc(0);
  let start = 0;
  let given = 0;
  let trailer: Buffer | null = null;

  inflate.on('data', (bytes: Buffer) => {
    rawBytes += bytes.length;
    crc = crc32(bytes, crc);
    rawHash.update(bytes);
    try {
      if (failure === null) onRaw(bytes);
    } catch (error) {
      failure = error as Error;
    }
  });
  inflate.on('error', (error: NodeJS.ErrnoException) => {
    fault = error.code === 'Z_BUF_ERROR' ? 'the compressed data ends too early' : `damaged: ${error.message}`;
  });

  const feed = async (chunk: Buffer): Promise<void> => {
    if (fault !== null) return;
    if (trailer !== null) {
      take(chunk);
      return;
    }
    let body = chunk;
    if (head !== null) {
      head = Buffer.concat([head, chunk]);
      const length = headerLength(head);
      if (length === 'more') return;
      if (length === 'none') {
        fault = 'no gzip file';
        return;
      }
      body = head.subarray(length);
      start = length;
      head = null;
    }
    given += body.length;
    await new Promise<void>((resolve) => {
      // On damaged data zlib raises its error and never calls back.
      inflate.once('close', resolve);
      inflate.write(body, () => {
        inflate.off('close', resolve);
        resolve();
      });
    });
    if (failure !== null) throw failure;
    // What the inflater left over lies behind the end of its data.
    const left = given - inflate.bytesWritten;
    if (left > 0 && fault === null) {
      trailer = Buffer.alloc(0);
      take(body.subarray(body.length - left));
    }
  };

  const take = (bytes: Buffer): void => {
    const held = trailer ?? Buffer.alloc(0);
    trailer = Buffer.concat([held, bytes.subarray(0, trailerBytes - held.length)]);
  };

  const finish = async (): Promise<{ rawBytes: number; rawSha256: string; fault: string | null; end: number }> => {
    if (fault === null && head !== null) fault = head.length === 0 ? 'an empty file' : 'no gzip file';
    if (fault === null) await endOf(inflate);
    if (failure !== null) throw failure;
    const end = start + inflate.bytesWritten + trailerBytes;
    return { rawBytes, rawSha256: rawHash.digest('hex'), fault: fault ?? trailerFault(trailer, crc, rawBytes), end };
  };

  return { feed, finish, close: () => inflate.destroy() };
}

async function endOf(inflate: ReturnType<typeof createInflateRaw>): Promise<void> {
  if (inflate.destroyed || inflate.readableEnded) return;
  await new Promise<void>((resolve) => {
    inflate.once('close', resolve);
    inflate.once('end', resolve);
    inflate.end();
  });
}

function trailerFault(trailer: Buffer | null, crc: number, rawBytes: number): string | null {
  if (trailer === null || trailer.length < trailerBytes) return 'the file ends before its checksum';
  if (trailer.readUInt32LE(0) !== crc) return 'the checksum does not fit the content';
  return trailer.readUInt32LE(4) === rawBytes % 2 ** 32 ? null : 'the stored length does not fit the content';
}

/** The length of a gzip header (RFC 1952); `more` where it is not complete, `none` where it is none. */
function headerLength(bytes: Buffer): number | 'more' | 'none' {
  const magic = [0x1f, 0x8b, 8];
  if (magic.some((byte, i) => i < bytes.length && bytes[i] !== byte)) return 'none';
  if (bytes.length < 10) return 'more';
  const flags = bytes[3] ?? 0;
  let at = 10;
  if ((flags & 4) !== 0) {
    if (bytes.length < at + 2) return 'more';
    at += 2 + bytes.readUInt16LE(at);
  }
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const zero = bytes.indexOf(0, at);
    if (zero === -1) return bytes.length > 65_536 ? 'none' : 'more';
    at = zero + 1;
  }
  if ((flags & 2) !== 0) at += 2;
  return at <= bytes.length ? at : 'more';
}

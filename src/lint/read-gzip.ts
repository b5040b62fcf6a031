import { createHash, type Hash } from 'node:crypto';
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
  /** The gzip members one behind the other; 1 is what a file should have. */
  readonly members: number;
  /** True where anything follows the first gzip member, a further one or not. */
  readonly more: boolean;
}

const trailerBytes = 8;
const nothing = Buffer.alloc(0);

/**
 * Reads a gzip file in one pass with bounded memory, hands its content to `onRaw` piece by piece, and checks what a gzip
 * reader checks: header, checksum, length. Members behind the first are read on, as RFC 1952 has it; what is no member is
 * passed over. Throws `input.not-found` or `disk.failed` where the file cannot be read.
 */
export async function readGzip(path: string, onRaw: (bytes: Buffer) => void): Promise<GzipFacts> {
  return withFile(path, (file) => readMembers(file, onRaw));
}

async function readMembers(file: FileHandle, onRaw: (bytes: Buffer) => void): Promise<GzipFacts> {
  const gzHash = createHash('sha256');
  const raw: RawContent = { hash: createHash('sha256'), bytes: 0, take: onRaw };
  let gzBytes = 0;
  let members = 0;
  let behind = 0;
  let fault: string | null = null;
  let member = createMember(raw);

  const take = async (chunk: Buffer): Promise<void> => {
    let rest = chunk;
    while (rest.length > 0 && fault === null && !(behind > 0 && member.isNone())) {
      if (members > 0) behind += rest.length;
      rest = await member.feed(rest);
      if (!member.isWhole()) continue;
      members += 1;
      fault = named(member.fault(), members);
      member.close();
      member = createMember(raw);
    }
  };
  const finish = async (): Promise<void> => {
    // Behind a whole member, what does not even begin as one is no member.
    if (fault !== null || (members > 0 && !member.isBegun())) return;
    await member.end();
    members += 1;
    fault = named(member.fault(), members);
  };

  try {
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 262_144 })) {
      gzHash.update(chunk);
      gzBytes += chunk.length;
      await take(chunk);
    }
    await finish();
  } finally {
    member.close();
  }
  return {
    gzBytes,
    gzSha256: gzHash.digest('hex'),
    rawBytes: raw.bytes,
    rawSha256: raw.hash.digest('hex'),
    fault,
    members,
    more: fault === null && behind > 0,
  };
}

function named(fault: string | null, member: number): string | null {
  return fault === null || member === 1 ? fault : `gzip member ${member}: ${fault}`;
}

/** The content of all members. */
interface RawContent {
  readonly hash: Hash;
  bytes: number;
  readonly take: (bytes: Buffer) => void;
}

/** Inflates one member from the pieces it is fed; `close` must follow. */
function createMember(raw: RawContent) {
  const inflate = createInflateRaw({ chunkSize: 65_536 });
  let rawBytes = 0;
  let crc = 0;
  let failure: Error | null = null;
  let fault: string | null = null;
  let head: Buffer | null = nothing;
  let given = 0;
  let trailer: Buffer | null = null;

  inflate.on('data', (bytes: Buffer) => {
    rawBytes += bytes.length;
    raw.bytes += bytes.length;
    crc = crc32(bytes, crc);
    raw.hash.update(bytes);
    try {
      if (failure === null) raw.take(bytes);
    } catch (error) {
      failure = error as Error;
    }
  });
  inflate.on('error', (error: NodeJS.ErrnoException) => {
    fault = error.code === 'Z_BUF_ERROR' ? 'the compressed data ends too early' : `damaged: ${error.message}`;
  });

  /** Takes bytes of the file; gives those that lie behind the end of the member. */
  const feed = async (chunk: Buffer): Promise<Buffer> => {
    if (fault !== null) return nothing;
    if (trailer !== null) return take(chunk);
    let body = chunk;
    if (head !== null) {
      head = Buffer.concat([head, chunk]);
      const length = headerLength(head);
      if (length === 'more') return nothing;
      if (length === 'none') {
        fault = noGzip;
        return nothing;
      }
      body = head.subarray(length);
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
    if (left === 0 || fault !== null) return nothing;
    trailer = nothing;
    return take(body.subarray(body.length - left));
  };

  const take = (bytes: Buffer): Buffer => {
    const held = trailer ?? nothing;
    const wanted = trailerBytes - held.length;
    trailer = Buffer.concat([held, bytes.subarray(0, wanted)]);
    return bytes.subarray(wanted);
  };

  /** No more bytes will come. */
  const end = async (): Promise<void> => {
    if (fault === null && head !== null) fault = head.length === 0 ? 'an empty file' : noGzip;
    if (fault === null) await endOf(inflate);
    if (failure !== null) throw failure;
  };

  return {
    feed,
    end,
    isBegun: () => head === null,
    isNone: () => fault === noGzip,
    isWhole: () => trailer !== null && trailer.length === trailerBytes,
    fault: () => fault ?? trailerFault(trailer, crc, rawBytes),
    close: () => inflate.destroy(),
  };
}

const noGzip = 'no gzip file';

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

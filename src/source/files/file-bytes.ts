import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { crc32, createGunzip, createInflateRaw } from 'node:zlib';
import { damaged, fileError } from './file-error.ts';
import type { FoundFile } from './find-files.ts';
import type { ZipMember } from './zip-members.ts';

/** What was read of a file, complete once its bytes have ended. Both are of the bytes on disk: for a member, its packed ones. */
export interface FileDigest {
  size: number;
  sha256: string;
}

/** A piece of a file that is cut into rows where it is read. */
export const usualBytes = 65_536;

/** So much of a file is worth a way elsewhere, to be cut into rows there. */
export const stretchBytes = 524_288;

/** A digest that nobody asks for. */
export function noDigest(): FileDigest {
  return { size: 0, sha256: '' };
}

/**
 * The bytes of a file or of a zip archive's member, unpacked where they are gzip (told by the first two, RFC 1952, not by
 * the name), in pieces of at most `pieceBytes`, 64 KiB unless given. One piece is read ahead, beside the streams' own
 * buffers of one; leaving the loop closes the file. `digest` is filled in when the file has ended.
 *
 * Throws `input.invalid` for damaged gzip and zip, `input.not-found` and `source.unreachable` for a file that is gone or
 * cannot be read.
 */
export async function* readBytes(
  file: FoundFile,
  digest: FileDigest,
  signal?: AbortSignal,
  pieceBytes = usualBytes,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const whole = file.member?.packed ?? Number.POSITIVE_INFINITY;
  let size = 0;
  const ask = async (handle: FileHandle): Promise<Buffer> => {
    const place = file.member === undefined ? null : file.member.start + size;
    const length = Math.min(pieceBytes, whole - size);
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, place);
    return buffer.subarray(0, bytesRead);
  };
  /** The next piece, which the disk gives while the one before is made use of. */
  let next: Promise<Buffer> | null = null;
  const onDisk = async function* (handle: FileHandle): AsyncGenerator<Buffer> {
    while (size < whole) {
      const bytes = await (next ?? ask(handle));
      if (bytes.length === 0) return;
      hash.update(bytes);
      size += bytes.length;
      next = size < whole ? ask(handle) : null;
      // Told when it is its turn.
      next?.catch(() => undefined);
      yield bytes;
    }
  };
  try {
    const handle = await open(file.path);
    try {
      const raw = onDisk(handle);
      for await (const piece of gunzipped(
        file.member === undefined ? raw : unzipped(raw, file, file.member, pieceBytes),
        pieceBytes,
      )) {
        signal?.throwIfAborted();
        yield piece;
      }
      // What follows the end of packed bytes is the file's too; how much of it was asked for is chance.
      await raw.return(undefined);
      for await (const _ of onDisk(handle)) signal?.throwIfAborted();
    } finally {
      await handle.close();
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw fileError(file, error);
  }
  digest.size = size;
  digest.sha256 = hash.digest('hex');
}

/** The digest of a file as reading it would give it; for members of what lies packed in the archive. */
export async function readDigest(file: FoundFile, signal?: AbortSignal): Promise<FileDigest> {
  const digest = noDigest();
  for await (const _ of readBytes(file, digest, signal));
  return digest;
}

async function* gunzipped(bytes: AsyncIterable<Buffer>, pieceBytes: number): AsyncGenerator<Buffer> {
  const pieces = withHead(bytes);
  const first = await pieces.next();
  try {
    if (first.done === true) return;
    const all = async function* () {
      yield first.value;
      yield* pieces;
    };
    const packed = first.value[0] === 0x1f && first.value[1] === 0x8b;
    // The callback takes the fault that the loop gets too.
    yield* packed ? pipeline(all(), createGunzip({ chunkSize: pieceBytes }), () => {}) : all();
  } finally {
    await pieces.return(undefined);
  }
}

/** The same bytes, with at least two in the first piece where there are two. */
async function* withHead(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const piece of bytes) {
    if (head === null) {
      yield piece;
      continue;
    }
    head = Buffer.concat([head, piece]);
    if (head.length < 2) continue;
    yield head;
    head = null;
  }
  if (head !== null && head.length > 0) yield head;
}

/** A member's bytes as they were before packing, checked against its size and CRC. */
async function* unzipped(
  raw: AsyncIterable<Buffer>,
  { name }: FoundFile,
  { deflated, size, crc }: ZipMember,
  pieceBytes: number,
): AsyncGenerator<Buffer> {
  let length = 0;
  let sum = 0;
  const bytes = deflated ? pipeline(raw, createInflateRaw({ chunkSize: pieceBytes }), () => {}) : raw;
  for await (const piece of bytes as AsyncIterable<Buffer>) {
    length += piece.length;
    sum = crc32(piece, sum);
    if (length > size) break;
    yield piece;
  }
  if (length === size && sum === crc) return;
  throw damaged(
    name,
    length === size ? 'its checksum differs' : `it holds ${size} bytes by its own account, and does not`,
  );
}

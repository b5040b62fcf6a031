import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { MigrationError } from '../domain/error.ts';
import type { FoundFile } from './find-files.ts';

/** What was read of a file, complete once its text has ended. `sha256` is of the bytes on disk. */
export interface FileDigest {
  size: number;
  sha256: string;
}

const pieceBytes = 65_536;

/**
 * The text of a UTF-8 file, plain or gzipped (told by its first bytes, RFC 1952, not by its name), in pieces of at most
 * 64 KiB that never split a character. Nothing is read ahead beyond the streams' own buffers of one piece; leaving the
 * loop closes the file. `digest` is filled in when the file has ended.
 *
 * Throws `input.invalid` for bytes that are no UTF-8 (with their offset in the unpacked file) and for damaged gzip,
 * `input.not-found` and `source.unreachable` for a file that is gone or cannot be read.
 */
export async function* readText(file: FoundFile, digest: FileDigest, signal?: AbortSignal): AsyncGenerator<string> {
  const hash = createHash('sha256');
  let size = 0;
  let offset = 0;
  let carry: Buffer = Buffer.alloc(0);
  const text = (bytes: Buffer): string => {
    if (!isUtf8(bytes)) throw noUtf8(file, offset + invalidAt(bytes));
    offset += bytes.length;
    return bytes.toString('utf8');
  };
  const rawBytes = async function* (handle: FileHandle): AsyncGenerator<Buffer> {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, null);
      if (bytesRead === 0) return;
      const bytes = buffer.subarray(0, bytesRead);
      hash.update(bytes);
      size += bytesRead;
      yield bytes;
    }
  };
  try {
    const handle = await open(file.path);
    try {
      const raw = rawBytes(handle);
      // The callback takes the fault that the loop gets too.
      const bytes = (await isGzip(handle)) ? pipeline(raw, createGunzip({ chunkSize: pieceBytes }), () => {}) : raw;
      for await (const piece of bytes as AsyncIterable<Buffer>) {
        signal?.throwIfAborted();
        const all = carry.length === 0 ? piece : Buffer.concat([carry, piece]);
        const end = wholeCharacters(all);
        carry = all.subarray(end);
        if (end > 0) yield text(all.subarray(0, end));
      }
    } finally {
      await handle.close();
    }
    if (carry.length > 0) yield text(carry);
  } catch (error) {
    signal?.throwIfAborted();
    throw fileError(file, error);
  }
  digest.size = size;
  digest.sha256 = hash.digest('hex');
}

/** Leaves the handle's place in the file as it is. */
async function isGzip(handle: FileHandle): Promise<boolean> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}

/** Where the last character that may be unfinished begins; the length where the last one is whole or not UTF-8 at all. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needs > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

/** The first byte at which these bytes are no UTF-8: they are known not to be. */
function invalidAt(bytes: Buffer): number {
  let sound = 0;
  let broken = bytes.length;
  while (broken - sound > 1) {
    const middle = (sound + broken) >> 1;
    const part = bytes.subarray(0, middle);
    if (isUtf8(part.subarray(0, wholeCharacters(part)))) sound = middle;
    else broken = middle;
  }
  // The byte that breaks the text may only be the one that fails to go on with a character before it.
  return wholeCharacters(bytes.subarray(0, sound));
}

function noUtf8({ name }: FoundFile, offset: number): MigrationError {
  return new MigrationError('input.invalid', `File ${name} is not UTF-8: byte ${offset} of its text`, {
    next: 'Convert the file to UTF-8, for example with iconv; other charsets are not supported yet.',
  });
}

function fileError({ name, path }: FoundFile, error: unknown): unknown {
  if (error instanceof MigrationError || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('Z_')) {
    return new MigrationError('input.invalid', `File ${name} is damaged gzip: ${error.message}`, {
      next: 'Copy or export the file again.',
      cause: error,
    });
  }
  if (code === 'ENOENT') {
    return new MigrationError('input.not-found', `File ${path} is gone`, { next: 'Put it back.', cause: error });
  }
  if (/^E[A-Z]+$/.test(code)) {
    return new MigrationError('source.unreachable', `File ${path} cannot be read: ${error.message}`, {
      next: 'Check its permissions and the disk, then run again.',
      cause: error,
    });
  }
  return error;
}

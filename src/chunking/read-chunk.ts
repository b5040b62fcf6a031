import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, createGunzip, createInflateRaw } from 'node:zlib';
import type { ChunkFile } from '../domain/chunk.ts';
import { MigrationError } from '../domain/error.ts';
import type { Reject } from '../domain/slice.ts';
import { onDisk, systemCode } from './durable-file.ts';
import type { GzipSums } from './gzip-blocks.ts';

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const LINE_FEED = 0x0a;

/** Which source row a hit came from. */
export interface RowSource {
  readonly stream: string;
  readonly key: readonly string[];
}

/** What a chunk's file holds, found by reading it. */
export interface ChunkSums extends GzipSums {
  /** Gzip members; Adobe gets files of one. */
  readonly members: number;
}

/** The source of each row of a chunk, in row order: the n-th is Adobe's row n. `folder` is the work folder. */
export async function* readSidecar(folder: string, chunk: Pick<ChunkFile, 'sidecar'>): AsyncGenerator<RowSource> {
  const path = join(folder, chunk.sidecar);
  for await (const line of jsonLines(path)) {
    if (!isListOfText(line)) throw damaged(path, 'a line is no list of texts');
    const [stream, ...key] = line;
    if (stream === undefined) throw damaged(path, 'a line is empty');
    yield { stream, key };
  }
}

/** The rejects of a slice, as they were written. `path` is that of the file; a slice without rejects has none. */
export async function* readRejects(path: string): AsyncGenerator<Reject> {
  for await (const line of jsonLines(path)) yield line as Reject;
}

/**
 * Reads a chunk, checks its checksums and tells what it holds. `onRaw` gets the uncompressed bytes on the way, in order.
 * Throws `chunk.damaged` where the file is missing or no sound gzip file as this program writes them. One that is removed
 * meanwhile is read to its end, or nothing of it.
 */
export async function hashChunk(path: string, onRaw: (bytes: Buffer) => void = () => undefined): Promise<ChunkSums> {
  return reading(path, async () => {
    const handle = await open(path, 'r');
    try {
      const { size: gzBytes } = await handle.stat();
      const raw = createHash('sha256');
      let rawBytes = 0;
      let members = 0;
      for (let at = 0; at < gzBytes || members === 0; members++) {
        const member = await readMember(handle, path, at, raw, onRaw);
        rawBytes += member.rawBytes;
        at = member.end;
      }
      const gzSha256 = await hashFile(handle);
      return { rawBytes, gzBytes, rawSha256: raw.digest('hex'), gzSha256, members };
    } finally {
      await handle.close();
    }
  });
}

/** Reads the member that begins at `start`; `end` is where the next one would. */
async function readMember(
  handle: FileHandle,
  path: string,
  start: number,
  raw: Hash,
  onRaw: (bytes: Buffer) => void,
): Promise<{ rawBytes: number; end: number }> {
  const header = await readAt(handle, path, start, HEADER_BYTES);
  // Flags announce further header fields, which this program never writes.
  if (header.readUInt32BE(0) !== 0x1f8b0800) throw damaged(path, `no gzip header at byte ${start}`);
  const from = start + HEADER_BYTES;
  const source = createReadStream(path, { start: from, highWaterMark: 262_144 });
  const inflate = createInflateRaw({ chunkSize: 262_144 });
  source.on('error', (error) => inflate.destroy(error));
  let rawBytes = 0;
  let crc = 0;
  try {
    for await (const bytes of source.pipe(inflate) as AsyncIterable<Buffer>) {
      raw.update(bytes);
      crc = crc32(bytes, crc);
      rawBytes += bytes.length;
      onRaw(bytes);
    }
  } finally {
    source.destroy();
  }
  const end = from + inflate.bytesWritten;
  const trailer = await readAt(handle, path, end, TRAILER_BYTES);
  if (trailer.readUInt32LE(0) !== crc) throw damaged(path, 'its checksum is wrong');
  if (trailer.readUInt32LE(4) !== rawBytes % 2 ** 32) throw damaged(path, 'its length is wrong');
  return { rawBytes, end: end + TRAILER_BYTES };
}

async function readAt(handle: FileHandle, path: string, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
  if (bytesRead < length) throw damaged(path, 'it ends too early');
  return buffer;
}

async function hashFile(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 262_144 })) {
    hash.update(bytes as Buffer);
  }
  return hash.digest('hex');
}

/** The values of a gzipped file of JSON lines. */
async function* jsonLines(path: string): AsyncGenerator<unknown> {
  const source = createReadStream(path);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  let rest: Buffer = Buffer.alloc(0);
  try {
    const pieces = (source.pipe(gunzip) as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    for (;;) {
      const piece = await reading(path, () => pieces.next());
      if (piece.done === true) break;
      const bytes = rest.length === 0 ? piece.value : Buffer.concat([rest, piece.value]);
      let start = 0;
      for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
        yield parsed(bytes.toString('utf8', start, end), path);
        start = end + 1;
      }
      rest = bytes.subarray(start);
    }
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  if (rest.length > 0) throw damaged(path, 'its last line has no end');
}

function parsed(line: string, path: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw damaged(path, 'a line is no JSON', error);
  }
}

function isListOfText(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'string');
}

async function reading<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await onDisk(path, work, 'read');
  } catch (error) {
    if (!(error instanceof MigrationError)) {
      if (error instanceof Error && 'code' in error) throw damaged(path, error.message, error);
      throw error;
    }
    if (systemCode(error.cause) === 'ENOENT') throw damaged(path, 'it does not exist', error.cause);
    throw error;
  }
}

function damaged(path: string, why: string, cause?: unknown): MigrationError {
  return new MigrationError('chunk.damaged', `${path} is not as it was written: ${why}.`, {
    next: 'Restore the file from a copy; what was sealed must not be built anew while its chunks may be at Adobe.',
    ...(cause === undefined ? {} : { cause }),
  });
}

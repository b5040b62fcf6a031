import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Deflater } from './deflater.ts';

/** Deflate refers back this far at most (RFC 1951). */
const WINDOW_BYTES = 32_768;
/** RFC 1952: deflate, no flags, no time, no hint about the level, unknown operating system. Nothing of the machine is in it. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** An empty last block, which ends the deflate stream. */
const LAST_BLOCK = [0x03, 0x00];

/** Where a gzip file goes; called for one piece after the other, in order. */
export interface GzipSink {
  write(bytes: Uint8Array): Promise<void>;
}

/** What a gzip file holds. Digests are lower-case hex. */
export interface GzipSums {
  readonly rawBytes: number;
  readonly gzBytes: number;
  readonly rawSha256: string;
  readonly gzSha256: string;
}

/** Writes one gzip file. */
export interface GzipWriter {
  readonly rawBytes: number;
  /** Copies bytes in. Never waits: ask the deflater's `full` and `room` between writes. */
  write(source: Buffer, start: number, end: number): void;
  /** Writes the rest and resolves when the sink has everything; nothing may be written after it. */
  end(): Promise<GzipSums>;
  /** Resolves when nothing is on its way to the sink any more, whatever became of it. */
  settled(): Promise<void>;
}

/**
 * Writes a gzip file of one member (RFC 1952). Its blocks are compressed side by side, each with the previous block's
 * end as dictionary, and reach the sink in order. Block boundaries depend on the bytes alone, so the same bytes give
 * the same file, whatever the concurrency, for one zlib build, level and block size. A fault of the sink rejects `end`
 * and is told to the deflater.
 */
export function createGzipWriter(sink: GzipSink, deflater: Deflater): GzipWriter {
  const raw = createHash('sha256');
  const gz = createHash('sha256');
  let rawBytes = 0;
  let gzBytes = 0;
  let crc = 0;
  let block: Buffer | null = null;
  let filled = 0;
  let dictionary: Buffer | null = null;
  let written = noticed(put(HEADER));

  async function put(bytes: Uint8Array): Promise<void> {
    gz.update(bytes);
    gzBytes += bytes.length;
    await sink.write(bytes);
  }

  function noticed(work: Promise<void>): Promise<void> {
    work.catch(deflater.fail);
    return work;
  }

  async function commit(before: Promise<void>, compressing: Promise<Buffer>): Promise<void> {
    try {
      const compressed = await compressing;
      await before;
      await put(compressed);
    } finally {
      deflater.leave();
    }
  }

  function handIn(full: Buffer): void {
    const bytes = full.subarray(0, filled);
    raw.update(bytes);
    crc = crc32(bytes, crc);
    const previous = dictionary;
    dictionary = Buffer.from(bytes.subarray(-WINDOW_BYTES));
    written = noticed(commit(written, deflater.deflate(full, filled, previous)));
    block = null;
    filled = 0;
  }

  return {
    get rawBytes() {
      return rawBytes;
    },
    write(source, start, end) {
      rawBytes += end - start;
      for (let at = start; at < end; ) {
        block ??= deflater.takeBlock();
        const copied = source.copy(block, filled, at, Math.min(end, at + block.length - filled));
        filled += copied;
        at += copied;
        if (filled === block.length) handIn(block);
      }
    },
    async end() {
      if (block !== null) handIn(block);
      await written;
      const trailer = Buffer.from([...LAST_BLOCK, 0, 0, 0, 0, 0, 0, 0, 0]);
      trailer.writeUInt32LE(crc, 2);
      trailer.writeUInt32LE(rawBytes % 2 ** 32, 6);
      await put(trailer);
      return { rawBytes, gzBytes, rawSha256: raw.digest('hex'), gzSha256: gz.digest('hex') };
    },
    async settled() {
      await written.catch(() => undefined);
    },
  };
}

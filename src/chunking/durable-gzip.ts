import type { Deflater } from './deflater.ts';
import { createDurableFile } from './durable-file.ts';
import { createGzipWriter, type GzipSums } from './gzip-blocks.ts';

/** A gzip file that appears under its name only when it is whole and on disk. */
export interface DurableGzip {
  readonly rawBytes: number;
  /** Copies bytes in. Never waits: see `GzipWriter`. */
  write(source: Buffer, start: number, end: number): void;
  /** Copies a text in, as UTF-8. */
  writeText(text: string): void;
  /** Writes the rest, syncs and renames; closes the file whatever happens. */
  publish(): Promise<GzipSums>;
  /** Closes the file and leaves what there is under the temporary name. Harmless after `publish`; never rejects. */
  abandon(): Promise<void>;
}

/** Opens a gzip file at `path`, under a temporary name until it is published. Faults are `disk.failed`. */
export async function createDurableGzip(path: string, deflater: Deflater): Promise<DurableGzip> {
  const file = await createDurableFile(path);
  const gzip = createGzipWriter(file, deflater);
  let scratch = Buffer.allocUnsafe(1024);

  async function abandon(): Promise<void> {
    await gzip.settled();
    await file.abandon();
  }

  return {
    get rawBytes() {
      return gzip.rawBytes;
    },
    write: gzip.write,
    writeText(text) {
      if (3 * text.length > scratch.length) scratch = Buffer.allocUnsafe(6 * text.length);
      gzip.write(scratch, 0, scratch.write(text, 'utf8'));
    },
    async publish() {
      try {
        const sums = await gzip.end();
        await file.publish();
        return sums;
      } finally {
        await abandon();
      }
    },
    abandon,
  };
}

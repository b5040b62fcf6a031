import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

/** A chunk's file as an upload needs it; `path` is where it lies on this machine. */
export interface ChunkUpload {
  readonly path: string;
  readonly name: string;
  readonly gzBytes: number;
  readonly gzSha256: string;
}

/** Why a chunk cannot go: it is not the file that was sealed, or the disk does not give it. */
export type ChunkFault = 'chunk-damaged' | 'chunk-unreadable';

/** A chunk as one multipart/form-data body; `close` frees the file. */
export interface ChunkBody {
  readonly contentType: string;
  /** Exact, before a byte is read. */
  readonly contentLength: number;
  /**
   * Hands every piece to `write`, one after another, and resolves to `null`; to the fault where the file turns out not
   * to be the chunk: then its last bytes and the end of the body have been withheld, so nobody can take the body for
   * complete. `write` says false to end early (`'ended'`). The bytes are only valid until `write` has resolved.
   */
  send(write: (piece: Uint8Array, last: boolean) => Promise<boolean>): Promise<ChunkFault | 'ended' | null>;
  close(): Promise<void>;
}

const readBytes = 256 * 1024;

/** Opens a chunk as the body of an upload, the file in a part named `file` (Adobe docs, BDIA endpoints). */
export async function openChunkBody(chunk: ChunkUpload): Promise<ChunkBody | ChunkFault> {
  let file: FileHandle;
  try {
    file = await open(chunk.path, 'r');
  } catch {
    return 'chunk-unreadable';
  }
  try {
    const { size } = await file.stat();
    if (size === chunk.gzBytes && size > 0) return bodyOf(file, chunk);
  } catch {
    await file.close();
    return 'chunk-unreadable';
  }
  await file.close();
  return 'chunk-damaged';
}

function bodyOf(file: FileHandle, chunk: ChunkUpload): ChunkBody {
  const boundary = `----bdia-migrate-${randomUUID()}`;
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${chunk.name}"\r\n` +
      'Content-Type: application/gzip\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLength: head.length + chunk.gzBytes + tail.length,
    send: async (write) => {
      const hash = createHash('sha256');
      const buffer = Buffer.allocUnsafe(Math.min(readBytes, chunk.gzBytes));
      if (!(await write(head, false))) return 'ended';
      for (let at = 0; at < chunk.gzBytes; ) {
        const read = await readInto(file, buffer, Math.min(buffer.length, chunk.gzBytes - at));
        if (read === null) return 'chunk-unreadable';
        if (read === 0) return 'chunk-damaged';
        const piece = buffer.subarray(0, read);
        hash.update(piece);
        at += read;
        if (at === chunk.gzBytes && hash.digest('hex') !== chunk.gzSha256) return 'chunk-damaged';
        if (!(await write(piece, false))) return 'ended';
      }
      return (await write(tail, true)) ? null : 'ended';
    },
    close: () => file.close(),
  };
}

async function readInto(file: FileHandle, buffer: Buffer, length: number): Promise<number | null> {
  try {
    return (await file.read(buffer, 0, length, null)).bytesRead;
  } catch {
    return null;
  }
}

import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { codeWord } from './exchange.ts';
import type { BodyFault, RequestBody } from './request-body.ts';

/** A chunk's file as an upload needs it; `path` is where it lies on this machine. */
export interface ChunkUpload {
  readonly path: string;
  readonly name: string;
  readonly gzBytes: number;
  readonly gzSha256: string;
}

const readBytes = 256 * 1024;

/**
 * Opens a chunk as the body of an upload, the file in a part named `file` (Adobe docs, BDIA endpoints). It is hashed while
 * it goes: where it turns out not to be the sealed file, its last bytes and the end of the body are withheld, so nobody
 * can take the body for complete.
 */
export async function openChunkBody(chunk: ChunkUpload): Promise<RequestBody | BodyFault> {
  let file: FileHandle;
  try {
    file = await open(chunk.path, 'r');
  } catch (error) {
    return unreadable(error);
  }
  try {
    const { size } = await file.stat();
    if (size === chunk.gzBytes && size > 0) return bodyOf(file, chunk);
  } catch (error) {
    await closeRead(file);
    return unreadable(error);
  }
  await closeRead(file);
  return 'chunk-damaged';
}

function bodyOf(file: FileHandle, chunk: ChunkUpload): RequestBody {
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
        if (typeof read === 'string') return read;
        if (read === 0) return 'chunk-damaged';
        const piece = buffer.subarray(0, read);
        hash.update(piece);
        at += read;
        if (at === chunk.gzBytes && hash.digest('hex') !== chunk.gzSha256) return 'chunk-damaged';
        if (!(await write(piece, false))) return 'ended';
      }
      return (await write(tail, true)) ? null : 'ended';
    },
    close: () => closeRead(file),
  };
}

/** Of a file that was only read, closing has nothing to tell, and an answer that has arrived must not be lost for it. */
async function closeRead(file: FileHandle): Promise<void> {
  await file.close().catch(() => undefined);
}

async function readInto(file: FileHandle, buffer: Buffer, length: number): Promise<number | BodyFault> {
  try {
    return (await file.read(buffer, 0, length, null)).bytesRead;
  } catch (error) {
    return unreadable(error);
  }
}

function unreadable(error: unknown): BodyFault {
  const word = codeWord(error);
  return word === 'ENOENT' ? 'chunk-gone' : `chunk-unreadable: ${word}`;
}

import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationError } from '../domain/error.ts';
import { onDisk } from './durable-file.ts';

/**
 * Files for what does not fit memory, below one folder of the one process that builds. Nothing is synced: what a killed
 * process left is never read, only removed. Faults of the disk are `disk.failed`.
 */
export interface Spool {
  /** Bytes that lie on disk, or are about to. */
  readonly bytes: number;
  /** A new file, empty, and the folder where it is missing. */
  create(): Promise<SpoolFile>;
  /** Removes the folder with everything in it, also what others left. */
  empty(): Promise<void>;
}

/** A file of the spool, open for writing and reading. */
export interface SpoolFile {
  readonly path: string;
  /** Bytes written so far. */
  readonly bytes: number;
  /** Appends all of the bytes; one call at a time. Throws `disk.failed` over the spool's bound; nothing is written then. */
  write(bytes: Uint8Array): Promise<void>;
  /** Fills `target` from the file's byte `position` on. The bytes are there: `write` has resolved for them. */
  read(target: Uint8Array, position: number): Promise<void>;
  /** Closes the handle; reading opens it again. */
  close(): Promise<void>;
  /** Closes and removes the file, and gives its bytes back to the bound. */
  remove(): Promise<void>;
}

/** A spool that uses at most `maxBytes` (`disk.spool`). The folder is made with the first file. */
export function createSpool({ folder, maxBytes }: { folder: string; maxBytes: number }): Spool {
  let used = 0;
  let files = 0;

  async function create(): Promise<SpoolFile> {
    const path = join(folder, `${String(files++).padStart(6, '0')}.spool`);
    let handle: FileHandle | null = await onDisk(path, async () => {
      await mkdir(folder, { recursive: true });
      return open(path, 'w+');
    });
    let length = 0;
    let counted = 0;

    async function close(): Promise<void> {
      const open = handle;
      handle = null;
      await onDisk(path, async () => open?.close());
    }

    return {
      path,
      get bytes() {
        return length;
      },
      async write(bytes) {
        if (used + bytes.length > maxBytes) throw overBound(used + bytes.length, maxBytes, folder);
        used += bytes.length;
        counted += bytes.length;
        await onDisk(path, async () => {
          handle ??= await open(path, 'r+');
          for (let at = 0; at < bytes.length; ) {
            at += (await handle.write(bytes, at, bytes.length - at, length + at)).bytesWritten;
          }
        });
        length += bytes.length;
      },
      read: (target, position) =>
        onDisk(
          path,
          async () => {
            handle ??= await open(path, 'r+');
            for (let at = 0; at < target.length; ) {
              const { bytesRead } = await handle.read(target, at, target.length - at, position + at);
              if (bytesRead === 0) throw cutShort(path);
              at += bytesRead;
            }
          },
          'read',
        ),
      close,
      async remove() {
        await close();
        await onDisk(path, () => rm(path, { force: true }));
        used -= counted;
        counted = 0;
      },
    };
  }

  return {
    get bytes() {
      return used;
    },
    create,
    empty: () => onDisk(folder, () => rm(folder, { recursive: true, force: true })),
  };
}

function overBound(bytes: number, bound: number, folder: string): MigrationError {
  return new MigrationError(
    'disk.failed',
    `Rows that do not fit build.memory are sorted in ${folder}; they need ${bytes} bytes there or more, disk.spool allows ${bound}.`,
    {
      next: 'Raise disk.spool (about the size of the uncompressed hits is enough) or build.memory; where the source is a database, smaller slices (slices.rows) need less.',
    },
  );
}

function cutShort(path: string): MigrationError {
  return new MigrationError('disk.failed', `${path} is shorter than it was written: something else changed it.`, {
    next: 'Leave the work folder to one process, then run again.',
  });
}

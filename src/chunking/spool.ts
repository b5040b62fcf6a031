import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MigrationError } from '../domain/error.ts';
import { namesIn, onDisk, syncFolder, systemCode } from './durable-file.ts';

/** A file of the spool as it can be named to a later process. */
export interface SpoolRecord {
  readonly name: string;
  readonly bytes: number;
  /** Of these bytes, from the file's beginning. */
  readonly sha256: string;
}

/**
 * Files for what does not fit memory, below one folder of the one process that builds. What a killed process left is
 * never read but by `reopen`, only removed. Faults of the disk are `disk.failed`.
 */
export interface Spool {
  /** Bytes that may still be written. */
  readonly room: number;
  /** A new file, empty, and the folder where it is missing. Never one that is there already. */
  create(): Promise<SpoolFile>;
  /**
   * A file that an earlier process left, cut off behind the recorded bytes; all of them are read. `null` where it is not
   * what the record says, or cannot be read. Before any file is created.
   */
  reopen(record: SpoolRecord): Promise<SpoolFile | null>;
  /** Makes the files' bytes and names survive a loss of power. */
  sync(files: readonly SpoolFile[]): Promise<void>;
  /** Removes everything but the files of these names, also what others left, and the folder where nothing is left. */
  keepOnly(names: ReadonlySet<string>): Promise<void>;
}

/** A file of the spool, open for writing and reading. */
export interface SpoolFile {
  readonly path: string;
  /** Bytes written so far. */
  readonly bytes: number;
  /** What is written so far. */
  record(): SpoolRecord;
  /** Appends all of the bytes; one call at a time. Throws `disk.failed` over the spool's bound; nothing is written then. */
  write(bytes: Uint8Array): Promise<void>;
  /** Fills `target` from the file's byte `position` on. The bytes are there: `write` has resolved for them. */
  read(target: Uint8Array, position: number): Promise<void>;
  /** Makes what is written survive a loss of power; quick where nothing was written since. */
  sync(): Promise<void>;
  /** Closes the handle; reading opens it again. */
  close(): Promise<void>;
  /** Closes and removes the file, and gives its bytes back to the bound. */
  remove(): Promise<void>;
}

const PIECE_BYTES = 1_048_576;

/** A spool that uses at most `maxBytes` (`disk.spool`). The folder is made with the first file. */
export function createSpool({ folder, maxBytes }: { folder: string; maxBytes: number }): Spool {
  let used = 0;
  let files = 0;

  async function create(): Promise<SpoolFile> {
    const path = join(folder, `${String(files++).padStart(6, '0')}.spool`);
    const handle = await onDisk(path, async () => {
      await mkdir(folder, { recursive: true });
      return open(path, 'wx+');
    });
    return fileAt(path, handle, 0, createHash('sha256'));
  }

  async function reopen({ name, bytes, sha256 }: SpoolRecord): Promise<SpoolFile | null> {
    const path = join(folder, name);
    let handle: FileHandle;
    try {
      handle = await open(path, 'r+');
    } catch (error) {
      if (systemCode(error) === null) throw error;
      return null;
    }
    try {
      const hash = createHash('sha256');
      const piece = Buffer.allocUnsafe(PIECE_BYTES);
      for (let at = 0; at < bytes; ) {
        const { bytesRead } = await handle.read(piece, 0, Math.min(piece.length, bytes - at), at);
        if (bytesRead === 0) break;
        hash.update(piece.subarray(0, bytesRead));
        at += bytesRead;
      }
      if (hash.copy().digest('hex') !== sha256) return null;
      await handle.truncate(bytes);
      files = Math.max(files, Number.parseInt(name, 10) + 1);
      used += bytes;
      return fileAt(path, null, bytes, hash);
    } catch (error) {
      // A disk that cannot give the bytes back has lost them.
      if (systemCode(error) === null) throw error;
      return null;
    } finally {
      await handle.close();
    }
  }

  function fileAt(path: string, opened: FileHandle | null, begun: number, hash: Hash): SpoolFile {
    let handle = opened;
    let length = begun;
    let counted = begun;
    let synced = begun;

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
      record: () => ({ name: basename(path), bytes: length, sha256: hash.copy().digest('hex') }),
      async sync() {
        if (synced === length) return;
        try {
          await onDisk(path, async () => {
            handle ??= await open(path, 'r+');
            await handle.sync();
          });
          synced = length;
        } finally {
          await close();
        }
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
        hash.update(bytes);
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
    get room() {
      return maxBytes - used;
    },
    create,
    reopen,
    async sync(written) {
      for (const file of written) await file.sync();
      if (written.length === 0) return;
      await syncFolder(folder);
      await syncFolder(dirname(folder));
    },
    async keepOnly(names) {
      const others =
        names.size === 0
          ? [folder]
          : (await namesIn(folder)).filter((name) => !names.has(name)).map((name) => join(folder, name));
      for (const path of others) await onDisk(path, () => rm(path, { recursive: true, force: true }));
    },
  };
}

function overBound(bytes: number, bound: number, folder: string): MigrationError {
  return new MigrationError(
    'disk.failed',
    `Rows that do not fit build.memory are sorted in ${folder}; they need ${bytes} bytes there or more, disk.spool allows ${bound}.`,
    {
      next: 'Raise disk.spool (about the size of the uncompressed hits is enough) or build.memory, then run again.',
    },
  );
}

function cutShort(path: string): MigrationError {
  return new MigrationError('disk.failed', `${path} is shorter than it was written: something else changed it.`, {
    next: 'Leave the work folder to one process, then run again.',
  });
}

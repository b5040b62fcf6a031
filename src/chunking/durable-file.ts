import { type FileHandle, mkdir, open, readdir, rename } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname } from 'node:path';
import { MigrationError } from '../domain/error.ts';

/** Ends the name of a file that is not whole yet; it stands in the same folder as the file it becomes. */
const TEMPORARY_SUFFIX = '.tmp';

/** A file that appears under its name only when it is whole and on disk. Faults are `disk.failed`. */
export interface DurableFile {
  /** Appends all of the bytes; one call at a time. */
  write(bytes: Uint8Array): Promise<void>;
  /** Syncs, closes and renames. The folder is not synced yet: see `syncFolder`. */
  publish(): Promise<void>;
  /** Closes and leaves the temporary file behind. Harmless after `publish`; never rejects. */
  abandon(): Promise<void>;
}

/** Makes the folder where needed and opens a new file in it under a temporary name, over whatever has that name. */
export async function createDurableFile(path: string): Promise<DurableFile> {
  const temporary = path + TEMPORARY_SUFFIX;
  const handle: FileHandle = await onDisk(temporary, async () => {
    await mkdir(dirname(path), { recursive: true });
    return open(temporary, 'w');
  });
  let isOpen = true;

  async function close(): Promise<void> {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
  }

  return {
    write: (bytes) =>
      onDisk(temporary, async () => {
        let at = 0;
        while (at < bytes.length) at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten;
      }),
    publish: () =>
      onDisk(path, async () => {
        await handle.sync();
        await close();
        await rename(temporary, path);
      }),
    abandon: () => close().catch(() => undefined),
  };
}

/**
 * Makes new and vanished names in a folder survive a loss of power. Does nothing on Windows, which cannot sync folders,
 * nor on file systems that refuse it.
 */
export async function syncFolder(path: string): Promise<void> {
  if (platform() === 'win32') return;
  await onDisk(path, async () => {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } catch (error) {
      if (!['EINVAL', 'ENOTSUP'].includes(systemCode(error) ?? '')) throw error;
    } finally {
      await handle.close();
    }
  });
}

/** The names in a folder, in no order; none where it does not exist. Other faults are `disk.failed`. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    return onDisk(folder, () => Promise.reject(error), 'read');
  }
}

/**
 * Does something with a path; what the system refuses becomes `disk.failed` with the path and the cure. Anything that is
 * not the system's is thrown as it is.
 */
export async function onDisk<T>(path: string, work: () => Promise<T>, doing: 'write' | 'read' = 'write'): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    throw new MigrationError('disk.failed', `Cannot ${doing} ${path}: ${(error as Error).message}`, {
      next: cures[code] ?? 'Look after the disk, then run again.',
      cause: error,
    });
  }
}

/** The system's code of an error (`ENOSPC`), or `null` where the error is not the system's. */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

const cures: Readonly<Record<string, string>> = {
  ENOSPC:
    'Free space on this disk, or choose another with `folder:`, then run again. disk.ahead bounds the chunks that wait there, ' +
    'disk.spool the rows that are sorted.',
  EDQUOT: 'Raise the disk quota or free space, then run again.',
  EROFS: 'The file system is read-only: mount it writable or set another folder, then run again.',
  EACCES: 'Give this user the right to use this folder, or set another folder, then run again.',
  EPERM: 'Give this user the right to use this folder, or set another folder, then run again.',
  EMFILE: 'Raise the limit of open files (ulimit -n) or use fewer visitor groups, then run again.',
  ENFILE: 'The system has too many open files: close some programs, then run again.',
  ENOTDIR: 'Something that is no folder stands in the way: move it, then run again.',
  EEXIST: 'Something that is no folder stands in the way: move it, then run again.',
};

import { type FileHandle, open } from 'node:fs/promises';
import { MigrationError } from '../domain/error.ts';

/**
 * What `read` makes of a file, which is open for it and closed afterwards. Throws `input.not-found`, `input.invalid` for a
 * folder, or `disk.failed`, by what the system said; other errors of `read` pass.
 */
export async function withFile<T>(path: string, read: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw cannotRead(path, error);
  });
  try {
    return await read(file);
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? cannotRead(path, error as NodeJS.ErrnoException) : error;
  } finally {
    // Of a file that was only read, closing has nothing to tell.
    await file.close().catch(() => undefined);
  }
}

function cannotRead(path: string, error: NodeJS.ErrnoException): MigrationError {
  if (error.code === 'ENOENT')
    return new MigrationError('input.not-found', `${path}: there is no such file`, { cause: error });
  return error.code === 'EISDIR'
    ? new MigrationError('input.invalid', `${path} is a folder`, { next: 'Name the files in it.', cause: error })
    : new MigrationError('disk.failed', `${path} cannot be read: ${error.message}`, {
        next: 'Look after the disk, the permissions and the limit of open files (ulimit -n), then try again.',
        cause: error,
      });
}

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../chunking/durable-file.ts';
import type { Migration } from '../../config/migration.ts';
import type { Chunk } from '../../domain/chunk.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';

type Work = Pick<Migration, 'folder' | 'disk'>;
type Marks = Pick<Ledger, 'chunk' | 'isMarkedRemoved'>;

/** Whether the file of a chunk was removed after delivery (`disk.keep: undelivered`), and is not there again. */
export async function isRemoved({ folder, disk }: Work, ledger: Marks, chunk: Chunk): Promise<boolean> {
  if (await isThere(join(folder, chunk.path))) return false;
  if (await ledger.isMarkedRemoved(chunk)) return true;
  // A ledger that was copied back knows of no removal that came after it; what it adopts may have no file any more.
  return disk.keep === 'undelivered' && (await ledger.chunk(chunk))?.state === 'uploaded';
}

/**
 * What `read` gives of a chunk's file; `null` where that was removed after delivery, by a process that runs meanwhile too.
 * A file that is missing for any other reason is for `read` to tell.
 */
export async function readUnlessRemoved<T>(
  migration: Work,
  ledger: Marks,
  chunk: Chunk,
  read: () => Promise<T>,
): Promise<T | null> {
  if (await isRemoved(migration, ledger, chunk)) return null;
  try {
    return await read();
  } catch (error) {
    if (await isRemoved(migration, ledger, chunk)) return null;
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ENOENT';
  }
}

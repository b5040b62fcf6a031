import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../chunking/durable-file.ts';
import { MigrationError } from '../domain/error.ts';

/** The texts of a file, in order. */
export type Texts = Iterable<string> | AsyncIterable<string>;

/** Characters that are written at once. */
const atOnce = 65_536;

/**
 * Writes a file that a person asked for, in folders that are made where needed. Under its name it is there only when it is
 * whole and on disk: until then, and whatever stops it, a file of that name stays as it was. A link is followed; what is no
 * file (a pipe, a device) takes the texts as they come. Throws `disk.failed`, and what `texts` throws.
 */
export async function writeWholeFile(path: string, texts: Texts): Promise<void> {
  try {
    const known = await stat(path).catch(orAbsent);
    if (known !== null && !known.isFile()) return await fill(await open(path, 'w'), texts, false);
    if (known === null) await mkdir(dirname(path), { recursive: true });
    await replace(known === null ? path : await realpath(path), texts, known?.mode);
  } catch (error) {
    if (systemCode(error) === null || error instanceof MigrationError) throw error;
    const says = (error as Error).message.replace(/\.[0-9a-f]{8}\.tmp\b/, '');
    throw new MigrationError('disk.failed', `${path} cannot be written: ${says}`, {
      next: 'Make room on that disk and check the permissions of its folder, or name another file; then do it again.',
      cause: error,
    });
  }
}

/** Two processes that write one file at once must not write into each other's, so the temporary name is nobody else's. */
async function replace(path: string, texts: Texts, mode = 0o666): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await fill(await open(temporary, 'wx', mode & 0o777), texts, true);
    await rename(temporary, path);
  } catch (error) {
    // What stopped the file is the one to tell.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function fill(handle: FileHandle, texts: Texts, synced: boolean): Promise<void> {
  try {
    let waiting = '';
    for await (const text of texts) {
      waiting += text;
      if (waiting.length < atOnce) continue;
      await handle.writeFile(waiting);
      waiting = '';
    }
    await handle.writeFile(waiting);
    if (synced) await handle.sync();
  } finally {
    await handle.close();
  }
}

function orAbsent(error: unknown): null {
  if (systemCode(error) === 'ENOENT') return null;
  throw error;
}

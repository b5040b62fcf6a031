import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onDisk, syncFolder, systemCode } from '../../chunking/durable-file.ts';
import { hashChunk } from '../../chunking/read-chunk.ts';
import { isUnsent } from '../../delivery/damaged-chunk.ts';
import { type Chunk, type ChunkFile, qualifiedName } from '../../domain/chunk.ts';
import { type ErrorCode, MigrationError } from '../../domain/error.ts';
import { eachChunk } from '../../ledger/each-chunk.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { Job } from '../job/job.ts';
import type { ReadOptions } from '../read/read-options.ts';
import { hasSameRows, type RowsAgain, sealAgain } from './seal-again.ts';

/** Chunks whose files are lost or damaged and cannot be built again: why not, by idempotency key. */
export type Unrestored = ReadonlyMap<string, string>;

const notGiven: ReadonlySet<ErrorCode> = new Set([
  'input.invalid',
  'input.not-found',
  'source.unreachable',
  'source.query',
  'source.changed',
]);

/** Whether the source does not give what was asked, or no longer as it was; anything else stops the run, wherever it happens. */
export function isOfSource({ code }: MigrationError): boolean {
  return notGiven.has(code);
}

/**
 * Builds the files of unsent chunks again that were lost or damaged since they were sealed, once the gate or an upload has met
 * one: each over the rows that it had, from the source as it is now. One is put in its place only where its CSV has the SHA-256 of
 * the sealed one and its rows come from the same source rows; any other leaves what is there as it is, and its lane stops
 * when it comes to that chunk. May be killed at any moment: what is not in its place is built once more.
 */
export async function restoreChunks(
  job: Job,
  ledger: Ledger,
  options: ReadOptions,
  rowsAgain: RowsAgain,
): Promise<Unrestored> {
  const unrestored = new Map<string, string>();
  const due = await lostChunks(job, ledger, options.signal);
  if (due.length === 0) return unrestored;
  const { folder } = job.migration;
  const left = new Set(due.map(({ key }) => key));
  try {
    await sealAgain(job, ledger, due, options, rowsAgain, async (chunk, file, scratch) => {
      left.delete(chunk.key);
      if (file?.rawSha256 === chunk.rawSha256 && (await isPutBack(folder, chunk, scratch, file, ledger))) return;
      unrestored.set(chunk.key, 'what the source, the mapping and the settings give now is another file');
    });
  } catch (error) {
    if (!(error instanceof MigrationError) || !isOfSource(error)) throw error;
    for (const key of left) unrestored.set(key, error.message);
  }
  const restored = due.filter(({ key }) => !unrestored.has(key)).map(qualifiedName);
  if (restored.length > 0) {
    const text = `Built again, to the same bytes, because their files were lost or damaged: ${restored.join(', ')}.`;
    options.onEvent({ type: 'message', level: 'info', text });
  }
  return unrestored;
}

/**
 * Unsent chunks whose file is missing or has another size, and those that were met damaged where their bytes are still other
 * ones. None where none was met.
 */
export async function lostChunks(
  { migration, groups }: Pick<Job, 'migration' | 'groups'>,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<Chunk[]> {
  const met = await ledger.damagedKeys();
  if (met.size === 0) return [];
  const lost: Chunk[] = [];
  for (const group of groups) {
    for await (const chunk of eachChunk(ledger, group)) {
      signal.throwIfAborted();
      // Of the others Adobe may have the file, and look-ups tell it by its size.
      if (!isUnsent(chunk.state)) continue;
      const path = join(migration.folder, chunk.path);
      const isSound =
        (await sizeOf(path)) === chunk.gzBytes && (!met.has(chunk.key) || (await sumOf(path)) === chunk.gzSha256);
      if (!isSound) lost.push(chunk);
    }
  }
  return lost;
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    return onDisk(path, () => Promise.reject(error), 'read');
  }
}

async function sumOf(path: string): Promise<string | null> {
  try {
    return (await hashChunk(path)).gzSha256;
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'chunk.damaged') return null;
    throw error;
  }
}

/** False where the rows of the file come from others than those that the chunk's sidecar names: then nothing is changed. */
async function isPutBack(
  folder: string,
  chunk: Chunk,
  scratch: string,
  file: ChunkFile,
  ledger: Pick<Ledger, 'restoreFile'>,
): Promise<boolean> {
  let isSidecarLost = false;
  try {
    if (!(await hasSameRows(folder, chunk, scratch, file))) return false;
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'chunk.damaged') throw error;
    isSidecarLost = true;
  }
  if (isSidecarLost) await moveOver(join(scratch, file.sidecar), join(folder, chunk.sidecar));
  await moveOver(join(scratch, file.path), join(folder, chunk.path));
  // Last: until then the ledger tells that the file is not the one that was sealed, and it is built once more.
  await ledger.restoreFile(chunk, file);
  return true;
}

async function moveOver(from: string, to: string): Promise<void> {
  await onDisk(to, async () => {
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
  });
  await syncFolder(dirname(to));
  await syncFolder(dirname(dirname(to)));
}

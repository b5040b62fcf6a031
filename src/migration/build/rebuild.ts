import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onDisk, syncFolder } from '../../chunking/durable-file.ts';
import { type Chunk, type ChunkFile, qualifiedName } from '../../domain/chunk.ts';
import { MigrationError } from '../../domain/error.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { Job } from '../job/job.ts';
import type { ReadOptions } from '../read/read-options.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { hasSameRows, type RowsAgain, removeSealedAgain, sealAgain } from './seal-again.ts';

/**
 * Builds again, after an accepted change, what Adobe rejected before it, and what waits behind that in its lane: each
 * chunk over the rows that it had, never cut anew, because other chunks of its slice may be with Adobe. The new files
 * stand beside the old ones, under other names and keys. Throws `build.not-reproducible` where a chunk's rows are not
 * the same any more, and `input.invalid` where they no longer fit a chunk. May be killed at any moment: the ledger takes all
 * of them at once, after the last, and what it does not know is built once more.
 */
export async function rebuildRejected(
  job: Job,
  ledger: Ledger,
  options: ReadOptions,
  rowsAgain: RowsAgain,
): Promise<void> {
  await removeSealedAgain(job);
  const due = await ledger.chunksToRebuild();
  if (due.length === 0) return;
  const content = (await ledger.contents()).length;
  const fresh: (ChunkFile & { key: string })[] = [];
  await sealAgain(job, ledger, due, options, rowsAgain, async (chunk, file, scratch) => {
    if (file === undefined || file.rows !== chunk.rows) throw otherRows(chunk);
    // The sidecar of the rejected chunk says which rows those were.
    if (!(await hasSameRows(job.migration.folder, chunk, scratch, file))) throw otherRows(chunk);
    if (file.rawBytes > job.migration.chunks.maxRawBytes) throw tooLong(chunk, file, job);
    const placed = await place(job.migration.folder, scratch, file, content);
    fresh.push({ ...placed, key: idempotencyKey(job.migration.id, placed) });
  });
  const names = due.map((chunk) => qualifiedName(chunk)).join(', ');
  await ledger.replaceChunks(fresh, names);
  options.onEvent({ type: 'message', level: 'info', text: `Built again after the accepted change: ${names}.` });
}

/** Moves both files to their places, durably, under names that no earlier content of the job has used. */
async function place(folder: string, scratch: string, file: ChunkFile, content: number): Promise<ChunkFile> {
  const renamed = (path: string): string => path.replace(/(\.\w+\.gz)$/, `.again${content}$1`);
  const placed = { ...file, path: renamed(file.path), sidecar: renamed(file.sidecar) };
  for (const [from, to] of [
    [file.path, placed.path],
    [file.sidecar, placed.sidecar],
  ] as const) {
    const target = join(folder, to);
    await onDisk(target, () => rename(join(scratch, from), target));
    await syncFolder(dirname(target));
  }
  return placed;
}

function otherRows(chunk: Chunk): MigrationError {
  return new MigrationError(
    'build.not-reproducible',
    `chunk ${qualifiedName(chunk)} cannot be built again: its slice no longer has the rows that the chunk was made of`,
    {
      next: 'bring the rows back as they were, and change only what columns say, not which rows become hits; then run again',
    },
  );
}

function tooLong(chunk: Chunk, { rawBytes }: ChunkFile, { migration }: Job): MigrationError {
  return new MigrationError(
    'input.invalid',
    `chunk ${qualifiedName(chunk)} has ${rawBytes} bytes after the change, chunks.maxRawBytes is ${migration.chunks.maxRawBytes}; it is never cut anew, because its neighbours may be with Adobe`,
    {
      next: 'raise chunks.maxRawBytes, or write less into the columns that changed, then run again with --accept-change',
    },
  );
}

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { onDisk } from '../../chunking/durable-file.ts';
import { readSidecar } from '../../chunking/read-chunk.ts';
import { sealSlice } from '../../chunking/seal-slice.ts';
import { type Chunk, type ChunkFile, qualifiedName } from '../../domain/chunk.ts';
import type { Slice } from '../../domain/slice.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { Job } from '../job/job.ts';
import type { ReadOptions } from '../read/read-options.ts';
import type { SliceRows } from './slice-rows.ts';

/** Gives the rows of these slices, one after another; what it opened is gone when `use` has ended. */
export type RowsAgain = (
  slices: readonly Slice[],
  use: (slice: Slice, rows: SliceRows) => Promise<void>,
) => Promise<void>;

/**
 * Seals the slices of these chunks once more in a folder of their own, from rows as they are given now, cut as they were:
 * other chunks of a slice may be with Adobe. `use` takes each of the chunks, the file in its place (`undefined` where the
 * rows do not reach so far any more), and the folder in which that lies until all have been taken.
 */
export async function sealAgain(
  job: Job,
  ledger: Pick<Ledger, 'slices' | 'chunks'>,
  due: readonly Chunk[],
  { signal }: Pick<ReadOptions, 'signal'>,
  rowsAgain: RowsAgain,
  use: (chunk: Chunk, file: ChunkFile | undefined, folder: string) => Promise<void>,
): Promise<void> {
  const touched = new Set(due.map(({ slice }) => slice));
  const slices = (await ledger.slices()).filter(({ index }) => touched.has(index));
  const folder = folderAgain(job);
  try {
    await rowsAgain(slices, async (slice, rows) => {
      const stored = await ledger.chunks(slice.index);
      const { chunks } = await sealSlice({
        folder,
        slice: slice.index,
        header: job.header,
        groups: job.groups,
        limits: job.migration.chunks,
        cuts: new Map(job.groups.map((group) => [group, partsOf(stored, group)])),
        gzipLevel: job.migration.build.gzipLevel,
        hits: rows.hits,
        streams: job.streams.map(({ name }) => name),
        rejects: [],
        signal,
      });
      const made = new Map(chunks.map((chunk) => [qualifiedName(chunk), chunk]));
      for (const chunk of due) {
        if (chunk.slice === slice.index) await use(chunk, made.get(qualifiedName(chunk)), folder);
      }
    });
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Removes what a killed `sealAgain` has left. Throws `disk.failed`. */
export async function removeSealedAgain(job: Pick<Job, 'migration'>): Promise<void> {
  const folder = folderAgain(job);
  await onDisk(folder, () => rm(folder, { recursive: true, force: true }));
}

function folderAgain({ migration }: Pick<Job, 'migration'>): string {
  return join(migration.folder, 'again');
}

function partsOf(stored: readonly Chunk[], group: string): number[] {
  return stored.filter((chunk) => chunk.group === group).map(({ rows }) => rows);
}

/**
 * Whether the rows of a chunk come from the same source rows as those of `file`, which lies in `folderOfFile` and has as
 * many. Throws `chunk.damaged` where the chunk's sidecar cannot be read.
 */
export async function hasSameRows(
  folder: string,
  chunk: Chunk,
  folderOfFile: string,
  file: ChunkFile,
): Promise<boolean> {
  const found = readSidecar(folderOfFile, file);
  for await (const { stream, key } of readSidecar(folder, chunk)) {
    const { value } = await found.next();
    if (value === undefined || value.stream !== stream || value.key.join('\0') !== key.join('\0')) return false;
  }
  return true;
}

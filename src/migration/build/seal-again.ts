import { readSidecar } from '../../chunking/read-chunk.ts';
import { sealSlice } from '../../chunking/seal-slice.ts';
import type { Chunk, ChunkFile } from '../../domain/chunk.ts';
import type { Slice } from '../../domain/slice.ts';
import type { Job } from '../job/job.ts';
import type { ReadOptions } from '../read/read-options.ts';
import type { SliceRows } from './slice-rows.ts';

/** Gives the rows of these slices, one after another; what it opened is gone when `use` has ended. */
export type RowsAgain = (
  slices: readonly Slice[],
  use: (slice: Slice, rows: SliceRows) => Promise<void>,
) => Promise<void>;

/**
 * Writes the chunks of a sealed slice into another folder, cut as the `stored` ones are, because some of these may be with
 * Adobe. Resolves to the file in the place of a stored chunk, or `undefined` where the rows do not reach so far any more.
 */
export async function sealAgain(
  job: Job,
  slice: Slice,
  rows: SliceRows,
  stored: readonly Chunk[],
  folder: string,
  { signal }: Pick<ReadOptions, 'signal'>,
): Promise<(chunk: Chunk) => ChunkFile | undefined> {
  const cuts = new Map(job.groups.map((group) => [group, partsOf(stored, group)]));
  const { chunks } = await sealSlice({
    folder,
    slice: slice.index,
    header: job.header,
    groups: job.groups,
    limits: job.migration.chunks,
    cuts,
    gzipLevel: job.migration.build.gzipLevel,
    hits: rows.hits,
    streams: job.streams.map(({ name }) => name),
    rejects: [],
    signal,
  });
  const made = new Map(chunks.map((chunk) => [placeOf(chunk), chunk]));
  return (chunk) => made.get(placeOf(chunk));
}

function partsOf(stored: readonly Chunk[], group: string): number[] {
  return stored.filter((chunk) => chunk.group === group).map(({ rows }) => rows);
}

function placeOf({ group, part }: Pick<ChunkFile, 'group' | 'part'>): string {
  return `${part} ${group}`;
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

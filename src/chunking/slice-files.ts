import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChunkId, qualifiedName, sliceName } from '../domain/chunk.ts';
import { namesIn, onDisk, syncFolder } from './durable-file.ts';

/** Where a chunk stands in the work folder, with `/`: `chunks/<group>/<slice>-<part>.csv.gz`. */
export function chunkPath(id: ChunkId): string {
  return `chunks/${qualifiedName(id)}.csv.gz`;
}

/** Where a chunk's sidecar stands: `sidecars/<group>/<slice>-<part>.jsonl.gz`. */
export function sidecarPath(id: ChunkId): string {
  return `sidecars/${qualifiedName(id)}.jsonl.gz`;
}

/** Where the rejects of a slice stand: `rejects/<slice>.jsonl.gz`. */
export function rejectsPath(slice: number): string {
  return `rejects/${sliceName(slice)}.jsonl.gz`;
}

/** The chunk files of a group that are in the work folder, in no order; of those that are whole. */
export async function chunkFilesOf(folder: string, group: string): Promise<(ChunkId & { readonly path: string })[]> {
  const names = await namesIn(join(folder, 'chunks', group));
  return names.flatMap((name) => {
    const parts = /^(\d+)-(\d+)(?:\.\w+)?\.csv\.gz$/.exec(name);
    if (parts === null) return [];
    return { group, slice: Number(parts[1]), part: Number(parts[2]), path: `chunks/${group}/${name}` };
  });
}

/**
 * Removes the file of a chunk, if it is there. Not synced: what comes back after a loss of power is whole, and is removed
 * again.
 */
export async function removeChunkFile(folder: string, path: string): Promise<void> {
  const file = join(folder, path);
  await onDisk(file, () => rm(file, { force: true }));
}

/**
 * Removes everything that building these slices may have left: chunks, sidecars and rejects, whole or not. Folders that do
 * not exist are fine. Never for a sealed slice: its files are what Adobe gets. Looks through all files once, however many
 * slices there are.
 */
export async function removeUnsealed(
  folder: string,
  slices: readonly number[],
  groups: readonly string[],
): Promise<void> {
  if (slices.length === 0) return;
  const names = new Set(slices.map(sliceName));
  const belongs = (name: string): boolean => names.has(/^(\d+)[-.]/.exec(name)?.[1] ?? '');
  for (const kind of ['chunks', 'sidecars']) {
    for (const group of groups) await removeFrom(join(folder, kind, group), belongs);
  }
  await removeFrom(join(folder, 'rejects'), belongs);
}

/** Removals are synced: a file that came back after a loss of power would look like part of a sealed slice. */
async function removeFrom(path: string, belongs: (name: string) => boolean): Promise<void> {
  const names = (await namesIn(path)).filter(belongs);
  if (names.length === 0) return;
  for (const name of names) {
    const file = join(path, name);
    await onDisk(file, () => rm(file, { force: true }));
  }
  await syncFolder(path);
}

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn, onDisk, systemCode } from '../chunking/durable-file.ts';
import type { Migration } from '../config/migration.ts';
import { sliceName } from '../domain/chunk.ts';
import { eachChunk } from '../ledger/each-chunk.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { groupNames } from '../migration/job/open-job.ts';

/** Files beside those of the chunks; paths from the work folder, with `/`. */
export interface StrayFiles {
  /** What nobody can take for a chunk that is to be sent, or what a chunk was before it was built again. */
  readonly harmless: readonly string[];
  /** What looks like a chunk, though none of this migration: who uploads the folder by hand would send it. */
  readonly likeChunks: readonly string[];
}

/**
 * The files among chunks, sidecars and rejects that no record names. What building may be about to make is none of them:
 * files under a temporary name, and those of slices that are not sealed. Memory grows with the files of one lane.
 */
export async function strayFiles(migration: Migration, ledger: Ledger): Promise<StrayFiles> {
  const harmless: string[] = [];
  const likeChunks: string[] = [];
  for (const folder of await foldersIn(migration.folder)) {
    const from = folder.group === null ? folder.kind : `${folder.kind}/${folder.group}`;
    // Before the ledger is asked: what is sealed meanwhile is known to it by then.
    const names = (await namesIn(join(migration.folder, from))).filter((name) => !/^\.|\.tmp$/.test(name));
    const building = new Set((await ledger.unsealedSlices()).map(({ index }) => sliceName(index)));
    const known = await knownIn(folder, migration, ledger);
    for (const name of names.toSorted()) {
      const path = `${from}/${name}`;
      if (known.paths.has(path)) continue;
      const [slice, part] = /^(\d+)(?:-(\d+))?(?:\.again\d+)?\.(?:csv|jsonl)\.gz$/.exec(name)?.slice(1) ?? [];
      if (known.isOfJob && slice !== undefined && building.has(slice)) continue;
      const isOfChunk = known.places.has(`${Number(slice)}-${Number(part)}`);
      (/^chunks\b.*\.csv\.gz$/i.test(path) && !isOfChunk ? likeChunks : harmless).push(path);
    }
  }
  return { harmless, likeChunks };
}

/** A folder in which records have files, or one below it. */
interface Folder {
  readonly kind: 'chunks' | 'sidecars' | 'rejects';
  /** Its name below that of its kind, be it a visitor group or not; `null` for that itself. */
  readonly group: string | null;
  /** The names of the folders in it that are looked through themselves. */
  readonly below: readonly string[];
}

async function foldersIn(work: string): Promise<Folder[]> {
  const folders: Folder[] = [];
  for (const kind of ['chunks', 'sidecars', 'rejects'] as const) {
    const below = await subfoldersOf(join(work, kind));
    folders.push({ kind, group: null, below }, ...below.map((group) => ({ kind, group, below: [] })));
  }
  return folders;
}

async function subfoldersOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    return onDisk(folder, () => Promise.reject(error), 'read');
  }
}

interface Known {
  /** Whether building makes files there. */
  readonly isOfJob: boolean;
  readonly paths: ReadonlySet<string>;
  /** Slice and part of each chunk there. */
  readonly places: ReadonlySet<string>;
}

async function knownIn({ kind, group, below }: Folder, migration: Migration, ledger: Ledger): Promise<Known> {
  const places = new Set<string>();
  if (group === null) {
    const rejects = kind === 'rejects' ? await ledger.rejectFiles() : [];
    const paths = new Set([...below.map((name) => `${kind}/${name}`), ...rejects.map(({ path }) => path)]);
    return { isOfJob: kind === 'rejects', paths, places };
  }
  const paths = new Set<string>();
  if (kind === 'rejects' || !groupNames(migration).includes(group)) return { isOfJob: false, paths, places };
  for await (const chunk of eachChunk(ledger, group)) {
    paths.add(kind === 'chunks' ? chunk.path : chunk.sidecar);
    places.add(`${chunk.slice}-${chunk.part}`);
  }
  return { isOfJob: true, paths, places };
}

import { dirname, join } from 'node:path';
import type { ChunkFile } from '../domain/chunk.ts';
import type { Reject, RejectsFile } from '../domain/slice.ts';
import type { ChunkSetting } from './chunk-writer.ts';
import type { ChunkLimits } from './cut.ts';
import { createDeflater, type Deflater } from './deflater.ts';
import { syncFolder } from './durable-file.ts';
import { createDurableGzip, type DurableGzip } from './durable-gzip.ts';
import type { HitBatches } from './hit-rows.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { rejectsPath, removeUnsealed } from './slice-files.ts';

/** Lanes share this much for the blocks that are being filled. */
const LANE_BLOCKS_BYTES = 8_388_608;
const MOST_BLOCK_BYTES = 262_144;
const LEAST_BLOCK_BYTES = 16_384;
const IN_FLIGHT = 8;

/** What a slice is made of. */
export interface SealSliceOptions {
  /** The work folder. */
  readonly folder: string;
  readonly slice: number;
  /** The CSV header line, without a line end. */
  readonly header: string;
  /** Names of the visitor groups by position. */
  readonly groups: readonly string[];
  /** Names of the streams by position. */
  readonly streams: readonly string[];
  readonly limits: ChunkLimits;
  /** Rows of each part by group: the cuts of a slice that was sealed before, whatever its lines have grown to. */
  readonly cuts?: ReadonlyMap<string, readonly number[]>;
  /** 0 to 9. */
  readonly gzipLevel: number;
  /** The slice's hits, in the total order. All are walked before the first of the rejects is asked for. */
  readonly hits: HitBatches;
  /** In batches, so that no promise is spent on a row. */
  readonly rejects: Iterable<readonly Reject[]> | AsyncIterable<readonly Reject[]>;
  /** Aborting rejects with the signal's reason; what was made is removed. */
  readonly signal?: AbortSignal | undefined;
  /** Blocks on the thread pool or on their way to disk at once; changes nothing in the files. */
  readonly inFlight?: number;
  /** Raw bytes of a gzip block; changes the compressed bytes only. Default: 256 KiB, less for more than 32 groups. */
  readonly blockBytes?: number;
}

/** What a slice became. */
export interface SealedFiles {
  /** Ordered by group as given, then part; a lane without rows has none. */
  readonly chunks: readonly ChunkFile[];
  /** `null` where nothing was rejected: there is no file then. */
  readonly rejects: RejectsFile | null;
  /** Rows that share time, stream and key with the row before them. */
  readonly duplicateKeys: number;
}

/**
 * Writes the chunks, sidecars and rejects of one slice, in one walk over its sorted hits. When it resolves all of them
 * are durable under their names, and nothing else of this slice is there; entering them in the ledger is what seals the
 * slice. When it rejects nothing of the slice is left, as far as the disk allows. Lines end with LF.
 *
 * Nothing of this slice may be in the folder before (`removeUnsealed`): never call it for a sealed slice; to compare, build
 * into another folder. Throws `disk.failed`, and `input.invalid` for a row that is longer than a chunk may be.
 */
export async function sealSlice(options: SealSliceOptions): Promise<SealedFiles> {
  const { folder, slice, groups, signal } = options;
  signal?.throwIfAborted();
  const setting = settingOf(options);
  const lanes = createLanes(options, setting);
  try {
    const duplicateKeys = await walk(options, setting, lanes);
    const rejects = await writeRejects(options, setting.sidecarDeflater);
    const chunks = await lanes.finish();
    await syncFolders(folder, [
      ...chunks.flatMap((chunk) => [chunk.path, chunk.sidecar]),
      ...(rejects === null ? [] : [rejects.path]),
    ]);
    return { chunks, rejects, duplicateKeys };
  } catch (error) {
    await lanes.abandon();
    // The first error is the one to tell; what cannot be removed now is removed before the slice is built again.
    await removeUnsealed(folder, [slice], groups).catch(() => undefined);
    throw error;
  }
}

function settingOf(options: SealSliceOptions): ChunkSetting {
  const share = Math.floor(LANE_BLOCKS_BYTES / Math.max(1, options.groups.length) / 4096) * 4096;
  const blockBytes = options.blockBytes ?? Math.max(LEAST_BLOCK_BYTES, Math.min(MOST_BLOCK_BYTES, share));
  const inFlight = options.inFlight ?? IN_FLIGHT;
  const level = options.gzipLevel;
  return {
    folder: options.folder,
    header: Buffer.from(`${options.header}\n`),
    streams: options.streams,
    chunkDeflater: createDeflater({ level, blockBytes, inFlight }),
    sidecarDeflater: createDeflater({ level, blockBytes: Math.max(1, blockBytes >> 2), inFlight }),
  };
}

/** Routes every hit to its lane; resolves to the number of keys that are not unique. */
async function walk({ hits, signal }: SealSliceOptions, setting: ChunkSetting, lanes: Lanes): Promise<number> {
  const { chunkDeflater, sidecarDeflater } = setting;
  let duplicateKeys = 0;
  for (let batch = await hits.next(); batch !== null; batch = await hits.next()) {
    const { rows, positions } = batch;
    duplicateKeys += batch.duplicateKeys;
    for (let index = 0; index < positions.length; index++) {
      const position = positions[index]!;
      const chunk = lanes.open(rows, position) ?? (await lanes.next(rows, position));
      chunk.append(rows, position);
      if (chunkDeflater.full || sidecarDeflater.full) {
        signal?.throwIfAborted();
        await chunkDeflater.room();
        await sidecarDeflater.room();
      }
    }
  }
  return duplicateKeys;
}

async function writeRejects(options: SealSliceOptions, deflater: Deflater): Promise<RejectsFile | null> {
  const path = rejectsPath(options.slice);
  let rows = 0;
  let file: DurableGzip | null = null;
  try {
    for await (const batch of options.rejects) {
      for (const { stream, key, reason, column, value, row } of batch) {
        file ??= await createDurableGzip(join(options.folder, path), deflater);
        file.writeText(`${JSON.stringify({ stream, key, reason, column, value, row })}\n`);
        rows++;
        if (deflater.full) {
          options.signal?.throwIfAborted();
          await deflater.room();
        }
      }
    }
    return file === null ? null : { path, rows, ...(await file.publish()) };
  } finally {
    await file?.abandon();
  }
}

/** Syncs the folders of these files and all folders above them, up to the work folder: some may be new. */
async function syncFolders(folder: string, paths: readonly string[]): Promise<void> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let above = dirname(path); !folders.has(above); above = dirname(above)) folders.add(above);
  }
  // All are waited for, so that nothing is still under way when one fails.
  const outcomes = await Promise.allSettled([...folders].map((path) => syncFolder(join(folder, path))));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

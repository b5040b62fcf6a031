import type { ChunkFile } from '../domain/chunk.ts';
import { MigrationError } from '../domain/error.ts';
import { type ChunkSetting, type ChunkWriter, createChunkWriter } from './chunk-writer.ts';
import { type ChunkLimits, closesBefore, fitsAlone, sortsByName } from './cut.ts';
import type { HitRows } from './hit-rows.ts';

/** Chunks whose ends are compressed and synced at once: each has a block on the thread pool that `room` does not wait for. */
const MOST_PUBLISHING = 4;

/** What the lanes of a slice need to know beside what their chunks have in common. */
export interface LanesOptions {
  readonly slice: number;
  /** Names of the visitor groups by position. */
  readonly groups: readonly string[];
  readonly limits: ChunkLimits;
  /** Rows of each part by group, where the cuts are given and not to be found. */
  readonly cuts?: ReadonlyMap<string, readonly number[]> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The lanes of one slice: which chunk a hit goes to. */
export interface Lanes {
  /** The lane's open chunk, if the hit still goes in. */
  open(hits: HitRows, position: number): ChunkWriter | null;
  /** Closes the lane's open chunk, if any, and opens the next one. Closing goes on in the background. */
  next(hits: HitRows, position: number): Promise<ChunkWriter>;
  /** Closes all chunks and resolves to them, by group and part. */
  finish(): Promise<ChunkFile[]>;
  /** Closes all files; never rejects. */
  abandon(): Promise<void>;
}

/** One lane per group, without chunks yet. */
export function createLanes({ slice, groups, limits, cuts, signal }: LanesOptions, setting: ChunkSetting): Lanes {
  const writers: (ChunkWriter | null)[] = groups.map(() => null);
  const published: Promise<ChunkFile>[][] = groups.map(() => []);
  const publishing = new Set<Promise<unknown>>();

  async function publish(group: number, writer: ChunkWriter): Promise<void> {
    while (publishing.size >= MOST_PUBLISHING) await Promise.race(publishing);
    const work = writer.publish();
    published[group]!.push(work);
    const watched = work.catch(setting.chunkDeflater.fail).finally(() => publishing.delete(watched));
    publishing.add(watched);
    writers[group] = null;
  }

  return {
    open(hits, position) {
      const writer = writers[hits.group(position)]!;
      if (writer === null) return null;
      const given = cuts?.get(groups[hits.group(position)]!)?.[published[hits.group(position)]!.length];
      const closes =
        given === undefined
          ? closesBefore(writer.rows, writer.rawBytes, hits.lineBytes(position), limits)
          : writer.rows >= given;
      return closes ? null : writer;
    },
    async next(hits, position) {
      signal?.throwIfAborted();
      if (!fitsAlone(setting.header.length, hits.lineBytes(position), limits))
        throw tooLong(setting, limits, hits, position);
      const group = hits.group(position);
      const full = writers[group]!;
      if (full !== null) await publish(group, full);
      if (!sortsByName(published[group]!.length)) throw tooManyParts(groups[group]!, slice);
      const id = { group: groups[group]!, slice, part: published[group]!.length };
      const writer = await createChunkWriter(id, setting);
      writers[group] = writer;
      return writer;
    },
    async finish() {
      for (const [group, writer] of writers.entries()) if (writer !== null) await publish(group, writer);
      return Promise.all(published.flat());
    },
    async abandon() {
      await Promise.all(publishing);
      await Promise.all(writers.map((writer) => writer?.abandon()));
    },
  };
}

function tooLong(
  { header, streams }: ChunkSetting,
  limits: ChunkLimits,
  hits: HitRows,
  position: number,
): MigrationError {
  const bytes = header.length + hits.lineBytes(position);
  const place = `stream ${streams[hits.stream(position)]}, key ${JSON.stringify(hits.key(position))}`;
  return new MigrationError(
    'input.invalid',
    `One row is longer than a chunk may be: ${place} needs ${bytes} bytes with the header, chunks.maxRawBytes is ${limits.maxRawBytes}.`,
    { next: 'Raise chunks.maxRawBytes, or cut the long columns of this row in the mapping.' },
  );
}

function tooManyParts(group: string, slice: number): MigrationError {
  return new MigrationError(
    'input.invalid',
    `Slice ${slice} has more chunks in ${group} than can be named in order: chunks.maxRows or chunks.maxRawBytes is too small for slices this big.`,
    { next: 'Raise chunks.maxRows and chunks.maxRawBytes.' },
  );
}

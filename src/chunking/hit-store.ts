import { arrivedBetween, sortedInMemory } from './buffer-hits.ts';
import { createHitBuffer, type HitBuffer } from './hit-buffer.ts';
import { blockOfPack, type HitPack } from './hit-pack.ts';
import type { SortedHits } from './hit-rows.ts';
import type { OpenedRun } from './open-run.ts';
import type { Run } from './run-file.ts';
import { createRunList, type RunBooks } from './run-list.ts';
import { countSeconds, createTimeCount, type TimeCount } from './run-times.ts';
import type { Spool } from './spool.ts';

const MOST_BLOCK_BYTES = 262_144;
const LEAST_BLOCK_BYTES = 256;
/** Blocks are so small beside the memory that this many chains can be merged at once. */
const BLOCKS_IN_MEMORY = 512;

/**
 * The hits of one slice, or of all of them for sources that are read once: in memory as long as they fit, else in sorted
 * runs on disk. First everything is added, then the times are asked for, then the hits are walked once.
 */
export interface HitStore {
  /**
   * Takes a hit, as `HitBuffer.add`. `false`: it was not taken, there is no room before `spill` has resolved.
   * Throws `build.memory` for a row that is too big for the memory alone.
   */
  readonly add: HitBuffer['add'];
  /** Takes the hits of a pack, as `HitBuffer.adopt`. `false`: as for `add`. */
  adopt(pack: HitPack): boolean;
  /** Sorts what lies in memory and moves it to disk. Throws `disk.failed`; nothing is lost of the store then. */
  spill(): Promise<void>;
  /** All hits so far are whole: runs can be had that hold them and nothing of what follows. */
  endUnit(): void;
  /** Moves the whole hits that lie in memory to disk; gives the runs that hold the whole ones and no others. Before `sorted`. */
  wholeRuns(): Promise<readonly Run[]>;
  /** Takes over runs of an earlier process, as whole. Into an empty store. */
  restore(opened: readonly OpenedRun[]): void;
  readonly rows: number;
  /** Hits that lie in memory, and their bytes as `HitBuffer.bytes`. */
  readonly inMemory: { readonly rows: number; readonly bytes: number };
  /** Hits of each stream, by position. */
  rowsOfStreams(): number[];
  /** How many runs were written since the store was empty; zero where everything fitted. */
  readonly runs: number;
  /** The most that the store has held in memory, counted as `HitBuffer.bytes`, and the blocks of a merge. */
  readonly peakBytes: number;
  /** Exact hits per span of `grain` seconds whose start is in [from, to), in order; `from` lies on the grid. Not after `sorted`. */
  times(grain: number, from: number, to: number): Promise<TimeCount[]>;
  /**
   * All hits in the total order, to be walked once; where they came from does not show. Throws `disk.failed`, and
   * `build.memory` where rows are too long to be merged within the memory.
   */
  sorted(signal?: AbortSignal): Promise<SortedHits>;
  /** The walk has passed `seconds`: runs that end before it are removed. */
  release(seconds: number): Promise<void>;
  /** Closes what is open and leaves all files. Never rejects. */
  close(): Promise<void>;
  /** Forgets all hits and removes their files. */
  clear(): Promise<void>;
}

/**
 * An empty store. `memoryBytes` is for the hits while they are added and while they are merged; `streams` is their number.
 * With `books` runs are not removed as they are read, but once they are no longer needed and the books know. With `isReused`
 * memory that merging does not need is kept for the hits after `clear`: given back, it lies about until it is collected.
 */
export function createHitStore(options: {
  readonly memoryBytes: number;
  readonly spool: Spool;
  readonly streams: number;
  readonly books?: RunBooks | undefined;
  readonly isReused?: boolean;
}): HitStore {
  const { memoryBytes, spool, books, isReused = false } = options;
  const blockBytes = Math.max(
    LEAST_BLOCK_BYTES,
    Math.min(MOST_BLOCK_BYTES, Math.floor(memoryBytes / BLOCKS_IN_MEMORY)),
  );
  const buffer = createHitBuffer({ memoryBytes });
  const runs = createRunList({ spool, memoryBytes, blockBytes, books });
  const rowsOfStreams = new Array<number>(options.streams).fill(0);
  let rows = 0;
  let peakBytes = 0;
  let walking: SortedHits | null = null;
  /** Of the hits in memory: those before `saved` are in a run already, those before `ended` are whole. */
  let saved = 0;
  let ended = 0;
  let wholeRuns = 0;

  /** Hits of whole units and others are never in one run. */
  async function spill(): Promise<void> {
    await spillWhole();
    await write(saved, buffer.rows);
  }

  async function spillWhole(): Promise<void> {
    if (ended === 0) return;
    await write(saved, ended);
    wholeRuns = runs.all.length;
    ended = 0;
  }

  /** Writes the hits that arrived as numbers `from` to `to` as a run. */
  async function write(from: number, to: number): Promise<void> {
    if (from >= to) return;
    peakBytes = Math.max(peakBytes, buffer.bytes);
    await runs.write(arrivedBetween(buffer, from, to));
    saved = to;
    if (to === buffer.rows) forgetMemory();
  }

  function forgetMemory(): void {
    buffer.clear();
    saved = 0;
    ended = 0;
  }

  /** Where some rows are on disk all of them go there: the memory is needed for merging. */
  async function spillRest(): Promise<void> {
    peakBytes = Math.max(peakBytes, buffer.bytes);
    if (runs.all.length === 0) return;
    await spill();
    makeRoom(0);
  }

  function makeRoom(bytes: number): void {
    // Of one chain alone a single block may be more than all of the memory.
    buffer.release(isReused ? Math.max(0, memoryBytes - bytes) : 0);
  }

  async function close(): Promise<void> {
    await walking?.close();
    walking = null;
  }

  return {
    add(seconds, nanos, stream, group, key, cells, plain) {
      if (!buffer.add(seconds, nanos, stream, group, key, cells, plain)) return false;
      rowsOfStreams[stream]!++;
      rows++;
      return true;
    },
    adopt(pack) {
      if (!buffer.adopt(pack)) return false;
      for (const stream of blockOfPack(pack).streams) rowsOfStreams[stream]!++;
      rows += pack.rows;
      return true;
    },
    spill,
    endUnit() {
      if (buffer.rows > saved) ended = buffer.rows;
      else wholeRuns = runs.all.length;
    },
    async wholeRuns() {
      await spillWhole();
      return runs.all.slice(0, wholeRuns);
    },
    restore(opened) {
      for (const { run, rowsOfStreams: counts } of opened) {
        runs.adopt(run);
        rows += counts.reduce((sum, count) => sum + count, 0);
        for (const [stream, count] of counts.entries()) rowsOfStreams[stream]! += count;
      }
      wholeRuns = runs.all.length;
    },
    get rows() {
      return rows;
    },
    get inMemory() {
      return { rows: buffer.rows, bytes: buffer.bytes };
    },
    rowsOfStreams: () => [...rowsOfStreams],
    get runs() {
      return runs.written;
    },
    get peakBytes() {
      return Math.max(peakBytes, buffer.bytes, runs.peakBytes);
    },
    async times(grain, from, to) {
      await spillRest();
      const count = createTimeCount(grain);
      for (const position of buffer.rangeOf(from, to)) count.add(buffer.seconds(position));
      for (const run of runs.all) await countSeconds(run, from, to, count.add);
      return count.counts();
    },
    async sorted(signal) {
      await spillRest();
      walking = runs.all.length === 0 ? sortedInMemory(buffer) : await runs.merged(signal, makeRoom);
      return walking;
    },
    release: runs.release,
    close,
    async clear() {
      await close();
      await runs.clear();
      rows = 0;
      rowsOfStreams.fill(0);
      forgetMemory();
      wholeRuns = 0;
    },
  };
}

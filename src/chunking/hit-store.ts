import { MigrationError } from '../domain/error.ts';
import { createHitBuffer } from './hit-buffer.ts';
import type { HitBatches, SortedHits } from './hit-rows.ts';
import { mergeChains } from './merge-chains.ts';
import { type Chain, chainsOf, memoryOf } from './read-chain.ts';
import { compareRows } from './run-block.ts';
import { type Run, writeRun } from './run-file.ts';
import { countSeconds, createTimeCount, type TimeCount } from './run-times.ts';
import type { Spool } from './spool.ts';

const MOST_BLOCK_BYTES = 262_144;
const LEAST_BLOCK_BYTES = 256;
/** Blocks are so small beside the memory that this many chains can be merged at once. */
const BLOCKS_IN_MEMORY = 512;
/** Each chain that is merged has a file open. */
const MOST_CHAINS = 128;

/**
 * The hits of one slice, or of all of them for sources that are read once: in memory as long as they fit, else in sorted
 * runs on disk. First everything is added, then the times are asked for, then the hits are walked once.
 */
export interface HitStore {
  /**
   * Takes a hit, as `HitBuffer.add`. `false`: it was not taken, there is no room before `spill` has resolved.
   * Throws `build.memory` for a row that is too big for the memory alone.
   */
  add(seconds: number, nanos: number, stream: number, group: number, key: readonly string[], line: string): boolean;
  /** Sorts what lies in memory and moves it to disk. Throws `disk.failed`; nothing is lost of the store then. */
  spill(): Promise<void>;
  readonly rows: number;
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
  /** Forgets all hits and removes their files. */
  clear(): Promise<void>;
}

/** An empty store. `memoryBytes` is for the hits while they are added and while they are merged; `streams` is their number. */
export function createHitStore(options: {
  readonly memoryBytes: number;
  readonly spool: Spool;
  readonly streams: number;
}): HitStore {
  const { memoryBytes, spool } = options;
  const blockBytes = Math.max(
    LEAST_BLOCK_BYTES,
    Math.min(MOST_BLOCK_BYTES, Math.floor(memoryBytes / BLOCKS_IN_MEMORY)),
  );
  const mergeBytes = memoryBytes / 2;
  const buffer = createHitBuffer({ memoryBytes });
  const rowsOfStreams = new Array<number>(options.streams).fill(0);
  let runs: Run[] = [];
  let written = 0;
  let rows = 0;
  let peakBytes = 0;
  let walking: SortedHits | null = null;

  async function spill(): Promise<void> {
    if (buffer.rows === 0) return;
    peakBytes = Math.max(peakBytes, buffer.bytes);
    runs.push(await writeRun(spool, blockBytes, once(inMemory())));
    written++;
    buffer.clear();
  }

  function inMemory(): SortedHits {
    let from = Number.NEGATIVE_INFINITY;
    return {
      async next(before) {
        if (before <= from) return null;
        const positions = buffer.rangeOf(from, before);
        from = before;
        if (positions.length === 0) return null;
        return { rows: buffer, positions, duplicateKeys: buffer.duplicateKeys(positions) };
      },
      close: async () => undefined,
    };
  }

  /** Where some rows are on disk all of them go there: the memory is needed for merging. */
  async function spillRest(): Promise<void> {
    if (runs.length === 0) {
      peakBytes = Math.max(peakBytes, buffer.bytes);
      return;
    }
    await spill();
    buffer.release();
  }

  async function merged(chains: readonly Chain[], signal: AbortSignal | undefined): Promise<Chain> {
    const hits = mergeChains(chains);
    const checked = once(hits);
    try {
      const run = await writeRun(spool, blockBytes, {
        next: () => {
          signal?.throwIfAborted();
          return checked.next();
        },
      });
      return [run];
    } finally {
      await hits.close();
    }
  }

  /** Merges the smallest chains to longer ones until the rest can be merged at once. */
  async function fewEnough(signal: AbortSignal | undefined): Promise<Chain[]> {
    let chains = chainsOf(runs, (left, right) => compareRows(left, 0, right, 0));
    for (;;) {
      chains.sort((left, right) => bytesOf(left) - bytesOf(right));
      const most = mostAtOnce(chains, mergeBytes);
      const together = Math.max(2, Math.min(most, chains.length - most + 1));
      const isEnough = chains.length === 1 || most >= chains.length;
      const now = isEnough ? chains : chains.slice(0, together);
      const needed = now.reduce((sum, chain) => sum + memoryOf(chain), 0);
      if (chains.length > 1 && needed > memoryBytes) throw tooLong(needed, memoryBytes);
      peakBytes = Math.max(peakBytes, needed);
      if (isEnough) return chains;
      const chain = await merged(now, signal);
      chains = [...chains.slice(together), chain];
      runs = chains.flat();
    }
  }

  return {
    add(seconds, nanos, stream, group, key, line) {
      if (!buffer.add(seconds, nanos, stream, group, key, line)) return false;
      rowsOfStreams[stream]!++;
      rows++;
      return true;
    },
    spill,
    get rows() {
      return rows;
    },
    rowsOfStreams: () => [...rowsOfStreams],
    get runs() {
      return written;
    },
    get peakBytes() {
      return Math.max(peakBytes, buffer.bytes);
    },
    async times(grain, from, to) {
      await spillRest();
      const count = createTimeCount(grain);
      for (const position of buffer.rangeOf(from, to)) count.add(buffer.seconds(position));
      for (const run of runs) await countSeconds(run, from, to, count.add);
      return count.counts();
    },
    async sorted(signal) {
      await spillRest();
      walking = runs.length === 0 ? inMemory() : mergeChains(await fewEnough(signal));
      return walking;
    },
    async clear() {
      await walking?.close();
      walking = null;
      for (const run of runs) await run.file.remove();
      runs = [];
      written = 0;
      rows = 0;
      rowsOfStreams.fill(0);
      buffer.clear();
    },
  };
}

function once(hits: SortedHits): HitBatches {
  return { next: () => hits.next(Number.POSITIVE_INFINITY) };
}

/** How many of these chains can be merged at once, from the first on. */
function mostAtOnce(chains: readonly Chain[], bytes: number): number {
  let needed = 0;
  let most = 0;
  for (; most < chains.length && most < MOST_CHAINS; most++) {
    needed += memoryOf(chains[most]!);
    if (needed > bytes) break;
  }
  return most;
}

function bytesOf(chain: Chain): number {
  return chain.reduce((sum, { file }) => sum + file.bytes, 0);
}

function tooLong(bytes: number, budget: number): MigrationError {
  return new MigrationError(
    'build.memory',
    `Merging rows this long needs ${bytes} bytes, build.memory allows ${budget}.`,
    { next: 'Raise build.memory, or cut the long columns in the mapping.' },
  );
}

import { bytesOf, nextMerge } from './fewer-chains.ts';
import type { HitBatches, SortedHits } from './hit-rows.ts';
import { mergeChains } from './merge-chains.ts';
import { type Chain, chainsOf } from './read-chain.ts';
import { compareRows } from './run-block.ts';
import { type Run, writeRun } from './run-file.ts';
import type { Spool } from './spool.ts';

/** Who keeps books of the runs, so that a later process can open them again. */
export interface RunBooks {
  /** These runs are all that is needed from now on; the files of others are removed when it has resolved. */
  replace(runs: readonly Run[]): Promise<void>;
  /** The disk does not take both a merge and what it is made of: runs are removed as they are read from now on. */
  forget(): Promise<void>;
}

/** The runs of a hit store. */
export interface RunList {
  readonly all: readonly Run[];
  /** How many were written since the list was empty. */
  readonly written: number;
  /** The most that merging has held in memory, in bytes. */
  readonly peakBytes: number;
  /** Writes sorted hits, at least one, as a run. */
  write(hits: HitBatches): Promise<void>;
  /** Takes over a run that is there. */
  adopt(run: Run): void;
  /**
   * All hits of all runs in the total order, to be walked once. `makeRoom` is told how many bytes of memory are needed,
   * before they are. Throws as `HitStore.sorted`.
   */
  merged(signal: AbortSignal | undefined, makeRoom: (bytes: number) => void): Promise<SortedHits>;
  /** The walk has passed `seconds`: runs that end before it go. Does nothing without books: they went as they were read. */
  release(seconds: number): Promise<void>;
  /** Removes all runs. */
  clear(): Promise<void>;
}

/** An empty list. Merging stays within `memoryBytes`. Without `books` runs are removed as they are merged. */
export function createRunList(options: {
  readonly spool: Spool;
  readonly memoryBytes: number;
  readonly blockBytes: number;
  readonly books: RunBooks | undefined;
}): RunList {
  const { spool, memoryBytes, blockBytes } = options;
  let books = options.books ?? null;
  let runs: Run[] = [];
  let written = 0;
  let peakBytes = 0;

  async function mergedRun(chains: readonly Chain[], signal: AbortSignal | undefined): Promise<Run> {
    const hits = mergeChains(chains, { keep: books !== null });
    try {
      return await writeRun(spool, blockBytes, {
        next: () => {
          signal?.throwIfAborted();
          return hits.next(Number.POSITIVE_INFINITY);
        },
      });
    } finally {
      await hits.close();
    }
  }

  async function replace(needed: readonly Run[]): Promise<void> {
    const others = runs.filter((run) => !needed.includes(run));
    runs = [...needed];
    if (books === null) return;
    await books.replace(runs);
    for (const { file } of others) await file.remove();
  }

  return {
    get all() {
      return runs;
    },
    get written() {
      return written;
    },
    get peakBytes() {
      return peakBytes;
    },
    async write(hits) {
      runs.push(await writeRun(spool, blockBytes, hits));
      written++;
    },
    adopt: (run) => {
      runs.push(run);
    },
    async merged(signal, makeRoom) {
      let chains: readonly Chain[] = chainsOf(runs, (left, right) => compareRows(left, 0, right, 0));
      for (;;) {
        const { now, later, bytes } = nextMerge(chains, memoryBytes);
        peakBytes = Math.max(peakBytes, bytes);
        makeRoom(bytes);
        if (later.length === 0) return mergeChains(now, { keep: books !== null });
        const size = now.reduce((sum, chain) => sum + bytesOf(chain), 0);
        // The copy has other blocks, and so a little more or less than what it is made of.
        if (books !== null && spool.room < size * 1.1) {
          await books.forget();
          books = null;
        }
        chains = [...later, [await mergedRun(now, signal)]];
        await replace(chains.flat());
      }
    },
    async release(seconds) {
      if (books === null) return;
      const needed = runs.filter(({ last }) => last.seconds[0]! >= seconds);
      if (needed.length < runs.length) await replace(needed);
    },
    async clear() {
      for (const { file } of runs) await file.remove();
      runs = [];
      written = 0;
    },
  };
}

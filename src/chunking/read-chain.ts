import { blockIn, type RunBlock } from './run-block.ts';
import { blockBytesOf, type Run } from './run-file.ts';

/** Runs of which none begins before the one ahead of it ends: read one after another they are in order. */
export type Chain = readonly Run[];

/** Reads a chain block by block, with the next one on its way. */
export interface ChainReader {
  /** The next block, or `null` at the end. The block before it is overwritten. One call at a time. */
  next(): Promise<RunBlock | null>;
  /** Closes the open file; never rejects. */
  close(): Promise<void>;
}

/** What reading a chain holds in memory: the block that is read and the next one. */
export function memoryOf(chain: Chain): number {
  return 2 * chain.reduce((most, { mostBlockBytes }) => Math.max(most, mostBlockBytes), 0);
}

/** Reads a chain once; the file of each run is closed as soon as its last block lies in memory, and without `keep` removed. */
export function readChain(chain: Chain, keep: boolean): ChainReader {
  const memoryBytes = memoryOf(chain) / 2;
  const memories: ArrayBuffer[] = [];
  let run = 0;
  let block = 0;
  let turn = 0;
  let ahead: Promise<RunBlock | null> | null = null;

  async function load(): Promise<RunBlock | null> {
    while (run < chain.length && block === chain[run]!.starts.length) {
      const { file } = chain[run]!;
      await (keep ? file.close() : file.remove());
      run++;
      block = 0;
    }
    const current = chain[run];
    if (current === undefined) return null;
    turn = 1 - turn;
    memories[turn] ??= new ArrayBuffer(memoryBytes);
    const memory = memories[turn]!;
    const size = blockBytesOf(current, block);
    await current.file.read(new Uint8Array(memory, 0, size), current.starts[block]!);
    return blockIn(memory, current.rowsOf[block++]!, size);
  }

  return {
    async next() {
      const loaded = await (ahead ?? load());
      ahead = load();
      // Who asks next hears of it; until then nobody listens.
      ahead.catch(() => undefined);
      return loaded;
    },
    async close() {
      await ahead?.catch(() => undefined);
      await chain[run]?.file.close().catch(() => undefined);
    },
  };
}

/**
 * Arranges runs in as few chains as their first and last rows allow. Rows that came in order, or whose files did in any
 * order, become one chain: nothing is left to merge.
 */
export function chainsOf(runs: readonly Run[], compare: (left: RunBlock, right: RunBlock) => number): Chain[] {
  const chains: Run[][] = [];
  for (const run of [...runs].sort((left, right) => compare(left.first, right.first))) {
    const chain = chains.find((each) => compare(each.at(-1)!.last, run.first) <= 0);
    if (chain === undefined) chains.push([run]);
    else chain.push(run);
  }
  return chains;
}

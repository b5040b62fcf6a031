const BLOCK_BYTES = 1_048_576;

/** Memory that is filled from its beginning to its end, in blocks that stay where they are. */
export interface BufferBlocks {
  /** How far the block that was asked for last is filled; who fills it says so. */
  used: number;
  /** The number of that block; -1 where there is none. */
  readonly last: number;
  at(block: number): Buffer;
  /** The block to write into, with room for `atMost` bytes from `used` on: the last one, or a new one. */
  blockFor(atMost: number): Buffer;
  /** Forgets what is written, and keeps the memory for what comes next. */
  clear(): void;
  /** Gives back the memory of blocks that hold nothing, but for `kept` bytes. */
  release(kept: number): void;
}

/** Blocks of 1 MB, or of what is longer; none yet. */
export function createBufferBlocks(): BufferBlocks {
  let filled: Buffer[] = [];
  let spare: Buffer[] = [];
  const blocks: BufferBlocks = {
    used: 0,
    get last() {
      return filled.length - 1;
    },
    at: (block) => filled[block]!,
    blockFor(atMost) {
      const current = filled.at(-1);
      if (current !== undefined && blocks.used + atMost <= current.length) return current;
      const next =
        atMost > BLOCK_BYTES ? Buffer.allocUnsafeSlow(atMost) : (spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES));
      filled.push(next);
      blocks.used = 0;
      return next;
    },
    clear() {
      spare = [...spare, ...filled.filter((block) => block.length === BLOCK_BYTES)];
      filled = [];
      blocks.used = 0;
    },
    release(kept) {
      spare = spare.slice(0, Math.floor(kept / BLOCK_BYTES));
    },
  };
  return blocks;
}

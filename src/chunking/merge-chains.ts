import type { HitBatch, SortedHits } from './hit-rows.ts';
import { type Chain, readChain } from './read-chain.ts';
import {
  compareRows,
  copyRow,
  haveSameKey,
  MOST_BLOCK_ROWS,
  type RunBlock,
  rowsOfBlocks,
  SLOT_SHIFT,
} from './run-block.ts';

/**
 * Merges chains to the total order, without copying a row: a batch ends where the block of some chain does. Without
 * `keep` it removes each run's file when it has been read. One chain alone is handed through without a comparison.
 */
export function mergeChains(chains: readonly Chain[], { keep }: { readonly keep: boolean }): SortedHits {
  const readers = chains.map((chain) => readChain(chain, keep));
  const blocks: (RunBlock | null)[] = chains.map(() => null);
  const rows = rowsOfBlocks(blocks);
  const at = new Uint32Array(chains.length);
  /** Slots whose next block is still to be had; they are not in the heap. */
  const empty = chains.map((_, slot) => slot);
  const heap = createSlotHeap(chains.length, (left, right) =>
    compareRows(blocks[left]!, at[left]!, blocks[right]!, at[right]!),
  );
  const positions = new Uint32Array(MOST_BLOCK_ROWS);
  let last: RunBlock | null = null;

  async function refill(): Promise<void> {
    for (let slot = empty.pop(); slot !== undefined; slot = empty.pop()) {
      blocks[slot] = await readers[slot]!.next();
      at[slot] = 0;
      if (blocks[slot] !== null) heap.push(slot);
    }
  }

  function batchUntil(before: number): HitBatch | null {
    let count = 0;
    let duplicateKeys = 0;
    let previous = last;
    let previousRow = 0;
    while (heap.size > 0 && count < positions.length) {
      const slot = heap.top();
      const block = blocks[slot]!;
      const row = at[slot]!;
      if (block.seconds[row]! >= before) break;
      positions[count++] = (slot << SLOT_SHIFT) | row;
      if (previous !== null && haveSameKey(previous, previousRow, block, row)) duplicateKeys++;
      previous = block;
      previousRow = row;
      at[slot] = row + 1;
      if (row + 1 === block.rows) {
        heap.pop();
        empty.push(slot);
        break;
      }
      heap.settleTop();
    }
    if (count === 0 || previous === null) return null;
    last = copyRow(previous, previousRow);
    return { rows, positions: positions.subarray(0, count), duplicateKeys };
  }

  return {
    async next(before) {
      await refill();
      return batchUntil(before);
    },
    async close() {
      for (const reader of readers) await reader.close();
    },
  };
}

/** Slots, the one with the least row on top. */
interface SlotHeap {
  readonly size: number;
  top(): number;
  push(slot: number): void;
  pop(): void;
  /** The top slot's row has become a later one: puts it where it belongs. */
  settleTop(): void;
}

function createSlotHeap(most: number, compare: (left: number, right: number) => number): SlotHeap {
  const slots = new Uint32Array(most);
  let size = 0;

  function sink(): void {
    const slot = slots[0]!;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && compare(slots[child + 1]!, slots[child]!) < 0) child++;
      if (compare(slot, slots[child]!) <= 0) break;
      slots[at] = slots[child]!;
      at = child;
    }
    slots[at] = slot;
  }

  return {
    get size() {
      return size;
    },
    top: () => slots[0]!,
    push(slot) {
      let at = size++;
      while (at > 0) {
        const above = (at - 1) >> 1;
        if (compare(slots[above]!, slot) <= 0) break;
        slots[at] = slots[above]!;
        at = above;
      }
      slots[at] = slot;
    },
    pop() {
      slots[0] = slots[--size]!;
      sink();
    },
    settleTop: sink,
  };
}

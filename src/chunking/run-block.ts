import type { HitRows } from './hit-rows.ts';
import { decodeKey } from './sort-key.ts';

/** Bytes of a row beside its key and line: seconds, nanoseconds, where line and row end, stream, group. */
export const ROW_COLUMNS_BYTES = 8 + 4 + 4 + 4 + 2 + 2;
/** A position in several blocks at once is `slot << SLOT_SHIFT | row`. */
export const SLOT_SHIFT = 14;
/** A block has at most this many rows, so that its rows have positions of their own in every slot. */
export const MOST_BLOCK_ROWS = 2 ** SLOT_SHIFT;

const LINE_FEED_BYTES = 1;

/**
 * Sorted hits as they lie in a spool file and, without any decoding, in memory: columns, then for each row its sortable
 * key and its line with the line feed. In the byte order of this machine: a spool never leaves it.
 */
export interface RunBlock {
  readonly rows: number;
  readonly seconds: Float64Array;
  readonly nanos: Uint32Array;
  /** In `bytes`, for each row: where its line begins, which is where its key ends. */
  readonly lineStart: Uint32Array;
  /** In `bytes`, for each row: after its line feed, which is where the next row's key begins. */
  readonly rowEnd: Uint32Array;
  readonly streams: Uint16Array;
  readonly groups: Uint16Array;
  readonly bytes: Buffer;
}

/** The block of `rows` rows that stands in `size` bytes of `memory` from `start` on, which is a multiple of 8. */
export function blockIn(memory: ArrayBuffer, rows: number, size: number, start = 0): RunBlock {
  const columns = ROW_COLUMNS_BYTES * rows;
  return {
    rows,
    seconds: new Float64Array(memory, start, rows),
    nanos: new Uint32Array(memory, start + 8 * rows, rows),
    lineStart: new Uint32Array(memory, start + 12 * rows, rows),
    rowEnd: new Uint32Array(memory, start + 16 * rows, rows),
    streams: new Uint16Array(memory, start + 20 * rows, rows),
    groups: new Uint16Array(memory, start + 22 * rows, rows),
    bytes: Buffer.from(memory, start + columns, size - columns),
  };
}

/** Enters a hit in a block's columns, its key to be put at `start` of the bytes; who puts it there enters where the row ends. */
export function enterRow(block: RunBlock, row: number, hits: HitRows, position: number, start: number): void {
  block.seconds[row] = hits.seconds(position);
  block.nanos[row] = hits.nanos(position);
  block.streams[row] = hits.stream(position);
  block.groups[row] = hits.group(position);
  block.lineStart[row] = start + hits.keyBytes(position);
}

/** One row of a block, copied into a block of its own: it stays when the block's memory is used again. */
export function copyRow(block: RunBlock, row: number): RunBlock {
  const start = rowStart(block, row);
  const end = block.rowEnd[row]!;
  const size = ROW_COLUMNS_BYTES + end - start;
  const copy = blockIn(new ArrayBuffer(size), 1, size);
  copy.seconds[0] = block.seconds[row]!;
  copy.nanos[0] = block.nanos[row]!;
  copy.lineStart[0] = block.lineStart[row]! - start;
  copy.rowEnd[0] = end - start;
  copy.streams[0] = block.streams[row]!;
  copy.groups[0] = block.groups[row]!;
  block.bytes.copy(copy.bytes, 0, start, end);
  return copy;
}

/** The total order of hits, as `HitBuffer` has it: negative, zero or positive, as for `Array.sort`. */
export function compareRows(left: RunBlock, leftRow: number, right: RunBlock, rightRow: number): number {
  const byTime = compareTimeAndStream(left, leftRow, right, rightRow);
  if (byTime !== 0) return byTime;
  const byKey = compareKeys(left, leftRow, right, rightRow);
  if (byKey !== 0) return byKey;
  // Line feeds are left out: with them, a line would come after those that go on with a smaller byte.
  return left.bytes.compare(
    right.bytes,
    right.lineStart[rightRow]!,
    right.rowEnd[rightRow]! - LINE_FEED_BYTES,
    left.lineStart[leftRow]!,
    left.rowEnd[leftRow]! - LINE_FEED_BYTES,
  );
}

/** Whether two hits share time, stream and key. */
export function haveSameKey(left: RunBlock, leftRow: number, right: RunBlock, rightRow: number): boolean {
  return (
    compareTimeAndStream(left, leftRow, right, rightRow) === 0 && compareKeys(left, leftRow, right, rightRow) === 0
  );
}

/** The hits of the blocks that lie in these slots at the moment; positions as at `SLOT_SHIFT`. */
export function rowsOfBlocks(slots: readonly (RunBlock | null)[]): HitRows {
  const blockOf = (position: number): RunBlock => slots[position >>> SLOT_SHIFT]!;
  const rowOf = (position: number): number => position & (MOST_BLOCK_ROWS - 1);
  return {
    seconds: (position) => blockOf(position).seconds[rowOf(position)]!,
    nanos: (position) => blockOf(position).nanos[rowOf(position)]!,
    stream: (position) => blockOf(position).streams[rowOf(position)]!,
    group: (position) => blockOf(position).groups[rowOf(position)]!,
    key(position) {
      const block = blockOf(position);
      const row = rowOf(position);
      return decodeKey(block.bytes, rowStart(block, row), block.lineStart[row]!);
    },
    keyBytes(position) {
      const block = blockOf(position);
      const row = rowOf(position);
      return block.lineStart[row]! - rowStart(block, row);
    },
    lineBytes(position) {
      const block = blockOf(position);
      const row = rowOf(position);
      return block.rowEnd[row]! - block.lineStart[row]!;
    },
    useLine(position, use) {
      const block = blockOf(position);
      const row = rowOf(position);
      use(block.bytes, block.lineStart[row]!, block.rowEnd[row]!);
    },
    useRow(position, use) {
      const block = blockOf(position);
      const row = rowOf(position);
      use(block.bytes, rowStart(block, row), block.rowEnd[row]!);
    },
  };
}

function rowStart(block: RunBlock, row: number): number {
  return row === 0 ? 0 : block.rowEnd[row - 1]!;
}

function compareTimeAndStream(left: RunBlock, leftRow: number, right: RunBlock, rightRow: number): number {
  const bySeconds = left.seconds[leftRow]! - right.seconds[rightRow]!;
  if (bySeconds !== 0) return bySeconds;
  const byNanos = left.nanos[leftRow]! - right.nanos[rightRow]!;
  return byNanos !== 0 ? byNanos : left.streams[leftRow]! - right.streams[rightRow]!;
}

function compareKeys(left: RunBlock, leftRow: number, right: RunBlock, rightRow: number): number {
  return left.bytes.compare(
    right.bytes,
    rowStart(right, rightRow),
    right.lineStart[rightRow]!,
    rowStart(left, leftRow),
    left.lineStart[leftRow]!,
  );
}

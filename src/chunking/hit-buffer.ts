import { encodeLine } from '../csv/encode-csv.ts';
import { MigrationError } from '../domain/error.ts';
import { createBufferBlocks } from './buffer-blocks.ts';
import { BUFFER_COLUMNS_BYTES, createBufferColumns } from './buffer-columns.ts';
import { blockOfPack, type HitPack } from './hit-pack.ts';
import type { HitRows } from './hit-rows.ts';
import type { RunBlock } from './run-block.ts';
import { decodeKey, keyBytesAtMost, writeKey } from './sort-key.ts';
import { inArrivalOrder, sortedPositions } from './sorted-positions.ts';

const LINE_FEED = 0x0a;
/** What a row costs beside its key and line: its columns, and two indexes while sorting. */
const ROW_BYTES = BUFFER_COLUMNS_BYTES + 2 * 4;
const MOST_INDEX = 0xffff;
/** Texts that may be longer are measured: a generous bound would cost memory. */
const MOST_GUESSED = 131_072;

/** Hits in memory. A *position* is a hit's number in order of arrival. */
export interface HitBuffer extends HitRows {
  /**
   * Takes a hit. `seconds` is a whole number, may be negative; `cells` and `plain` become its line as `encodeLine` has it,
   * in UTF-8: half of a surrogate pair becomes U+FFFD. None of the arrays is kept.
   * `false`: it no longer fits the budget and was not taken. Throws `build.memory` where it does not fit an empty buffer.
   */
  add(
    seconds: number,
    nanos: number,
    stream: number,
    group: number,
    key: readonly string[],
    cells: readonly string[],
    plain?: Uint8Array,
  ): boolean;
  /** Copies the hits of a pack. `false`: they do not fit beside those that are here, and were not taken. */
  adopt(pack: HitPack): boolean;
  readonly rows: number;
  /** What the rows need, sorting included: what is held against the budget. Up to half of the columns and one block come on top. */
  readonly bytes: number;
  /** Whether all hits so far arrived in order, so that nothing had to be sorted. */
  readonly wasOrdered: boolean;
  /**
   * All positions in the total order: time, stream, key (`sort-key.ts`), line bytes. It does not depend on the order of
   * arrival: hits that are equal in all of it are the same bytes. Valid until the next `add` or `clear`.
   */
  order(): Uint32Array;
  /** The part of `order()` whose seconds are in [from, to). */
  rangeOf(from: number, to: number): Uint32Array;
  /** How many of these sorted positions share time, stream and key with the one before: keys that are not unique. */
  duplicateKeys(positions: Uint32Array): number;
  /** Forgets all hits; keeps the memory for the next ones. */
  clear(): void;
  /** Forgets all hits, and gives the memory of their keys and lines back, but for `kept` bytes. */
  release(kept: number): void;
}

/** An empty buffer; `memoryBytes` is the budget of `build.memory`. */
export function createHitBuffer({ memoryBytes }: { memoryBytes: number }): HitBuffer {
  const blocks = createBufferBlocks();
  let columns = createBufferColumns(1024, null);
  let rows = 0;
  let bytes = 0;
  let ordered = true;
  let positions: Uint32Array | null = null;

  function grow(): void {
    columns = createBufferColumns(Math.ceil(columns.capacity * 1.5), columns);
  }

  /** Takes the hit that lies in the current block: its key at `key`, its line from `line` to `end`. There is room for it. */
  function enter(
    atSeconds: number,
    atNanos: number,
    stream: number,
    group: number,
    key: number,
    line: number,
    end: number,
  ): void {
    columns.seconds[rows] = atSeconds;
    columns.nanos[rows] = atNanos;
    columns.streams[rows] = stream;
    columns.groups[rows] = group;
    columns.block[rows] = blocks.last;
    columns.keyStart[rows] = key;
    columns.lineStart[rows] = line;
    columns.lineEnd[rows] = end;
    if (ordered && rows > 0) ordered = compare(rows - 1, rows) <= 0;
    rows++;
  }

  /** Copies hits from `first` on, as many as one block takes; returns the next one. */
  function copyHits(hits: RunBlock, first: number): number {
    const start = first === 0 ? 0 : hits.rowEnd[first - 1]!;
    const block = blocks.blockFor(hits.rowEnd[first]! - start);
    const moved = blocks.used - start;
    let next = first;
    while (next < hits.rows && hits.rowEnd[next]! + moved <= block.length) next++;
    blocks.used += hits.bytes.copy(block, blocks.used, start, hits.rowEnd[next - 1]!);
    for (let row = first; row < next; row++) {
      enter(
        hits.seconds[row]!,
        hits.nanos[row]!,
        hits.streams[row]!,
        hits.groups[row]!,
        moved + (row === 0 ? 0 : hits.rowEnd[row - 1]!),
        moved + hits.lineStart[row]!,
        moved + hits.rowEnd[row]! - 1,
      );
    }
    return next;
  }

  /** Compares what lies from `start` to `end` of each. */
  function compareBytes(left: number, right: number, start: Uint32Array, end: Uint32Array): number {
    const source = blocks.at(columns.block[left]!);
    return source.compare(blocks.at(columns.block[right]!), start[right]!, end[right]!, start[left]!, end[left]!);
  }

  const compareKeys = (left: number, right: number): number =>
    compareBytes(left, right, columns.keyStart, columns.lineStart);

  function compareTimeAndStream(left: number, right: number): number {
    const { seconds, nanos, streams } = columns;
    const bySeconds = seconds[left]! - seconds[right]!;
    if (bySeconds !== 0) return bySeconds;
    const byNanos = nanos[left]! - nanos[right]!;
    return byNanos !== 0 ? byNanos : streams[left]! - streams[right]!;
  }

  function compare(left: number, right: number): number {
    const byTime = compareTimeAndStream(left, right);
    if (byTime !== 0) return byTime;
    const byKey = compareKeys(left, right);
    return byKey !== 0 ? byKey : compareBytes(left, right, columns.lineStart, columns.lineEnd);
  }

  function order(): Uint32Array {
    positions ??= ordered ? inArrivalOrder(rows) : sortedPositions(rows, compare);
    return positions;
  }

  /** The first index in the order whose hit is not before `time`. */
  function firstFrom(sorted: Uint32Array, time: number): number {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (columns.seconds[sorted[middle]!]! < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    get rows() {
      return rows;
    },
    get bytes() {
      return bytes;
    },
    get wasOrdered() {
      return ordered;
    },
    add(atSeconds, atNanos, stream, group, key, cells, plain) {
      if (stream > MOST_INDEX || group > MOST_INDEX) throw new RangeError(`More than ${MOST_INDEX} streams or groups.`);
      if (rows === columns.capacity) grow();
      const line = encodeLine(cells, plain);
      const block = blocks.blockFor(keyBytesAtMost(key) + utf8BytesAtMost(line) + 1);
      const { used } = blocks;
      const afterKey = writeKey(key, block, used);
      const afterLine = afterKey + block.write(line, afterKey, 'utf8');
      const needed = ROW_BYTES + afterLine + 1 - used;
      if (bytes + needed > memoryBytes) {
        if (rows === 0) throw overBudget(needed, memoryBytes);
        return false;
      }
      block[afterLine] = LINE_FEED;
      enter(atSeconds, atNanos, stream, group, used, afterKey, afterLine);
      blocks.used = afterLine + 1;
      bytes += needed;
      positions = null;
      return true;
    },
    adopt(pack) {
      const hits = blockOfPack(pack);
      const needed = ROW_BYTES * hits.rows + hits.bytes.length;
      if (rows > 0 && bytes + needed > memoryBytes) return false;
      while (rows + hits.rows > columns.capacity) grow();
      for (let row = 0; row < hits.rows; ) row = copyHits(hits, row);
      bytes += needed;
      positions = null;
      return true;
    },
    order,
    rangeOf(from, to) {
      const sorted = order();
      return sorted.subarray(firstFrom(sorted, from), firstFrom(sorted, to));
    },
    duplicateKeys(sorted) {
      let count = 0;
      for (let index = 1; index < sorted.length; index++) {
        const before = sorted[index - 1]!;
        const position = sorted[index]!;
        if (compareTimeAndStream(before, position) === 0 && compareKeys(before, position) === 0) count++;
      }
      return count;
    },
    seconds: (position) => columns.seconds[position]!,
    nanos: (position) => columns.nanos[position]!,
    stream: (position) => columns.streams[position]!,
    group: (position) => columns.groups[position]!,
    key(position) {
      const block = blocks.at(columns.block[position]!);
      return decodeKey(block, columns.keyStart[position]!, columns.lineStart[position]!);
    },
    keyBytes: (position) => columns.lineStart[position]! - columns.keyStart[position]!,
    lineBytes: (position) => columns.lineEnd[position]! - columns.lineStart[position]! + 1,
    useLine(position, use) {
      use(blocks.at(columns.block[position]!), columns.lineStart[position]!, columns.lineEnd[position]! + 1);
    },
    useRow(position, use) {
      use(blocks.at(columns.block[position]!), columns.keyStart[position]!, columns.lineEnd[position]! + 1);
    },
    clear,
    release(kept) {
      clear();
      blocks.release(kept);
    },
  };

  function clear(): void {
    blocks.clear();
    rows = 0;
    bytes = 0;
    ordered = true;
    positions = null;
  }
}

/** Generous for short texts, exact for long ones: a UTF-16 unit is three bytes of UTF-8 at most. */
function utf8BytesAtMost(text: string): number {
  const bytes = 3 * text.length;
  return bytes <= MOST_GUESSED ? bytes : Buffer.byteLength(text);
}

function overBudget(bytes: number, budget: number): MigrationError {
  return new MigrationError(
    'build.memory',
    `One row alone needs ${bytes} bytes while it is sorted, build.memory allows ${budget}.`,
    { next: 'Raise build.memory, or cut the long columns of this row in the mapping.' },
  );
}

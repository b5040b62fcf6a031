import type { HitBatches, HitRows, UseBytes } from './hit-rows.ts';
import { blockIn, copyRow, enterRow, MOST_BLOCK_ROWS, ROW_COLUMNS_BYTES, type RunBlock } from './run-block.ts';
import type { Spool, SpoolFile } from './spool.ts';

/**
 * Sorted hits in a file of the spool: blocks, each behind its size and its rows as two integers of four bytes, so that
 * they can be found again by reading the file.
 */
export interface Run {
  readonly file: SpoolFile;
  readonly rows: number;
  /** Of each block, in order: where it begins in the file, behind its header, how many rows it has, and the seconds of its first one. */
  readonly starts: readonly number[];
  readonly rowsOf: readonly number[];
  readonly firstSeconds: readonly number[];
  /** The least memory that takes every block of the run. */
  readonly mostBlockBytes: number;
  /** The first and the last row, each in a block of its own. */
  readonly first: RunBlock;
  readonly last: RunBlock;
}

/** What stands before each block of a file: its size and its rows, in the byte order of this machine, as all of it. */
export const BLOCK_HEADER_BYTES = 8;

/** The size of a block in the run's file. */
export function blockBytesOf({ starts, file }: Run, block: number): number {
  const next = starts[block + 1];
  return (next === undefined ? file.bytes : next - BLOCK_HEADER_BYTES) - starts[block]!;
}

/**
 * Writes sorted hits, at least one, to a new file of the spool, in blocks of at most `blockBytes`; a longer row has a
 * block of its own. When it rejects its file is gone, as far as the disk allows.
 */
export async function writeRun(spool: Spool, blockBytes: number, hits: HitBatches): Promise<Run> {
  const file = await spool.create();
  try {
    const run = await fill(file, blockBytes, hits);
    await file.close();
    return run;
  } catch (error) {
    await file.remove().catch(() => undefined);
    throw error;
  }
}

async function fill(file: SpoolFile, blockBytes: number, hits: HitBatches): Promise<Run> {
  const starts: number[] = [];
  const rowsOf: number[] = [];
  const firstSeconds: number[] = [];
  let rows = 0;
  let mostBlockBytes = 0;
  let first: RunBlock | null = null;
  let last: RunBlock | null = null;
  const block = createFilling(blockBytes);
  let end = 0;
  /** The block before, which goes to the disk while the next one is filled. */
  let writing: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    const { bytes, filled } = block.take();
    starts.push(end + BLOCK_HEADER_BYTES);
    end += bytes.length;
    rowsOf.push(filled.rows);
    firstSeconds.push(filled.seconds[0]!);
    rows += filled.rows;
    mostBlockBytes = Math.max(mostBlockBytes, bytes.length - BLOCK_HEADER_BYTES);
    first ??= copyRow(filled, 0);
    last = copyRow(filled, filled.rows - 1);
    await writing;
    writing = file.write(bytes);
    // Told when the next one is due.
    writing.catch(() => undefined);
  }

  try {
    for (let batch = await hits.next(); batch !== null; batch = await hits.next()) {
      for (const position of batch.positions) {
        const { rows: source } = batch;
        if (!block.fits(source.keyBytes(position) + source.lineBytes(position))) await flush();
        block.append(source, position);
      }
    }
    if (block.rows > 0) await flush();
    await writing;
  } finally {
    // Nothing is on its way to a file that is removed.
    await writing.catch(() => undefined);
  }
  if (first === null || last === null) throw new RangeError('A run has at least one row.');
  return { file, rows, starts, rowsOf, firstSeconds, mostBlockBytes, first, last };
}

/** A block that is being filled: the columns' lengths are known only when it is full. */
interface Filling {
  readonly rows: number;
  /** Whether a row with these bytes of key and line still goes in; always, when the block is empty. */
  fits(bytes: number): boolean;
  append(hits: HitRows, position: number): void;
  /** The block as it goes to the file, valid until the next `take` but one; begins a new one. */
  take(): FilledBlock;
}

interface FilledBlock {
  /** Its header and itself. */
  readonly bytes: Uint8Array;
  readonly filled: RunBlock;
}

function createFilling(blockBytes: number): Filling {
  const most = Math.min(MOST_BLOCK_ROWS, Math.ceil(blockBytes / ROW_COLUMNS_BYTES) + 1);
  const columns = blockIn(new ArrayBuffer(ROW_COLUMNS_BYTES * most), most, ROW_COLUMNS_BYTES * most);
  let bytes = Buffer.allocUnsafeSlow(blockBytes);
  let memory = new ArrayBuffer(BLOCK_HEADER_BYTES + blockBytes);
  let other = new ArrayBuffer(BLOCK_HEADER_BYTES + blockBytes);
  let rows = 0;
  let used = 0;

  const put: UseBytes = (source, start, end) => {
    // Only a row that is alone in its block can be longer than the block.
    if (used + end - start > bytes.length) bytes = Buffer.allocUnsafeSlow(end - start);
    used += source.copy(bytes, used, start, end);
  };

  return {
    get rows() {
      return rows;
    },
    fits: (more) => rows === 0 || (rows < most && ROW_COLUMNS_BYTES * (rows + 1) + used + more <= blockBytes),
    append(hits, position) {
      enterRow(columns, rows, hits, position, used);
      hits.useRow(position, put);
      columns.rowEnd[rows] = used;
      rows++;
    },
    take() {
      const size = ROW_COLUMNS_BYTES * rows + used;
      const length = BLOCK_HEADER_BYTES + size;
      [memory, other] = [other, memory];
      if (length > memory.byteLength) memory = new ArrayBuffer(length);
      new Uint32Array(memory, 0, 2).set([size, rows]);
      const filled = blockIn(memory, rows, size, BLOCK_HEADER_BYTES);
      filled.seconds.set(columns.seconds.subarray(0, rows));
      filled.nanos.set(columns.nanos.subarray(0, rows));
      filled.lineStart.set(columns.lineStart.subarray(0, rows));
      filled.rowEnd.set(columns.rowEnd.subarray(0, rows));
      filled.streams.set(columns.streams.subarray(0, rows));
      filled.groups.set(columns.groups.subarray(0, rows));
      bytes.copy(filled.bytes, 0, 0, used);
      rows = 0;
      used = 0;
      return { bytes: new Uint8Array(memory, 0, length), filled };
    },
  };
}

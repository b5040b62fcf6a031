import { endianness } from 'node:os';
import { blockIn, copyRow, type RunBlock } from './run-block.ts';
import { BLOCK_HEADER_BYTES, type Run } from './run-file.ts';
import type { SpoolFile } from './spool.ts';

/** Names how runs lie in their files; a run of another form cannot be read. */
export const RUN_FORM = `1 ${endianness()}`;

/** A run that an earlier process wrote, as far as it is still needed. */
export interface OpenedRun {
  readonly run: Run;
  /** Its hits that are wanted, for each stream by position. */
  readonly rowsOfStreams: readonly number[];
}

/**
 * Finds the blocks of a run in its file again. Blocks whose hits are all before `from` (Unix seconds) are left out; of
 * those that stay some of the first hits may be before it. `null` where no hit is wanted. The file is a run, whole:
 * see `Spool.reopen`.
 */
export async function openRun(file: SpoolFile, streams: number, from: number): Promise<OpenedRun | null> {
  const starts: number[] = [];
  const rowsOf: number[] = [];
  const firstSeconds: number[] = [];
  const rowsOfStreams = new Array<number>(streams).fill(0);
  let rows = 0;
  let mostBlockBytes = 0;
  let first: RunBlock | null = null;
  let last: RunBlock | null = null;
  const header = new Uint32Array(BLOCK_HEADER_BYTES / 4);
  let memory = new ArrayBuffer(0);
  try {
    for (let at = 0; at < file.bytes; ) {
      await file.read(new Uint8Array(header.buffer), at);
      const size = header[0]!;
      const held = header[1]!;
      const start = at + BLOCK_HEADER_BYTES;
      at = start + size;
      if (memory.byteLength < size) memory = new ArrayBuffer(size);
      await file.read(new Uint8Array(memory, 0, size), start);
      const block = blockIn(memory, held, size);
      if (block.seconds[held - 1]! < from) continue;
      for (let row = 0; row < held; row++) {
        if (block.seconds[row]! < from) continue;
        rowsOfStreams[block.streams[row]!]!++;
        rows++;
      }
      starts.push(start);
      rowsOf.push(held);
      firstSeconds.push(block.seconds[0]!);
      mostBlockBytes = Math.max(mostBlockBytes, size);
      first ??= copyRow(block, 0);
      last = copyRow(block, held - 1);
    }
  } finally {
    await file.close();
  }
  if (first === null || last === null) return null;
  return { run: { file, rows, starts, rowsOf, firstSeconds, mostBlockBytes, first, last }, rowsOfStreams };
}

import type { HitRows, UseBytes } from './hit-rows.ts';
import { blockIn, enterRow, ROW_COLUMNS_BYTES, type RunBlock } from './run-block.ts';

/** Hits in one piece of memory, to be handed from one thread to another; in order of arrival. */
export interface HitPack {
  readonly rows: number;
  /** Bytes of `memory`, from its beginning on. */
  readonly size: number;
  readonly memory: ArrayBuffer;
}

/** Copies hits, those of positions 0 to `rows`, into `given`, or into new memory where there is no room for them. */
export function packHits(hits: HitRows, rows: number, given: ArrayBuffer | null): HitPack {
  let size = ROW_COLUMNS_BYTES * rows;
  for (let position = 0; position < rows; position++) size += hits.keyBytes(position) + hits.lineBytes(position);
  const memory = given !== null && given.byteLength >= size ? given : new ArrayBuffer(size);
  const block = blockIn(memory, rows, size);
  let at = 0;
  const put: UseBytes = (source, start, end) => {
    at += source.copy(block.bytes, at, start, end);
  };
  for (let position = 0; position < rows; position++) {
    enterRow(block, position, hits, position, at);
    hits.useRow(position, put);
    block.rowEnd[position] = at;
  }
  return { rows, size, memory };
}

/** The hits of a pack. */
export function blockOfPack({ rows, size, memory }: HitPack): RunBlock {
  return blockIn(memory, rows, size);
}

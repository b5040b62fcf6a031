/** What is known of hits in memory, a column for each thing, by position: where key and line lie is in `BufferBlocks`. */
export interface BufferColumns {
  /** So many positions there is room for. */
  readonly capacity: number;
  /** Whole seconds since 1970, may be negative. */
  readonly seconds: Float64Array;
  readonly nanos: Uint32Array;
  readonly streams: Uint16Array;
  readonly groups: Uint16Array;
  readonly block: Uint32Array;
  readonly keyStart: Uint32Array;
  /** Where the key ends. */
  readonly lineStart: Uint32Array;
  /** Where the line feed stands. */
  readonly lineEnd: Uint32Array;
}

/** What a position costs in memory. */
export const BUFFER_COLUMNS_BYTES = 8 + 4 + 2 + 2 + 4 * 4;

/** Columns with room for `capacity` positions, those of `from` at their beginning. */
export function createBufferColumns(capacity: number, from: BufferColumns | null): BufferColumns {
  return {
    capacity,
    seconds: copyInto(new Float64Array(capacity), from?.seconds),
    nanos: copyInto(new Uint32Array(capacity), from?.nanos),
    streams: copyInto(new Uint16Array(capacity), from?.streams),
    groups: copyInto(new Uint16Array(capacity), from?.groups),
    block: copyInto(new Uint32Array(capacity), from?.block),
    keyStart: copyInto(new Uint32Array(capacity), from?.keyStart),
    lineStart: copyInto(new Uint32Array(capacity), from?.lineStart),
    lineEnd: copyInto(new Uint32Array(capacity), from?.lineEnd),
  };
}

function copyInto<T extends Float64Array | Uint32Array | Uint16Array>(target: T, source: T | undefined): T {
  if (source !== undefined) target.set(source);
  return target;
}

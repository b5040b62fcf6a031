/** Receives a range of bytes; they are valid during the call only. */
export type UseBytes = (source: Buffer, start: number, end: number) => void;

/** Hits that lie in memory, each under a number: its *position*. `stream` and `group` are positions in lists of names. */
export interface HitRows {
  /** Whole seconds since 1970, may be negative. */
  seconds(position: number): number;
  nanos(position: number): number;
  stream(position: number): number;
  group(position: number): number;
  key(position: number): string[];
  /** Bytes of the key in its sortable form (`sort-key.ts`). */
  keyBytes(position: number): number;
  /** Bytes of the line and its line feed. */
  lineBytes(position: number): number;
  /** Hands over the line with its line feed, UTF-8. */
  useLine(position: number, use: UseBytes): void;
  /** Hands over the sortable key and, right behind it, the line with its line feed. */
  useRow(position: number, use: UseBytes): void;
}

/** Hits in the total order. Valid until the next batch is asked for. */
export interface HitBatch {
  readonly rows: HitRows;
  /** Never empty. */
  readonly positions: Uint32Array;
  /** How many of them share time, stream and key with the hit before, also where that one ended the batch before. */
  readonly duplicateKeys: number;
}

/** Hits in the total order, batch by batch, so that no promise is spent on a row. */
export interface HitBatches {
  /** `null` at the end, now and ever after. One call at a time. */
  next(): Promise<HitBatch | null>;
}

/** All hits of a store in the total order: time, stream, key, line bytes. To be walked once. */
export interface SortedHits {
  /** The next hits that are before `before` (Unix seconds); `null` where none are left before it. One call at a time. */
  next(before: number): Promise<HitBatch | null>;
  /** Closes what is open; what was not read is left where it is. Never rejects. */
  close(): Promise<void>;
}

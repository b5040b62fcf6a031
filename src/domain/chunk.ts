/** Names one chunk: `part` counts from 0 inside its slice and lane. */
export interface ChunkId {
  readonly group: string;
  readonly slice: number;
  readonly part: number;
}

/** One gzipped file of a lane as it was made. Paths are relative to the work folder, with `/`; times are Unix seconds. */
export interface ChunkFile extends ChunkId {
  readonly path: string;
  /** One JSON line `[stream, ...key]` per row, gzipped, in row order: leads from Adobe's row number to the source row. */
  readonly sidecar: string;
  readonly rows: number;
  readonly rawBytes: number;
  readonly gzBytes: number;
  /** Of the uncompressed CSV; the same on every machine (P4). */
  readonly rawSha256: string;
  /** Of the file on disk; may differ between zlib builds. */
  readonly gzSha256: string;
  readonly firstTime: number;
  readonly lastTime: number;
  /** Rows per stream, only streams that have any. */
  readonly streams: Readonly<Record<string, number>>;
}

/** The life of a chunk. `uploaded`, `partial` and `rejected` are final. */
export type ChunkState = 'sealed' | 'linted' | 'sending' | 'unknown' | 'uploaded' | 'partial' | 'rejected';

/** The states in which Adobe has the chunk, in whole or in part. */
export const withAdobe: readonly ChunkState[] = ['uploaded', 'partial'];

/** A chunk of a sealed slice. `key` is its idempotency key, fixed at sealing. */
export interface Chunk extends ChunkFile {
  readonly key: string;
  readonly state: ChunkState;
}

/** `<slice>-<part>`, zero-padded so that names sort in lane order. */
export function chunkName({ slice, part }: Pick<ChunkId, 'slice' | 'part'>): string {
  return `${sliceName(slice)}-${String(part).padStart(4, '0')}`;
}

/** `<group>/<slice>-<part>`: one name for each chunk of a migration, as commands take it and messages tell it. */
export function qualifiedName(id: ChunkId): string {
  return `${id.group}/${chunkName(id)}`;
}

/** The zero-padded name of a slice. */
export function sliceName(index: number): string {
  return String(index).padStart(6, '0');
}

/** Where a lane's chunks end. Bytes are uncompressed, header line and line feeds counted. */
export interface ChunkLimits {
  readonly maxRows: number;
  readonly maxRawBytes: number;
}

/**
 * Whether a chunk that holds `rows` rows in `rawBytes` bytes is closed before a line of `lineBytes` bytes goes in.
 * Depends on rows and raw bytes only, so boundaries are the same on every machine (P4).
 */
export function closesBefore(rows: number, rawBytes: number, lineBytes: number, limits: ChunkLimits): boolean {
  return rows > 0 && (rows >= limits.maxRows || rawBytes + lineBytes > limits.maxRawBytes);
}

/** Whether a line fits a chunk of its own; where not, no cut can help. */
export function fitsAlone(headerBytes: number, lineBytes: number, limits: ChunkLimits): boolean {
  return headerBytes + lineBytes <= limits.maxRawBytes;
}

/** Whether the name of a slice's part, counted from 0, still sorts in lane order; names have four digits for it. */
export function sortsByName(part: number): boolean {
  return part < 10_000;
}

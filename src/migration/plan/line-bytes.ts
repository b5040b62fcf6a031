import { encodeLine } from '../../csv/encode-csv.ts';

/** Bytes of the line that a hit becomes in a chunk, before compression, its line feed included. */
export function lineBytesOf(cells: readonly string[], plain?: Uint8Array): number {
  return Buffer.byteLength(encodeLine(cells, plain)) + 1;
}

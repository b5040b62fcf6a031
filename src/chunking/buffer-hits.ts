import type { HitBuffer } from './hit-buffer.ts';
import type { HitBatches, SortedHits } from './hit-rows.ts';

const BATCH_ROWS = 16_384;

/** All hits of a buffer in the total order, without a copy; valid until it is changed. */
export function sortedInMemory(buffer: HitBuffer): SortedHits {
  let from = Number.NEGATIVE_INFINITY;
  return {
    async next(before) {
      if (before <= from) return null;
      const positions = buffer.rangeOf(from, before);
      from = before;
      if (positions.length === 0) return null;
      return { rows: buffer, positions, duplicateKeys: buffer.duplicateKeys(positions) };
    },
    close: async () => undefined,
  };
}

/** The hits that arrived as numbers `from` to `to` (exclusive), in the total order; duplicate keys are not counted. */
export function arrivedBetween(buffer: HitBuffer, from: number, to: number): HitBatches {
  const sorted = buffer.order();
  const batch = new Uint32Array(Math.min(BATCH_ROWS, sorted.length));
  let at = 0;
  return {
    async next() {
      let count = 0;
      for (; at < sorted.length && count < batch.length; at++) {
        const position = sorted[at]!;
        if (position >= from && position < to) batch[count++] = position;
      }
      return count === 0 ? null : { rows: buffer, positions: batch.subarray(0, count), duplicateKeys: 0 };
    },
  };
}

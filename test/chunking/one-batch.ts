import type { HitBatch, HitBatches, HitRows } from '../../src/chunking/hit-rows.ts';

/** Hits of one `HitRows`, already in the total order, as one batch; none where there are no positions. */
export function oneBatch(rows: HitRows, positions: Uint32Array, duplicateKeys: number): HitBatches {
  let batch: HitBatch | null = positions.length === 0 ? null : { rows, positions, duplicateKeys };
  return {
    async next() {
      const given = batch;
      batch = null;
      return given;
    },
  };
}

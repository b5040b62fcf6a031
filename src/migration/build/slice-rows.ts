import type { HitBatches } from '../../chunking/hit-rows.ts';
import type { ReadCounts, Tally } from '../../domain/slice.ts';
import type { RejectList } from './reject-list.ts';

/** What a slice is sealed from. */
export interface SliceRows {
  readonly hits: HitBatches;
  /** What became of the rows; complete when all hits have been walked. */
  readonly counts: () => readonly ReadCounts[];
  readonly tallies: readonly Tally[];
  /** To be read once, after all hits. `null`: none belong to this slice. */
  readonly rejects: Pick<RejectList, 'batches'> | null;
}

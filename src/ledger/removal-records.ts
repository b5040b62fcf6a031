import { type ChunkId, qualifiedName } from '../domain/chunk.ts';
import { columnsOf } from './chunk-records.ts';
import type { LedgerDb } from './tables.ts';

/** Which chunks' files were given up after Adobe had taken them. */
export interface RemovalRecords {
  /**
   * Gives up the file of a chunk, before it is removed: a file that is missing without this mark is damage. May be said
   * again. Throws a plain error where the chunk is not uploaded.
   */
  markRemoved(id: ChunkId): Promise<void>;
  isMarkedRemoved(id: ChunkId): Promise<boolean>;
}

/** Removal over an open ledger; `now` is epoch ms. */
export function removalRecords(db: LedgerDb, now: () => number): RemovalRecords {
  return {
    markRemoved: async (id) => {
      const marked = await db
        .updateTable('chunks')
        .set(({ fn, ref, val }) => ({ removed_at: fn.coalesce(ref('removed_at'), val(now())) }))
        .where((is) => is.and(columnsOf(id)))
        .where('state', '=', 'uploaded')
        .executeTakeFirst();
      if (marked.numUpdatedRows !== 1n)
        throw new Error(`Chunk ${qualifiedName(id)} is not uploaded: its file must stay`);
    },

    isMarkedRemoved: async (id) => {
      const chunk = db
        .selectFrom('chunks')
        .select('removed_at')
        .where((is) => is.and(columnsOf(id)));
      return ((await chunk.executeTakeFirst())?.removed_at ?? null) !== null;
    },
  };
}

import { dropPassIn } from './pass-records.ts';
import type { LedgerDb } from './tables.ts';

/** Taking sealed slices back while nothing of them has ever been attempted. */
export interface UnsealRecords {
  /** Whether any chunk was ever attempted, or is known to be with Adobe. */
  anyAttempt(): Promise<boolean>;
  /**
   * Forgets the seals of all slices after the last one of which any chunk was attempted or moved on, in one transaction;
   * gives their number. Their files are built over when the slices are built again, from rows that are read again: a
   * first pass is forgotten.
   */
  unsealUnattempted(): Promise<number>;
}

/** Unsealing over an open ledger. */
export function unsealRecords(db: LedgerDb): UnsealRecords {
  const lastTouched = async (from: LedgerDb): Promise<number | null> => {
    const attempted = await from
      .selectFrom('attempts')
      .select(({ fn }) => fn.max<number | null>('slice').as('slice'))
      .executeTakeFirst();
    const moved = await from
      .selectFrom('chunks')
      .select(({ fn }) => fn.max<number | null>('slice').as('slice'))
      .where('state', 'not in', ['sealed', 'linted'])
      .executeTakeFirst();
    const found = [attempted?.slice, moved?.slice].filter((slice) => slice !== null && slice !== undefined);
    return found.length === 0 ? null : Math.max(...found);
  };
  return {
    anyAttempt: async () => (await lastTouched(db)) !== null,

    unsealUnattempted: () =>
      db.transaction().execute(async (trx) => {
        await dropPassIn(trx);
        const keep = (await lastTouched(trx)) ?? -1;
        // A pass of the gate belongs to the chunk that was shown; what is built again is shown again.
        for (const table of ['gate_passes', 'chunks', 'lanes', 'stream_counts', 'tallies'] as const)
          await trx.deleteFrom(table).where('slice', '>', keep).execute();
        const unsealed = await trx
          .updateTable('slices')
          .set({ sealed_at: null, content: null, rejects: null, duplicate_keys: null })
          .where('slice', '>', keep)
          .where('sealed_at', 'is not', null)
          .executeTakeFirst();
        return Number(unsealed.numUpdatedRows);
      }),
  };
}

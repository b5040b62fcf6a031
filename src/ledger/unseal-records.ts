import { sql } from 'kysely';
import { type JobRecord, noteIn, setJobIn } from './job-records.ts';
import { dropPassIn } from './pass-records.ts';
import type { LedgerDb } from './tables.ts';

/** Taking sealed slices back while nothing of them has ever been attempted. */
export interface UnsealRecords {
  /** Whether any chunk was ever attempted, or anything was told of one: by Adobe, or by a person. */
  anyAttempt(): Promise<boolean>;
  /**
   * Puts a job's changed content in force, in one transaction. The seals of all slices after the last one of which any chunk
   * was attempted, moved on or told of by a receipt are forgotten; a note (`accepted change`) tells their number behind
   * `what` was changed. Their files are built over when the slices are built again, from rows that are read again: a first
   * pass is forgotten. The first key of each lane that goes so is kept for `formerKeys`.
   */
  acceptChange(job: JobRecord, what: string): Promise<void>;
  /**
   * The keys that a lane would have sent next when its slices were unsealed, one for each time, while nothing of the lane
   * was attempted or moved on in their slices or behind. A newer ledger that is lost may have sent them.
   */
  formerKeys(group: string): Promise<readonly string[]>;
}

/** Unsealing over an open ledger; `now` is epoch ms. */
export function unsealRecords(db: LedgerDb, now: () => number): UnsealRecords {
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
    const told = await from
      .selectFrom('receipts')
      .select(({ fn }) => fn.max<number | null>('slice').as('slice'))
      .executeTakeFirst();
    const found = [attempted?.slice, moved?.slice, told?.slice].filter(
      (slice) => slice !== null && slice !== undefined,
    );
    return found.length === 0 ? null : Math.max(...found);
  };
  return {
    anyAttempt: async () => (await lastTouched(db)) !== null,

    acceptChange: (job, what) =>
      db.transaction().execute(async (trx) => {
        await dropPassIn(trx);
        const keep = (await lastTouched(trx)) ?? -1;
        await sql`
          INSERT OR IGNORE INTO former_keys SELECT lane, slice, idempotency_key FROM (
            SELECT lane, slice, idempotency_key, row_number() OVER (PARTITION BY lane ORDER BY slice, part) AS place
            FROM chunks WHERE slice > ${keep}
          ) WHERE place = 1`.execute(trx);
        // A pass of the gate belongs to the chunk that was shown; what is built again is shown again.
        for (const table of ['gate_passes', 'chunks', 'lanes', 'stream_counts', 'tallies'] as const)
          await trx.deleteFrom(table).where('slice', '>', keep).execute();
        const unsealed = await trx
          .updateTable('slices')
          .set({ sealed_at: null, content: null, rejects: null, duplicate_keys: null })
          .where('slice', '>', keep)
          .where('sealed_at', 'is not', null)
          .executeTakeFirst();
        await setJobIn(trx, job, now());
        const text = `${what}; ${unsealed.numUpdatedRows} sealed slices are built again`;
        await noteIn(trx, { at: now(), kind: 'accepted change', text });
      }),

    formerKeys: async (group) => {
      const found = await sql<{ key: string }>`
        SELECT idempotency_key AS key FROM former_keys AS f WHERE lane = ${group}
          AND NOT EXISTS (SELECT 1 FROM chunks AS c
            WHERE c.lane = f.lane AND c.slice >= f.slice AND c.state NOT IN ('sealed', 'linted'))
          AND NOT EXISTS (SELECT 1 FROM attempts AS a WHERE a.lane = f.lane AND a.slice >= f.slice)
        ORDER BY slice, key`.execute(db);
      return found.rows.map(({ key }) => key);
    },
  };
}

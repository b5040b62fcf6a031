import type { ChunkId } from '../domain/chunk.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { StreamCounts } from '../domain/slice.ts';
import { toStreamCounts } from './seal-records.ts';
import type { LedgerDb } from './tables.ts';

/** What a chunk's receipts and recorded losses say about its rows. */
export interface ChunkRowRecord extends ChunkId {
  readonly rows: number;
  /** The last receipt's numbers; `null` where there is none, or where it did not say. */
  readonly receiptRows: number | null;
  readonly invalidRows: number | null;
  /** Who testified to it last; `null` without a receipt. */
  readonly source: Receipt['source'] | null;
  readonly lostRows: number;
}

/** What a proof of the promises reads beside the files. */
export interface ProofRecords {
  /** Per slice and stream, zeros included. */
  sliceCounts(): Promise<readonly (StreamCounts & { readonly slice: number })[]>;
  /** Files of rejects, by slice, with the rows that each must hold. */
  rejectFiles(): Promise<readonly { readonly path: string; readonly rows: number }[]>;
  /**
   * The next chunks of a lane that are with Adobe, in lane order, at most `limit`, behind this one; `null`: from the first.
   * Few at a time, since a commit of the process that delivers waits for every statement that reads: see `eachDelivered`.
   */
  deliveredAfter(
    group: string,
    last: Pick<ChunkId, 'slice' | 'part'> | null,
    limit: number,
  ): Promise<readonly ChunkRowRecord[]>;
}

/** Proof records over an open ledger. */
export function proofRecords(db: LedgerDb): ProofRecords {
  return {
    sliceCounts: async () =>
      (await db.selectFrom('stream_counts').selectAll().orderBy('slice').orderBy('stream').execute()).map((row) => ({
        slice: row.slice,
        ...toStreamCounts(row),
      })),

    rejectFiles: async () => {
      const found = db.selectFrom('slices').select('rejects').where('rejects', 'is not', null).orderBy('slice');
      return (await found.execute()).map(
        ({ rejects }) => JSON.parse(rejects ?? '{}') as { path: string; rows: number },
      );
    },

    deliveredAfter: async (group, last, limit) => {
      let query = db
        .selectFrom('chunks as c')
        .select(['c.lane', 'c.slice', 'c.part', 'c.row_count'])
        .select((eb) => {
          const lastReceipt = eb
            .selectFrom('receipts as r')
            .whereRef('r.lane', '=', 'c.lane')
            .whereRef('r.slice', '=', 'c.slice')
            .whereRef('r.part', '=', 'c.part')
            .orderBy('r.id', 'desc')
            .limit(1);
          const lost = eb
            .selectFrom('lost_rows as l')
            .whereRef('l.lane', '=', 'c.lane')
            .whereRef('l.slice', '=', 'c.slice')
            .whereRef('l.part', '=', 'c.part');
          return [
            lastReceipt.select('r.row_count').as('receipt_rows'),
            lastReceipt.select('r.invalid_rows').as('invalid_rows'),
            lastReceipt.select('r.source').as('source'),
            lost.select(({ fn }) => fn.sum<number | null>('l.row_count').as('rows')).as('lost'),
          ];
        })
        .where('c.lane', '=', group)
        .where('c.state', 'in', ['uploaded', 'partial']);
      if (last !== null)
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('c.slice', 'c.part'), '>', tuple(last.slice, last.part)),
        );
      const rows = await query.orderBy('c.slice').orderBy('c.part').limit(limit).execute();
      return rows.map((row) => ({
        group: row.lane,
        slice: row.slice,
        part: row.part,
        rows: row.row_count,
        receiptRows: row.receipt_rows,
        invalidRows: row.invalid_rows,
        source: row.source,
        lostRows: row.lost ?? 0,
      }));
    },
  };
}

import { sql } from 'kysely';
import { type ChunkId, type ChunkState, withAdobe } from '../domain/chunk.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { StreamCounts } from '../domain/slice.ts';
import { ofSameChunk } from './chunk-records.ts';
import type { LedgerDb } from './tables.ts';

/** What a chunk's receipts and recorded losses say about its rows, and how it became known to be with Adobe. */
export interface ChunkRowRecord extends ChunkId {
  readonly state: ChunkState;
  readonly rows: number;
  /** The last receipt's numbers; `null` where there is none, or where it did not say. */
  readonly receiptRows: number | null;
  readonly invalidRows: number | null;
  readonly receiptSize: number | null;
  /** Who testified to it last; `null` without a receipt. */
  readonly source: Receipt['source'] | null;
  /** How its last attempt ended; `null` without one. */
  readonly outcome: string | null;
  readonly lostRows: number;
}

/** A lane in a slice whose chunks are not those that it was sealed with. */
export interface LaneMismatch {
  readonly group: string;
  readonly slice: number;
  readonly sealed: { readonly chunks: number; readonly rows: number };
  readonly found: { readonly chunks: number; readonly rows: number };
}

/** What a proof of the promises reads beside the files. */
export interface ProofRecords {
  /** Per slice and stream, zeros included. */
  sliceCounts(): Promise<readonly (StreamCounts & { readonly slice: number })[]>;
  /** Where what a lane was sealed with in a slice is not the sum over its chunks, by lane and slice. */
  laneMismatches(): Promise<readonly LaneMismatch[]>;
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
    sliceCounts: () =>
      db
        .selectFrom('stream_counts')
        .select(['slice', 'stream', 'read_rows as read', 'hits', 'rejected', 'filtered'])
        .orderBy('slice')
        .orderBy('stream')
        .execute(),

    laneMismatches: async () => {
      const found = await sql<
        Record<'slice' | 'sealedChunks' | 'sealedRows' | 'chunks' | 'rows', number> & { lane: string }
      >`
        SELECT * FROM (
          SELECT l.lane, l.slice, l.chunk_count AS sealedChunks, l.row_count AS sealedRows,
            count(c.lane) AS chunks, coalesce(sum(c.row_count), 0) AS rows
          FROM lanes AS l LEFT JOIN chunks AS c ON c.lane = l.lane AND c.slice = l.slice
          GROUP BY l.lane, l.slice
        ) WHERE sealedChunks <> chunks OR sealedRows <> rows ORDER BY lane, slice`.execute(db);
      return found.rows.map(({ lane, slice, sealedChunks, sealedRows, chunks, rows }) => ({
        group: lane,
        slice,
        sealed: { chunks: sealedChunks, rows: sealedRows },
        found: { chunks, rows },
      }));
    },

    rejectFiles: async () => {
      const found = db.selectFrom('slices').select('rejects').where('rejects', 'is not', null).orderBy('slice');
      return (await found.execute()).map(
        ({ rejects }) => JSON.parse(rejects ?? '{}') as { path: string; rows: number },
      );
    },

    deliveredAfter: async (group, last, limit) => {
      let query = db
        .selectFrom('chunks as c')
        .select(['c.lane', 'c.slice', 'c.part', 'c.state', 'c.row_count'])
        .select((eb) => {
          const lastReceipt = eb
            .selectFrom('receipts as r')
            .where(ofSameChunk('r', 'c'))
            .orderBy('r.id', 'desc')
            .limit(1);
          const lastAttempt = eb
            .selectFrom('attempts as a')
            .where(ofSameChunk('a', 'c'))
            .orderBy('a.number', 'desc')
            .limit(1);
          const lost = eb.selectFrom('lost_rows as l').where(ofSameChunk('l', 'c'));
          return [
            lastReceipt.select('r.row_count').as('receipt_rows'),
            lastReceipt.select('r.invalid_rows').as('invalid_rows'),
            lastReceipt.select('r.size').as('receipt_size'),
            lastReceipt.select('r.source').as('source'),
            lastAttempt.select('a.outcome').as('outcome'),
            lost.select(({ fn }) => fn.sum<number | null>('l.row_count').as('rows')).as('lost'),
          ];
        })
        .where('c.lane', '=', group)
        .where('c.state', 'in', withAdobe);
      if (last !== null)
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('c.slice', 'c.part'), '>', tuple(last.slice, last.part)),
        );
      const rows = await query.orderBy('c.slice').orderBy('c.part').limit(limit).execute();
      return rows.map((row) => ({
        group: row.lane,
        slice: row.slice,
        part: row.part,
        state: row.state,
        rows: row.row_count,
        receiptRows: row.receipt_rows,
        invalidRows: row.invalid_rows,
        receiptSize: row.receipt_size,
        source: row.source,
        outcome: row.outcome,
        lostRows: row.lost ?? 0,
      }));
    },
  };
}

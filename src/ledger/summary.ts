import { sql } from 'kysely';
import { type ChunkState, withAdobe } from '../domain/chunk.ts';
import type { StreamCounts, Tally } from '../domain/slice.ts';
import type { LedgerDb } from './tables.ts';

/** Where a migration stands, in numbers. Rows are counts, `bytes` those of the gzipped files. */
export interface LedgerSummary {
  readonly rows: { readonly read: number; readonly hits: number; readonly rejected: number; readonly filtered: number };
  readonly slices: { readonly total: number; readonly sealed: number };
  /** `built` are all; the others are those in each state. */
  readonly chunks: Readonly<Record<ChunkState, number>> & { readonly built: number };
  /** By group name. */
  readonly lanes: readonly LaneSummary[];
  /** Rows of hits that share time, stream and key with another one. */
  readonly duplicateKeys: number;
}

/** One lane. `uploaded` counts chunks that are with Adobe, with lost rows or without; `uploadedRows` are theirs. */
export interface LaneSummary {
  readonly group: string;
  readonly chunks: number;
  readonly uploaded: number;
  readonly rows: number;
  readonly uploadedRows: number;
  readonly bytes: number;
}

/** Totals for reports, each over all sealed slices. */
export interface SummaryRecords {
  summary(): Promise<LedgerSummary>;
  /** Per stream, by name. */
  streamCounts(): Promise<readonly StreamCounts[]>;
  /** Summed over slices; by stream, outcome, column, and the most frequent reason first. */
  tallies(): Promise<readonly Tally[]>;
  /** Rows that Adobe did not take, over all chunks. */
  lostRows(): Promise<number>;
  /** Bytes on disk of these lanes' chunks that are not with Adobe yet. */
  undeliveredBytes(groups: readonly string[]): Promise<number>;
}

const noChunks: Record<ChunkState, number> = {
  sealed: 0,
  linted: 0,
  sending: 0,
  unknown: 0,
  uploaded: 0,
  partial: 0,
  rejected: 0,
};

/** Totals over an open ledger. */
export function summaryRecords(db: LedgerDb): SummaryRecords {
  const streamCounts = () =>
    db
      .selectFrom('stream_counts')
      .groupBy('stream')
      .orderBy('stream')
      .select(({ fn }) => [
        'stream',
        fn.sum<number>('read_rows').as('read'),
        fn.sum<number>('hits').as('hits'),
        fn.sum<number>('rejected').as('rejected'),
        fn.sum<number>('filtered').as('filtered'),
      ])
      .execute();

  return {
    summary: async () => {
      const slices = await db
        .selectFrom('slices')
        .select(({ fn }) => [
          fn.countAll<number>().as('total'),
          fn.count<number>('sealed_at').as('sealed'),
          fn.sum<number | null>('duplicate_keys').as('duplicateKeys'),
        ])
        .executeTakeFirstOrThrow();
      const groups = await db.selectFrom('lanes').select('lane').distinct().orderBy('lane').execute();
      const built = await db
        .selectFrom('chunks')
        .groupBy(['lane', 'state'])
        .select(({ fn }) => [
          'lane',
          'state',
          fn.countAll<number>().as('chunks'),
          fn.sum<number>('row_count').as('rows'),
          fn.sum<number>('gz_bytes').as('bytes'),
        ])
        .execute();
      const chunks = { built: 0, ...noChunks };
      const lanes = new Map(
        groups.map(({ lane }) => [lane, { group: lane, chunks: 0, uploaded: 0, rows: 0, uploadedRows: 0, bytes: 0 }]),
      );
      for (const some of built) {
        chunks.built += some.chunks;
        chunks[some.state] += some.chunks;
        const lane = lanes.get(some.lane);
        if (lane === undefined) continue;
        lane.chunks += some.chunks;
        lane.rows += some.rows;
        lane.bytes += some.bytes;
        if (!withAdobe.includes(some.state)) continue;
        lane.uploaded += some.chunks;
        lane.uploadedRows += some.rows;
      }
      const rows = { read: 0, hits: 0, rejected: 0, filtered: 0 };
      for (const count of await streamCounts()) {
        rows.read += count.read;
        rows.hits += count.hits;
        rows.rejected += count.rejected;
        rows.filtered += count.filtered;
      }
      return {
        rows,
        slices: { total: slices.total, sealed: slices.sealed },
        chunks,
        lanes: [...lanes.values()],
        duplicateKeys: slices.duplicateKeys ?? 0,
      };
    },

    streamCounts,

    tallies: () =>
      db
        .selectFrom('tallies')
        .groupBy(['stream', 'outcome', 'column_name', 'reason'])
        .select(({ fn }) => [
          'stream',
          'outcome',
          'column_name as column',
          'reason',
          fn.sum<number>('occurrences').as('count'),
        ])
        .orderBy('stream')
        .orderBy('outcome')
        .orderBy('column_name')
        .orderBy('count', 'desc')
        .orderBy('reason')
        .execute(),

    lostRows: async () => {
      const sum = db.selectFrom('lost_rows').select(({ fn }) => fn.sum<number | null>('row_count').as('rows'));
      return (await sum.executeTakeFirst())?.rows ?? 0;
    },

    undeliveredBytes: async (groups) => {
      // By itself SQLite would walk all chunks of these lanes; named, the index is used or the statement refused.
      const found = await sql<{ bytes: number }>`
        SELECT coalesce(sum(gz_bytes), 0) AS bytes FROM chunks INDEXED BY chunks_open
        WHERE lane IN (SELECT value FROM json_each(${JSON.stringify(groups)}))
          AND state NOT IN ('uploaded', 'partial', 'rejected')`.execute(db);
      return found.rows[0]?.bytes ?? 0;
    },
  };
}

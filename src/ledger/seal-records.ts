import type { Selectable } from 'kysely';
import type { ChunkFile } from '../domain/chunk.ts';
import type { ReadCounts, StreamCounts, Tally } from '../domain/slice.ts';
import { columnsOf } from './chunk-records.ts';
import type { LedgerDb, Tables } from './tables.ts';

/** The file of a slice's rejects. `path` is relative to the work folder. */
export interface RejectsRecord {
  readonly path: string;
  readonly rows: number;
  readonly rawBytes: number;
  readonly gzBytes: number;
  readonly rawSha256: string;
  readonly gzSha256: string;
}

/** Everything that a slice became, durable on disk before it is entered. */
export interface SealedSlice {
  readonly slice: number;
  /** Every lane of the migration; those without a chunk are stored with zero. */
  readonly groups: readonly string[];
  /** Parts count from 0 in each lane without gaps. */
  readonly chunks: readonly (ChunkFile & { readonly key: string })[];
  readonly counts: readonly ReadCounts[];
  readonly tallies: readonly Tally[];
  /** `null` where nothing was rejected. */
  readonly rejects: RejectsRecord | null;
  readonly duplicateKeys: number;
}

/** What the ledger tells of a sealed slice, its chunks aside. */
export interface SliceRecord {
  readonly slice: number;
  readonly sealedAt: number;
  /** The number of the content that it was built with. */
  readonly content: number | null;
  readonly rejects: RejectsRecord | null;
  readonly duplicateKeys: number;
  readonly counts: readonly StreamCounts[];
  /** Every lane, by name, zeros included. */
  readonly lanes: readonly { readonly group: string; readonly chunks: number; readonly rows: number }[];
}

/** Sealing, and what it wrote. */
export interface SealRecords {
  /** Seals a slice in one transaction: all of it or nothing. A slice that is sealed or unknown is a bug of the caller. */
  sealSlice(sealed: SealedSlice): Promise<void>;
  /** `null` where the slice is not sealed. */
  sealedSlice(slice: number): Promise<SliceRecord | null>;
}

/** What became of the rows of one stream, as the ledger keeps it for a slice. */
export function toStreamCounts(row: Selectable<Tables['stream_counts']>): StreamCounts {
  const { stream, read_rows: read, hits, rejected, filtered } = row;
  return { stream, read, hits, rejected, filtered };
}

/** Sealing over an open ledger; `sealed` is called after each commit; `now` is epoch ms. */
export function sealRecords(db: LedgerDb, now: () => number, sealed: () => void): SealRecords {
  return {
    sealSlice: async (made) => {
      const lanes = countLanes(made);
      await db.transaction().execute(async (trx) => {
        const content = await trx.selectFrom('contents').select('number').orderBy('number', 'desc').executeTakeFirst();
        const marked = await trx
          .updateTable('slices')
          .set({
            sealed_at: now(),
            content: content?.number ?? null,
            rejects: made.rejects === null ? null : JSON.stringify(rejectsOf(made.rejects)),
            duplicate_keys: made.duplicateKeys,
          })
          .where('slice', '=', made.slice)
          .where('sealed_at', 'is', null)
          .executeTakeFirst();
        if (marked.numUpdatedRows !== 1n) throw new Error(`Slice ${made.slice} is sealed already, or not planned`);
        for (const [lane, { chunks, rows }] of lanes) {
          const values = { lane, slice: made.slice, chunk_count: chunks, row_count: rows };
          await trx.insertInto('lanes').values(values).execute();
        }
        for (const chunk of made.chunks) await trx.insertInto('chunks').values(chunkValues(chunk)).execute();
        for (const { stream, read, hits, rejected, filtered, beyond = 0 } of made.counts) {
          const values = { slice: made.slice, stream, read_rows: read, hits, rejected, filtered, beyond_rows: beyond };
          await trx.insertInto('stream_counts').values(values).execute();
        }
        for (const { stream, outcome, column, reason, count } of made.tallies) {
          await trx
            .insertInto('tallies')
            .values({ slice: made.slice, stream, outcome, column_name: column, reason, occurrences: count })
            .onConflict((conflict) =>
              conflict
                .columns(['slice', 'stream', 'outcome', 'column_name', 'reason'])
                .doUpdateSet((eb) => ({ occurrences: eb('tallies.occurrences', '+', eb.ref('excluded.occurrences')) })),
            )
            .execute();
        }
      });
      sealed();
    },

    sealedSlice: async (slice) => {
      const row = await db.selectFrom('slices').selectAll().where('slice', '=', slice).executeTakeFirst();
      if (row === undefined || row.sealed_at === null) return null;
      const counts = await db.selectFrom('stream_counts').selectAll().where('slice', '=', slice).execute();
      const lanes = await db.selectFrom('lanes').selectAll().where('slice', '=', slice).orderBy('lane').execute();
      return {
        slice,
        sealedAt: row.sealed_at,
        content: row.content,
        rejects: row.rejects === null ? null : (JSON.parse(row.rejects) as RejectsRecord),
        duplicateKeys: row.duplicate_keys ?? 0,
        counts: counts.map(toStreamCounts),
        lanes: lanes.map(({ lane, chunk_count, row_count }) => ({ group: lane, chunks: chunk_count, rows: row_count })),
      };
    },
  };
}

/** Chunks and rows per lane; an unknown lane, a gap between parts or a chunk of another slice is a bug. */
function countLanes({ slice, groups, chunks }: SealedSlice): Map<string, { chunks: number; rows: number }> {
  const lanes = new Map(groups.map((group) => [group, { chunks: 0, rows: 0 }]));
  for (const chunk of chunks) {
    const lane = lanes.get(chunk.group);
    if (lane === undefined || chunk.slice !== slice || chunk.part !== lane.chunks || chunk.rows < 1) {
      throw new Error(`Chunk ${chunk.group} ${chunk.slice}-${chunk.part} does not belong where slice ${slice} has it`);
    }
    lane.chunks++;
    lane.rows += chunk.rows;
  }
  return lanes;
}

function rejectsOf({ path, rows, rawBytes, gzBytes, rawSha256, gzSha256 }: RejectsRecord): RejectsRecord {
  return { path, rows, rawBytes, gzBytes, rawSha256, gzSha256 };
}

function chunkValues(chunk: ChunkFile & { readonly key: string }) {
  return { ...columnsOf(chunk), ...fileValues(chunk), state: 'sealed' as const };
}

/** What a chunk's file is, as columns. */
export function fileValues(chunk: ChunkFile & { readonly key: string }) {
  return {
    path: chunk.path,
    sidecar: chunk.sidecar,
    row_count: chunk.rows,
    raw_bytes: chunk.rawBytes,
    gz_bytes: chunk.gzBytes,
    raw_sha256: chunk.rawSha256,
    gz_sha256: chunk.gzSha256,
    first_time: chunk.firstTime,
    last_time: chunk.lastTime,
    streams: JSON.stringify(chunk.streams),
    idempotency_key: chunk.key,
  };
}

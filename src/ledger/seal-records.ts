import type { NotNull } from 'kysely';
import { type ChunkFile, qualifiedName } from '../domain/chunk.ts';
import type { ReadCounts, RejectsFile, Tally } from '../domain/slice.ts';
import { columnsOf } from './chunk-records.ts';
import { numberInForce } from './job-records.ts';
import type { LedgerDb } from './tables.ts';

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
  readonly rejects: RejectsFile | null;
  readonly duplicateKeys: number;
}

/** Sealing, and by which content slices were sealed. */
export interface SealRecords {
  /** Seals a slice in one transaction: all of it or nothing. A slice that is sealed or unknown is a bug of the caller. */
  sealSlice(sealed: SealedSlice): Promise<void>;
  /** The number of the content that each sealed slice was built with. */
  sealedContents(): Promise<ReadonlyMap<number, number>>;
}

/** Sealing over an open ledger; `sealed` is called after each commit; `now` is epoch ms. */
export function sealRecords(db: LedgerDb, now: () => number, sealed: () => void): SealRecords {
  return {
    sealSlice: async (made) => {
      const lanes = countLanes(made);
      await db.transaction().execute(async (trx) => {
        const marked = await trx
          .updateTable('slices')
          .set({
            sealed_at: now(),
            content: numberInForce(trx),
            rejects: made.rejects === null ? null : JSON.stringify(made.rejects),
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

    sealedContents: async () => {
      const sealed = db
        .selectFrom('slices')
        .select(['slice', 'content'])
        .where('content', 'is not', null)
        .$narrowType<{ content: NotNull }>();
      return new Map((await sealed.execute()).map(({ slice, content }) => [slice, content]));
    },
  };
}

/** Chunks and rows per lane; an unknown lane, a gap between parts or a chunk of another slice is a bug. */
function countLanes({ slice, groups, chunks }: SealedSlice): Map<string, { chunks: number; rows: number }> {
  const lanes = new Map(groups.map((group) => [group, { chunks: 0, rows: 0 }]));
  for (const chunk of chunks) {
    const lane = lanes.get(chunk.group);
    if (lane === undefined || chunk.slice !== slice || chunk.part !== lane.chunks || chunk.rows < 1) {
      throw new Error(`Chunk ${qualifiedName(chunk)} does not belong where slice ${slice} has it`);
    }
    lane.chunks++;
    lane.rows += chunk.rows;
  }
  return lanes;
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

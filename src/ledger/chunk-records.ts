import { type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import type { Chunk, ChunkId } from '../domain/chunk.ts';
import type { LostRows, Receipt } from '../domain/receipt.ts';
import type { ChunkColumns, LedgerDb, Tables } from './tables.ts';

/** Chunks of sealed slices, and what is known of them at Adobe. */
export interface ChunkRecords {
  /** Of one slice, or of all; by group, slice and part. All may be many: `eachChunk` reads them a few at a time. */
  chunks(slice?: number): Promise<readonly Chunk[]>;
  /** The next chunks of a lane, in lane order, at most `limit`, behind this one; `null`: from the first. */
  chunksAfter(group: string, last: Pick<Chunk, 'slice' | 'part'> | null, limit: number): Promise<readonly Chunk[]>;
  /** `null` where there is no such chunk in a sealed slice. */
  chunk(id: ChunkId): Promise<Chunk | null>;
  /** Of one chunk, oldest first. */
  receipts(id: ChunkId): Promise<readonly Receipt[]>;
  /** Rows of a chunk that Adobe did not take, in the order in which they were learned. */
  lost(id: ChunkId): Promise<readonly LostRows[]>;
  /** The chunks of which any row is lost, in the order in which that was learned. */
  chunksWithLoss(): Promise<readonly ChunkId[]>;
}

/** Read access to chunks over an open ledger. */
export function chunkRecords(db: LedgerDb): ChunkRecords {
  return {
    chunks: async (slice) => {
      const all = db.selectFrom('chunks').selectAll().orderBy('lane').orderBy('slice').orderBy('part');
      const query = slice === undefined ? all : all.where('slice', '=', slice);
      return (await query.execute()).map(toChunk);
    },

    chunksAfter: async (group, last, limit) => {
      let query = db.selectFrom('chunks').selectAll().where('lane', '=', group);
      if (last !== null)
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('slice', 'part'), '>', tuple(last.slice, last.part)),
        );
      return (await query.orderBy('slice').orderBy('part').limit(limit).execute()).map(toChunk);
    },

    chunk: async (id) => {
      const query = db
        .selectFrom('chunks')
        .selectAll()
        .where((is) => is.and(columnsOf(id)));
      const row = await query.executeTakeFirst();
      return row === undefined ? null : toChunk(row);
    },

    receipts: async (id) => {
      const query = db
        .selectFrom('receipts')
        .selectAll()
        .where((is) => is.and(columnsOf(id)))
        .orderBy('id');
      return (await query.execute()).map((row) => ({
        source: row.source,
        at: row.received_at,
        httpStatus: row.http_status,
        fileId: row.file_id,
        rows: row.row_count,
        invalidRows: row.invalid_rows,
        size: row.size,
        body: row.body,
      }));
    },

    lost: async (id) => {
      const query = db
        .selectFrom('lost_rows')
        .selectAll()
        .where((is) => is.and(columnsOf(id)))
        .orderBy('id');
      return (await query.execute()).map(({ chunk_row: row, row_count, reason }) => ({
        row,
        count: row_count,
        reason,
      }));
    },

    chunksWithLoss: async () => {
      const query = db
        .selectFrom('lost_rows')
        .groupBy(['lane', 'slice', 'part'])
        .orderBy(({ fn }) => fn.min('id'))
        .select(['lane', 'slice', 'part']);
      return (await query.execute()).map(idOf);
    },
  };
}

/** Attempts, as `sent`, each with its chunk. */
export function sentChunks(db: LedgerDb) {
  return db.selectFrom('attempts as sent').innerJoin('chunks', (join) => join.on(ofSameChunk('chunks', 'sent')));
}

/** That the rows of two tables are of the same chunk, to join them by. */
export function ofSameChunk(one: string, other: string): RawBuilder<SqlBool> {
  const columns: readonly (keyof ChunkColumns)[] = ['lane', 'slice', 'part'];
  const equal = columns.map((name) => sql`${sql.ref(`${one}.${name}`)} = ${sql.ref(`${other}.${name}`)}`);
  return sql<SqlBool>`${sql.join(equal, sql` AND `)}`;
}

/** A chunk's name as columns. */
export function columnsOf({ group, slice, part }: ChunkId): ChunkColumns {
  return { lane: group, slice, part };
}

function idOf({ lane, slice, part }: ChunkColumns): ChunkId {
  return { group: lane, slice, part };
}

/** A row of `chunks` as the other rooms know it. */
export function toChunk(row: Selectable<Tables['chunks']>): Chunk {
  return {
    ...idOf(row),
    path: row.path,
    sidecar: row.sidecar,
    rows: row.row_count,
    rawBytes: row.raw_bytes,
    gzBytes: row.gz_bytes,
    rawSha256: row.raw_sha256,
    gzSha256: row.gz_sha256,
    firstTime: row.first_time,
    lastTime: row.last_time,
    streams: JSON.parse(row.streams) as Record<string, number>,
    key: row.idempotency_key,
    state: row.state,
  };
}

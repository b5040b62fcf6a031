import { type Selectable, sql } from 'kysely';
import { type Chunk, type ChunkFile, type ChunkId, qualifiedName } from '../domain/chunk.ts';
import { changeState } from './change-state.ts';
import { columnsOf, toChunk } from './chunk-records.ts';
import { noteIn, numberInForce } from './job-records.ts';
import { fileValues } from './seal-records.ts';
import type { LedgerDb, Tables } from './tables.ts';

/** Chunks that are built again on their own, because their slice may be partly with Adobe already. */
export interface RebuildRecords {
  /**
   * The chunks that Adobe rejected under a content which is no longer the one in force, and those behind them in their
   * lanes that were never attempted and are of such a content too; where the gate refused one of them, those of all
   * lanes. Not one of which a look-up found something that no person has decided on. By slice, group and part.
   */
  chunksToRebuild(): Promise<readonly Chunk[]>;
  /** Enters that the gate refused the file of this key, which was never sent. */
  noteRefused(key: string): Promise<void>;
  /**
   * Puts other files in the places of chunks, which are `sealed` then, of the content in force, with a note of it (`built
   * again`), in one transaction. Their attempts and receipts stay. All that `chunksToRebuild` tells of a lane must come
   * at once: once its rejected chunk is replaced, nothing tells of those behind it any more. Throws a plain error where a
   * chunk may be with Adobe.
   */
  replaceChunks(chunks: readonly (ChunkFile & { readonly key: string })[], note: string): Promise<void>;
  /** Enters that the file of this key is not the one that was sealed, or is gone. */
  noteDamaged(key: string): Promise<void>;
  /** The keys of which that was entered, as far as their chunks still wait to be sent. */
  damagedKeys(): Promise<ReadonlySet<string>>;
  /**
   * Enters what compressing the same CSV has given this time. Throws a plain error where the CSV is another one, or the chunk
   * may be with Adobe.
   */
  restoreFile(id: ChunkId, file: Pick<ChunkFile, 'rawSha256' | 'gzBytes' | 'gzSha256'>): Promise<void>;
}

const refused = 'refused by the gate';
const damaged = 'damaged file';

/** Rebuilding over an open ledger; `now` is epoch ms. */
export function rebuildRecords(db: LedgerDb, now: () => number): RebuildRecords {
  return {
    chunksToRebuild: async () => {
      const found = await sql<Selectable<Tables['chunks']>>`
        WITH outdated AS (
          SELECT c.* FROM chunks AS c JOIN slices AS s ON s.slice = c.slice
          WHERE coalesce(c.content, s.content) < (SELECT max(number) FROM contents)
        )
        SELECT * FROM outdated AS o
        WHERE state = 'rejected' OR (
          state IN ('sealed', 'linted')
          AND (
            EXISTS (SELECT 1 FROM outdated AS r WHERE r.lane = o.lane AND r.state = 'rejected')
            OR EXISTS (SELECT 1 FROM outdated AS g JOIN notes AS n ON n.text = g.idempotency_key
              WHERE n.kind = ${refused} AND g.state IN ('sealed', 'linted'))
          )
          AND NOT EXISTS (SELECT 1 FROM attempts AS a WHERE a.lane = o.lane AND a.slice = o.slice AND a.part = o.part)
          AND 'lookup' IS NOT (SELECT source FROM receipts AS t
            WHERE t.lane = o.lane AND t.slice = o.slice AND t.part = o.part ORDER BY id DESC LIMIT 1)
        )
        ORDER BY slice, lane, part`.execute(db);
      return found.rows.map(toChunk);
    },

    noteRefused: (key) => noteIn(db, { at: now(), kind: refused, text: key }),

    replaceChunks: (chunks, note) =>
      db.transaction().execute(async (trx) => {
        for (const chunk of chunks) {
          await changeState(trx, 'rebuild', chunk, 'sealed');
          await trx
            .updateTable('chunks')
            .set({ ...fileValues(chunk), content: numberInForce(trx) })
            .where((is) => is.and(columnsOf(chunk)))
            .execute();
        }
        await noteIn(trx, { at: now(), kind: 'built again', text: note });
      }),

    noteDamaged: (key) => noteIn(db, { at: now(), kind: damaged, text: key }),

    damagedKeys: async () => {
      const found = await db
        .selectFrom('notes')
        .innerJoin('chunks', 'chunks.idempotency_key', 'notes.text')
        .select('notes.text as key')
        .where('notes.kind', '=', damaged)
        .where('chunks.state', 'in', ['sealed', 'linted'])
        .execute();
      return new Set(found.map(({ key }) => key));
    },

    restoreFile: async (id, { rawSha256, gzBytes, gzSha256 }) => {
      const entered = await db
        .updateTable('chunks')
        .set({ gz_bytes: gzBytes, gz_sha256: gzSha256 })
        .where((is) => is.and(columnsOf(id)))
        .where('raw_sha256', '=', rawSha256)
        .where('state', 'in', ['sealed', 'linted'])
        .executeTakeFirst();
      if (entered.numUpdatedRows !== 1n)
        throw new Error(`Chunk ${qualifiedName(id)} is another file, or may be with Adobe`);
    },
  };
}

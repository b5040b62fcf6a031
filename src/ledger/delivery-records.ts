import { type Selectable, sql } from 'kysely';
import { type Chunk, type ChunkId, type ChunkState, qualifiedName, withAdobe } from '../domain/chunk.ts';
import type { Attempt, LostRows, Receipt } from '../domain/receipt.ts';
import { changeState } from './change-state.ts';
import { columnsOf, sentChunks, toChunk } from './chunk-records.ts';
import { hasPlanIn } from './plan-records.ts';
import type { LedgerDb, Tables } from './tables.ts';

/** How an attempt ended: a short word for people, where the chunk goes, and what is known of it. */
export interface AttemptEnd {
  readonly endedAt: number;
  readonly outcome: string;
  readonly state: ChunkState;
  readonly receipt?: Receipt;
  readonly lost?: readonly LostRows[];
}

/**
 * The lanes' cursors and the fates of chunks. Each promise resolves when the change is on disk. Illegal moves, and
 * attempts on chunks that do not exist, are bugs and throw plain errors; nothing is changed then.
 */
export interface DeliveryRecords {
  /**
   * The first chunk of the lane, in slice and part order, that is not final: `waiting` where a slice that is not sealed
   * comes before it (or there is no plan), `done` where every slice is sealed and nothing is left.
   */
  next(group: string): Promise<Chunk | 'waiting' | 'done'>;
  /**
   * Resolves when a slice has been sealed, or the signal aborts. No seal is missed between a `waiting` of `next` and a
   * call that follows it without other I/O between; woken callers ask `next` again.
   */
  changed(signal: AbortSignal): Promise<void>;
  /** Of one chunk, by number. */
  attempts(id: ChunkId): Promise<readonly Attempt[]>;
  beginAttempt(id: ChunkId, attempt: { host: string; clientId: string; startedAt: number }): Promise<Attempt>;
  settleAttempt(id: ChunkId, attemptId: number, end: AttemptEnd): Promise<void>;
  move(id: ChunkId, to: ChunkState, receipt?: Receipt): Promise<void>;
  /** When each lane began its last attempt (epoch ms), and the rows of its chunk; lanes without one are left out. */
  lastStarts(): Promise<readonly { readonly group: string; readonly at: number; readonly rows: number }[]>;
  /** The chunks that Adobe has of those attempted since (epoch ms), each once: when the first of these attempts began, and its rows. */
  sentSince(since: number): Promise<readonly { readonly startedAt: number; readonly rows: number }[]>;
  /** Where the newest attempt of all went; `null` before the first. */
  newestHost(): Promise<string | null>;
  /** The lane's first rejected chunk, or `null`. */
  rejectedChunk(group: string): Promise<Chunk | null>;
}

/** Delivery’s records over an open ledger; `nextSeal` calls back once after the next seal and returns how to cancel. */
export function deliveryRecords(db: LedgerDb, nextSeal: (wake: () => void) => () => void): DeliveryRecords {
  return {
    next: (group) =>
      // One transaction, so that both answers are of one moment.
      db.transaction().execute(async (trx) => {
        // SQLite would rather walk all of the lane's chunks; named, the index is used or the statement refused.
        const open = await sql<Selectable<Tables['chunks']>>`
          SELECT * FROM chunks INDEXED BY chunks_open
          WHERE lane = ${group} AND state NOT IN ('uploaded', 'partial', 'rejected')
          ORDER BY slice, part LIMIT 1`.execute(trx);
        const chunk = open.rows[0];
        const unsealed = await trx
          .selectFrom('slices')
          .select('slice')
          .where('sealed_at', 'is', null)
          .orderBy('slice')
          .limit(1)
          .executeTakeFirst();
        if (chunk !== undefined && (unsealed === undefined || chunk.slice < unsealed.slice)) return toChunk(chunk);
        if (unsealed !== undefined) return 'waiting';
        return (await hasPlanIn(trx)) ? 'done' : 'waiting';
      }),

    changed: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const wake = () => {
          signal.removeEventListener('abort', wake);
          cancel();
          resolve();
        };
        const cancel = nextSeal(wake);
        signal.addEventListener('abort', wake);
      }),

    attempts: async (id) =>
      (
        await db
          .selectFrom('attempts')
          .selectAll()
          .where((is) => is.and(columnsOf(id)))
          .orderBy('number')
          .execute()
      ).map(toAttempt),

    beginAttempt: (id, { host, clientId, startedAt }) =>
      db.transaction().execute(async (trx) => {
        await changeState(trx, 'begin', id, 'sending');
        const last = await trx
          .selectFrom('attempts')
          .select('number')
          .where((is) => is.and(columnsOf(id)))
          .orderBy('number', 'desc')
          .limit(1)
          .executeTakeFirst();
        const values = {
          ...columnsOf(id),
          number: (last?.number ?? 0) + 1,
          host,
          client_id: clientId,
          started_at: startedAt,
        };
        return toAttempt(await trx.insertInto('attempts').values(values).returningAll().executeTakeFirstOrThrow());
      }),

    settleAttempt: (id, attemptId, { endedAt, outcome, state, receipt, lost }) =>
      db.transaction().execute(async (trx) => {
        const ended = await trx
          .updateTable('attempts')
          .set({ ended_at: endedAt, outcome })
          .where((is) => is.and({ id: attemptId, ...columnsOf(id) }))
          .where('ended_at', 'is', null)
          .executeTakeFirst();
        if (ended.numUpdatedRows !== 1n) {
          throw new Error(`Attempt ${attemptId} of ${qualifiedName(id)} is not open`);
        }
        await changeState(trx, 'attempt', id, state, receipt);
        for (const { row, count, reason } of lost ?? []) {
          const values = { ...columnsOf(id), chunk_row: row, row_count: count, reason };
          await trx.insertInto('lost_rows').values(values).execute();
        }
      }),

    move: (id, to, receipt) => db.transaction().execute((trx) => changeState(trx, 'decision', id, to, receipt)),

    lastStarts: async () => {
      const found = await sentChunks(db)
        .select(['sent.lane as group', 'sent.started_at as at', 'chunks.row_count as rows'])
        .where('sent.id', 'in', (is) => is.selectFrom('attempts').select(is.fn.max('id').as('id')).groupBy('lane'))
        .execute();
      return found;
    },

    sentSince: (since) =>
      sentChunks(db)
        .select(({ fn }) => [fn.min('sent.started_at').as('startedAt'), 'chunks.row_count as rows'])
        .where('sent.started_at', '>=', since)
        .where('chunks.state', 'in', withAdobe)
        .groupBy(['sent.lane', 'sent.slice', 'sent.part'])
        .orderBy('startedAt')
        .execute(),

    newestHost: async () => {
      const newest = db.selectFrom('attempts').select('host').orderBy('id', 'desc').limit(1);
      return (await newest.executeTakeFirst())?.host ?? null;
    },

    rejectedChunk: async (group) => {
      const found = await sql<Selectable<Tables['chunks']>>`
        SELECT * FROM chunks INDEXED BY chunks_rejected
        WHERE lane = ${group} AND state = 'rejected' ORDER BY slice, part LIMIT 1`.execute(db);
      return found.rows[0] === undefined ? null : toChunk(found.rows[0]);
    },
  };
}

function toAttempt(row: Selectable<Tables['attempts']>): Attempt {
  return {
    id: row.id,
    number: row.number,
    host: row.host,
    clientId: row.client_id,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    outcome: row.outcome,
  };
}

import { withAdobe } from '../domain/chunk.ts';
import { ofSameChunk, sentChunks } from './chunk-records.ts';
import type { LedgerDb } from './tables.ts';

/** What a client id has sent to a host, what hosts have taken, and when a client last called. */
export interface ClientRecords {
  /**
   * The key of the chunk that this client sent to this host last, among those that Adobe itself said it has (its
   * answer or a look-up) and that no one sent again. Where there is none, one that was adopted: found by a look-up,
   * sent by a ledger that is lost. By which client is not known then; one that is not found stops a lane for a person,
   * one that is found proves that look-ups see. `null` where there is neither.
   */
  controlKey(host: string, clientId: string): Promise<string | null>;
  /** Whether any chunk that this client sent to this host, or that was adopted, is with Adobe, whoever said so. */
  anyUploaded(host: string, clientId: string): Promise<boolean>;
  /**
   * The host that took a chunk last, in whole or in part, whichever client sent it: that of the newest attempt. `null` where
   * none did; what was adopted has no attempt.
   */
  lastTaker(): Promise<string | null>;
  /** How many chunks each host has taken, by the last attempt of each. */
  takenByHost(): Promise<ReadonlyMap<string, number>>;
  /** Wall clock of the last ingest call, epoch ms; `null` before the first. */
  lastRequestAt(clientId: string): Promise<number | null>;
  /** Keeps the latest time of a client; an earlier one changes nothing. */
  noteRequest(clientId: string, at: number): Promise<void>;
}

/** The clients' records over an open ledger. */
export function clientRecords(db: LedgerDb): ClientRecords {
  /** What this client sent to this host and is with Adobe: an attempt `sent` with its chunk. */
  const sentBy = (host: string, clientId: string) =>
    sentChunks(db)
      .where('sent.host', '=', host)
      .where('sent.client_id', '=', clientId)
      .where('chunks.state', 'in', withAdobe)
      .limit(1);

  return {
    controlKey: async (host, clientId) => {
      const found = await sentBy(host, clientId)
        .select('chunks.idempotency_key')
        // The last receipt is the one that made the chunk final.
        .where(
          (is) =>
            is
              .selectFrom('receipts')
              .select('receipts.source')
              .where(ofSameChunk('receipts', 'sent'))
              .orderBy('receipts.id', 'desc')
              .limit(1),
          'in',
          ['answer', 'lookup'],
        )
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('attempts as later')
                .select('later.id')
                .where(ofSameChunk('later', 'sent'))
                .whereRef('later.number', '>', 'sent.number'),
            ),
          ),
        )
        .orderBy('sent.id', 'desc')
        .executeTakeFirst();
      return found?.idempotency_key ?? (await adoptedKey(db));
    },

    anyUploaded: async (host, clientId) => {
      const found = await sentBy(host, clientId).select('sent.id').executeTakeFirst();
      return found !== undefined || (await adoptedKey(db)) !== null;
    },

    lastTaker: async () => {
      const found = await db
        .selectFrom('attempts as sent')
        .select('sent.host')
        // No join, so that the newest attempts are looked at first, and few of them.
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('chunks')
              .select('chunks.state')
              .where(ofSameChunk('chunks', 'sent'))
              .where('chunks.state', 'in', withAdobe),
          ),
        )
        .orderBy('sent.id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return found?.host ?? null;
    },

    takenByHost: async () => {
      const found = await sentChunks(db)
        .where('chunks.state', 'in', withAdobe)
        .where('sent.id', 'in', (is) =>
          is.selectFrom('attempts').select(is.fn.max('id').as('id')).groupBy(['lane', 'slice', 'part']),
        )
        .groupBy('sent.host')
        .select(({ fn }) => ['sent.host', fn.countAll<number>().as('chunks')])
        .execute();
      return new Map(found.map(({ host, chunks }) => [host, chunks]));
    },

    lastRequestAt: async (clientId) => {
      const found = db.selectFrom('pace').select('last_request_at').where('client_id', '=', clientId);
      return (await found.executeTakeFirst())?.last_request_at ?? null;
    },

    noteRequest: async (clientId, at) => {
      await db
        .insertInto('pace')
        .values({ client_id: clientId, last_request_at: at })
        .onConflict((conflict) =>
          conflict.column('client_id').doUpdateSet({ last_request_at: at }).where('pace.last_request_at', '<', at),
        )
        .execute();
    },
  };
}

/** The key of the chunk that was taken over from Adobe last, without an attempt in this ledger. */
async function adoptedKey(db: LedgerDb): Promise<string | null> {
  const found = await db
    .selectFrom('receipts as told')
    .innerJoin('chunks', (join) => join.on(ofSameChunk('chunks', 'told')))
    .select('chunks.idempotency_key')
    .where('told.source', '=', 'lookup')
    .where('chunks.state', '=', 'uploaded')
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('attempts').select('attempts.id').where(ofSameChunk('attempts', 'told')))),
    )
    .orderBy('told.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return found?.idempotency_key ?? null;
}

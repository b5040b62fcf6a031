import { type ChunkId, qualifiedName } from '../domain/chunk.ts';
import type { LedgerDb } from './tables.ts';

/** Half of a fingerprint: a hash to compare by, and what was hashed, as JSON text, to tell what changed. */
export interface Digest {
  readonly hash: string;
  readonly json: string;
}

/** The job that a ledger belongs to. `content` is the one in force. */
export interface JobRecord {
  readonly migrationId: string;
  readonly identity: Digest;
  readonly content: Digest;
}

/** A content that was in force from `acceptedAt` on. */
export interface ContentRecord extends Digest {
  /** From 1; sealed slices name the one that they were built with. */
  readonly number: number;
  readonly acceptedAt: number;
}

/** Something that a report must tell later, such as an accepted change. */
export interface Note {
  readonly at: number;
  readonly kind: string;
  readonly text: string;
}

/** Whose ledger this is. What may change, and when, is for the caller to judge. */
export interface JobRecords {
  /** `null` in a new ledger. */
  job(): Promise<JobRecord | null>;
  /**
   * Enters the job, or replaces its identity. A content with another hash than the one in force becomes a further
   * entry of `contents`. A ledger never changes its migration id: that is a bug of the caller.
   */
  setJob(job: JobRecord): Promise<void>;
  /** Every content so far, oldest first; the last is the one in force. */
  contents(): Promise<readonly ContentRecord[]>;
  /** The number of the content that a chunk was built with. Throws a plain error where there is no such chunk. */
  contentOf(id: ChunkId): Promise<number>;
  note(kind: string, text: string): Promise<void>;
  notes(): Promise<readonly Note[]>;
}

/** The numbers of the contents that say what the one in force says: a change that was undone has a number of its own. */
export function numbersInForce(contents: readonly ContentRecord[]): ReadonlySet<number> {
  const hash = contents.at(-1)?.hash;
  return new Set(contents.filter((content) => content.hash === hash).map(({ number }) => number));
}

/** Enters a note, inside a change of the caller's where it has one. */
export async function noteIn(db: LedgerDb, { at, kind, text }: Note): Promise<void> {
  await db.insertInto('notes').values({ noted_at: at, kind, text }).execute();
}

/** As `setJob`, inside a change of the caller's; `at` is epoch ms. */
export async function setJobIn(
  trx: LedgerDb,
  { migrationId, identity, content }: JobRecord,
  at: number,
): Promise<void> {
  const known = await trx.selectFrom('job').select('migration_id').executeTakeFirst();
  if (known !== undefined && known.migration_id !== migrationId) {
    throw new Error(`This is the ledger of ${known.migration_id}, not of ${migrationId}`);
  }
  const entry = { identity_hash: identity.hash, identity: identity.json };
  await trx
    .insertInto('job')
    .values({ one: 1, migration_id: migrationId, ...entry, created_at: at, planned_at: null })
    .onConflict((conflict) => conflict.column('one').doUpdateSet(entry))
    .execute();
  const inForce = await latest(trx).executeTakeFirst();
  if (inForce?.hash === content.hash) return;
  await trx.insertInto('contents').values({ hash: content.hash, content: content.json, accepted_at: at }).execute();
}

/** The number of the content in force, to be entered by another statement. */
export function numberInForce(trx: LedgerDb) {
  return trx.selectFrom('contents').select(({ fn }) => fn.max<number>('number').as('number'));
}

function latest(from: LedgerDb) {
  return from.selectFrom('contents').selectAll().orderBy('number', 'desc').limit(1);
}

/** The job's records over an open ledger; `now` is epoch ms. */
export function jobRecords(db: LedgerDb, now: () => number): JobRecords {
  return {
    job: async () => {
      const job = await db.selectFrom('job').selectAll().executeTakeFirst();
      const content = await latest(db).executeTakeFirst();
      if (job === undefined || content === undefined) return null;
      return {
        migrationId: job.migration_id,
        identity: { hash: job.identity_hash, json: job.identity },
        content: { hash: content.hash, json: content.content },
      };
    },

    setJob: (job) => db.transaction().execute((trx) => setJobIn(trx, job, now())),

    contents: async () =>
      (await db.selectFrom('contents').selectAll().orderBy('number').execute()).map((row) => ({
        number: row.number,
        hash: row.hash,
        json: row.content,
        acceptedAt: row.accepted_at,
      })),

    contentOf: async (id) => {
      const found = await db
        .selectFrom('chunks')
        .innerJoin('slices', 'slices.slice', 'chunks.slice')
        .select(({ fn, ref }) => fn.coalesce(ref('chunks.content'), ref('slices.content')).as('number'))
        .where('chunks.lane', '=', id.group)
        .where('chunks.slice', '=', id.slice)
        .where('chunks.part', '=', id.part)
        .executeTakeFirst();
      if (found?.number == null) throw new Error(`There is no chunk ${qualifiedName(id)} with a content`);
      return found.number;
    },

    note: (kind, text) => noteIn(db, { at: now(), kind, text }),

    notes: async () =>
      (await db.selectFrom('notes').selectAll().orderBy('id').execute()).map((row) => ({
        at: row.noted_at,
        kind: row.kind,
        text: row.text,
      })),
  };
}

import type { InputFile } from '../domain/input-file.ts';
import type { StreamCounts, Tally } from '../domain/slice.ts';
import { enterHashes } from './file-records.ts';
import type { LedgerDb } from './tables.ts';

/** A file of the spool that a later process may open again: so many bytes from its beginning have this hash. */
export interface SpoolFileRecord {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Rejects in the spool, and where in the file each batch of them ends. */
export interface SpooledRejects extends SpoolFileRecord {
  readonly rows: number;
  readonly ends: readonly number[];
}

/** What of a first pass over files need not be done again. */
export interface PassRecord {
  /** Names the job and the form of the files; to be compared, not read. */
  readonly fingerprint: string;
  /** Paths of the files that each stream has read, by set. */
  readonly read: readonly { readonly stream: string; readonly set: string; readonly path: string }[];
  /** What became no hit in them. */
  readonly counted: { readonly counts: readonly StreamCounts[]; readonly tallies: readonly Tally[] };
  /** All hits of these files that slices still need. */
  readonly runs: readonly SpoolFileRecord[];
  readonly rejects: SpooledRejects | null;
}

/** A step of a first pass: `read` are the files that were added, the rest is all that there is now. */
export interface PassStep extends Omit<PassRecord, 'read'> {
  readonly read: readonly (InputFile & { readonly stream: string })[];
}

/** The first pass of a job over files, as far as it is safe. */
export interface PassRecords {
  /** `null` where nothing is kept. */
  pass(): Promise<PassRecord | null>;
  /** Enters a step and the hashes of its files, in one transaction. Files in the spool are durable before. */
  storePass(step: PassStep): Promise<void>;
  /** Replaces the runs, in one transaction; does nothing where no pass is kept. */
  replaceRuns(runs: readonly SpoolFileRecord[]): Promise<void>;
  /** Forgets the pass, though not the hashes of files: all of them have to be read again. */
  dropPass(): Promise<void>;
}

/** The first pass over an open ledger. */
export function passRecords(db: LedgerDb): PassRecords {
  return {
    pass: async () => {
      const pass = await db.selectFrom('first_pass').selectAll().executeTakeFirst();
      if (pass === undefined) return null;
      const read = await db.selectFrom('pass_files').selectAll().execute();
      const spool = await db.selectFrom('pass_spool').selectAll().orderBy('name').execute();
      const rejects = spool.find(({ holds }) => holds === 'rejects');
      return {
        fingerprint: pass.fingerprint,
        read: read.map(({ stream, set_name, path }) => ({ stream, set: set_name, path })),
        counted: JSON.parse(pass.counted) as PassRecord['counted'],
        runs: spool.filter(({ holds }) => holds === 'hits').map(toSpoolFile),
        rejects:
          rejects === undefined
            ? null
            : {
                ...toSpoolFile(rejects),
                ...(JSON.parse(rejects.batches ?? '') as Pick<SpooledRejects, 'rows' | 'ends'>),
              },
      };
    },

    storePass: ({ fingerprint, read, counted, runs, rejects }) =>
      db.transaction().execute(async (trx) => {
        const values = { fingerprint, counted: JSON.stringify(counted) };
        await trx
          .insertInto('first_pass')
          .values({ one: 1, ...values })
          .onConflict((conflict) => conflict.column('one').doUpdateSet(values))
          .execute();
        await enterHashes(trx, read);
        for (const { stream, set, path } of read)
          await trx.insertInto('pass_files').values({ stream, set_name: set, path }).execute();
        await trx.deleteFrom('pass_spool').execute();
        await enterRuns(trx, runs);
        if (rejects === null) return;
        const { rows, ends } = rejects;
        await trx
          .insertInto('pass_spool')
          .values({ ...toSpoolFile(rejects), holds: 'rejects', batches: JSON.stringify({ rows, ends }) })
          .execute();
      }),

    replaceRuns: (runs) =>
      db.transaction().execute(async (trx) => {
        if ((await trx.selectFrom('first_pass').select('one').executeTakeFirst()) === undefined) return;
        await trx.deleteFrom('pass_spool').where('holds', '=', 'hits').execute();
        await enterRuns(trx, runs);
      }),

    dropPass: () => db.transaction().execute(dropPassIn),
  };
}

/** Forgets the first pass inside a change of the caller's. */
export async function dropPassIn(trx: LedgerDb): Promise<void> {
  for (const table of ['pass_spool', 'pass_files', 'first_pass'] as const) await trx.deleteFrom(table).execute();
}

async function enterRuns(trx: LedgerDb, runs: readonly SpoolFileRecord[]): Promise<void> {
  for (const run of runs)
    await trx
      .insertInto('pass_spool')
      .values({ ...toSpoolFile(run), holds: 'hits', batches: null })
      .execute();
}

function toSpoolFile({ name, bytes, sha256 }: SpoolFileRecord): SpoolFileRecord {
  return { name, bytes, sha256 };
}

import type { FileStamp, InputFile } from '../domain/input-file.ts';
import type { LedgerDb } from './tables.ts';

/**
 * An input file as it was when the migration began. `size` is `null` where it may still be replaced, `modified` in
 * ledgers of older versions, `sha256` until it has been read.
 */
export interface FrozenFile extends Pick<InputFile, 'set' | 'path'> {
  readonly size: number | null;
  readonly modified: string | null;
  readonly sha256: string | null;
}

/** The list of input files. */
export interface FileRecords {
  /** Enters files as they are before they are read; known ones get their size and time anew and keep their hash. */
  freezeFiles(files: readonly FileStamp[]): Promise<void>;
  /** Lets the files that nobody has read to their end be replaced; gives their number. */
  thawUnreadFiles(): Promise<number>;
  /** By set and path. */
  files(): Promise<readonly FrozenFile[]>;
}

/** The list of input files over an open ledger. */
export function fileRecords(db: LedgerDb): FileRecords {
  return {
    freezeFiles: (files) =>
      db.transaction().execute(async (trx) => {
        for (const { set, path, size, modified } of files) {
          await trx
            .insertInto('files')
            .values({ set_name: set, path, size, modified, sha256: null })
            .onConflict((conflict) => conflict.columns(['set_name', 'path']).doUpdateSet({ size, modified }))
            .execute();
        }
      }),

    thawUnreadFiles: async () => {
      const thawed = await db.updateTable('files').set({ size: null }).where('sha256', 'is', null).executeTakeFirst();
      return Number(thawed.numUpdatedRows);
    },

    files: async () =>
      (await db.selectFrom('files').selectAll().orderBy('set_name').orderBy('path').execute()).map(
        ({ set_name, ...file }) => ({ set: set_name, ...file }),
      ),
  };
}

/** Enters the hashes of files that were read, inside a change of the caller's. What was frozen stays. */
export async function enterHashes(trx: LedgerDb, files: readonly InputFile[]): Promise<void> {
  for (const { set, path, size, sha256 } of files) {
    await trx
      .insertInto('files')
      .values({ set_name: set, path, size, modified: null, sha256 })
      .onConflict((conflict) => conflict.columns(['set_name', 'path']).doUpdateSet({ sha256 }))
      .execute();
  }
}

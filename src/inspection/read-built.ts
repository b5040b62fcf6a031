import type { LoadedMapping } from '../config/load-mapping.ts';
import type { Migration } from '../config/migration.ts';
import { MigrationError } from '../domain/error.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import type { Context } from '../migration/context.ts';
import { assertOwn } from '../migration/job/accept-job.ts';
import { readJobFiles } from '../migration/job/read-job-files.ts';
import { openExisting } from './status.ts';

/**
 * Lets `use` read what was built, beside a running process too. Throws `input.not-found` where nothing was, and what
 * reading the files of a job throws.
 */
export async function readBuilt<T>(
  file: string,
  context: Context,
  use: (migration: Migration, ledger: Ledger, mapping: LoadedMapping) => Promise<T>,
): Promise<T> {
  const { migration, mapping } = await readJobFiles(file, context);
  const ledger = await openExisting(migration.folder);
  if (ledger === null) {
    throw new MigrationError('input.not-found', `nothing was built yet in ${migration.folder}`, {
      next: `bdia-migrate build ${file}`,
    });
  }
  try {
    assertOwn(migration, await ledger.job());
    return await use(migration, ledger, mapping);
  } finally {
    await ledger.close();
  }
}

import type { LoadedMapping } from '../config/load-mapping.ts';
import type { Migration } from '../config/migration.ts';
import { MigrationError } from '../domain/error.ts';
import type { JobRecord } from '../ledger/job-records.ts';
import { type Ledger, openExisting } from '../ledger/open-ledger.ts';
import type { Context } from '../migration/context.ts';
import { assertOwn } from '../migration/job/accept-job.ts';
import { digestEntries } from '../migration/job/fingerprint.ts';
import { readJobFiles } from '../migration/job/read-job-files.ts';

/**
 * Lets `use` read what was built, beside a running process too. Throws `input.not-found` where nothing was,
 * `ledger.changed-job` where the migration's lanes are no longer those that were built, and what reading the files of a
 * job throws.
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
    assertSameLanes(migration, await ledger.job());
    return await use(migration, ledger, mapping);
  } finally {
    await ledger.close();
  }
}

/** What would be read by other groups, or held against other visitors, would prove nothing of what was built. */
function assertSameLanes(migration: Migration, known: JobRecord | null): void {
  assertOwn(migration, known);
  if (known === null) return;
  const stored = JSON.parse(known.identity.json) as Record<string, string>;
  const now = digestEntries({
    'visitor groups': migration.visitorGroups,
    'seed of visitors': migration.target.suite.seed,
  });
  const changed = Object.keys(now).filter((name) => stored[name] !== now[name]);
  if (changed.length === 0) return;
  const message = `${migration.file} is not what ${migration.folder} was built by; changed: ${changed.join(', ')}`;
  throw new MigrationError('ledger.changed-job', message, { next: 'undo the change' });
}

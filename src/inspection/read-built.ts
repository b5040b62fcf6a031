import type { LoadedMapping } from '../config/load-mapping.ts';
import type { Migration } from '../config/migration.ts';
import { MigrationError } from '../domain/error.ts';
import type { JobRecord } from '../ledger/job-records.ts';
import { type Ledger, openExisting } from '../ledger/open-ledger.ts';
import type { Context } from '../migration/context.ts';
import { assertOwn } from '../migration/job/accept-job.ts';
import { changedEntries } from '../migration/job/fingerprint.ts';
import { filesFingerprint } from '../migration/job/job-fingerprint.ts';
import { type JobFiles, readJobFiles } from '../migration/job/read-job-files.ts';

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
  const files = await readJobFiles(file, context);
  const { migration, mapping } = files;
  const ledger = await openExisting(migration.folder);
  if (ledger === null) {
    throw new MigrationError('input.not-found', `nothing was built yet in ${migration.folder}`, {
      next: `bdia-migrate build ${file}`,
    });
  }
  try {
    assertSameLanes(files, await ledger.job());
    return await use(migration, ledger, mapping);
  } finally {
    await ledger.close();
  }
}

/** What would be read by other groups, or held against other visitors, would prove nothing of what was built. */
const lanes: readonly string[] = ['visitor groups', 'seed of visitors'];

function assertSameLanes(files: JobFiles, known: JobRecord | null): void {
  const { migration } = files;
  assertOwn(migration, known);
  if (known === null) return;
  const { identity } = filesFingerprint(files);
  const changed = changedEntries(JSON.parse(known.identity.json), identity).filter((name) => lanes.includes(name));
  if (changed.length === 0) return;
  const message = `${migration.file} is not what ${migration.folder} was built by; changed: ${changed.join(', ')}`;
  throw new MigrationError('ledger.changed-job', message, { next: 'undo the change' });
}

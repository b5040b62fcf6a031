import { MigrationError } from '../../domain/error.ts';
import type { JobRecord } from '../../ledger/job-records.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import { changedEntries, digest } from './fingerprint.ts';
import type { Job } from './job.ts';

/**
 * Lets a job work on its ledger. A new ledger takes the job's fingerprint. A known one must agree: a changed identity is
 * refused for ever, a changed content unless `acceptChange`; then slices of which nothing was ever attempted are built
 * again with the new content, and the change is recorded. Throws `ledger.foreign` and `ledger.changed-job`.
 */
export async function acceptJob(job: Job, ledger: Ledger, { acceptChange }: { acceptChange: boolean }): Promise<void> {
  const { migration, fingerprint } = job;
  const entry = {
    migrationId: migration.id,
    identity: { hash: digest(fingerprint.identity), json: JSON.stringify(fingerprint.identity) },
    content: { hash: digest(fingerprint.content), json: JSON.stringify(fingerprint.content) },
  };
  const known = await ledger.job();
  if (known === null) {
    await ledger.setJob(entry);
    return;
  }
  assertOwn(migration, known);
  const attempted = await ledger.anyAttempt();
  const seen = `bdia-migrate diff <the mapping as it was> ${migration.file}`;
  if (known.identity.hash !== entry.identity.hash) {
    const changed = changedEntries(JSON.parse(known.identity.json), fingerprint.identity).join(', ');
    throw new MigrationError(
      'ledger.changed-job',
      `the job is not the one that this work folder was begun with; changed: ${changed}`,
      {
        next: attempted
          ? `undo the change: rows have been sent under the old rules; a changed job needs another id, folder and visitor groups. What it does to a sample of hits: ${seen}`
          : `undo the change; or see what it does to a sample of hits (${seen}) and, since nothing was sent yet, remove ${migration.folder} and build again`,
      },
    );
  }
  if (known.content.hash === entry.content.hash) return;
  const changed = changedEntries(JSON.parse(known.content.json), fingerprint.content).join(', ');
  if (!acceptChange) {
    throw new MigrationError(
      'ledger.changed-job',
      `what hits say has changed since this work folder was begun: ${changed}`,
      {
        next: `undo the change; or see what it does to a sample of hits (${seen}) and go on with it from the next slice that was never attempted: bdia-migrate run ${migration.file} --accept-change`,
      },
    );
  }
  const rebuilt = await ledger.unsealUnattempted();
  await ledger.setJob(entry);
  await ledger.note('accepted change', `${changed}; ${rebuilt} sealed slices are built again`);
}

/** Throws `ledger.foreign` where a work folder holds the ledger of another migration. `known` is `null` in a new ledger. */
export function assertOwn(
  { id, folder }: Pick<Job['migration'], 'id' | 'folder'>,
  known: Pick<JobRecord, 'migrationId'> | null,
): void {
  if (known === null || known.migrationId === id) return;
  throw new MigrationError('ledger.foreign', `${folder} belongs to the migration ${known.migrationId}, not to ${id}`, {
    next: 'give this migration a folder of its own',
  });
}

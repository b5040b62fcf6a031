import { MigrationError } from '../../domain/error.ts';
import type { JobRecord } from '../../ledger/job-records.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import { constantOf } from './constant-suite.ts';
import { changedEntries, digest } from './fingerprint.ts';
import type { Job } from './job.ts';

/**
 * Lets a job work on its ledger. A new ledger takes the job's fingerprint. A known one must agree: a changed identity is
 * refused for ever, a changed content unless `acceptChange`; then slices of which nothing was ever attempted are built
 * again with the new content, and the change is recorded. One report suite for all rows is no more changed either once
 * anything was attempted. Resolves to what a person must hear at once of an accepted change, `null` where there is
 * nothing. Throws `ledger.foreign` and `ledger.changed-job`.
 */
export async function acceptJob(
  job: Job,
  ledger: Ledger,
  { acceptChange }: { acceptChange: boolean },
): Promise<string | null> {
  const { migration, fingerprint } = job;
  const entry = {
    migrationId: migration.id,
    identity: { hash: digest(fingerprint.identity), json: JSON.stringify(fingerprint.identity) },
    content: { hash: digest(fingerprint.content), json: JSON.stringify(fingerprint.content) },
  };
  const known = await ledger.job();
  if (known === null) {
    await ledger.setJob(entry);
    return null;
  }
  assertOwn(migration, known);
  const attempted = await ledger.anyAttempt();
  const seen = `bdia-migrate diff <the mapping as it was> ${migration.file}`;
  if (known.identity.hash !== entry.identity.hash) {
    const changed = changedEntries(JSON.parse(known.identity.json), fingerprint.identity);
    const undo = [
      'undo the change',
      ...(changed.includes('source') ? [`(${samePlace})`] : []),
      ...(changed.some((name) => ofMapping.test(name)) ? [`(${olderMapping})`] : []),
    ].join(' ');
    throw new MigrationError(
      'ledger.changed-job',
      `the job is not the one that this work folder was begun with; changed: ${changed.join(', ')}`,
      {
        next: attempted
          ? `${undo}: rows have been sent under the old rules. Under another id or folder every row is sent again, and the same report suite would have twice what was sent: that is for another suite, or for a range behind this one's (docs/guarantees.md). What the change does to a sample of hits: ${seen}`
          : `${undo}; or see what it does to a sample of hits (${seen}) and, since nothing was sent yet, remove ${migration.folder} and build again`,
      },
    );
  }
  if (known.content.hash === entry.content.hash) return null;
  const changed = changedEntries(JSON.parse(known.content.json), fingerprint.content);
  // Suites by row may be changed for rows to come, such as those of a site that had none; one for all rows moves the rest.
  if (attempted && changed.includes('report suite') && constantOf(migration.target.reportSuiteID) !== null) {
    throw new MigrationError(
      'ledger.changed-job',
      'the report suite has changed since rows were sent: they stand in the other one, and hits cannot be moved',
      {
        next: 'give target.reportSuiteID back; another suite needs a migration of its own, with another id and folder, which sends all its rows there',
      },
    );
  }
  if (!acceptChange) {
    throw new MigrationError(
      'ledger.changed-job',
      `what hits say has changed since this work folder was begun: ${changed.join(', ')}`,
      {
        next: `undo the change; or see what it does to a sample of hits (${seen}) and go on with it from the next slice that was never attempted: bdia-migrate run ${migration.file} --accept-change`,
      },
    );
  }
  await ledger.acceptChange(entry, changed.join(', '));
  const isAllSealed = (await ledger.hasPlan()) && (await ledger.unsealedSlices()).length === 0;
  if (!isAllSealed || (await ledger.chunksToRebuild()).length > 0) return null;
  return `Nothing changes at Adobe by what was changed (${changed.join(', ')}): every slice was attempted before, and none is built again.`;
}

const ofMapping = /^(?:rows|time|visitors) of |^order of streams$|^file sets$/;
const olderMapping =
  'where an update of the program brought another ready-made mapping, copy that of the older release out of its folder mappings/ and name it by its path';

/** What makes a source the same one, for whoever brings it back from a copy: what its `identity` holds. */
export const samePlace =
  'a database is known by its host name, port and name, a SQLite file by its file name; where a copy lies elsewhere, an alias of the host or a forwarded port makes it the same';

/** Throws `ledger.foreign` where a work folder holds the ledger of another migration. `known` is `null` in a new ledger. */
export function assertOwn(
  { id, folder }: Pick<Job['migration'], 'id' | 'folder'>,
  known: Pick<JobRecord, 'migrationId'> | null,
): void {
  if (known === null || known.migrationId === id) return;
  throw new MigrationError('ledger.foreign', `${folder} belongs to the migration ${known.migrationId}, not to ${id}`, {
    next: `if it is the same migration, name it ${known.migrationId} again: under another id every row is sent again, and the same report suite would have it twice; if it is another one, give it a \`folder\` of its own`,
  });
}

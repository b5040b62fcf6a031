import type { Ledger } from '../../ledger/open-ledger.ts';
import { changedEntries, type Fingerprint } from './fingerprint.ts';
import type { Job } from './job.ts';
import { jobFingerprint } from './job-fingerprint.ts';
import { groupNames } from './open-job.ts';
import type { JobFiles } from './read-job-files.ts';

/** What delivering needs of a job: no source. */
export type SendingJob = Pick<Job, 'migration' | 'groups' | 'fingerprint'>;

/**
 * A job of which every slice is sealed, as its ledger knows it. `null` where anything is to be built, or built again, or where
 * its files, the program or the machine say other than they did: that is for who opens the source to judge. What the source is
 * only the source can tell, and nothing is read of it.
 */
export async function sealedJob(
  files: JobFiles,
  ledger: Ledger,
  runtime: Readonly<Record<string, string>>,
): Promise<SendingJob | null> {
  const known = await ledger.job();
  if (known === null || !(await ledger.hasPlan()) || (await ledger.unsealedSlices()).length > 0) return null;
  const fingerprint: Fingerprint = {
    identity: JSON.parse(known.identity.json),
    content: JSON.parse(known.content.json),
  };
  const now = jobFingerprint(files, { source: {}, runtime });
  const changed = [
    ...changedEntries(fingerprint.identity, now.identity).filter((name) => name !== 'source'),
    ...changedEntries(fingerprint.content, now.content),
  ];
  if (changed.length > 0 || (await ledger.chunksToRebuild()).length > 0) return null;
  const { migration } = files;
  return { migration, groups: groupNames(migration), fingerprint };
}

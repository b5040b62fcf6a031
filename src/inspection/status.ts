import { openExisting } from '../ledger/open-ledger.ts';
import { type ContextOptions, contextOf } from '../migration/context.ts';
import { assertOwn } from '../migration/job/accept-job.ts';
import { readJobFiles } from '../migration/job/read-job-files.ts';
import { type JobReport, newReport } from '../migration/report.ts';
import { standingOf } from '../migration/standing.ts';

/** Where a migration stands, from its ledger alone; works while another process runs it. */
export async function status(file: string, options: ContextOptions = {}): Promise<JobReport> {
  const context = contextOf(options);
  const { migration } = await readJobFiles(file, context);
  const ledger = await openExisting(migration.folder);
  if (ledger === null) return newReport(migration);
  try {
    assertOwn(migration, await ledger.job());
    return await standingOf(migration, ledger, context.clock.now());
  } finally {
    await ledger.close();
  }
}

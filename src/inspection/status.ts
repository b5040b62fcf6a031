import { MigrationError } from '../domain/error.ts';
import { type Ledger, openLedger } from '../ledger/open-ledger.ts';
import { type ContextOptions, contextOf } from '../migration/context.ts';
import { readBoard } from '../migration/deliver/lane-board.ts';
import { assertOwn } from '../migration/job/accept-job.ts';
import { readJobFiles } from '../migration/job/read-job-files.ts';
import { type JobReport, lastEnd, newReport, reportOf } from '../migration/report.ts';

/** Where a migration stands, from its ledger alone; works while another process runs it. */
export async function status(file: string, options: ContextOptions = {}): Promise<JobReport> {
  const context = contextOf(options);
  const { migration } = await readJobFiles(file, context);
  const ledger = await openExisting(migration.folder);
  if (ledger === null) return newReport(migration);
  try {
    assertOwn(migration, await ledger.job());
    const board = readBoard(migration.folder, context.clock.now());
    const { stop, stoppedLanes } = await lastEnd(ledger);
    return await reportOf(migration, ledger, { stop, stoppedLanes: board?.stopped ?? stoppedLanes }, board?.waits);
  } finally {
    await ledger.close();
  }
}

/** The ledger of a work folder, to be read; `null` where there is none. Closed by the caller. */
export async function openExisting(folder: string): Promise<Ledger | null> {
  try {
    return await openLedger(folder, { readOnly: true });
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'input.not-found') return null;
    throw error;
  }
}

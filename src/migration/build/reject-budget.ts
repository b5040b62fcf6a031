import { MigrationError } from '../../domain/error.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { Job } from '../job/job.ts';

/** Watches that rejected rows stay within `rejects.budget`, a share of the planned rows. */
export interface RejectBudget {
  /** Counts the rejected rows of a slice that was sealed; throws `build.rejects` over the budget. */
  spend(rows: number): void;
}

/** The budget as far as sealed slices have used it up. Throws `build.rejects` where that is too far already. */
export async function openRejectBudget(
  { migration }: Pick<Job, 'migration'>,
  ledger: Pick<Ledger, 'sourceRows' | 'summary'>,
): Promise<RejectBudget> {
  const planned = Object.values(await ledger.sourceRows()).reduce((sum, rows) => sum + rows, 0);
  const allowed = migration.rejects.budget * planned;
  let rejected = 0;
  const spend = (rows: number): void => {
    rejected += rows;
    if (rejected > allowed) throw overBudget(rejected, planned, migration);
  };
  spend((await ledger.summary()).rows.rejected);
  return { spend };
}

function overBudget(rejected: number, planned: number, { rejects, folder }: Job['migration']): MigrationError {
  const percent = (share: number): string => `${Number((100 * share).toFixed(4))} %`;
  return new MigrationError(
    'build.rejects',
    `${rejected} of ${planned} planned rows (${percent(rejected / Math.max(1, planned))}) were rejected; ` +
      `rejects.budget allows ${percent(rejects.budget)}. They stand in ${folder}/rejects, with their reasons.`,
    { next: 'mend the mapping (then remove the work folder, if nothing was sent yet), or raise rejects.budget' },
  );
}

import type { Migration } from '../../config/migration.ts';
import { MigrationError } from '../../domain/error.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';

type Books = Pick<Ledger, 'sourceRows' | 'summary'>;

/** Watches that rejected rows stay within `rejects.budget`, a share of the planned rows. */
export interface RejectBudget {
  /** Counts the rejected rows of a slice that was sealed; throws `build.rejects` over the budget. */
  spend(rows: number): void;
}

/** The budget as far as sealed slices have used it up. Throws `build.rejects` where that is too far already. */
export async function openRejectBudget(migration: Migration, ledger: Books): Promise<RejectBudget> {
  const { planned, allowed, rejected: spent } = await spentBudget(migration, ledger);
  let rejected = 0;
  const spend = (rows: number): void => {
    rejected += rows;
    if (rejected > allowed) throw overBudget(rejected, planned, migration);
  };
  spend(spent);
  return { spend };
}

/** Whether sealed slices have more rejected rows than the budget allows. */
export async function isOverRejectBudget(migration: Migration, ledger: Books): Promise<boolean> {
  const { allowed, rejected } = await spentBudget(migration, ledger);
  return rejected > allowed;
}

async function spentBudget(
  { rejects }: Migration,
  ledger: Books,
): Promise<{ readonly planned: number; readonly allowed: number; readonly rejected: number }> {
  const planned = Object.values(await ledger.sourceRows()).reduce((sum, rows) => sum + rows, 0);
  return { planned, allowed: rejects.budget * planned, rejected: (await ledger.summary()).rows.rejected };
}

function overBudget(rejected: number, planned: number, { rejects, folder }: Migration): MigrationError {
  const percent = (share: number): string => `${Number((100 * share).toFixed(4))} %`;
  return new MigrationError(
    'build.rejects',
    `${rejected} of ${planned} planned rows (${percent(rejected / Math.max(1, planned))}) were rejected; ` +
      `rejects.budget allows ${percent(rejects.budget)}. They stand in ${folder}/rejects, with their reasons.`,
    { next: 'mend the mapping (then remove the work folder, if nothing was sent yet), or raise rejects.budget' },
  );
}

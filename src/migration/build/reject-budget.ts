import type { Migration } from '../../config/migration.ts';
import { MigrationError } from '../../domain/error.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';

type Books = Pick<Ledger, 'plannedRows' | 'plannedHomes' | 'sourceRows' | 'summary'>;

/** Watches that rejected rows stay within `rejects.budget`, a share of the rows that are planned for the range. */
export interface RejectBudget {
  /** Counts the rejected rows of a slice that was sealed; throws `build.rejects` over the budget. */
  spend(rows: number): void;
}

/** The budget as far as sealed slices have used it up. Throws `build.rejects` where that is too far already. */
export async function openRejectBudget(migration: Migration, ledger: Books): Promise<RejectBudget> {
  const plannedWith = await openPlanned(ledger);
  let rejected = 0;
  const spend = (rows: number): void => {
    rejected += rows;
    const planned = plannedWith(rejected);
    if (isOver(rejected, planned, migration)) throw overBudget(rejected, planned, migration);
  };
  spend((await ledger.summary()).rows.rejected);
  return { spend };
}

/** Whether sealed slices have more rejected rows than the budget allows. */
export async function isOverRejectBudget(migration: Migration, ledger: Books): Promise<boolean> {
  const { rejected } = (await ledger.summary()).rows;
  return isOver(rejected, (await openPlanned(ledger))(rejected), migration);
}

/**
 * The rows that the budget is a share of, given those that were rejected. A windowed job's plan counts rows, whatever
 * becomes of them, but those of no known window; the plan of a job that is read once counts hits alone. Where nothing is
 * planned for the range, nothing can be lost of it: all rows of the source.
 */
async function openPlanned(ledger: Books): Promise<(rejected: number) => number> {
  const planned = await ledger.plannedRows();
  if (planned === 0) {
    const all = Object.values(await ledger.sourceRows()).reduce((sum, rows) => sum + rows, 0);
    return (rejected) => Math.max(all, rejected);
  }
  const windowed = (await ledger.plannedHomes()).length > 0;
  return (rejected) => (windowed ? Math.max(planned, rejected) : planned + rejected);
}

function isOver(rejected: number, planned: number, { rejects }: Migration): boolean {
  return rejected > rejects.budget * planned;
}

function overBudget(rejected: number, planned: number, { rejects, folder }: Migration): MigrationError {
  const percent = (share: number): string => `${Number((100 * share).toFixed(4))} %`;
  return new MigrationError(
    'build.rejects',
    `${rejected} of ${planned} planned rows (${percent(rejected / planned)}) were rejected; ` +
      `rejects.budget allows ${percent(rejects.budget)}. They stand in ${folder}/rejects, with their reasons.`,
    {
      next: 'mend the mapping (then remove the work folder, if nothing was sent yet), or raise rejects.budget. Rows without a time that can be read count too, as they may be of the range',
    },
  );
}

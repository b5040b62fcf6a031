import { count, plural } from '../domain/count.ts';
import { MigrationError } from '../domain/error.ts';

/** How many rows Adobe may refuse: none, or a share (0 to 1) of the planned hits of the whole migration. */
export type LossPolicy = { readonly stop: true } | { readonly budget: number };

/** The rows that may be lost before the run stops; whole rows, rounded down. */
export function allowedLoss(policy: LossPolicy, plannedHits: number): number {
  if ('stop' in policy) return 0;
  // 0.1 % of 30,000 is 29.999999999999996 in floating point.
  return Math.floor(plannedHits * policy.budget + 1e-6);
}

/**
 * The stop that lost rows call for, or `null` while they are within what is allowed. A loss is permanent: rows that
 * Adobe skipped are never sent again (Adobe docs, BDIA troubleshooting), so every later run stops here too until a
 * person allows it.
 */
export function lossStop(lost: number, policy: LossPolicy, plannedHits: number): MigrationError | null {
  const allowed = allowedLoss(policy, plannedHits);
  if (lost <= allowed) return null;
  return new MigrationError(
    'delivery.loss',
    `Adobe did not take ${plural(lost, 'row')} of files that it accepted; ${count(allowed)} of ${plural(plannedHits, 'planned hit')} may be lost`,
    {
      next: 'see which rows with `status`; they cannot be sent again without breaking their visitors’ order; to go on without them set onInvalidRows: { budget: … } in the migration file',
    },
  );
}

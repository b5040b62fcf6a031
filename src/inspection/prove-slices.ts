import { count } from '../domain/count.ts';
import type { Ledger } from '../ledger/open-ledger.ts';

/** Slices that do not follow one another without gap or overlap: what is built in order of slices would be in no order. */
export async function proveBounds(ledger: Pick<Ledger, 'slices'>): Promise<string[]> {
  const slices = await ledger.slices();
  return slices.flatMap((slice, place) => {
    const next = slices[place + 1];
    const breaches: string[] = [];
    if (slice.from >= slice.to) breaches.push(`slice ${slice.index} ends at ${slice.to}, begins at ${slice.from}`);
    if (next !== undefined && next.from !== slice.to)
      breaches.push(`slice ${next.index} begins at ${next.from}, the one before it ends at ${slice.to}`);
    if (next !== undefined && next.homeFrom !== slice.homeTo)
      breaches.push(
        `the home of slice ${next.index} begins at ${next.homeFrom}, the one before it ends at ${slice.homeTo}`,
      );
    return breaches;
  });
}

/** Lanes that were sealed with other chunks than the ledger has of them. */
export async function proveLaneCounts(ledger: Pick<Ledger, 'laneMismatches'>): Promise<string[]> {
  return (await ledger.laneMismatches()).map(
    ({ group, slice, sealed, found }) =>
      `chunks of ${group} in slice ${slice}: ${count(found.chunks)} with ${count(found.rows)} rows, sealed as ${count(sealed.chunks)} with ${count(sealed.rows)}`,
  );
}

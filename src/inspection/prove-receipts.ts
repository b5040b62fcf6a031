import type { Migration } from '../config/migration.ts';
import { isTaken } from '../delivery/attempt-result.ts';
import { chunkName } from '../domain/chunk.ts';
import { count } from '../domain/count.ts';
import { tellsInvalidRows } from '../domain/receipt.ts';
import { eachDelivered } from '../ledger/each-chunk.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import type { ChunkRowRecord } from '../ledger/proof-records.ts';
import { groupNames } from '../migration/job/open-job.ts';

/** What receipts prove of the chunks that are with Adobe. */
export interface ReceiptProof {
  /** Receipts that are missing, or that say other rows than the chunks have and losses account for. */
  readonly breaches: readonly string[];
  /** Uploaded chunks of which Adobe never said whether it skipped rows, though it, or a person, said that it has them. */
  readonly unsaid: number;
}

/** Holds the receipt of every delivered chunk against its rows and its recorded losses. */
export async function proveReceipts(migration: Migration, ledger: Ledger): Promise<ReceiptProof> {
  const breaches: string[] = [];
  let unsaid = 0;
  for (const group of groupNames(migration)) {
    for await (const chunk of eachDelivered(ledger, group)) {
      const name = `${chunk.group} ${chunkName(chunk)}`;
      const unequal = (what: string, found: number, expected: number): void => {
        if (found !== expected) breaches.push(`${what} ${name}: ${count(found)}, expected ${count(expected)}`);
      };
      const missing = missingReceipt(chunk);
      if (missing !== null) {
        breaches.push(`the ledger has ${name} as ${chunk.state}, but not ${missing}`);
        continue;
      }
      if (!tellsInvalidRows(chunk)) unsaid += 1;
      // Whether the rows that it skipped are among those that Adobe counts is not documented.
      if (chunk.receiptRows !== null && chunk.receiptRows !== chunk.rows - chunk.lostRows)
        unequal("rows in Adobe's receipt for", chunk.receiptRows, chunk.rows);
      if (chunk.invalidRows !== null) unequal('lost rows recorded for', chunk.lostRows, chunk.invalidRows);
    }
  }
  return { breaches, unsaid };
}

/**
 * What must testify to a delivered chunk and does not; `null` where it does. Only Adobe's answer ends an attempt as taken
 * and tells of a part; a look-up that found the file, and a person's word, have left its size.
 */
function missingReceipt({ state, outcome, source, receiptSize }: ChunkRowRecord): string | null {
  if (source === 'answer') return null;
  if (state === 'partial' || isTaken(outcome)) return "Adobe's answer to it";
  return source !== null && receiptSize !== null ? null : 'what says so';
}

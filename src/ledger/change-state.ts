import { type ChunkId, type ChunkState, qualifiedName } from '../domain/chunk.ts';
import { assertMove, type Mover } from '../domain/chunk-life.ts';
import type { Receipt } from '../domain/receipt.ts';
import { columnsOf } from './chunk-records.ts';
import type { LedgerDb } from './tables.ts';

/**
 * Takes a chunk to another state and enters the receipt, inside a change of the caller's. A chunk that does not exist and
 * a move that is not in the table of its life are bugs and throw plain errors; nothing is changed then.
 */
export async function changeState(
  trx: LedgerDb,
  mover: Mover,
  id: ChunkId,
  to: ChunkState,
  receipt?: Receipt,
): Promise<void> {
  const found = trx
    .selectFrom('chunks')
    .select('state')
    .where((is) => is.and(columnsOf(id)));
  const chunk = await found.executeTakeFirst();
  if (chunk === undefined) throw new Error(`There is no chunk ${qualifiedName(id)}`);
  assertMove(mover, chunk.state, to, receipt);
  await trx
    .updateTable('chunks')
    .set({ state: to })
    .where((is) => is.and(columnsOf(id)))
    .execute();
  if (receipt !== undefined) await trx.insertInto('receipts').values(receiptValues(id, receipt)).execute();
}

function receiptValues(id: ChunkId, receipt: Receipt) {
  return {
    ...columnsOf(id),
    source: receipt.source,
    received_at: receipt.at,
    http_status: receipt.httpStatus,
    file_id: receipt.fileId,
    row_count: receipt.rows,
    invalid_rows: receipt.invalidRows,
    size: receipt.size,
    body: receipt.body,
  };
}

import { chunkFilesOf, removeChunkFile } from '../../chunking/slice-files.ts';
import type { Migration } from '../../config/migration.ts';
import type { DeliveryLog } from '../../delivery/ports.ts';
import { type ChunkId, type ChunkState, qualifiedName } from '../../domain/chunk.ts';
import { plural } from '../../domain/count.ts';
import { MigrationError } from '../../domain/error.ts';
import { tellsInvalidRows } from '../../domain/receipt.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { Context } from '../context.ts';
import { groupNames } from '../job/open-job.ts';

type RemovalLedger = Pick<Ledger, 'chunk' | 'receipts' | 'markRemoved'>;

/**
 * The ledger as delivery uses it. With `disk.keep: undelivered` the file of a chunk is removed as soon as it stands there
 * that Adobe has all of it. A file that cannot be removed is told and left to the next run.
 */
export function deliveryLog(
  migration: Pick<Migration, 'folder' | 'disk'>,
  ledger: DeliveryLog & RemovalLedger,
  { onEvent }: Pick<Context, 'onEvent'>,
): DeliveryLog {
  if (migration.disk.keep === 'all') return ledger;
  const removeAfter = async (id: ChunkId, state: ChunkState): Promise<void> => {
    if (state !== 'uploaded') return;
    const failure = await unlessFailed(() => removeIfDelivered(migration.folder, ledger, id));
    if (failure instanceof MigrationError) onEvent(leftBehind(`The file of ${qualifiedName(id)}`, failure));
  };
  return {
    ...ledger,
    settleAttempt: async (id, attemptId, result) => {
      await ledger.settleAttempt(id, attemptId, result);
      await removeAfter(id, result.state);
    },
    move: async (id, to, receipt) => {
      await ledger.move(id, to, receipt);
      await removeAfter(id, to);
    },
  };
}

/**
 * With `disk.keep: undelivered`, removes what lies in the work folder of chunks that Adobe has: what a killed process left,
 * what was delivered while `disk.keep` was `all`, and the files that were rejected before theirs were taken. What cannot be
 * removed is told and left to the next run.
 */
export async function removeDelivered(
  migration: Pick<Migration, 'folder' | 'disk' | 'visitorGroups'>,
  ledger: RemovalLedger,
  { onEvent, signal }: Pick<Context, 'onEvent' | 'signal'>,
): Promise<void> {
  if (migration.disk.keep === 'all') return;
  const { folder } = migration;
  let removed = 0;
  const failures: MigrationError[] = [];
  for (const group of groupNames(migration)) {
    const files = await unlessFailed(() => chunkFilesOf(folder, group));
    if (files instanceof MigrationError) {
      failures.push(files);
      continue;
    }
    for (const file of files) {
      if (signal.aborted) return;
      const done = await unlessFailed(() => removeIfDelivered(folder, ledger, file, file.path));
      if (done instanceof MigrationError) failures.push(done);
      else if (done) removed += 1;
    }
  }
  if (removed > 0) {
    const text = `Removed ${plural(removed, 'file')} of chunks that Adobe has (disk.keep: undelivered).`;
    onEvent({ type: 'message', level: 'info', text });
  }
  if (failures[0] !== undefined)
    onEvent(leftBehind(`${plural(failures.length, 'file')} of delivered chunks`, failures[0]));
}

/**
 * Removes the file of a chunk that Adobe has, all its rows taken: the one at `path`, where that is given, which may have
 * been replaced by the one that Adobe took. Where a look-up or a person's word is all that is known, or Adobe took a part,
 * files stay: they are what can still be held against what Adobe has.
 */
async function removeIfDelivered(folder: string, ledger: RemovalLedger, id: ChunkId, path?: string): Promise<boolean> {
  const chunk = await ledger.chunk(id);
  if (chunk?.state !== 'uploaded') return false;
  const receipt = (await ledger.receipts(id)).at(-1);
  if (receipt === undefined || !tellsInvalidRows(receipt)) return false;
  // Marked first, so that a missing file without a mark is damage, whenever this process dies.
  await ledger.markRemoved(id);
  await removeChunkFile(folder, path ?? chunk.path);
  return true;
}

/** The failure as a value: what cannot be removed must not stop a delivery. */
async function unlessFailed<T>(work: () => Promise<T>): Promise<T | MigrationError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MigrationError) return error;
    throw error;
  }
}

function leftBehind(what: string, { message }: MigrationError) {
  const text = `${what} could not be removed after delivery; the next run tries again. ${message}`;
  return { type: 'message', level: 'warn', text } as const;
}

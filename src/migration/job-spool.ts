import { join } from 'node:path';
import { createSpool, type Spool } from '../chunking/spool.ts';
import type { Job } from './job.ts';

/** The part of `build.memory` that rejects may take while they wait to be written. */
const REJECT_SHARE = 1 / 16;

/** The spool of this job's building: one folder below the work folder, which belongs to the process that holds the ledger. */
export function openSpool({ migration }: Pick<Job, 'migration'>): Spool {
  return createSpool({ folder: join(migration.folder, 'spool'), maxBytes: migration.disk.spool });
}

/** How `build.memory` is divided, in bytes. */
export function memoryShares({ migration }: Pick<Job, 'migration'>): { hitBytes: number; rejectBytes: number } {
  const rejectBytes = Math.floor(migration.build.memory * REJECT_SHARE);
  return { hitBytes: migration.build.memory - rejectBytes, rejectBytes };
}

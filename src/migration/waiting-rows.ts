import { join } from 'node:path';
import { createHitStore, type HitStore } from '../chunking/hit-store.ts';
import { createSpool, type Spool } from '../chunking/spool.ts';
import type { Job } from './job.ts';
import { createRejectList, type RejectList } from './reject-list.ts';

/** The part of `build.memory` that rejects may take while they wait to be written. */
const REJECT_SHARE = 1 / 16;

/** The spool of this job's building: one folder below the work folder, which belongs to the process that holds the ledger. */
export function openSpool({ migration }: Pick<Job, 'migration'>): Spool {
  return createSpool({ folder: join(migration.folder, 'spool'), maxBytes: migration.disk.spool });
}

/** Where rows wait to be sealed: `build.memory` and one spool, divided between hits and rejects. */
export interface WaitingRows {
  readonly hits: HitStore;
  readonly rejects: RejectList;
}

/** Empty stores. Only one pair of them is in use at a time: the spool's files have the same names in each. */
export function openWaitingRows(job: Pick<Job, 'migration' | 'streams'>): WaitingRows {
  const spool = openSpool(job);
  const { memory } = job.migration.build;
  const rejectBytes = Math.floor(memory * REJECT_SHARE);
  return {
    hits: createHitStore({ memoryBytes: memory - rejectBytes, spool, streams: job.streams.length }),
    rejects: createRejectList({ memoryBytes: rejectBytes, spool }),
  };
}

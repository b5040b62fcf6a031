import { randomUUID } from 'node:crypto';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Migration } from '../config/migration.ts';
import { bytes } from '../domain/count.ts';
import { openExisting } from '../ledger/open-ledger.ts';
import { type DoctorFinding, faultOf, findingOf, type Verdict } from './doctor-finding.ts';

/** What the disk of the work folder has and what the migration may put there, in bytes. */
export interface DiskRoom {
  readonly free: number;
  readonly ahead: number;
  readonly spool: number;
  readonly maxRawBytes: number;
  /** What is still to be built and stays, by what was built; `null` before anything was, and where chunks are removed. */
  readonly toBuild: number | null;
}

/** Looks at the disk of the work folder: can it be written, is there room. Leaves no trace. */
export async function* examineDisk(migration: Migration): AsyncGenerator<DoctorFinding> {
  const { folder, disk, chunks } = migration;
  let free: number;
  try {
    const place = await nearestFolder(folder);
    await writeOnce(place);
    const { bavail, bsize } = await statfs(place);
    free = bavail * bsize;
  } catch (error) {
    yield findingOf('disk', null, {
      result: 'fault',
      found: `the work folder ${folder} cannot be written: ${codeOf(error)}`,
      cure: 'Check its permissions and the disk, or choose another folder with `folder:`.',
    });
    return;
  }
  let toBuild: number | null = null;
  try {
    if (disk.keep === 'all') toBuild = await bytesToBuild(migration);
  } catch (error) {
    yield findingOf('disk', null, faultOf(error));
  }
  const { ahead, spool } = disk;
  yield findingOf('disk', null, roomVerdict({ free, ahead, spool, maxRawBytes: chunks.maxRawBytes, toBuild }));
}

/** Whether there is room for one file, for what is still to be built, and for all that the settings allow. */
export function roomVerdict({ free, ahead, spool, maxRawBytes, toBuild }: DiskRoom): Verdict {
  const has = `${bytes(free)} free for the work folder`;
  if (free < maxRawBytes)
    return { result: 'fault', found: `${has}: not even one file of chunks.maxRawBytes fits`, cure: makeRoom };
  if (toBuild !== null && free < toBuild)
    return { result: 'fault', found: `${has}, about ${bytes(toBuild)} are still to be built`, cure: makeRoom };
  if (free >= ahead + spool) return { result: 'ok', found: has, cure: null };
  return {
    result: 'warning',
    found: `${has}; disk.ahead and disk.spool may fill ${bytes(ahead + spool)} together`,
    cure: 'Lower them to what there is, or put `folder:` on a larger disk.',
  };
}

const makeRoom = 'Make room, or put `folder:` on a larger disk.';

/** Bytes of chunks that are still to be built, by what the planned rows of sealed slices took; `null` before any was sealed. */
export async function bytesToBuild({ folder }: Pick<Migration, 'folder'>): Promise<number | null> {
  const ledger = await openExisting(folder);
  if (ledger === null) return null;
  try {
    const { lanes } = await ledger.summary();
    const stored = lanes.reduce((sum, lane) => sum + lane.bytes, 0);
    const left = (await ledger.unsealedSlices()).reduce((sum, { plannedRows }) => sum + plannedRows, 0);
    const built = (await ledger.plannedRows()) - left;
    return built === 0 ? null : Math.round((stored / built) * left);
  } finally {
    await ledger.close();
  }
}

/** The folder itself, or what of its path is there: it is made when building begins. */
async function nearestFolder(folder: string): Promise<string> {
  for (let path = folder; ; path = dirname(path)) {
    try {
      if ((await stat(path)).isDirectory()) return path;
      throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' });
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || path === dirname(path)) throw error;
    }
  }
}

async function writeOnce(folder: string): Promise<void> {
  const path = join(folder, `.bdia-doctor-${randomUUID()}`);
  const file = await open(path, 'wx');
  try {
    await file.writeFile('doctor');
    await file.sync();
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

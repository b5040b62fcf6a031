import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import { MigrationError } from '../domain/error.ts';
import { type ChunkRecords, chunkRecords } from './chunk-records.ts';
import { type ClientRecords, clientRecords } from './client-records.ts';
import { forKysely, ledgerError, openDatabase } from './database.ts';
import { type DeliveryRecords, deliveryRecords } from './delivery-records.ts';
import { type FileRecords, fileRecords } from './file-records.ts';
import { type GateRecords, gateRecords } from './gate-records.ts';
import { type HomeRecords, homeRecords } from './home-records.ts';
import { type JobRecords, jobRecords } from './job-records.ts';
import { type Lock, takeLock } from './lock.ts';
import { type PassRecords, passRecords } from './pass-records.ts';
import { type PlanRecords, planRecords } from './plan-records.ts';
import { type ProofRecords, proofRecords } from './proof-records.ts';
import { type RebuildRecords, rebuildRecords } from './rebuild-records.ts';
import { type RemovalRecords, removalRecords } from './removal-records.ts';
import { type SealRecords, sealRecords } from './seal-records.ts';
import { type SummaryRecords, summaryRecords } from './summary.ts';
import type { LedgerDb, Tables } from './tables.ts';
import { type UnsealRecords, unsealRecords } from './unseal-records.ts';

/**
 * The durable record of one migration. Every promise of a change resolves when it is on disk, and each change is one
 * transaction: a process that is killed at any moment leaves the ledger as it was before or after it (P9).
 * On a read-only ledger every change rejects.
 */
export interface Ledger
  extends JobRecords,
    FileRecords,
    PassRecords,
    PlanRecords,
    HomeRecords,
    SealRecords,
    ChunkRecords,
    DeliveryRecords,
    ClientRecords,
    GateRecords,
    SummaryRecords,
    ProofRecords,
    UnsealRecords,
    RebuildRecords,
    RemovalRecords {
  /** Closes the file and gives up the lock. May be called more than once. */
  close(): Promise<void>;
}

/** `readOnly` looks without a lock, also while another process writes. `now` is epoch ms; default: the machine's clock. */
export interface LedgerOptions {
  readonly readOnly?: boolean;
  readonly now?: () => number;
}

/**
 * Opens `<folder>/ledger.sqlite`. To write, it makes folder and ledger where there are none and holds the one writer's
 * lock until it is closed. Throws `ledger.locked`, `ledger.newer`, `ledger.foreign`, `ledger.corrupt`, `disk.failed`,
 * and `input.not-found` where there is nothing to read.
 */
export async function openLedger(folder: string, options: LedgerOptions = {}): Promise<Ledger> {
  const { readOnly = false, now = Date.now } = options;
  const path = join(folder, 'ledger.sqlite');
  const lock = readOnly ? null : lockFolder(folder);
  try {
    const database = openDatabase(path, { readOnly });
    const db: LedgerDb = new Kysely<Tables>({ dialect: new SqliteDialect({ database: forKysely(database) }) });
    const seals = createSeals();
    const records = {
      ...jobRecords(db, now),
      ...fileRecords(db),
      ...passRecords(db),
      ...planRecords(db, now),
      ...homeRecords(db),
      ...sealRecords(db, now, seals.announce),
      ...chunkRecords(db),
      ...deliveryRecords(db, seals.next),
      ...clientRecords(db),
      ...gateRecords(db),
      ...summaryRecords(db),
      ...proofRecords(db),
      ...unsealRecords(db, now),
      ...rebuildRecords(db, now),
      ...removalRecords(db, now),
    };
    return {
      ...withStops(records, path),
      close: async () => {
        await db.destroy();
        // Kysely closes only what it has used.
        database.close();
        lock?.release();
      },
    };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

/** The ledger of a work folder, to be read; `null` where there is none, and then nothing is made. Closed by the caller. */
export async function openExisting(folder: string): Promise<Ledger | null> {
  try {
    return await openLedger(folder, { readOnly: true });
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'input.not-found') return null;
    throw error;
  }
}

/** Bytes of a path that SQLite still opens (SQLite source, MAX_PATHNAME in os_unix.c). */
const longestPath = 512;

function lockFolder(folder: string): Lock {
  try {
    mkdirSync(folder, { recursive: true });
    return takeLock(folder);
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    const says = error instanceof Error ? error.message : String(error);
    const isTooLong = Buffer.byteLength(join(resolve(folder), 'ledger.sqlite-journal')) > longestPath;
    throw new MigrationError('disk.failed', `The work folder ${folder} cannot be written: ${says}`, {
      next: isTooLong
        ? `Choose another folder with \`folder:\`: its path may have about ${longestPath - 30} bytes, since SQLite takes no longer ones.`
        : 'Check its permissions and the disk, or choose another folder with `folder:`.',
      cause: error,
    });
  }
}

interface Seals {
  /** Calls `wake` once, after the next seal; the returned function forgets it. */
  next(wake: () => void): () => void;
  announce(): void;
}

function createSeals(): Seals {
  const waiting = new Set<() => void>();
  return {
    next: (wake) => {
      waiting.add(wake);
      return () => waiting.delete(wake);
    },
    // A turn of the loop later: who has just been told `waiting` by then stands in line and is not missed.
    announce: () => {
      setImmediate(() => {
        const woken = [...waiting];
        waiting.clear();
        for (const wake of woken) wake();
      });
    },
  };
}

/** The same functions, whose failures of disk and file are stops instead of SQLite's own errors. */
function withStops<T extends object>(records: T, path: string): T {
  const guarded = Object.entries(records).map(([name, work]) => [
    name,
    async (...given: unknown[]) => {
      try {
        return await (work as (...given: unknown[]) => Promise<unknown>)(...given);
      } catch (error) {
        throw ledgerError(path, error);
      }
    },
  ]);
  return Object.fromEntries(guarded) as T;
}

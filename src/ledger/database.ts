import { accessSync, constants, statSync } from 'node:fs';
import type { SqliteDatabase } from 'kysely';
import { MigrationError } from '../domain/error.ts';
import { type Connection, Database } from '../domain/sqlite.ts';
import { steps } from './schema/steps.ts';
import { showAsNewest } from './show-as-newest.ts';

/** Marks a SQLite file as ours ("bdia"); SQLite keeps it in the file's header. */
const applicationId = 0x62646961;
const busyMs = 30_000;

/**
 * Opens the ledger's file and brings it to the newest version, each step in a transaction of its own. A reader changes
 * no data and waits for no lock of ours; an older ledger it reads as if it were up to date (`showAsNewest`).
 *
 * The journal is SQLite's rollback journal, not WAL: between transactions the file alone is the whole ledger, so that a
 * copy of it is a ledger of that moment, and one that is copied back never meets the leftover log of a newer one. There
 * a commit is the removal of the journal, and a journal that is back after a power failure takes the transaction back:
 * with `synchronous=EXTRA` the folder is synced after the removal, so that a commit is on disk when it returns (SQLite
 * docs, "PRAGMA synchronous"). What macOS calls a sync stops at the disk's own memory but for `fullfsync`, which is
 * without effect elsewhere (SQLite docs, "PRAGMA fullfsync").
 *
 * Throws `ledger.newer`, `ledger.foreign`, `ledger.corrupt`, `disk.failed`, and `input.not-found` for a reader without a
 * ledger.
 */
export function openDatabase(path: string, { readOnly }: { readOnly: boolean }): Connection {
  if (readOnly && !isThere(path)) throw notBegun(path);
  // A reader, too, must be able to roll back what a killed writer left half done, where it may write at all.
  const mayWrite = !readOnly || isWritable(path);
  return guardLedger(path, () => {
    const db = new Database(path, { readonly: !mayWrite, timeout: busyMs });
    try {
      if (readOnly) {
        assertVersion(db, path);
        // A writer that stopped before its first commit (a full disk) has left a file with nothing in it.
        if (versionOf(db) === 0) throw notBegun(path);
        if (versionOf(db) < steps.length) showAsNewest(db);
        db.pragma('query_only = ON');
      } else {
        db.pragma('journal_mode = DELETE');
        db.pragma('synchronous = EXTRA');
        db.pragma('fullfsync = ON');
        db.pragma('foreign_keys = ON');
        assertVersion(db, path);
        assertSound(db, path);
        upgrade(db);
      }
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/**
 * The same database for Kysely. SQLite itself ends a transaction that finds the disk full (SQLite docs, "ROLLBACK");
 * Kysely then rolls back what is no transaction any more, and what SQLite says to that would hide what went wrong.
 */
export function forKysely(database: Connection): SqliteDatabase {
  return {
    prepare: (sql) => database.prepare(sql === 'rollback' && !database.inTransaction ? 'SELECT 1' : sql),
    close: () => database.close(),
  };
}

function guardLedger<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw ledgerError(path, error);
  }
}

/** What SQLite says about a damaged ledger or a full disk as a stop; any other error as it is. */
export function ledgerError(path: string, error: unknown): unknown {
  // better-sqlite3 looks for the folder itself, and says of one that the system does not show no more than this.
  if (error instanceof TypeError && error.message.includes('directory does not exist'))
    return unusable(path, 'its folder is not there, or cannot be looked at', error);
  if (!(error instanceof Database.SqliteError)) return error;
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) return corrupt(path, error.message, error);
  if (/^SQLITE_(FULL|IOERR|CANTOPEN|READONLY|PERM)/.test(error.code)) {
    return unusable(path, error.message, error);
  }
  if (/^SQLITE_BUSY/.test(error.code)) {
    return new MigrationError('ledger.locked', `Another program keeps the ledger ${path} busy: ${error.message}`, {
      next: 'Close what has the file open (a SQLite browser, a backup), then run again.',
      cause: error,
    });
  }
  return error;
}

function unusable(path: string, says: string, cause: unknown): MigrationError {
  return new MigrationError('disk.failed', `The ledger ${path} cannot be read or written: ${says}`, {
    next: 'Make room on the disk and check the permissions of the folder, then run again: nothing is lost.',
    cause,
  });
}

/** Throws `disk.failed` where the system does not say: a folder that this user may not look into may hold a ledger. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    throw new MigrationError('disk.failed', `The ledger ${path} cannot be looked at: ${says}`, {
      next: 'Check the permissions of the folder and the disk, then try again.',
      cause: error,
    });
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function versionOf(db: Connection): number {
  return Number(db.pragma('user_version', { simple: true }));
}

function assertVersion(db: Connection, path: string): void {
  const isEmpty = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
  if (!isEmpty && db.pragma('application_id', { simple: true }) !== applicationId) {
    throw new MigrationError('ledger.foreign', `${path} is a SQLite database, but no ledger of bdia-migrate`, {
      next: 'Give the migration a work folder of its own (`folder:`), or move that file away.',
    });
  }
  const version = versionOf(db);
  if (version > steps.length) {
    throw new MigrationError(
      'ledger.newer',
      `The ledger ${path} has version ${version}; this program knows versions up to ${steps.length}`,
      { next: 'Go on with the newer bdia-migrate that wrote it, or a later one.' },
    );
  }
}

function assertSound(db: Connection, path: string): void {
  const found = db.pragma('quick_check(1)', { simple: true });
  // SQLite puts a line that names the database above what it found.
  if (found !== 'ok') throw corrupt(path, String(found).split('\n').at(-1) ?? '');
}

function corrupt(path: string, says: string, cause?: unknown): MigrationError {
  if (isWhole(path)) return unusable(path, `${says}, though the file is whole: the disk refused to be read`, cause);
  return new MigrationError('ledger.corrupt', `The ledger ${path} is damaged: ${says}`, {
    next:
      'See first that the disk can be read. If it can, put back a copy of the work folder. An older ledger is safe: what ' +
      'Adobe already has is noticed, and `settle --adopt` takes it over.',
    cause,
  });
}

/**
 * Whether the ledger is sound to who looks anew. SQLite takes a page that the system once refuses to give (EIO) for a damaged
 * one (SQLite source, SQLITE_IOERR_CORRUPTFS in os_unix.c). By SQLite alone: closing any other handle on the file would drop
 * the locks of this process.
 */
function isWhole(path: string): boolean {
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
    try {
      return db.pragma('integrity_check(1)', { simple: true }) === 'ok';
    } finally {
      db.close();
    }
  } catch {
    return false;
  }
}

function notBegun(path: string): MigrationError {
  return new MigrationError('input.not-found', `There is no ledger at ${path}: this migration has not begun`, {
    next: 'Build it first, with `build` or `run`.',
  });
}

function upgrade(db: Connection): void {
  for (let version = versionOf(db); version < steps.length; version++) {
    db.transaction(() => {
      db.exec(steps[version] ?? '');
      db.pragma(`application_id = ${applicationId}`);
      db.pragma(`user_version = ${version + 1}`);
    }).exclusive();
  }
}

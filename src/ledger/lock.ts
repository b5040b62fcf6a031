import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MigrationError } from '../domain/error.ts';
import { type Connection, Database } from '../domain/sqlite.ts';

/** A lock that is held; `release` may be called more than once. */
export interface Lock {
  release(): void;
}

const lockFile = 'lock.sqlite';
/** How long whoever takes the lock waits for those that look at it, which takes them less than a millisecond. */
const lookMs = 250;

/**
 * Takes the one writer's lock of a work folder, for as long as this process lives: an exclusive transaction on
 * `lock.sqlite` that is never committed. The operating system drops it with the process, however that ends; there is no
 * pid to go stale. Throws `ledger.locked` where another process, or another ledger of this one, holds it, and `disk.failed`
 * where the file may not be written to: the lock would then keep nobody out.
 *
 * Locks of this kind belong to the process: closing any other handle on `lock.sqlite` inside it would drop them, but for
 * those of SQLite itself, which knows of them (SQLite docs, "How To Corrupt An SQLite Database File", 2.2), so nothing but
 * SQLite may open that file.
 */
export function takeLock(folder: string): Lock {
  const path = join(folder, lockFile);
  const db = new Database(path, { timeout: lookMs });
  try {
    // Nothing is ever written, so no journal may appear beside the lock.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
    // A file that may not be written to SQLite opens to read, and its `EXCLUSIVE` is then a lock that readers share. Only a
    // write tells, which is committed as little as the rest.
    db.pragma('user_version = 1');
  } catch (error) {
    db.close();
    if (!(error instanceof Database.SqliteError)) throw error;
    if (error.code.startsWith('SQLITE_READONLY'))
      throw new MigrationError('disk.failed', `The lock ${path} cannot be written`, {
        next: 'Give this user the right to write to it, then run again.',
        cause: error,
      });
    if (!error.code.startsWith('SQLITE_BUSY')) throw error;
    throw new MigrationError('ledger.locked', `Another bdia-migrate is working in ${folder}`, {
      next: 'Wait for it or stop it; `status` shows how far it is.',
      cause: error,
    });
  }
  return { release: () => db.close() };
}

/**
 * Whether anybody holds the lock of a work folder, without taking it or writing anything. Where the system does not say,
 * it counts as held.
 */
export function isLockHeld(folder: string): boolean {
  const path = join(folder, lockFile);
  if (!existsSync(path)) return false;
  let db: Connection | null = null;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch {
    return true;
  } finally {
    db?.close();
  }
}

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { MigrationError } from '../domain/error.ts';

/** A lock that is held; `release` may be called more than once. */
export interface Lock {
  release(): void;
}

/**
 * Takes the one writer's lock of a work folder, for as long as this process lives: an exclusive transaction on
 * `lock.sqlite` that is never committed. The operating system drops it with the process, however that ends; there is no
 * pid to go stale. Throws `ledger.locked` at once where another process, or another ledger of this one, holds it.
 *
 * Locks of this kind belong to the process: closing any other handle on `lock.sqlite` inside it would drop them
 * (SQLite docs, "How To Corrupt An SQLite Database File", 2.2), so nothing else may open that file.
 */
export function takeLock(folder: string): Lock {
  const db = new Database(join(folder, 'lock.sqlite'), { timeout: 0 });
  try {
    // Nothing is ever written, so no journal may appear beside the lock.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error;
    throw new MigrationError('ledger.locked', `Another bdia-migrate is working in ${folder}`, {
      next: 'Wait for it or stop it; `bdia-migrate status` shows how far it is.',
      cause: error,
    });
  }
  return { release: () => db.close() };
}

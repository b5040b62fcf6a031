import { existsSync } from 'node:fs';
import { type Connection, Database } from '../../src/domain/sqlite.ts';

/**
 * Watches from outside how another process commits to a SQLite database that may not exist yet, and calls `onCommit`
 * with the number of commits seen so far. Gives the function that ends the watch.
 *
 * `PRAGMA data_version` changes whenever another connection has committed (SQLite docs); two commits between two
 * looks count as one.
 */
export function watchCommits(path: string, onCommit: (seen: number) => void): () => void {
  let db: Connection | null = null;
  let version: unknown = null;
  let seen = 0;
  const look = (): void => {
    try {
      if (db === null && !existsSync(path)) return;
      db ??= new Database(path, { readonly: true, timeout: 0 });
      const now = db.pragma('data_version', { simple: true });
      if (version !== null && now !== version) {
        seen += 1;
        onCommit(seen);
      }
      version = now;
    } catch {
      // Busy, or a journal that only its writer may roll back: the next look will see.
    }
  };
  const timer = setInterval(look, 1);
  return () => {
    clearInterval(timer);
    db?.close();
    db = null;
  };
}

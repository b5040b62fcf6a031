import { MigrationError } from '../../domain/error.ts';
import { Database } from '../../domain/sqlite.ts';

/** What was being done when the engine failed: whole database, or one stream's query. */
export interface SqlitePlace {
  readonly path: string;
  readonly stream?: string;
}

/**
 * Turns what better-sqlite3 throws into the stop that a person can act on (result codes: SQLite docs, "Result and
 * Error Codes"). What it does not know comes back as it is: a bug.
 */
export function sqliteError(error: unknown, { path, stream }: SqlitePlace): unknown {
  if (error instanceof MigrationError) return error;
  const where = stream === undefined ? `The SQLite database ${path}` : `Stream ${stream} (SQLite database ${path})`;
  if (error instanceof RangeError) {
    // Thrown by better-sqlite3 itself: a parameter without a value, two statements in one query, a value too large.
    return new MigrationError('input.invalid', `${where}: ${error.message}`, {
      next: 'Correct the query or its variables in the mapping.',
      cause: error,
    });
  }
  if (!(error instanceof Database.SqliteError)) return error;
  const stop = (code: 'input.invalid' | 'source.unreachable' | 'source.query', says: string, next: string) =>
    new MigrationError(code, `${where} ${says}: ${error.message}`, { next, cause: error });
  const kind = error.code.split('_').slice(0, 2).join('_');
  switch (kind) {
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
    case 'SQLITE_PROTOCOL':
      return stop('source.unreachable', 'is locked by another program', 'Let that program finish, then run again.');
    case 'SQLITE_NOTADB':
      return stop('input.invalid', 'is not a SQLite database', 'Correct source.path in the migration file.');
    case 'SQLITE_CORRUPT':
      // Also what SQLite takes a page for that the disk once refuses to give (SQLite source, SQLITE_IOERR_CORRUPTFS in os_unix.c).
      return stop(
        'source.unreachable',
        'is damaged, or its disk failed',
        'Run again: if it stays so, repair the database with `sqlite3 FILE .recover` or use a backup.',
      );
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
      return stop(
        'source.unreachable',
        'cannot be opened for reading',
        'Check the permissions of the file and its folder. A database in WAL mode, or one whose last writer was killed, ' +
          'needs a folder that can be written: copy it with its -wal and -journal files, or open it once with sqlite3.',
      );
    case 'SQLITE_FULL':
    case 'SQLITE_NOMEM':
      return stop(
        'source.unreachable',
        'ran out of disk or memory',
        'A query that sorts much writes into SQLITE_TMPDIR or /tmp: make room there, or name a larger folder; or create ' +
          'the index that doctor advises.',
      );
    case 'SQLITE_IOERR':
      return stop('source.unreachable', 'could not be read', 'Check the disk, then run again.');
    case 'SQLITE_ERROR':
      return stop('source.query', 'refuses the query', 'Correct the query in the mapping.');
    default:
      return stop('source.query', `failed with ${error.code}`, 'Correct the query in the mapping.');
  }
}

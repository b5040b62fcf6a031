import { expect, it } from 'vitest';
import { MigrationError } from '../../../src/domain/error.ts';
import { Database } from '../../../src/domain/sqlite.ts';
import { sqliteError } from '../../../src/source/sqlite/sqlite-error.ts';

it.each([
  ['SQLITE_BUSY', 'source.unreachable', 'is locked by another program', 'Let that program finish, then run again.'],
  ['SQLITE_BUSY_SNAPSHOT', 'source.unreachable', 'is locked by another program', 'Let that program finish'],
  ['SQLITE_PROTOCOL', 'source.unreachable', 'is locked by another program', 'Let that program finish'],
  ['SQLITE_FULL', 'source.unreachable', 'ran out of disk or memory', 'SQLITE_TMPDIR'],
  ['SQLITE_NOMEM', 'source.unreachable', 'ran out of disk or memory', 'SQLITE_TMPDIR'],
  ['SQLITE_NOTADB', 'input.invalid', 'is not a SQLite database', 'source.path'],
  ['SQLITE_CORRUPT_INDEX', 'source.unreachable', 'is damaged, or its disk failed', '.recover'],
  ['SQLITE_READONLY_DIRECTORY', 'source.unreachable', 'cannot be opened for reading', 'WAL mode'],
  ['SQLITE_CANTOPEN', 'source.unreachable', 'cannot be opened for reading', 'permissions'],
  ['SQLITE_IOERR_READ', 'source.unreachable', 'could not be read', 'disk'],
  ['SQLITE_ERROR', 'source.query', 'refuses the query', 'query in the mapping'],
  ['SQLITE_TOOBIG', 'source.query', 'failed with SQLITE_TOOBIG', 'query in the mapping'],
])('%s stops with %s', (sqlite, code, says, next) => {
  const cause = new Database.SqliteError('the engine’s words', sqlite);
  const found = sqliteError(cause, { path: '/data/legacy.sqlite', stream: 'hits' });
  expect(found).toBeInstanceOf(MigrationError);
  expect(found).toMatchObject({
    code,
    message: `Stream hits (SQLite database /data/legacy.sqlite) ${says}: the engine’s words`,
    next: expect.stringContaining(next),
    cause,
  });
});

it('leaves bugs and stops as they are', () => {
  const bug = new TypeError('oops');
  const stop = new MigrationError('input.invalid', 'mine');
  expect(sqliteError(bug, { path: 'x' })).toBe(bug);
  expect(sqliteError(stop, { path: 'x' })).toBe(stop);
});

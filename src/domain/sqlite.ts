import { createRequire } from 'node:module';
import { versions } from 'node:process';
import type Sqlite from 'better-sqlite3';

/** An open SQLite database. */
export type Connection = Sqlite.Database;
/** A prepared statement, with what it binds. */
export type Statement<Bound extends unknown[] = unknown[]> = Sqlite.Statement<Bound>;

/** That of release 13, which came with Node.js 22.14: below it, opening a database ends the process (WiseLibs/better-sqlite3#1514). */
const nodeApi = 10;

/**
 * better-sqlite3 in the release that runs here. Release 12, which Node.js 20 needs, aborts the process from 24.19 on when its
 * garbage is collected outside of JavaScript (nodejs/node#65446). Both behave alike. Loading this module throws where the one
 * that is needed is not installed, the first use where its native part does not fit.
 */
export const Database: typeof Sqlite = createRequire(import.meta.url)(
  Number(versions['napi']) >= nodeApi ? 'better-sqlite3' : 'better-sqlite3-12',
);

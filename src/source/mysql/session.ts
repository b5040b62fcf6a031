import type { ServerSource } from '../../config/migration.ts';

/** How long the server waits for a reader that takes no rows: a pause may last so long, and no longer, in seconds. */
export const longestPauseSeconds = 3_600;

const longest = 31_536_000;

/** How many warnings a session keeps at least: what a statement cut is only told by one. */
const warnings = 1_024;

/**
 * The statements that make a session read only, in UTC, and like every other one, whatever the server's defaults are.
 *
 * - `sql_mode` is empty: a query means what it means to MySQL as it comes. `\` escapes in texts, `"…"` is a text, zero
 *   dates are values, CHAR ends without its padding. A server's ANSI_QUOTES or NO_BACKSLASH_ESCAPES changes nothing.
 * - Nothing is cut silently: no limit of rows (`--safe-updates` has one), long GROUP_CONCAT and JSON_ARRAYAGG.
 * - Timeouts are the migration's; 0 is no bound, even where the server has one. Locks are waited for whole seconds.
 *
 * MariaDB bounds a statement by `max_statement_time` (seconds), MySQL by `max_execution_time` (milliseconds). MySQL 9.7 lets
 * only a user with SESSION_VARIABLES_ADMIN set `max_error_count`: where `server` keeps enough warnings it is left.
 */
export function sessionStatements(
  timeouts: ServerSource['timeouts'],
  server: { readonly isMariaDb: boolean; readonly keptWarnings: number },
): readonly string[] {
  const lock = timeouts.lockMs === 0 ? longest : Math.max(1, Math.ceil(timeouts.lockMs / 1_000));
  const settings = {
    time_zone: `'+00:00'`,
    sql_mode: `''`,
    autocommit: 1,
    net_write_timeout: longestPauseSeconds,
    wait_timeout: 86_400,
    group_concat_max_len: 1_073_741_824,
    sql_select_limit: '18446744073709551615',
    ...(server.keptWarnings < warnings && { max_error_count: warnings }),
    lock_wait_timeout: lock,
    innodb_lock_wait_timeout: lock,
    ...(server.isMariaDb
      ? { max_statement_time: timeouts.statementMs / 1_000 }
      : { max_execution_time: timeouts.statementMs }),
  };
  const list = Object.entries(settings).map(([name, value]) => `SESSION ${name} = ${value}`);
  return [
    'SET NAMES utf8mb4',
    `SET ${list.join(', ')}`,
    'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY',
  ];
}

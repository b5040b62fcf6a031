import type { DatabaseAddress, TestDatabase } from './database-server.ts';
import { mysqlNumbers } from './mysql-sql.ts';

/** What tests of both servers ask for, in the SQL of one. */
export interface ServerSql {
  /** So many rows of a text `x` of 1,000 characters. */
  readonly wideRows: (rows: number) => string;
  /** One row, 1, for which the server takes so long. */
  readonly sleep: (seconds: number) => string;
  /** Computes for hours before its first row. */
  readonly endless: string;
  /** The connections to the database, but for the one that asks. */
  readonly connections: string;
  /** Those of them in which a statement runs. */
  readonly running: string;
  readonly kill: (connection: string) => string;
}

const postgresConnections =
  'SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
const mysqlConnections =
  'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()';
const million = mysqlNumbers(1, 1_000_000);

export const serverSql: Readonly<Record<DatabaseAddress['engine'], ServerSql>> = {
  postgres: {
    wideRows: (rows) => `SELECT repeat('x', 1000) AS x FROM generate_series(1, ${rows}) AS n`,
    sleep: (seconds) => `SELECT 1 AS x FROM pg_sleep(${seconds})`,
    endless: 'SELECT pg_sleep(36000)',
    connections: postgresConnections,
    running: `${postgresConnections} AND state = 'active'`,
    kill: (connection) => `SELECT pg_terminate_backend(${connection})`,
  },
  mysql: {
    wideRows: (rows) => `SELECT REPEAT('x', 1000) AS x FROM ${mysqlNumbers(1, rows)} AS n`,
    sleep: (seconds) => `SELECT 1 + SLEEP(${seconds}) AS x`,
    // A SLEEP that is interrupted has a value.
    endless: `SELECT COUNT(*) AS n FROM ${million} a JOIN ${million} b ON a.seq % 7 = b.seq % 11`,
    connections: mysqlConnections,
    running: `${mysqlConnections} AND command = 'Query'`,
    kill: (connection) => `KILL ${connection}`,
  },
};

/** Ends every connection to a database; one that has ended meanwhile is no fault. */
export async function killConnections({ engine, run }: TestDatabase): Promise<void> {
  const { connections, kill } = serverSql[engine];
  for (const [id] of await run(connections)) await run(kill(String(id))).catch(() => undefined);
}

import { inject } from 'vitest';
import type { DatabaseAddress, DatabaseServer } from './database-server.ts';
import { mysqlAt } from './mariadb-server.ts';
import { postgresAt } from './postgres-server.ts';

/**
 * The server that all test files of a run share; the first that asks waits until it runs. Work in a `freshDatabase`, and
 * do nothing to the server that others would feel: `startPostgres` and `startMariadb` give one of the test's own.
 */
export async function sharedServer(engine: 'postgres' | 'mysql'): Promise<DatabaseServer> {
  const answer = await fetch(`${inject('databaseServers')}/${engine}`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  const address: DatabaseAddress = JSON.parse(text);
  return engine === 'postgres' ? postgresAt(address) : mysqlAt(address);
}

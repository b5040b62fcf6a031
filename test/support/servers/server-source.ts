import type { ServerSource } from '../../../src/config/migration.ts';
import type { DatabaseAddress } from './database-server.ts';

/** A test database as a migration's source: by TCP, without TLS, nothing bounded but connecting. */
export function serverSource(address: DatabaseAddress, changes: Partial<ServerSource> = {}): ServerSource {
  const { engine, host, port, user, password, database } = address;
  return {
    ...{ engine, host, port, socket: null, user, password, database },
    tls: { mode: 'disable', ca: null, certificate: null, key: null },
    timeouts: { connectMs: 10_000, statementMs: 0, lockMs: 0 },
    snapshot: true,
    ...changes,
  };
}

import type { ConnectionOptions } from 'node:tls';
import type { ServerSource } from '../../config/migration.ts';
import { tlsTrust } from '../tls-trust.ts';

/**
 * How the connection is encrypted, `false` for not at all. A socket of this machine never is: PostgreSQL offers no TLS on
 * it (PostgreSQL docs, "Secure TCP/IP Connections with SSL"). Without a CA of their own the `verify` modes trust Node's.
 */
export function tlsOptions({ socket, tls }: Pick<ServerSource, 'socket' | 'tls'>): false | ConnectionOptions {
  if (tls.mode === 'disable' || socket !== null) return false;
  return {
    ...tlsTrust(tls),
    ...(tls.mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
  };
}

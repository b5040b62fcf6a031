import { isIP } from 'node:net';
import type { SslOptions } from 'mysql2';
import type { ServerTls } from '../../config/migration.ts';
import { tlsTrust } from '../tls-trust.ts';

/** The driver's `ssl` for a mode; `undefined` is a connection in the clear. No mode ever falls back to it. */
export function tlsOptions(tls: ServerTls): SslOptions | undefined {
  if (tls.mode === 'disable') return undefined;
  return { ...tlsTrust(tls), verifyIdentity: tls.mode === 'verify-full', minVersion: 'TLSv1.2' };
}

/**
 * The name by which the driver checks a certificate. An IP address gets a final dot: without it the driver names no host
 * for addresses, and Node.js would look for `localhost` in the certificate; with it Node.js finds the address itself,
 * as it drops the dot before it compares (Node.js docs, `tls.checkServerIdentity`).
 */
export function certificateName(host: string): string {
  return isIP(host) === 0 ? host : `${host}.`;
}

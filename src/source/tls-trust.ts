import type { ServerTls } from '../config/migration.ts';

/** Whom a TLS connection trusts and who it says it is, as Node.js and the drivers on it take it; nothing where not given. */
export function tlsTrust({ mode, ca, certificate, key }: ServerTls) {
  return {
    rejectUnauthorized: mode !== 'require',
    ...(ca !== null && { ca }),
    ...(certificate !== null && { cert: certificate }),
    ...(key !== null && { key }),
  };
}

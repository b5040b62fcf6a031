import { MigrationError } from '../../domain/error.ts';
import { connectionFault } from './connection-fault.ts';
import type { Fault, ServerPlace } from './fault.ts';
import { serverFault } from './server-fault.ts';

/** What was being done when the server or the way to it failed: connecting, or one stream's query. */
export interface PostgresPlace {
  readonly server: ServerPlace;
  readonly stream?: string;
  /** The server has let this program in before. */
  readonly wasOpen?: boolean;
}

/** Where a server is, for messages: no user, no password. */
function serverName({ host, port, socket, database }: ServerPlace): string {
  return `PostgreSQL database ${database} at ${socket ?? `${host}:${port}`}`;
}

/**
 * Turns what the driver throws into the stop that a person can act on: by SQLSTATE where the server spoke (PostgreSQL
 * docs, appendix "PostgreSQL Error Codes"), by Node's codes where it could not. `source.unreachable` is what may pass
 * when the slice is read again. What it does not know comes back as it is: a bug.
 */
export function postgresError(error: unknown, { server, stream, wasOpen = false }: PostgresPlace): unknown {
  if (error instanceof MigrationError || !(error instanceof Error)) return error;
  const fault = faultOf(error, server, wasOpen);
  if (fault === null) return error;
  const where = stream === undefined ? `The ${serverName(server)}` : `Stream ${stream} (${serverName(server)})`;
  const hint = 'hint' in error && typeof error.hint === 'string' ? ` (${error.hint})` : '';
  return new MigrationError(fault.code, `${where} ${fault.says}: ${error.message}${hint}`, {
    next: fault.next,
    cause: error,
  });
}

function faultOf(error: Error, server: ServerPlace, wasOpen: boolean): Fault | null {
  // What the server says has a severity; Node's errors and the driver's own have none.
  if (!('severity' in error) || !('code' in error) || typeof error.code !== 'string') {
    return connectionFault(error, server, wasOpen);
  }
  return serverFault(error.code, server);
}

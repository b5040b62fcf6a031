import { DatabaseError } from 'pg';
import type { ServerSource } from '../../config/migration.ts';
import { endClient, newClient, withDeadline } from './new-client.ts';

/** A process of the server, and which server it was. */
export interface Backend {
  readonly pid: string;
  readonly serverStart: string;
}

/**
 * Whether a backend computes or waits for something in the server, asked on a connection of its own; one that waits for
 * its client has sent, or tries to send, what did not arrive. Another server that answers in its place knows nothing of
 * it, and one with no connection left lives: both count as yes.
 */
export async function isWorkedOn(server: ServerSource, backend: Backend | null): Promise<boolean> {
  const asking = newClient(server);
  asking.on('error', () => {});
  try {
    await asking.connect();
    if (backend === null) return true;
    const { rows } = await withDeadline(
      asking,
      server.timeouts.connectMs,
      asking.query({
        text: `SELECT pg_postmaster_start_time()::text <> $2 OR EXISTS (SELECT FROM pg_stat_activity
          WHERE pid = $1::int AND state = 'active' AND wait_event_type IS DISTINCT FROM 'Client')`,
        values: [backend.pid, backend.serverStart],
        rowMode: 'array',
      }),
    );
    return (rows as string[][])[0]?.[0] === 't';
  } catch (error) {
    return error instanceof DatabaseError;
  } finally {
    await endClient(asking).catch(() => {});
  }
}

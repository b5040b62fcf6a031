import type { Socket } from 'node:net';
import { Client } from 'pg';
import type { ServerSource } from '../../config/migration.ts';
import { MigrationError } from '../../domain/error.ts';
import { tlsOptions } from './tls-options.ts';

const farewellMs = 2_000;
const keepAliveMs = 30_000;

const asWritten = (value: string) => value;

/** A client that is not connected yet; every value that it reads is as the server writes it. */
export function newClient(server: ServerSource): Client {
  return new Client({
    host: server.socket ?? server.host,
    port: server.port,
    user: server.user,
    database: server.database,
    // A function, since the driver would look into the environment and the home folder for an absent one.
    password: () => passwordOf(server),
    ssl: tlsOptions(server),
    application_name: 'bdia-migrate',
    connectionTimeoutMillis: server.timeouts.connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    types: { getTypeParser: () => asWritten },
  });
}

function passwordOf({ password, user }: ServerSource): string {
  if (password !== null && password !== '') return password;
  throw new MigrationError('input.invalid', `PostgreSQL asks for the password of user ${user}, and none is given`, {
    next: 'Give it in source.url or source.password, as ${env:NAME}.',
  });
}

/** What a client has received so far, in bytes; TLS sockets and plain ones count alike. */
export function receivedBytes({ connection }: Client): number {
  return (connection.stream as Socket).bytesRead;
}

/** Says good-bye and closes; where that is not answered in two seconds, cuts. */
export async function endClient(client: Client): Promise<void> {
  await withDeadline(client, farewellMs, client.end());
}

/** What `work` gives; the connection is cut where that takes longer. */
export async function withDeadline<T>(client: Client, ms: number, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => client.connection.stream.destroy(), ms);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

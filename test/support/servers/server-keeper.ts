import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { addressOfUrl, type DatabaseAddress, type OwnServer } from './database-server.ts';
import { startMariadb } from './mariadb-server.ts';
import { startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where `sharedServer` asks for a server. */
    readonly databaseServers: string;
  }
}

/** How a server comes about that all tests of a run share: from a URL in the environment, or started. */
const kinds = {
  postgres: { variable: 'BDIA_TEST_POSTGRES_URL', start: startPostgres },
  mysql: { variable: 'BDIA_TEST_MYSQL_URL', start: startMariadb },
} as const;

/**
 * Vitest's global set-up: starts a server when the first test file asks for it, so that tests without a database do not
 * pay for one, and ends it after the last test.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started: Promise<OwnServer>[] = [];
  const answers = new Map<string, Promise<DatabaseAddress>>();
  const addressOf = async (engine: 'postgres' | 'mysql'): Promise<DatabaseAddress> => {
    const { variable, start } = kinds[engine];
    const url = process.env[variable];
    if (url !== undefined && url !== '') return addressOfUrl(engine, url);
    const server = start();
    started.push(server);
    return (await server).address;
  };

  const keeper = createServer(async ({ url }, response) => {
    const engine = url?.slice(1) as 'postgres' | 'mysql';
    try {
      if (!answers.has(engine)) answers.set(engine, addressOf(engine));
      response.end(JSON.stringify(await answers.get(engine)));
    } catch (error) {
      response.writeHead(500).end((error as Error).message);
    }
  });
  await new Promise<void>((resolve) => keeper.listen(0, '127.0.0.1', resolve));
  project.provide('databaseServers', `http://127.0.0.1:${(keeper.address() as AddressInfo).port}`);

  return async () => {
    keeper.close();
    keeper.closeAllConnections();
    for (const server of await Promise.allSettled(started)) {
      if (server.status === 'fulfilled') await server.value.remove();
    }
  };
}

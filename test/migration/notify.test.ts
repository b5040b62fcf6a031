import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { loadMigration } from '../../src/config/load-migration.ts';
import type { Migration } from '../../src/config/migration.ts';
import type { JobEvent } from '../../src/domain/event.ts';
import { contextOf } from '../../src/migration/context.ts';
import { type Notice, notify } from '../../src/migration/notify.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const secret = 's3cret-of-the-test';
const notice: Notice = {
  migration: 'acme',
  state: 'stopped',
  chunks: { built: 7, uploaded: 3, partial: 1, unknown: 0, rejected: 0 },
  stopped: { code: 'delivery.unreachable', message: 'Adobe cannot be reached:\nECONNREFUSED', next: 'run it again' },
};
const line = 'acme: stopped (4 of 7 chunks sent): Adobe cannot be reached: ECONNREFUSED';

async function migrationWith(folder: string, keys: string): Promise<Migration> {
  const file = join(folder, 'job.yaml');
  writeFileSync(
    file,
    `migration: acme
mapping: m
variables: { url: "\${env:DB_URL}" }
source: { engine: sqlite, path: x }
target: { reportSuiteID: r, baseUrl: global, auth: { kind: token, clientId: me, token: "\${env:TOKEN}" } }
range: { from: 2015-01-01, to: 2016-01-01 }
${keys}
`,
  );
  const loaded = await loadMigration(file, { env: { TOKEN: secret, DB_URL: 'mysql://h/d' } });
  if (loaded.problems !== undefined) throw new Error(JSON.stringify(loaded.problems));
  return loaded.migration;
}

async function tell(migration: Migration, told = notice, more: NodeJS.ProcessEnv = {}): Promise<JobEvent[]> {
  const events: JobEvent[] = [];
  // A URL that holds a secret is not the secret, and one that was overruled is still none of the command's business.
  const env = { PATH: process.env['PATH'], TOKEN: secret, DB_URL: `mysql://u:${secret}@h/d`, ...more };
  await notify(migration, told, contextOf({ env, onEvent: (event) => events.push(event) }));
  return events;
}

/** A host that answers every POST with `status`, and what it got. */
async function webhook(status: number): Promise<{ url: string; got: string[] }> {
  const got: string[] = [];
  const server = http.createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    got.push(`${request.method} ${request.url} ${request.headers['content-type']} ${Buffer.concat(pieces)}`);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/k3y`, got };
}

const warning = (text: string): JobEvent => ({ type: 'message', level: 'warn', text });

describe('a command that is told', () => {
  const commandFolder = (context: TestContext, script: string): string => {
    const folder = scratchFolder(context);
    writeFileSync(join(folder, 'tell.mjs'), script);
    return folder;
  };
  const command = `notify: { command: '"${process.execPath}" tell.mjs' }`;

  it('runs beside the migration file with the report on standard input, one line in a variable, and no secret', async (context) => {
    const folder = commandFolder(
      context,
      `import { readFileSync, writeFileSync } from 'node:fs';
       writeFileSync('told.json', JSON.stringify({ stdin: readFileSync(0, 'utf8'), env: process.env }));`,
    );
    expect(await tell(await migrationWith(folder, command))).toEqual([]);
    const told = JSON.parse(readFileSync(join(folder, 'told.json'), 'utf8'));
    expect(JSON.parse(told.stdin)).toEqual({ text: line, ...notice });
    expect(told.env.BDIA_MIGRATE_TEXT).toBe(line);
    expect(JSON.stringify(told)).not.toContain(secret);
  });

  it('gets the beginning of a long text, and all of it in the report', async (context) => {
    const folder = commandFolder(
      context,
      `import { readFileSync, writeFileSync } from 'node:fs';
       const { stopped } = JSON.parse(readFileSync(0, 'utf8'));
       writeFileSync('told.json', JSON.stringify([process.env.BDIA_MIGRATE_TEXT, stopped.message.length]));`,
    );
    const stopped = { ...notice.stopped!, message: 'x'.repeat(200_000) };
    expect(await tell(await migrationWith(folder, command), { ...notice, stopped })).toEqual([]);
    const [text, length] = JSON.parse(readFileSync(join(folder, 'told.json'), 'utf8'));
    expect(text).toMatch(/^acme: stopped \(4 of 7 chunks sent\): x+…$/);
    expect([text.length, length]).toEqual([2_000, 200_000]);
  });

  it('only warns where the system cannot start it', async (context) => {
    const migration = await migrationWith(scratchFolder(context), command);
    expect(await tell(migration, notice, { HUGE: 'x'.repeat(2_000_000) })).toEqual([
      warning('notify.command was not told how the run ended: it cannot be started'),
    ]);
  });

  it('only warns where it fails', async (context) => {
    const folder = commandFolder(context, 'process.exit(7);');
    expect(await tell(await migrationWith(folder, command))).toEqual([
      warning('notify.command was not told how the run ended: it ended with exit code 7'),
    ]);
  });
});

describe('a webhook that is told', () => {
  it('gets the report as a POST of JSON', async (context) => {
    const { url, got } = await webhook(204);
    expect(await tell(await migrationWith(scratchFolder(context), `notify: { webhook: ${url} }`))).toEqual([]);
    expect(got).toEqual([`POST /hook/k3y application/json ${JSON.stringify({ text: line, ...notice })}`]);
  });

  it('only warns where it does not take it, and keeps its URL to itself', async (context) => {
    const { url } = await webhook(500);
    const migration = await migrationWith(scratchFolder(context), `notify: { webhook: ${url} }`);
    expect(await tell(migration)).toEqual([
      warning('notify.webhook was not told how the run ended: it answered HTTP 500'),
    ]);
  });
});

it('nobody is told where nobody asks for it', async (context) => {
  expect(await tell(await migrationWith(scratchFolder(context), ''))).toEqual([]);
});

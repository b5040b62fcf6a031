import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { legacyRows } from '../support/legacy-hits.ts';
import { type MigrationJob, writeDatabaseJob } from '../support/migration-job.ts';
import { type Program, runProgram, startProgram } from '../support/start-program.ts';

const rows = legacyRows(29, 1500);
/** After its first file each lane rests for an hour, so that the run is at work for as long as others look. */
const atRest = { pace: '{ requestsPerSecond: 200, secondsPerLane: 3600, rowsPerSecondPerLane: 0 }' };

let home: string;
let sandbox: Sandbox;
let running: MigrationJob;
let other: MigrationJob;
let first: Program;

/** Requests to the ingest hosts until now; those for tokens are no ingest calls. */
function ingestCalls(): number {
  return Object.entries(sandbox.report().requests)
    .filter(([endpoint]) => !endpoint.includes('/ims/'))
    .reduce((sum, [, outcomes]) => sum + Object.values(outcomes).reduce((total, count) => total + count, 0), 0);
}

interface Status {
  readonly state: string;
  readonly stopped?: { readonly code: string; readonly next: string };
  readonly lanes: readonly {
    readonly group: string;
    readonly waits?: { readonly for: string; readonly until: string };
  }[];
}

async function statusOf(job: MigrationJob): Promise<Status> {
  const { exitCode, stdout } = await runProgram(['status', job.file, '--json'], job.env);
  expect(exitCode).toBe(0);
  return JSON.parse(stdout);
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'bdia-side-'));
  sandbox = await startSandbox({ rate: 0 });
  running = await writeDatabaseJob(join(home, 'running'), rows, sandbox, atRest);
  other = await writeDatabaseJob(join(home, 'other'), legacyRows(31, 1500), sandbox, {
    migration: 'another-2023',
    visitorGroups: '{ count: 3, prefix: another }',
  });
  first = startProgram(['run', running.file], running.env);
  await vi.waitFor(
    async () => {
      const { lanes } = await statusOf(running);
      expect(lanes.map(({ waits }) => waits?.for)).toEqual(Array(3).fill('for its pace'));
    },
    { timeout: 150_000, interval: 200 },
  );
});
afterAll(async () => {
  first?.kill('SIGKILL');
  await first?.ended;
  await sandbox?.close();
  rmSync(home, { recursive: true, force: true, maxRetries: 3 });
});

describe('beside a running migration', () => {
  it('status says for each lane what it waits for and until when', async () => {
    const from = Date.now();
    const { state, lanes, stopped } = await statusOf(running);
    expect({ state, stopped }).toEqual({ state: 'delivering' });
    for (const { waits } of lanes) {
      const untilMs = Date.parse(waits?.until ?? '');
      expect(waits?.until).toBe(new Date(untilMs).toISOString());
      expect(untilMs).toBeGreaterThan(from);
      expect(untilMs).toBeLessThan(from + 3_600_000);
    }
    const { stdout } = await runProgram(['status', running.file], running.env);
    expect(stdout.match(/for its pace, until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g)).toHaveLength(3);
  });

  it('a second process on the same folder is refused, whatever it would write', async () => {
    const before = ingestCalls();
    for (const command of ['run', 'build', 'validate', 'settle']) {
      const refused = await runProgram([command, running.file, '--json'], running.env);
      expect([command, refused.exitCode]).toEqual([command, 3]);
      expect(JSON.parse(refused.stdout).stopped).toMatchObject({
        code: 'ledger.locked',
        message: `Another bdia-migrate is working in ${running.folder}`,
      });
    }
    expect(ingestCalls()).toBe(before);
  });

  it('another migration with the same client id is refused before it asks anything, and told who has it', async () => {
    const before = ingestCalls();
    for (const words of [['run'], ['validate'], ['run', '--dry-run']]) {
      const refused = await runProgram([...words, other.file, '--json'], other.env);
      expect([words, refused.exitCode]).toEqual([words, 3]);
      expect(JSON.parse(refused.stdout).stopped).toMatchObject({
        code: 'delivery.client-busy',
        message: expect.stringContaining(`with the client id ${sandbox.clientId}, from ${running.folder};`),
        next: expect.stringContaining('wait until it has ended'),
      });
    }
    expect(ingestCalls()).toBe(before);
  });

  it('doctor looks at all but the host, which it does not ask', async () => {
    const before = ingestCalls();
    for (const job of [running, other]) {
      const { exitCode, stdout } = await runProgram(['doctor', job.file, '--json'], job.env);
      expect(exitCode).toBe(0);
      const checks = JSON.parse(stdout).checks as { check: string; result: string; found: string }[];
      const ofHost = checks.filter(({ check }) => check === 'host' || check === 'access');
      expect(ofHost.map(({ result }) => result)).toEqual(['skipped', 'skipped']);
      expect(ofHost[0]?.found).toContain(`another migration is sending with the client id ${sandbox.clientId}`);
      expect(checks.find(({ check }) => check === 'token')?.result).toBe('ok');
    }
    expect(ingestCalls()).toBe(before);
  });

  it('who waited may begin as soon as it has ended, however it ended', async () => {
    first.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    expect(await runProgram(['run', other.file], other.env)).toMatchObject({ exitCode: 0 });
    // Both migrate visitors of the same names, to groups of their own, which the sandbox minds.
    expect(sandbox.report().breaches.map(({ kind }) => kind)).toEqual(['disjointness']);
  });
});

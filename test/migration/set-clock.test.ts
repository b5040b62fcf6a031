import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import type { JobEvent } from '../../src/domain/event.ts';
import { verify } from '../../src/inspection/verify.ts';
import { run } from '../../src/migration/run.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { expectAllPromises } from '../support/expect-all-promises.ts';
import { type FixtureFolder, sandboxEnv, sandboxSettings, sqliteFolder } from './job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const rows = Array.from({ length: 60 }, (_, id) => ({ id, at: begin + id * 600, hit: begin + id * 600 }));
const day = 86_400_000;

let fixture: FixtureFolder;
let sandbox: Sandbox;
beforeEach(async () => {
  // Ten calls a second, an hour of life per token, and every way to lose an answer.
  sandbox = await startSandbox({
    rate: 10,
    tokenTtl: 3600,
    faults: [
      { at: 2, fault: 'drop-after' },
      { at: 4, fault: 'e429', seconds: 1 },
      { at: 6, fault: 'drop-mid' },
      { at: 8, fault: 'e500-after' },
    ],
  });
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], {
    ...sandboxSettings,
    slices: 20,
    more: [
      'pace: { requestsPerSecond: 10, secondsPerLane: 0.1, rowsPerSecondPerLane: 0 }',
      'settle: { grace: 50ms, window: 100ms, attempts: 2 }',
    ],
  });
});
afterEach(async () => {
  await sandbox.close();
  fixture.remove();
});

/** The machine's clock, whose hands a person moves by the next of these at each thing that happens to a chunk. */
function restless(jumps: readonly number[]): { clock: Clock; onEvent: (event: JobEvent) => void } {
  let offset = 0;
  let turn = 0;
  return {
    clock: { ...systemClock, now: () => systemClock.now() + offset },
    onEvent: (event) => {
      if (event.type !== 'chunk' && event.type !== 'lane') return;
      offset += jumps[turn % jumps.length]!;
      turn += 1;
    },
  };
}

describe('a wall clock that is set while a migration runs', () => {
  it.each([
    ['forward, again and again', [2 * day]],
    ['back, again and again', [-2 * day]],
    ['back and forth', [9 * day, -3_600_000, -20 * day, 5000, 11 * day]],
  ])('%s: every row arrives once, in order and at the pace', async (_, jumps) => {
    const report = await run(fixture.file, { env: sandboxEnv(sandbox), ...restless(jumps) });
    expect(report.stopped).toBeUndefined();
    expect(report.state).toBe('finished');
    expect(sandbox.report()).toMatchObject({ rows: 60, duplicateRows: 0, breaches: [] });
    expect(Object.keys(sandbox.report().faults).length).toBeGreaterThanOrEqual(3);
    const { promises } = await verify(fixture.file, { env: sandboxEnv(sandbox) });
    expectAllPromises(promises);
  });

  it.each([40 * day, -40 * day])('between two runs, by %d ms: the next goes on at the pace', async (jump) => {
    const person = new AbortController();
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'chunk' && event.state === 'uploaded') person.abort();
    };
    await run(fixture.file, { env: sandboxEnv(sandbox), signal: person.signal, onEvent });
    const clock = { ...systemClock, now: () => systemClock.now() + jump };
    expect((await run(fixture.file, { env: sandboxEnv(sandbox), clock })).state).toBe('finished');
    expect(sandbox.report()).toMatchObject({ rows: 60, duplicateRows: 0, breaches: [] });
  });
});

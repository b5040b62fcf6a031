import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import type { JobEvent } from '../../src/domain/event.ts';
import { status } from '../../src/inspection/status.ts';
import { verify } from '../../src/inspection/verify.ts';
import type { ContextOptions } from '../../src/migration/context.ts';
import { run } from '../../src/migration/run.ts';
import { settle } from '../../src/migration/settle.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { type FixtureFolder, sandboxEnv, sandboxSettings, sqliteFolder } from './job-fixture.ts';

// What `settle` leaves of the stop that it was called for. Two lanes, whose first files are cut off half-way.

const begin = Date.UTC(2021, 0, 1) / 1000;
const rows = Array.from({ length: 60 }, (_, id) => ({ id, at: begin + id * 600, hit: begin + id * 600 }));
const first = (group: string) => ({ group, slice: 0, part: 0 });

let fixture: FixtureFolder;
let sandbox: Sandbox;
let options: ContextOptions;
beforeEach(async () => {
  sandbox = await startSandbox({ rate: 0, faults: [{ at: 1, fault: 'drop-mid', times: 2 }] });
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { ...sandboxSettings, slices: 20 });
  options = { env: sandboxEnv(sandbox) };
});
afterEach(async () => {
  await sandbox.close();
  fixture.remove();
});

/** Stops when the fate of both first files is unknown, with so long a grace that none of them is looked up before. */
async function stopWithUnknown(): Promise<void> {
  fixture.edit('migration.yaml', 'grace: 20ms', 'grace: 60s');
  const person = new AbortController();
  let left = 2;
  const onEvent = (event: JobEvent): void => {
    if (event.type === 'chunk' && event.state === 'unknown' && --left === 0) person.abort();
  };
  expect(await run(fixture.file, { ...options, signal: person.signal, onEvent })).toMatchObject({
    chunks: { unknown: 2 },
    stopped: { code: 'interrupted' },
  });
  fixture.edit('migration.yaml', 'grace: 60s', 'grace: 20ms');
}

/** As on the day after tomorrow, when that Adobe does not have a file proves nothing any more: a person must decide. */
const later: Pick<ContextOptions, 'clock'> = {
  clock: { ...systemClock, now: () => systemClock.now() + 2 * 86_400_000 },
};

async function stoppedLanes(): Promise<readonly string[]> {
  const { lanes } = await status(fixture.file, options);
  return lanes.flatMap(({ group, stopped }) => (stopped === undefined ? [] : [group]));
}

it('a decision answers the stop of its lane; that of another one is told instead, until it is decided too', async () => {
  await stopWithUnknown();
  options = { ...options, ...later };
  const { stopped } = await run(fixture.file, options);
  expect(stopped).toMatchObject({ code: 'delivery.lane-stopped', message: expect.stringContaining('more than a day') });
  const [named, other] = stopped?.message.includes('acme_0') ? ['acme_0', 'acme_1'] : ['acme_1', 'acme_0'];
  expect(await stoppedLanes()).toEqual(['acme_0', 'acme_1']);

  const decided = await settle(fixture.file, { ...options, notUploaded: [first(named!)] });
  for (const report of [decided, await status(fixture.file, options), await verify(fixture.file, options)])
    expect(report).toMatchObject({
      state: 'stopped',
      stopped: {
        code: 'delivery.lane-stopped',
        message: expect.stringContaining(`the fate of chunk ${other}/`),
        next: `bdia-migrate run ${fixture.file}`,
      },
    });
  expect(await stoppedLanes()).toEqual([other]);

  const last = await settle(fixture.file, { ...options, notUploaded: [first(other!)] });
  for (const report of [last, await status(fixture.file, options), await verify(fixture.file, options)]) {
    expect(report).not.toHaveProperty('stopped');
    // Both files wait to be sent again, and nothing is to build.
    expect(report).toMatchObject({ state: 'delivering', slices: { total: 4, sealed: 4 }, chunks: { unknown: 0 } });
  }
  expect(await stoppedLanes()).toEqual([]);
  expect((await run(fixture.file, options)).state).toBe('finished');
  expect(sandbox.report()).toMatchObject({ rows: 60, duplicateRows: 0, breaches: [] });
});

it('of decisions of which one is refused none counts, and all that is wrong is told', async () => {
  await stopWithUnknown();
  options = { ...options, ...later };
  await run(fixture.file, options);
  const [one, two] = [first('acme_0'), first('acme_1')];
  const given = { uploaded: [one, { group: 'acme_1', slice: 2, part: 0 }], notUploaded: [one, { ...two, part: 1 }] };
  await expect(settle(fixture.file, { ...options, ...given })).rejects.toMatchObject({
    code: 'input.invalid',
    message: [
      'chunk acme_1/000002-0000 has nothing to decide: the one in doubt is 000000-0000',
      'chunk acme_0/000000-0000 is named twice: decide it once',
      'chunk acme_1/000000-0001 has nothing to decide: the one in doubt is 000000-0000',
    ].join('\n'),
  });
  expect(await stoppedLanes()).toEqual(['acme_0', 'acme_1']);
  const settled = await settle(fixture.file, { ...options, notUploaded: [one, two] });
  expect(settled).not.toHaveProperty('stopped');
  expect(await stoppedLanes()).toEqual([]);
});

it('look-ups answer the stops of their lanes', async () => {
  await stopWithUnknown();
  await run(fixture.file, { ...options, ...later });
  expect(await stoppedLanes()).toEqual(['acme_0', 'acme_1']);
  // Today, that Adobe does not have them is still an answer.
  const settled = await settle(fixture.file, options);
  for (const report of [settled, await status(fixture.file, options)])
    expect(report).toMatchObject({ chunks: { unknown: 0 } });
  expect(settled).not.toHaveProperty('stopped');
  expect(await status(fixture.file, options)).not.toHaveProperty('stopped');
});

it('look-ups that prove nothing are a stop that status tells as well', async () => {
  await stopWithUnknown();
  const { stopped } = await settle(fixture.file, { ...options, ...later });
  expect(stopped?.code).toBe('delivery.lane-stopped');
  expect(await status(fixture.file, options)).toMatchObject({ state: 'stopped', stopped });
  expect(await stoppedLanes()).toEqual(['acme_0', 'acme_1']);
});

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobEvent } from '../../src/domain/event.ts';
import { Database } from '../../src/domain/sqlite.ts';
import { status } from '../../src/inspection/status.ts';
import { verify } from '../../src/inspection/verify.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { buildAndDeliver } from '../../src/migration/build-and-deliver.ts';
import { type ContextOptions, contextOf } from '../../src/migration/context.ts';
import { acceptJob } from '../../src/migration/job/accept-job.ts';
import type { Job } from '../../src/migration/job/job.ts';
import { openJob } from '../../src/migration/job/open-job.ts';
import { build, run, validate } from '../../src/migration/run.ts';
import { withSource } from '../../src/migration/running-job.ts';
import { settle } from '../../src/migration/settle.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { expectAllPromises } from '../support/expect-all-promises.ts';
import { type FixtureFolder, type FixtureRow, sandboxEnv, sandboxSettings, sqliteFolder } from './job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const rows = Array.from({ length: 120 }, (_, id): FixtureRow => ({ id, at: begin + id * 600, hit: begin + id * 600 }));

const settings = {
  ...sandboxSettings,
  slices: 20,
  target: `${sandboxSettings.target}\n  expect: true`,
};

let fixture: FixtureFolder;
let sandbox: Sandbox;
let options: ContextOptions;

async function start(faults: readonly FaultRule[] = []): Promise<void> {
  sandbox = await startSandbox({ rate: 0, faults });
  options = { env: sandboxEnv(sandbox) };
}

/** A fixture whose last rows are rejected while mapping, if `bad` of them are asked for. */
function write(bad = 0): void {
  const some = rows.map((row) => (row.id >= rows.length - bad ? { ...row, hit: null } : row));
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: some }], settings);
}

/** As `run`, on a job that the test may change. */
async function deliverWith(change: (job: Job) => Job, more: ContextOptions = {}) {
  const context = contextOf({ ...options, ...more });
  const job = await openJob(fixture.file, context);
  const ledger = await openLedger(job.migration.folder);
  try {
    await acceptJob(job, ledger, { acceptChange: false });
    return await buildAndDeliver(withSource(change(job), ledger, context), ledger, context);
  } finally {
    await ledger.close();
    await job.close();
  }
}

const oneByteAhead = (job: Job): Job => ({
  ...job,
  migration: { ...job.migration, disk: { ...job.migration.disk, ahead: 1 } },
});

beforeEach(() => write());
afterEach(async () => {
  await sandbox.close();
  fixture.remove();
});

describe('building and delivering side by side', () => {
  it('ends when building stops first', async () => {
    fixture.remove();
    write(30);
    await start();
    const strict = (job: Job): Job => ({ ...job, migration: { ...job.migration, rejects: { budget: 0.1 } } });
    const { stop } = await deliverWith(strict);
    expect(stop).toMatchObject({ code: 'build.rejects', message: expect.stringContaining('of 120 planned rows') });
  });

  it('ends with the bug where building or delivery has one', async () => {
    await start();
    const broken = (job: Job): Job => ({
      ...job,
      source: { ...job.source, snapshot: () => Promise.reject(new TypeError('a bug while building')) },
    });
    await expect(deliverWith(broken)).rejects.toThrow('a bug while building');
    const context = contextOf(options);
    const job = await openJob(fixture.file, context);
    const ledger = await openLedger(job.migration.folder);
    const lame = { ...ledger, next: () => Promise.reject(new TypeError('a bug while delivering')) };
    await expect(buildAndDeliver(withSource(oneByteAhead(job), lame, context), lame, context)).rejects.toThrow(
      'a bug while delivering',
    );
    await ledger.close();
    await job.close();
  });

  it('stops at any moment and goes on without loss or doubles', async () => {
    await start();
    let stops = 0;
    for (let after = 0; after < 60; after += 4) {
      const person = new AbortController();
      let seen = 0;
      const onEvent = (_: JobEvent): void => {
        seen += 1;
        if (seen > after) person.abort();
      };
      if (after === 0) person.abort();
      const { stop } = await deliverWith(oneByteAhead, { signal: person.signal, onEvent });
      if (stop === null) break;
      expect(stop).toEqual({
        code: 'interrupted',
        message: 'a signal asked for it; nothing is lost',
        next: `bdia-migrate run ${fixture.file}`,
      });
      stops += 1;
    }
    expect(stops).toBeGreaterThan(3);
    expect((await run(fixture.file, options)).state).toBe('finished');
    expect(sandbox.report()).toMatchObject({ rows: 120, duplicateRows: 0, breaches: [] });
  });
});

describe('run', () => {
  it('finishes, then needs neither source nor Adobe, and still notices a changed job', async () => {
    await start();
    const states: string[] = [];
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'chunk') states.push(event.state);
    };
    const first = await run(fixture.file, { ...options, onEvent });
    expect(first).toMatchObject({
      state: 'finished',
      rows: { read: 120, hits: 120, rejected: 0, filtered: 0 },
      chunks: { built: 14, uploaded: 14, partial: 0, unknown: 0, rejected: 0 },
    });
    expect(first.stopped).toBeUndefined();
    const { promises } = await verify(fixture.file, { ...options, source: true });
    expectAllPromises(promises);
    const { requests } = sandbox.report();
    fixture.edit('migration.yaml', 'to: 2021-02-01', 'to: 2021-03-01');
    await expect(run(fixture.file, options)).rejects.toMatchObject({ code: 'ledger.changed-job' });
    fixture.edit('migration.yaml', 'to: 2021-03-01', 'to: 2021-02-01');
    rmSync(join(fixture.folder, 'legacy.sqlite'));
    expect(await run(fixture.file, options)).toEqual(first);
    // As if another release of this program had built it, on another machine.
    const ledger = new Database(join(fixture.folder, 'work', 'ledger.sqlite'));
    ledger
      .prepare(
        `UPDATE contents SET hash = 'other', content = json_set(content, '$."mapper version"', 'other', '$."version of ICU"', '1')`,
      )
      .run();
    ledger.close();
    expect(await run(fixture.file, options)).toEqual(first);
    expect(sandbox.report().requests).toEqual(requests);
    fixture.edit('migration.yaml', 'migration: fixture', 'migration: other');
    await expect(run(fixture.file, options)).rejects.toMatchObject({
      code: 'ledger.foreign',
      next: expect.stringMatching(/^if it is the same migration, name it fixture again: .* sent again, .* twice/),
    });
  });

  it('forgets the last stop as soon as it goes on', async () => {
    await start();
    const person = new AbortController();
    const stopAtFirstUpload = (event: JobEvent): void => {
      if (event.type === 'chunk' && event.state === 'uploaded') person.abort();
    };
    const report = await run(fixture.file, { ...options, signal: person.signal, onEvent: stopAtFirstUpload });
    expect(report).toMatchObject({ state: 'stopped', stopped: { code: 'interrupted' } });
    expect(await status(fixture.file, options)).toMatchObject({
      state: 'stopped',
      stopped: { code: 'interrupted', next: `bdia-migrate run ${fixture.file}` },
    });
    expect((await status(fixture.file, options)).pace).toBeUndefined();
    const asked: ReturnType<typeof status>[] = [];
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'chunk') asked.push(status(fixture.file, options));
    };
    await run(fixture.file, { ...options, onEvent });
    const seen = await Promise.all(asked);
    const states = seen.map(({ state }) => state);
    expect(states[0]).toBe('delivering');
    expect(states).not.toContain('stopped');
    // What is left is what Adobe does not have, and it is told where the rest goes and how fast.
    const [{ host, pace, lanes } = {} as never] = seen;
    expect(host).toBe(new URL(sandbox.baseUrl).host);
    const sent = lanes.reduce((sum, { uploadedRows }) => sum + uploadedRows, 0);
    expect(pace).toMatchObject({ rowsLeft: 120 - sent, rowsPerHour: expect.any(Number) });
    expect(Date.parse(pace?.doneAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect(await status(fixture.file, options)).not.toHaveProperty('pace');
  });

  it('keeps why each lane stopped for a later status', async () => {
    await start([{ at: 1, fault: 'rejected', times: 2 }]);
    expect((await run(fixture.file, options)).stopped?.code).toBe('delivery.lane-stopped');
    const rejected = (group: string) => expect.stringMatching(`^lane ${group} stopped at .*: Adobe rejected it`);
    expect((await status(fixture.file, options)).lanes).toMatchObject([
      { group: 'acme_0', stopped: rejected('acme_0') },
      { group: 'acme_1', stopped: rejected('acme_1') },
    ]);
  });

  it('keeps why a lane stopped where the run was interrupted after it', async () => {
    await start([{ at: 1, fault: 'rejected', times: 1 }]);
    const person = new AbortController();
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'chunk' && event.state === 'uploaded') person.abort();
    };
    await run(fixture.file, { ...options, onEvent, signal: person.signal });
    const { stopped, lanes } = await status(fixture.file, options);
    expect(stopped?.code).toBe('interrupted');
    expect(lanes.flatMap((lane) => lane.stopped ?? [])).toEqual([expect.stringContaining('Adobe rejected it')]);
  });

  it('validates once in a dry run, and sends nothing', async () => {
    await start();
    const report = await run(fixture.file, { ...options, dryRun: true });
    expect(report).toMatchObject({ state: 'building', slices: { total: 7, sealed: 7 }, chunks: { uploaded: 0 } });
    const validations = (): number =>
      Object.entries(sandbox.report().requests)
        .filter(([endpoint]) => endpoint.includes('validate'))
        .reduce((sum, [, outcomes]) => sum + Object.values(outcomes).reduce((total, count) => total + count, 0), 0);
    expect(validations()).toBe(1);
    await validate(fixture.file, { ...options, eachLane: true });
    expect(validations()).toBe(3);
    await run(fixture.file, options);
    expect(validations()).toBe(3);
    expect(sandbox.report()).toMatchObject({ files: 14, rows: 120 });
  });

  it('refuses a changed identity, and builds only slices again that were never attempted when content may change', async () => {
    await start([{ at: 3, fault: 'rejected', times: 100 }]);
    const before = await run(fixture.file, options);
    expect(before.state).toBe('stopped');
    const ledger = await openLedger(join(fixture.folder, 'work'), { readOnly: true });
    const all = await ledger.chunks();
    const sent = all.filter(({ state }) => state === 'uploaded' || state === 'rejected');
    const attempted = Math.max(...sent.map(({ slice }) => slice));
    await ledger.close();
    fixture.edit('mapping.yaml', 'key: [id]', 'key: [hit]');
    await expect(run(fixture.file, options)).rejects.toMatchObject({
      code: 'ledger.changed-job',
      message: expect.stringContaining('rows of views'),
      next: expect.stringContaining('undo the change'),
    });
    fixture.edit('mapping.yaml', 'key: [hit]', 'key: [id]');
    fixture.edit('mapping.yaml', 'pageName: page', 'pageName: { const: other }');
    await expect(run(fixture.file, options)).rejects.toMatchObject({
      code: 'ledger.changed-job',
      message: expect.stringContaining('columns of views'),
      next: expect.stringContaining('--accept-change'),
    });
    const changed = await run(fixture.file, { ...options, acceptChange: true });
    expect(changed.changes.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^accepted change: columns of views; \d+ sealed slices are built again$/),
      expect.stringMatching(/^built again: acme_\d\/\d{6}-\d{4}/),
    ]);
    const after = await openLedger(join(fixture.folder, 'work'), { readOnly: true });
    const hashes = new Map((await after.chunks()).map(({ path, rawSha256 }) => [path, rawSha256]));
    await after.close();
    const stoppedLanes = new Set(all.filter(({ state }) => state === 'rejected').map(({ group }) => group));
    for (const { path, slice, group, state, rawSha256 } of all) {
      // In the lane of a rejected chunk it and what waits behind it are built again too, chunk by chunk.
      const isKept = slice <= attempted && (state === 'uploaded' || !stoppedLanes.has(group));
      expect([path, hashes.get(path) === rawSha256]).toEqual([path, isKept]);
    }
  });

  it('reports a stop while planning', async () => {
    await start();
    const person = new AbortController();
    person.abort();
    expect((await run(fixture.file, { ...options, signal: person.signal })).stopped?.code).toBe('interrupted');
    expect((await build(fixture.file, { ...options, signal: person.signal })).stopped?.code).toBe('interrupted');
  });
});

describe('rows that Adobe did not take', () => {
  it('stop every later run too, until a person allows the loss', async () => {
    // The fourteenth of fourteen uploads: when it is answered, everything is with Adobe.
    await start([{ at: 14, fault: 'partial', rows: 3, times: 1 }]);
    const first = await run(fixture.file, options);
    expect(first).toMatchObject({ lostRows: 3, stopped: { code: 'delivery.loss' } });
    // Each is led back to its legacy row: what the chunk says of it is what the source's row says.
    expect(first.lost.map(({ row, count, stream }) => [row, count, stream])).toEqual([
      [1, 1, 'views'],
      [2, 1, 'views'],
      [3, 1, 'views'],
    ]);
    const [{ group, chunk } = { group: '', chunk: '' }] = first.lost;
    const csv = gunzipSync(readFileSync(join(fixture.folder, 'work', 'chunks', group, `${chunk}.csv.gz`))).toString();
    const times = csv
      .split('\n')
      .slice(1, 4)
      .map((line) => Number(line.split(',')[0]));
    expect(first.lost.map(({ key }) => begin + Number(key?.[0]) * 600)).toEqual(times);

    const again = await run(fixture.file, options);
    expect(again).toMatchObject({ state: 'finished', lostRows: 3, stopped: { code: 'delivery.loss' } });
    expect(await settle(fixture.file, options)).toMatchObject({ stopped: { code: 'delivery.loss' } });
    expect(await status(fixture.file, options)).toMatchObject({ stopped: { code: 'delivery.loss' } });
    // A build ends well; what is lost stays lost.
    await build(fixture.file, options);
    for (const look of [status, verify])
      expect(await look(fixture.file, options)).toMatchObject({
        state: 'finished',
        stopped: { code: 'delivery.loss' },
      });

    fixture.edit('migration.yaml', 'settle:', 'onInvalidRows: { budget: 5% }\nsettle:');
    const allowed = await run(fixture.file, options);
    expect(allowed.stopped).toBeUndefined();
    expect(allowed).toMatchObject({ state: 'finished', lostRows: 3 });
    expect((await status(fixture.file, options)).stopped).toBeUndefined();
    const { promises, stopped } = await verify(fixture.file, options);
    expect(stopped).toBeUndefined();
    expectAllPromises(promises);
    expect(promises[0]?.detail).toBe(
      '120 rows read = 120 hits + 0 rejected + 0 filtered; of the hits 3 were not taken by Adobe',
    );
  });
});

it('measures lost rows against the hits, where most rows of the database are skipped', async () => {
  fixture.remove();
  const some = rows.map((row) => ({ ...row, page: row.id % 10 === 0 ? 'home' : 'robot' }));
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: some }], { ...settings, groups: 1, slices: 200 });
  fixture.edit('migration.yaml', 'settle:', 'onInvalidRows: { budget: 5% }\nsettle:');
  await start([{ at: 1, fault: 'partial', rows: 2, times: 1 }]);
  for (let runs = 0; runs < 2; runs += 1) {
    expect(await run(fixture.file, options)).toMatchObject({
      rows: { read: 120, hits: 12, filtered: 108 },
      lostRows: 2,
      stopped: { code: 'delivery.loss', message: expect.stringContaining('0 of 12 planned hits') },
    });
  }
});

describe('rejects over the budget', () => {
  it('stop every later run too where no row became a hit, until a person allows them', async () => {
    fixture.remove();
    write(rows.length);
    // So much that the last slice alone is over it: all are sealed then.
    fixture.edit('migration.yaml', 'rejects: { budget: 100% }', 'rejects: { budget: 95% }');
    await start();
    for (let runs = 0; runs < 2; runs += 1) {
      expect(await run(fixture.file, options)).toMatchObject({
        state: 'stopped',
        rows: { read: 120, hits: 0, rejected: 120 },
        stopped: { code: 'build.rejects' },
      });
      for (const look of [status, verify])
        expect(await look(fixture.file, options)).toMatchObject({
          state: 'stopped',
          stopped: { code: 'build.rejects' },
        });
    }
    fixture.edit('migration.yaml', 'rejects: { budget: 95% }', 'rejects: { budget: 100% }');
    const allowed = await run(fixture.file, options);
    expect(allowed.stopped).toBeUndefined();
    expect(allowed.state).toBe('finished');
    for (const look of [status, verify]) {
      const { state, stopped } = await look(fixture.file, options);
      expect({ state, stopped }).toEqual({ state: 'finished', stopped: undefined });
    }
  });
});

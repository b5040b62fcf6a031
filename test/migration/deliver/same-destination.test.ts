import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobEvent } from '../../../src/domain/event.ts';
import { status } from '../../../src/inspection/status.ts';
import { verify } from '../../../src/inspection/verify.ts';
import { assertSameDestination, sentElsewhere } from '../../../src/migration/deliver/same-destination.ts';
import type { JobReport } from '../../../src/migration/report.ts';
import { build, type RunOptions, run, validate } from '../../../src/migration/run.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { expectAllPromises } from '../../support/expect-all-promises.ts';
import { type LentHostName, lendHostName } from '../../support/lent-host-name.ts';
import { type FixtureFolder, sandboxEnv, sandboxSettings, sqliteFolder } from '../job-fixture.ts';

const us = 'analytics-collection-us.adobe.io';
const eu = 'analytics-collection-eu.adobe.io';

describe('the destination that a work folder belongs to', () => {
  const ledgerOf = (last: string | null) => ({
    lastTaker: async () => last,
    takenByHost: async () =>
      new Map([
        ['127.0.0.1:8600', 2],
        ['127.0.0.1:9', 3],
        ['localhost:8600', 6],
        [us, 4],
        [eu, 5],
      ]),
  });
  it.each([
    ['nothing was taken', null, `https://${us}`, null],
    ['the same host', eu, `https://${eu}`, null],
    ['another port, as of a sandbox that was restarted', '127.0.0.1:8600', 'http://127.0.0.1:9', null],
    ['another region of Adobe', eu, `https://${us}`, null],
    ['Adobe’s own routing', us, 'https://analytics-collection.adobe.io', null],
    ['the same host in capitals', 'gateway.example', 'https://Gateway.Example:8443', null],
    ['Adobe after a sandbox', '127.0.0.1:8600', `https://${us}`, 5],
    ['a sandbox after Adobe', eu, 'http://127.0.0.1:8600', 9],
    ['another name', 'localhost:8600', 'http://127.0.0.1:8600', 6],
    ['a host that ends like Adobe’s', eu, `https://not-${eu}`, 9],
  ])('%s', async (_, host, baseUrl, chunks) => {
    expect(await sentElsewhere({ target: { baseUrl } }, ledgerOf(host))).toEqual(
      chunks === null ? null : { host, chunks },
    );
  });

  it('is a trial, whose folder may go, only where it was not Adobe', async () => {
    const refuse = (host: string, baseUrl: string) =>
      assertSameDestination({ file: 'm.yaml', folder: '/work', target: { baseUrl } }, ledgerOf(host), {
        acceptChange: false,
        onEvent: () => {},
      });
    await expect(refuse('127.0.0.1:8600', `https://${us}`)).rejects.toMatchObject({
      next: expect.stringContaining('write another `folder`, or remove /work if that was a trial;'),
    });
    await expect(refuse(us, 'http://127.0.0.1:8600')).rejects.toMatchObject({
      next: expect.stringContaining('write another `folder`; only where both lead to the same Adobe'),
    });
  });
});

describe('a job whose target.baseUrl leads elsewhere', () => {
  const begin = Date.UTC(2021, 0, 1) / 1000;
  const rows = Array.from({ length: 24 }, (_, id) => {
    const at = begin + id * 3600;
    return { id, at, hit: at, visitor: `v${id % 5}` };
  });
  let fixture: FixtureFolder;
  let sandboxes: Sandbox[];
  let name: LentHostName;

  beforeEach(() => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { ...sandboxSettings, slices: 8 });
    sandboxes = [];
    name = lendHostName('adobe.localhost');
  });
  afterEach(async () => {
    name.giveBack();
    for (const sandbox of sandboxes) await sandbox.close();
    fixture.remove();
  });

  const start = async (): Promise<Sandbox> => {
    const sandbox = await startSandbox({ rate: 0 });
    sandboxes.push(sandbox);
    return sandbox;
  };
  const through = (sandbox: Sandbox, host = '127.0.0.1') => ({
    env: { ...sandboxEnv(sandbox), BASE_URL: `http://${host}:${sandbox.port}` },
  });
  const runHalf = (options: RunOptions): Promise<JobReport> => {
    const person = new AbortController();
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'chunk' && event.state === 'uploaded') person.abort();
    };
    return run(fixture.file, { ...options, signal: person.signal, onEvent });
  };

  it('is not called finished, and nothing is asked of the other host', async () => {
    const trial = await start();
    expect((await run(fixture.file, through(trial))).state).toBe('finished');
    const real = await start();
    const options = through(real, 'adobe.localhost');
    const refused = {
      code: 'ledger.changed-job',
      message: `target.baseUrl leads to adobe.localhost:${real.port}, but ${trial.report().files} chunks of this work folder went to 127.0.0.1:${trial.port}: what is there is not sent again`,
      next: expect.stringMatching(
        /^give target\.baseUrl back; .*another `folder`.*bdia-migrate run \S+ --accept-change$/,
      ),
    };
    await expect(run(fixture.file, options)).rejects.toMatchObject(refused);
    await expect(run(fixture.file, { ...options, dryRun: true })).rejects.toMatchObject(refused);
    await expect(validate(fixture.file, options)).rejects.toMatchObject(refused);

    expect((await build(fixture.file, options)).state).toBe('finished');
    expect((await status(fixture.file, options)).state).toBe('finished');
    expectAllPromises((await verify(fixture.file, options)).promises);
    expect((await run(fixture.file, { ...options, acceptChange: true })).state).toBe('finished');
    expect(real.report().requests).toEqual({});
  });

  it('does not send the rest there: another folder sends all, and the first goes on where it was', async () => {
    const trial = await start();
    expect((await runHalf(through(trial))).stopped?.code).toBe('interrupted');
    const real = await start();
    await expect(run(fixture.file, through(real, 'adobe.localhost'))).rejects.toMatchObject({
      code: 'ledger.changed-job',
    });
    expect(real.report().requests).toEqual({});

    fixture.edit('migration.yaml', 'folder: ./work', 'folder: ./real');
    expect((await run(fixture.file, through(real, 'adobe.localhost'))).state).toBe('finished');
    expect(real.report()).toMatchObject({ rows: 24, duplicateRows: 0, breaches: [] });

    fixture.edit('migration.yaml', 'folder: ./real', 'folder: ./work');
    expect((await run(fixture.file, through(trial))).state).toBe('finished');
    expect(trial.report()).toMatchObject({ rows: 24, duplicateRows: 0, breaches: [] });
  });

  it('goes on with the rest where a person says that both are one Adobe, and is asked once', async () => {
    const adobe = await start();
    expect((await runHalf(through(adobe))).stopped?.code).toBe('interrupted');
    const gateway = through(adobe, 'adobe.localhost');
    await expect(run(fixture.file, gateway)).rejects.toMatchObject({ code: 'ledger.changed-job' });
    const told: string[] = [];
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'message' && event.level === 'warn') told.push(event.text);
    };
    const half = adobe.report().files;
    expect((await run(fixture.file, { ...gateway, acceptChange: true, onEvent })).state).toBe('finished');
    expect(told).toEqual([
      expect.stringMatching(
        new RegExp(
          `^target\\.baseUrl leads to adobe\\.localhost:\\d+, but ${half} chunks? of this work folder went to 127\\.`,
        ),
      ),
    ]);
    expect(adobe.report()).toMatchObject({ rows: 24, duplicateRows: 0, breaches: [] });
    expect((await run(fixture.file, gateway)).state).toBe('finished');
  });
});

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import type { ContextOptions } from '../../src/migration/context.ts';
import { build, run, validate } from '../../src/migration/run.ts';
import { settle } from '../../src/migration/settle.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { type FixtureFolder, sandboxEnv, sandboxSettings, sqliteFolder } from './job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const rows = Array.from({ length: 60 }, (_, id) => ({ id, at: begin + id * 600, hit: begin + id * 600 }));

let fixture: FixtureFolder;
let sandbox: Sandbox;
let options: ContextOptions;
beforeEach(async () => {
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { ...sandboxSettings, slices: 20 });
  sandbox = await startSandbox({ rate: 0 });
  options = { env: sandboxEnv(sandbox) };
});
afterEach(async () => {
  await sandbox.close();
  fixture.remove();
});

const legacy = (): string => join(fixture.folder, 'legacy.sqlite');
const takeSourceAway = (): void => renameSync(legacy(), `${legacy()}.away`);
const bringSourceBack = (): void => renameSync(`${legacy()}.away`, legacy());

it('delivers what is built as a whole when its source is gone', async () => {
  expect(await build(fixture.file, options)).toMatchObject({ slices: { total: 4, sealed: 4 } });
  takeSourceAway();
  expect((await validate(fixture.file, options)).stopped).toBeUndefined();
  expect(await run(fixture.file, options)).toMatchObject({ state: 'finished', chunks: { uploaded: 8 } });
  expect(sandbox.report()).toMatchObject({ rows: 60, duplicateRows: 0, breaches: [] });
});

it('takes over by look-up without the source', async () => {
  await build(fixture.file, options);
  takeSourceAway();
  expect(await settle(fixture.file, { ...options, adopt: true })).toMatchObject({ state: 'building' });
});

it('asks the source where a slice is missing, and where something else has changed', async () => {
  const once = new AbortController();
  await build(fixture.file, {
    ...options,
    signal: once.signal,
    onEvent: ({ type }) => type === 'sealed' && once.abort(),
  });
  takeSourceAway();
  await expect(run(fixture.file, options)).rejects.toMatchObject({ code: 'input.not-found' });
  bringSourceBack();
  await build(fixture.file, options);
  const updated = { ...options, runtime: { icu: 'another', tz: 'another' } };
  await expect(run(fixture.file, updated)).rejects.toMatchObject({
    code: 'ledger.changed-job',
    message: expect.stringContaining('version of icu'),
  });
  fixture.edit('mapping.yaml', 'pageName: page', 'pageName: visitor');
  takeSourceAway();
  await expect(run(fixture.file, options)).rejects.toMatchObject({ code: 'input.not-found' });
});

it('keeps the budget of rejects without the source', async () => {
  fixture.remove();
  const some = rows.map((row) => (row.id < 6 ? { ...row, visitor: '' } : row));
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: some }], { ...sandboxSettings, slices: 20 });
  expect((await build(fixture.file, options)).rows).toMatchObject({ read: 60, rejected: 6 });
  takeSourceAway();
  fixture.edit('migration.yaml', 'budget: 100%', 'budget: 9%');
  expect((await run(fixture.file, options)).stopped).toMatchObject({ code: 'build.rejects' });
});

it('opens the source for lost files alone, and sends the other lanes where that is gone too', async () => {
  await build(fixture.file, options);
  const ledger = await openLedger(join(fixture.folder, 'work'), { readOnly: true });
  const lost = (await ledger.chunks(1)).find(({ group }) => group === 'acme_0')!;
  await ledger.close();
  rmSync(join(fixture.folder, 'work', lost.path));
  expect((await run(fixture.file, options)).stopped).toMatchObject({ code: 'chunk.damaged' });
  takeSourceAway();
  const stopped = await run(fixture.file, options);
  expect(stopped.stopped).toMatchObject({
    code: 'chunk.damaged',
    message: expect.stringMatching(/the file is gone; and it cannot be built again: .*legacy\.sqlite/),
  });
  expect(stopped.lanes.map(({ uploaded }) => uploaded)).toEqual([1, 4]);
  bringSourceBack();
  expect(await run(fixture.file, options)).toMatchObject({ state: 'finished' });
  expect(sandbox.report()).toMatchObject({ rows: 60, duplicateRows: 0, breaches: [] });
});

it.each(['delivered', 'finished'])('leaves no spool of the process that sealed the last slice: %s', async (state) => {
  await build(fixture.file, options);
  if (state === 'finished') await run(fixture.file, options);
  const spool = join(fixture.folder, 'work/spool');
  // That process was killed before it forgot the pass.
  const ledger = await openLedger(join(fixture.folder, 'work'));
  const runs = [{ name: '000000.spool', bytes: 4, sha256: 'of rows' }];
  await ledger.storePass({ fingerprint: 'f', read: [], counted: { counts: [], tallies: [] }, runs, rejects: null });
  await ledger.close();
  mkdirSync(spool);
  writeFileSync(join(spool, '000000.spool'), 'rows');
  expect(await run(fixture.file, options)).toMatchObject({ state: 'finished', chunks: { uploaded: 8 } });
  expect(existsSync(spool)).toBe(false);
});

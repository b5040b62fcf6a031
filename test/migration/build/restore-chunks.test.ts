import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Database } from '../../../src/domain/sqlite.ts';
import { verify } from '../../../src/inspection/verify.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import type { ContextOptions } from '../../../src/migration/context.ts';
import { build, run } from '../../../src/migration/run.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { expectAllPromises } from '../../support/expect-all-promises.ts';
import { csvFolder, type FixtureFolder, sandboxEnv, sandboxSettings, sqliteFolder } from '../job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const rows = Array.from({ length: 120 }, (_, id) => ({ id, at: begin + id * 600, hit: begin + id * 600 }));
const settings = {
  ...sandboxSettings,
  slices: 40,
  more: [...sandboxSettings.more, 'chunks: { maxRows: 5 }'],
};

let fixture: FixtureFolder;
let sandbox: Sandbox;
let options: ContextOptions;
beforeEach(async () => {
  sandbox = await startSandbox({ rate: 0 });
  options = { env: sandboxEnv(sandbox) };
});
afterEach(async () => {
  await sandbox.close();
  fixture.remove();
});

const inWork = (path: string): string => join(fixture.folder, 'work', path);

async function chunks() {
  const ledger = await openLedger(inWork('.'), { readOnly: true });
  try {
    return await ledger.chunks();
  } finally {
    await ledger.close();
  }
}

async function chunkAt(group: string, slice: number, part: number) {
  return (await chunks()).find((chunk) => chunk.group === group && chunk.slice === slice && chunk.part === part)!;
}

/** The second chunk of each lane's first slice, whose first is sent before: one is gone, one has another byte. */
async function damage() {
  const gone = await chunkAt('acme_0', 0, 1);
  const altered = await chunkAt('acme_1', 0, 1);
  rmSync(inWork(gone.path));
  const bytes = readFileSync(inWork(altered.path));
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(inWork(altered.path), bytes);
  return { gone, altered };
}

function write(statement: string): void {
  const database = new Database(join(fixture.folder, 'legacy.sqlite'));
  database.exec(statement);
  database.close();
}

it('builds what was lost again once the gate has met it, also where other chunks of its slice were sent', async () => {
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], settings);
  await build(fixture.file, options);
  const sound = new Map((await chunks()).map(({ path }) => [path, readFileSync(inWork(path))]));
  const { gone, altered } = await damage();
  // Not met by the gate, which stops before it; a lost folder takes the sidecars with it.
  const behind = await chunkAt('acme_0', 1, 0);
  for (const path of [behind.path, behind.sidecar]) rmSync(inWork(path));

  const stopped = await run(fixture.file, options);
  expect(stopped.stopped).toMatchObject({
    code: 'chunk.damaged',
    next: expect.stringContaining('run again all the same'),
  });
  expect(stopped.lanes.map(({ uploaded }) => uploaded)).toEqual([1, 1]);

  const told: string[] = [];
  const done = await run(fixture.file, {
    ...options,
    onEvent: (event) => event.type === 'message' && told.push(event.text),
  });
  expect(done).toMatchObject({ state: 'finished' });
  expect(told.filter((text) => text.startsWith('Built again'))).toEqual([
    'Built again, to the same bytes, because their files were lost or damaged: acme_0/000000-0001, acme_0/000001-0000, acme_1/000000-0001.',
  ]);
  for (const { path } of [gone, altered, behind])
    expect([path, readFileSync(inWork(path))]).toEqual([path, sound.get(path)]);
  expect(sandbox.report()).toMatchObject({ rows: 120, duplicateRows: 0, breaches: [] });
  expectAllPromises((await verify(fixture.file, options)).promises);
});

it('takes a file that was compressed in another way, and enters its size', async () => {
  const worded = rows.map((row) => ({
    ...row,
    page: `page ${(row.id * 7919) % 97} of ${(row.id * 31) % 13} pages`.repeat(3),
  }));
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: worded }], settings);
  await build(fixture.file, options);
  const { gone } = await damage();
  await run(fixture.file, options);
  fixture.edit('migration.yaml', 'folder: ./work', 'folder: ./work\nbuild: { gzipLevel: 1 }');
  expect(await run(fixture.file, options)).toMatchObject({ state: 'finished' });
  const after = await chunkAt('acme_0', 0, 1);
  expect(after).toMatchObject({
    rawSha256: gone.rawSha256,
    key: gone.key,
    gzBytes: readFileSync(inWork(gone.path)).length,
  });
  expect(after.gzSha256).not.toBe(gone.gzSha256);
  expectAllPromises((await verify(fixture.file, options)).promises);
});

it('never takes another file: its lane stops and says why, the others go on, until the source is as it was', async () => {
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], settings);
  await build(fixture.file, options);
  const { gone, altered } = await damage();
  await run(fixture.file, options);
  const lines = gunzipSync(readFileSync(inWork(gone.sidecar)))
    .toString()
    .trimEnd()
    .split('\n');
  const [, id] = JSON.parse(lines[0]!) as string[];
  write(`UPDATE views SET page = 'other' WHERE id = ${id}`);
  const stopped = await run(fixture.file, options);
  expect(stopped.stopped).toMatchObject({
    code: 'chunk.damaged',
    message: `chunk ${gone.path} (lane acme_0) cannot be sent: the file is gone; and it cannot be built again: what the source, the mapping and the settings give now is another file`,
    next: expect.stringContaining('bring source, mapping and settings back'),
  });
  expect(() => readFileSync(inWork(gone.path))).toThrow('ENOENT');
  expect((await chunkAt('acme_1', altered.slice, altered.part)).state).toBe('uploaded');
  const [first, second] = stopped.lanes;
  expect([first!.uploaded, second!.uploaded]).toEqual([1, second!.chunks]);

  // Equal lines, but of another source row: what Adobe names later would be led back to the wrong one.
  write(`UPDATE views SET page = 'home', id = 100000 + id WHERE id = ${id}`);
  expect((await run(fixture.file, options)).stopped?.message).toContain('cannot be built again');
  write('UPDATE views SET id = id - 100000 WHERE id >= 100000');
  expect(await run(fixture.file, options)).toMatchObject({ state: 'finished' });
  expect(sandbox.report()).toMatchObject({ rows: 120, duplicateRows: 0, breaches: [] });
});

it('keeps no pass over the slices of lost chunks alone, wherever it ends', async () => {
  const line = ({ id, hit }: (typeof rows)[number]): string => `${id},${hit},home,v${id % 17}\n`;
  fixture = csvFolder('id,hit,page,visitor\n', settings);
  fixture.edit('migration.yaml', 'rows: rows.csv', 'rows: "part-*.csv"');
  for (const part of [0, 1, 2]) {
    const some = rows.filter(({ id }) => id % 3 === part).map(line);
    writeFileSync(join(fixture.folder, `part-${part}.csv`), `id,hit,page,visitor\n${some.join('')}`);
  }
  await build(fixture.file, options);
  const sound = readFileSync(inWork((await chunkAt('acme_0', 0, 1)).path));
  const { gone, altered } = await damage();
  await run(fixture.file, options);
  const person = new AbortController();
  let read = 0;
  const interrupted = await run(fixture.file, {
    ...options,
    signal: person.signal,
    onEvent: (event) => {
      if (event.type === 'progress' && event.doing === 'reading' && ++read === 2) person.abort();
    },
  });
  expect(interrupted.stopped?.code).toBe('interrupted');
  const ledger = await openLedger(inWork('.'), { readOnly: true });
  expect(await ledger.pass()).toBeNull();
  await ledger.close();
  writeFileSync(inWork(gone.path), sound);
  expect(await run(fixture.file, options)).toMatchObject({ state: 'finished' });
  expect((await chunkAt('acme_1', altered.slice, altered.part)).state).toBe('uploaded');
  expect(sandbox.report()).toMatchObject({ rows: 120, duplicateRows: 0, breaches: [] });
});

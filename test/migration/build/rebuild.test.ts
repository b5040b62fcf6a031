import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { Database } from '../../../src/domain/sqlite.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import type { ContextOptions } from '../../../src/migration/context.ts';
import { run } from '../../../src/migration/run.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { type FixtureFolder, sandboxEnv, sandboxSettings, sqliteFolder } from '../job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const rows = Array.from({ length: 120 }, (_, id) => ({ id, at: begin + id * 600, hit: begin + id * 600 }));

let fixture: FixtureFolder;
let sandbox: Sandbox;
afterEach(async () => {
  await sandbox.close();
  fixture.remove();
});

async function chunks() {
  const ledger = await openLedger(join(fixture.folder, 'work'), { readOnly: true });
  try {
    return await ledger.chunks();
  } finally {
    await ledger.close();
  }
}

/** The page names of a chunk's hits, each once. */
function pagesOf(path: string): string[] {
  const csv = gunzipSync(readFileSync(join(fixture.folder, 'work', path))).toString();
  const [header = '', ...lines] = csv.trimEnd().split('\n');
  const column = header.split(',').indexOf('pageName');
  return [...new Set(lines.map((line) => line.split(',')[column] ?? ''))];
}

it('goes on after a stop between two slices: no chunk of the lane keeps the columns of before', async () => {
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { ...sandboxSettings, slices: 20 });
  // The lane that sends first stops with its first chunk; the other one reaches the last slice.
  sandbox = await startSandbox({ rate: 0, faults: [{ at: 1, fault: 'rejected' }] });
  const options: ContextOptions = { env: sandboxEnv(sandbox) };
  expect((await run(fixture.file, options)).stopped?.code).toBe('delivery.lane-stopped');
  const lane = (await chunks()).find(({ state }) => state === 'rejected')!.group;
  const mine = async () => (await chunks()).filter(({ group }) => group === lane);
  expect((await mine()).map(({ slice }) => slice)).toEqual([0, 1, 2, 3, 4, 5, 6]);

  // The last slice has lost its rows when it is read again; those before it are built by then.
  const legacy = join(fixture.folder, 'legacy.sqlite');
  copyFileSync(legacy, `${legacy}.whole`);
  const database = new Database(legacy);
  database.prepare('DELETE FROM views WHERE id >= 110').run();
  database.close();
  fixture.edit('mapping.yaml', 'pageName: page', 'pageName: { const: other }');
  const stopped = await run(fixture.file, { ...options, acceptChange: true });
  expect(stopped.stopped?.code).toBe('build.not-reproducible');
  copyFileSync(`${legacy}.whole`, legacy);

  const done = await run(fixture.file, options);
  expect(done.stopped).toBeUndefined();
  expect((await mine()).map(({ path }) => pagesOf(path))).toEqual(Array(7).fill(['other']));
  expect(done.changes.map(({ text }) => text)).toEqual([
    expect.stringMatching(/^accepted change: columns of views/),
    expect.stringMatching(new RegExp(`^built again: (${lane}/\\d{6}-0000(, )?){7}$`)),
  ]);
  expect(sandbox.report()).toMatchObject({ rows: 120, duplicateRows: 0, breaches: [] });
});

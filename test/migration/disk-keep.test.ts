import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobEvent } from '../../src/domain/event.ts';
import { Database } from '../../src/domain/sqlite.ts';
import { explain } from '../../src/inspection/explain.ts';
import { rejects } from '../../src/inspection/rejects.ts';
import { report } from '../../src/inspection/report.ts';
import { status } from '../../src/inspection/status.ts';
import { verify } from '../../src/inspection/verify.ts';
import type { ContextOptions } from '../../src/migration/context.ts';
import { build, type RunOptions, run, validate } from '../../src/migration/run.ts';
import { settle } from '../../src/migration/settle.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { expectAllPromises } from '../support/expect-all-promises.ts';
import { type FixtureFolder, type FixtureRow, sandboxEnv, sandboxSettings, sqliteFolder } from './job-fixture.ts';

// A whole job with `disk.keep: undelivered`: seven slices of two lanes are fourteen chunks.

const begin = Date.UTC(2021, 0, 1) / 1000;
const rows = Array.from({ length: 120 }, (_, id): FixtureRow => {
  const at = begin + id * 600;
  return { id, at, hit: id === 7 ? null : at };
});
const settings = {
  ...sandboxSettings,
  slices: 20,
  more: [...sandboxSettings.more, 'disk: { keep: undelivered }'],
};

let fixture: FixtureFolder;
let sandbox: Sandbox;
let options: ContextOptions;

async function start(faults: readonly FaultRule[] = []): Promise<void> {
  sandbox = await startSandbox({ rate: 0, faults });
  options = { env: sandboxEnv(sandbox) };
}

beforeEach(() => {
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], settings);
});
afterEach(async () => {
  await sandbox.close();
  fixture.remove();
});

const work = (...path: string[]): string => join(fixture.folder, 'work', ...path);
const filesIn = (kind: string): string[] =>
  ['acme_0', 'acme_1'].flatMap((group) => readdirSync(work(kind, group)).map((name) => `${group}/${name}`)).sort();

const keepAll = (): void => fixture.edit('migration.yaml', 'keep: undelivered', 'keep: all');
const keepUndelivered = (): void => fixture.edit('migration.yaml', 'keep: all', 'keep: undelivered');

/** Runs until a chunk has got into this state so many times. */
function runUntil(state: string, times: number, more: RunOptions = {}) {
  const person = new AbortController();
  let left = times;
  const onEvent = (event: JobEvent): void => {
    if (event.type === 'chunk' && event.state === state && --left === 0) person.abort();
  };
  return run(fixture.file, { ...options, ...more, signal: person.signal, onEvent });
}

/** What `verify` says does not hold, and how many chunks it could not read again. */
async function proof() {
  const { promises, removed } = await verify(fixture.file, { ...options, source: true });
  return { broken: promises.filter(({ holds }) => !holds).map(({ id }) => id), removed };
}

const inLedger = <T>(sql: string): T[] => {
  const database = new Database(work('ledger.sqlite'), { readonly: true });
  const found = database.prepare(sql).all() as T[];
  database.close();
  return found;
};

describe('disk.keep: undelivered', () => {
  it('removes each chunk as soon as Adobe has it, and nothing else', async () => {
    await start();
    const seen: string[] = [];
    const onEvent = (event: JobEvent): void => {
      if (event.type !== 'chunk') return;
      const isThere = existsSync(work('chunks', event.group, `${event.name}.csv.gz`));
      seen.push(`${event.state} ${isThere ? 'there' : 'removed'}`);
    };
    const finished = await run(fixture.file, { ...options, onEvent });
    expect(finished).toMatchObject({ state: 'finished', chunks: { built: 14, uploaded: 14 } });
    expect([...new Set(seen)].sort()).toEqual(['linted there', 'sending there', 'uploaded removed']);
    expect(filesIn('chunks')).toEqual([]);
    expect(filesIn('sidecars')).toHaveLength(14);
    expect(readdirSync(work('rejects'))).toEqual(['000000.jsonl.gz']);
    expect(sandbox.report()).toMatchObject({ files: 14, rows: 119, duplicateRows: 0, breaches: [] });

    const { requests } = sandbox.report();
    expect(await run(fixture.file, options)).toEqual(finished);
    expect(sandbox.report().requests).toEqual(requests);
  });

  it('is no broken promise, and verify says how many chunks it could not read', async () => {
    await start();
    await run(fixture.file, options);
    const { promises, removed } = await verify(fixture.file, { ...options, source: true });
    expect(removed).toBe(14);
    expectAllPromises(promises);
    expect(promises.map(({ detail }) => detail)).toEqual([
      '120 rows read = 119 hits + 1 rejected + 0 filtered; the source, counted again, agrees',
      '0 hits stand in the lane of their visitor, one of 2; 119 hits of removed chunks could not be read again',
      "no lane goes back in time, inside a file or across files; removed chunks by the ledger's times",
      '0 chunks have the bytes and keys they were sealed with; 14 more, removed after delivery (disk.keep: undelivered), could not be read again: keys and sidecars agree',
      "sizes within Adobe's limits, one gzip member each, RFC 4180, UTF-8 without byte order mark; removed chunks by the ledger's sizes",
    ]);
  });

  it('keeps what was not delivered when a run stops, and a damaged one is damage as before', async () => {
    await start();
    expect((await runUntil('uploaded', 5)).stopped?.code).toBe('interrupted');
    const waiting = inLedger<{ path: string }>("SELECT path FROM chunks WHERE state <> 'uploaded' ORDER BY path");
    expect(filesIn('chunks').map((name) => `chunks/${name}`)).toEqual(waiting.map(({ path }) => path));
    await build(fixture.file, options);
    const { removed, broken } = await proof();
    expect({ removed: removed + filesIn('chunks').length, broken }).toEqual({ removed: 14, broken: [] });

    const lost = filesIn('chunks').at(-1)!;
    const bytes = readFileSync(work('chunks', lost));
    rmSync(work('chunks', lost));
    expect((await proof()).broken).toEqual(['P1', 'P4']);
    expect((await validate(fixture.file, options)).stopped).toMatchObject({
      code: 'chunk.damaged',
      message: expect.stringMatching(`^chunk chunks/${lost} .* the file is gone$`),
    });
    writeFileSync(work('chunks', lost), bytes);
    expect((await run(fixture.file, options)).state).toBe('finished');
    expect(await proof()).toEqual({ broken: [], removed: 14 });
    expect(sandbox.report()).toMatchObject({ files: 14, rows: 119, duplicateRows: 0, breaches: [] });
  });

  it('removes in the next run what a killed process has left, marked or not', async () => {
    await start();
    await build(fixture.file, options);
    cpSync(work('chunks'), work('copy'), { recursive: true });
    await runUntil('uploaded', 5);
    // As a process that died after the outcome, or after the mark, has left them.
    const left = filesIn('copy');
    for (const name of left) cpSync(work('copy', name), work('chunks', name));
    const marks = new Database(work('ledger.sqlite'));
    marks.exec('UPDATE chunks SET removed_at = NULL WHERE part = 0 AND slice = 0');
    marks.close();
    expect(await proof()).toEqual({ broken: [], removed: 0 });
    expect((await run(fixture.file, options)).state).toBe('finished');
    expect(filesIn('chunks')).toEqual([]);

    for (const name of left) cpSync(work('copy', name), work('chunks', name));
    const told: string[] = [];
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'message') told.push(event.text);
    };
    expect((await run(fixture.file, { ...options, onEvent })).state).toBe('finished');
    expect(filesIn('chunks')).toEqual([]);
    expect(told).toContain('Removed 14 files of chunks that Adobe has (disk.keep: undelivered).');
    expect(sandbox.report()).toMatchObject({ files: 14, rows: 119, duplicateRows: 0 });
  });

  it('may be written and taken back between two runs', async () => {
    await start();
    keepAll();
    await runUntil('uploaded', 4);
    const atFirst = filesIn('chunks').length;
    keepUndelivered();
    await runUntil('uploaded', 4);
    expect(filesIn('chunks').length).toBeLessThan(atFirst + 4);
    keepAll();
    expect((await run(fixture.file, options)).state).toBe('finished');
    const kept = filesIn('chunks');
    expect(kept.length).toBeGreaterThan(0);
    expect(await proof()).toEqual({ broken: [], removed: 14 - kept.length });
    // One that is missing, and that no run has removed, is damage where all are to be kept.
    rmSync(work('chunks', kept[0]!));
    expect((await proof()).broken).toEqual(['P1', 'P4']);
    keepUndelivered();
    expect((await run(fixture.file, options)).state).toBe('finished');
    expect(filesIn('chunks')).toEqual([]);
    expect(await proof()).toEqual({ broken: [], removed: 14 });
    expect(sandbox.report()).toMatchObject({ files: 14, rows: 119, duplicateRows: 0, breaches: [] });
  });

  it('keeps what Adobe took in part, whose lost rows lead to their sources', async () => {
    await start([{ at: 3, fault: 'partial', rows: 2, times: 1 }]);
    fixture.edit('migration.yaml', 'settle:', 'onInvalidRows: { budget: 5% }\nsettle:');
    const finished = await run(fixture.file, options);
    expect(finished).toMatchObject({ state: 'finished', lostRows: 2, chunks: { uploaded: 13, partial: 1 } });
    expect(finished.lost.map(({ row, stream }) => [row, stream])).toEqual([
      [1, 'views'],
      [2, 'views'],
    ]);
    const [{ path } = { path: '' }] = inLedger<{ path: string }>("SELECT path FROM chunks WHERE state = 'partial'");
    expect(filesIn('chunks').map((name) => `chunks/${name}`)).toEqual([path]);
    expect(await proof()).toEqual({ broken: [], removed: 13 });
    rmSync(work(path));
    expect((await proof()).broken).toEqual(['P1', 'P4']);
  });

  it('keeps what is known by a person’s word or a look-up alone', async () => {
    await start([{ at: 3, fault: 'drop-after', times: 1 }]);
    const { stopped } = await runUntil('unknown', 1);
    expect(stopped?.code).toBe('interrupted');
    const before = filesIn('chunks');
    const [unknown] = inLedger<{ lane: string; slice: number; path: string }>(
      "SELECT lane, slice, path FROM chunks WHERE state = 'unknown'",
    );
    await settle(fixture.file, options);
    expect(inLedger("SELECT source, invalid_rows FROM receipts WHERE source <> 'answer'")).toEqual([
      { source: 'lookup', invalid_rows: null },
    ]);
    expect(filesIn('chunks')).toEqual(before);
    expect((await run(fixture.file, options)).state).toBe('finished');
    expect(filesIn('chunks').map((name) => `chunks/${name}`)).toEqual([unknown?.path]);
    expect(await proof()).toEqual({ broken: [], removed: 13 });
  });

  it('removes what a look-up found and the validate endpoint confirmed', async () => {
    await start([{ at: 3, fault: 'drop-after', times: 1 }]);
    expect((await run(fixture.file, options)).state).toBe('finished');
    expect(inLedger("SELECT source, invalid_rows FROM receipts WHERE source <> 'answer'")).toEqual([
      { source: 'lookup', invalid_rows: 0 },
    ]);
    expect(filesIn('chunks')).toEqual([]);
    expect(await proof()).toEqual({ broken: [], removed: 14 });
  });

  it('lets a rejected chunk be built again beside neighbours that are removed', async () => {
    await start([{ at: 5, fault: 'rejected', times: 1 }]);
    expect((await run(fixture.file, options)).stopped?.code).toBe('delivery.lane-stopped');
    const [rejected] = inLedger<{ path: string }>("SELECT path FROM chunks WHERE state = 'rejected'");
    expect(existsSync(work(rejected!.path))).toBe(true);
    fixture.edit('mapping.yaml', 'pageName: page', 'pageName: { const: mended }');
    expect((await run(fixture.file, { ...options, acceptChange: true })).state).toBe('finished');
    expect(inLedger<{ path: string }>("SELECT path FROM chunks WHERE path LIKE '%again%'").length).toBeGreaterThan(0);
    expect(filesIn('chunks')).toEqual([]);
    expect(await proof()).toEqual({ broken: [], removed: 14 });
    expect(sandbox.report()).toMatchObject({ rows: 119, duplicateRows: 0, breaches: [] });
  });

  it('needs no removed file to take over what Adobe has where the ledger was copied back', async () => {
    await start();
    await build(fixture.file, options);
    cpSync(work('ledger.sqlite'), work('copy.sqlite'));
    await runUntil('uploaded', 6);
    cpSync(work('copy.sqlite'), work('ledger.sqlite'));
    expect((await run(fixture.file, options)).stopped?.code).toBe('ledger.stale');
    const adopted = await settle(fixture.file, { ...options, adopt: true });
    expect(adopted.chunks.uploaded).toBe(14 - filesIn('chunks').length);
    const { stopped, lanes } = await status(fixture.file, options);
    expect([stopped, ...lanes.map((lane) => lane.stopped)]).toEqual([undefined, undefined, undefined]);
    expect(await proof()).toEqual({ broken: [], removed: 14 - filesIn('chunks').length });
    expect((await run(fixture.file, options)).state).toBe('finished');
    expect(await proof()).toEqual({ broken: [], removed: 14 });
    expect(sandbox.report()).toMatchObject({ files: 14, rows: 119, duplicateRows: 0, breaches: [] });
  });

  it('tells and goes on where a file cannot be removed', async () => {
    await start();
    await run(fixture.file, options);
    // A folder of that name: the system removes no folder where a file is meant.
    mkdirSync(work('chunks', 'acme_0', '000000-0000.csv.gz'));
    const told: string[] = [];
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'message' && event.level === 'warn') told.push(event.text);
    };
    expect((await run(fixture.file, { ...options, onEvent })).state).toBe('finished');
    expect(told).toEqual([
      expect.stringMatching(
        /^1 file of delivered chunks could not be removed after delivery; the next run tries again\./,
      ),
    ]);
  });
});

describe('where chunks were removed after delivery', () => {
  beforeEach(async () => {
    await start();
    await run(fixture.file, options);
  });

  it('explain leads to the source row and shows what it gives now', async () => {
    const [found] = await explain(fixture.file, { ...options, chunk: 'acme_0/000001-0000', row: 2 });
    const id = Number(found?.key[0]);
    expect(found).toMatchObject({
      stream: 'views',
      chunk: { row: 2, state: 'uploaded', removed: true, lost: null },
      hit: null,
      row: { id: `${id}`, page: 'home' },
      source: 'there',
      now: { timestamp: `${begin + id * 600}`, visitorID: `v${id % 17}`, pageName: 'home' },
      note: null,
    });
    expect(await explain(fixture.file, { ...options, key: [`${id}`] })).toEqual([found]);
    expect(await explain(fixture.file, { ...options, key: [`${id}`], source: false })).toMatchObject([
      { hit: null, row: null, source: 'not asked', chunk: { removed: true } },
    ]);
  });

  it('report says so first, and reads the others', async () => {
    const all = await report(fixture.file, options);
    expect(all.removed).toEqual({ chunks: 14, streams: { views: 119 } });
    expect(all.remarks[0]).toEqual({
      level: 'odd',
      text: '14 of 14 (100 %) chunks were removed after delivery (disk.keep: undelivered): columns, visitors and visits are those of the others. For a whole report: before they are sent, or with keep: all.',
    });
    expect(all).toMatchObject({
      streams: [{ hits: 0 }],
      rejects: [{ reason: 'time', count: 1 }],
      visits: { visits: 0 },
    });
  });

  it('status, rejects and validate work', async () => {
    expect(await status(fixture.file, options)).toMatchObject({ state: 'finished', chunks: { uploaded: 14 } });
    expect(await rejects(fixture.file, options)).toMatchObject({ rejected: 1, reasons: [{ reason: 'time' }] });
    const told: string[] = [];
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'message') told.push(event.text);
    };
    const { stopped } = await validate(fixture.file, { ...options, onEvent, eachLane: true });
    expect(stopped).toBeUndefined();
    expect(told).toEqual([
      'Chunks that were removed after delivery (disk.keep: undelivered) and so are not linted again: 14.',
    ]);
  });
});

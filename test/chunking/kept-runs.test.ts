import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createHitStore, type HitStore } from '../../src/chunking/hit-store.ts';
import { type OpenedRun, openRun } from '../../src/chunking/open-run.ts';
import type { Run } from '../../src/chunking/run-file.ts';
import { createSpool, type SpoolRecord } from '../../src/chunking/spool.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

let folder: string;
const path = (): string => join(folder, 'spool');
const spoolOf = (maxBytes = 10_000_000) => createSpool({ folder: path(), maxBytes });

beforeEach((context) => {
  folder = scratchFolder(context);
});

async function add(store: HitStore, numbers: Iterable<number>): Promise<void> {
  for (const number of numbers) {
    const put = (): boolean => store.add(number, 0, number % 2, 0, [String(number)], [`line ${number}`]);
    if (put()) continue;
    await store.spill();
    put();
  }
}

async function linesOf(store: HitStore, before = Number.POSITIVE_INFINITY): Promise<number[]> {
  const sorted = await store.sorted();
  const found: number[] = [];
  for (let batch = await sorted.next(before); batch !== null; batch = await sorted.next(before)) {
    for (const position of batch.positions) found.push(batch.rows.seconds(position));
  }
  return found;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);
const shuffled = (from: number, to: number): number[] =>
  range(0, to - from).map((at) => from + ((at * 37) % (to - from)));

/** With books files stay for the next store; nobody remembers them. */
const noBooks = { replace: () => Promise.resolve(), forget: () => Promise.resolve() };

/** Opens recorded runs as a later process does. */
async function reopened(records: readonly SpoolRecord[], from = Number.NEGATIVE_INFINITY): Promise<HitStore> {
  const spool = spoolOf();
  await spool.keepOnly(new Set(records.map(({ name }) => name)));
  const opened: OpenedRun[] = [];
  for (const record of records) {
    const run = await openRun((await spool.reopen(record))!, 2, from);
    if (run !== null) opened.push(run);
  }
  const store = createHitStore({ memoryBytes: 4000, spool, streams: 2, books: noBooks });
  store.restore(opened);
  return store;
}

const recordsOf = (runs: readonly Run[]): SpoolRecord[] => runs.map(({ file }) => file.record());

describe('whole hits', () => {
  test.each([
    ['in memory', 100_000, 1],
    ['on disk', 2000, 5],
  ])('are given without those that follow: %s', async (_, memoryBytes, least) => {
    const store = createHitStore({ memoryBytes, spool: spoolOf(), streams: 2 });
    await add(store, shuffled(0, 211));
    store.endUnit();
    await add(store, shuffled(1000, 1100));
    const records = recordsOf(await store.wholeRuns());
    expect(records.length).toBeGreaterThanOrEqual(least);
    const again = await reopened(records);
    expect(again.rowsOfStreams()).toEqual([106, 105]);
    expect(await linesOf(again)).toEqual(range(0, 211));
  });

  test.each([100_000, 2000])('are walked with the others that follow, in %i bytes', async (memoryBytes) => {
    const store = createHitStore({ memoryBytes, spool: spoolOf(), streams: 2 });
    for (const from of [1000, 0, 2000]) {
      await add(store, shuffled(from, from + 113));
      store.endUnit();
      if (from > 0) await store.wholeRuns();
      await add(store, [from + 500]);
    }
    expect(await linesOf(store)).toEqual([0, 1000, 2000].flatMap((from) => [...range(from, from + 113), from + 500]));
    await store.clear();
  });

  test('are no run of their own where nothing came since', async () => {
    const store = createHitStore({ memoryBytes: 100_000, spool: spoolOf(), streams: 2 });
    expect(await store.wholeRuns()).toEqual([]);
    await add(store, [1, 2]);
    expect(await store.wholeRuns()).toEqual([]);
    store.endUnit();
    store.endUnit();
    expect(await store.wholeRuns()).toHaveLength(1);
    store.endUnit();
    expect(await store.wholeRuns()).toHaveLength(1);
    await store.clear();
  });
});

test('runs are opened without the blocks that are no longer needed', async () => {
  const store = createHitStore({ memoryBytes: 60_000, spool: spoolOf(), streams: 2 });
  await add(store, range(0, 900));
  store.endUnit();
  const records = recordsOf(await store.wholeRuns());
  const again = await reopened(records, 600);
  expect(again.rowsOfStreams()).toEqual([150, 150]);
  const found = await linesOf(again);
  expect(found.at(-1)).toBe(899);
  expect(found.filter((number) => number >= 600)).toEqual(range(600, 900));
  expect(found[0]).toBeGreaterThan(500);
  expect(await (await reopened(records, 900)).sorted().then((sorted) => sorted.next(9999))).toBeNull();
});

describe('with books', () => {
  const booksOf = (log: string[], held: () => string[]) => ({
    replace: async (runs: readonly Run[]) => {
      const names = recordsOf(runs).map(({ name }) => name);
      expect(held()).toEqual(expect.arrayContaining(names));
      log.push(`replaced by ${names.length}, ${held().length} there`);
    },
    forget: async () => {
      log.push('forgotten');
    },
  });

  test('runs stay until the walk has passed them, and the books know before', async () => {
    const log: string[] = [];
    const store = createHitStore({
      memoryBytes: 2000,
      spool: spoolOf(),
      streams: 2,
      books: booksOf(log, () => readdirSync(path())),
    });
    await add(store, range(0, 100));
    const { runs } = store;
    const sorted = await store.sorted();
    const all = readdirSync(path()).length;
    expect(all).toBe(runs + 1);
    while ((await sorted.next(50)) !== null);
    expect(readdirSync(path())).toHaveLength(all);
    await store.release(50);
    const left = readdirSync(path()).length;
    expect(left).toBeLessThan(all);
    expect(log).toEqual([`replaced by ${left}, ${all} there`]);
    while ((await sorted.next(1000)) !== null);
    await store.release(1000);
    await store.close();
    expect(readdirSync(path())).toEqual([]);
  });

  test.each([
    ['kept until it is entered', 1_000_000, false],
    ['not kept where the spool is too small for both', 12_000, true],
  ])('what a merge is made of is %s', async (_, room, forgets) => {
    const measured = spoolOf();
    const measuring = createHitStore({ memoryBytes: 2000, spool: measured, streams: 2 });
    await add(measuring, shuffled(0, 500));
    await measuring.spill();
    const maxBytes = 10_000_000 - measured.room + room;
    await measuring.clear();
    const log: string[] = [];
    const store = createHitStore({
      memoryBytes: 2000,
      spool: spoolOf(maxBytes),
      streams: 2,
      books: booksOf(log, () => readdirSync(path())),
    });
    await add(store, shuffled(0, 500));
    expect(await linesOf(store)).toEqual(range(0, 500));
    expect(log.includes('forgotten')).toBe(forgets);
    if (!forgets) expect(log[0]).toMatch(/^replaced/);
    await store.close();
  });
});

describe('a file of the spool', () => {
  async function written(): Promise<SpoolRecord> {
    const file = await spoolOf().create();
    await file.write(Buffer.from('hello '));
    await file.sync();
    await file.close();
    const record = file.record();
    await file.write(Buffer.from('world'));
    await file.close();
    return record;
  }

  test('is opened again up to where it was recorded, and goes on from there', async () => {
    const record = await written();
    expect(record).toEqual({
      name: '000000.spool',
      bytes: 6,
      // Of "hello ".
      sha256: '5e3235a8346e5a4585f8c58562f5052b8fe26a3bb122e1e96c76784964dfc461',
    });
    const spool = spoolOf(10);
    const file = (await spool.reopen(record))!;
    expect([file.bytes, spool.room]).toEqual([6, 4]);
    await file.write(Buffer.from('you'));
    const found = Buffer.alloc(9);
    await file.read(found, 0);
    expect(found.toString()).toBe('hello you');
    await expect(file.write(Buffer.from('xx'))).rejects.toMatchObject({ code: 'disk.failed' });
    const next = await spool.create();
    expect(readdirSync(path())).toEqual(['000000.spool', '000001.spool']);
    for (const each of [file, next]) await each.remove();
    expect(spool.room).toBe(10);
  });

  test.each<[string, (file: string) => void]>([
    ['changed', (file) => writeFileSync(file, 'hullo world')],
    ['shorter', (file) => truncateSync(file, 5)],
    ['gone', (file) => truncateSync(file, 0)],
  ])('that is %s is not opened', async (_, harm) => {
    const record = await written();
    harm(join(path(), record.name));
    const spool = spoolOf();
    expect(await spool.reopen(record)).toBeNull();
    expect(await spool.reopen({ ...record, name: '000007.spool' })).toBeNull();
    expect(spool.room).toBe(10_000_000);
  });

  test('is never written over', async () => {
    await written();
    await expect(spoolOf().create()).rejects.toMatchObject({ code: 'disk.failed' });
  });

  test('stays alone where all others are removed', async () => {
    await written();
    mkdirSync(join(path(), 'query-1', 'deeper'), { recursive: true });
    writeFileSync(join(path(), '000001.spool'), 'torn');
    await spoolOf().keepOnly(new Set(['000000.spool']));
    expect(readdirSync(path())).toEqual(['000000.spool']);
    await spoolOf().keepOnly(new Set());
    await spoolOf().keepOnly(new Set(['000000.spool']));
    expect(existsSync(path())).toBe(false);
  });
});

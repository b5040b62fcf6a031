import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { SortedHits } from '../../src/chunking/hit-rows.ts';
import { createHitStore, type HitStore } from '../../src/chunking/hit-store.ts';
import { createSpool, type Spool } from '../../src/chunking/spool.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

type Hit = [seconds: number, nanos: number, stream: number, key: string[], line: string];

let folder: string;
let spool: Spool;

beforeEach((context) => {
  folder = scratchFolder(context);
  spool = createSpool({ folder: join(folder, 'spool'), maxBytes: 200_000_000 });
});

async function stored(hits: Iterable<Hit>, memoryBytes: number): Promise<HitStore> {
  const store = createHitStore({ memoryBytes, spool, streams: 3 });
  for (const [seconds, nanos, stream, key, line] of hits) {
    if (store.add(seconds, nanos, stream, 0, key, line.split(','))) continue;
    await store.spill();
    expect(store.add(seconds, nanos, stream, 0, key, line.split(','))).toBe(true);
  }
  return store;
}

interface Walked {
  readonly lines: string[];
  readonly duplicateKeys: number;
}

async function walk(sorted: SortedHits, before = Number.POSITIVE_INFINITY): Promise<Walked> {
  const lines: string[] = [];
  let duplicateKeys = 0;
  for (let batch = await sorted.next(before); batch !== null; batch = await sorted.next(before)) {
    const { rows } = batch;
    duplicateKeys += batch.duplicateKeys;
    for (const position of batch.positions) {
      rows.useLine(position, (source, start, end) => lines.push(source.toString('utf8', start, end - 1)));
      expect(rows.lineBytes(position)).toBe(Buffer.byteLength(lines.at(-1)!) + 1);
    }
  }
  return { lines, duplicateKeys };
}

function spoolFiles(): number {
  return existsSync(join(folder, 'spool')) ? readdirSync(join(folder, 'spool')).length : 0;
}

/** One line per number, a second each; the numbers from 0 to `count - 1` in an order that is none. */
function shuffled(count: number): Hit[] {
  return Array.from({ length: count }, (_, index) => {
    const number = (index * 7919) % count;
    return [number, 0, number % 3, [String(number)], `line ${number}`];
  });
}

const upTo = (count: number): string[] => Array.from({ length: count }, (_, number) => `line ${number}`);

describe('the order on disk is that in memory', () => {
  /** In order; each is told from the one before by one thing alone. */
  const tricky: Hit[] = [
    [-5, 0, 0, ['1'], 'a'],
    [-4, 0, 0, ['1'], 'a'],
    [-4, 1, 0, ['1'], 'a'],
    [-4, 1, 1, ['1'], 'a'],
    [-4, 1, 1, ['9'], 'a'],
    [-4, 1, 1, ['10'], 'a'],
    [-4, 1, 1, ['10', 'x'], ','],
    [-4, 1, 1, ['10', 'x'], 'a'],
    // A line that goes on with a byte below the line feed comes after the line that it goes on from.
    [-4, 1, 1, ['10', 'x'], 'a\tb'],
    [-4, 1, 1, ['10', 'x'], 'é'],
    [-4, 1, 1, ['a'], 'a'],
    [5_000_000_000, 0, 0, ['0'], 'a'],
  ];
  const wanted = tricky.map(([, , , , line]) => line);

  test.each<[string, number[]]>([
    ['forward', tricky.map((_, index) => index)],
    ['backward', tricky.map((_, index) => tricky.length - 1 - index)],
    ['crosswise', tricky.map((_, index) => (index * 5) % tricky.length)],
  ])('%s', async (_, order) => {
    // Room for two of these rows, then for all of them.
    for (const memoryBytes of [1024, 100_000]) {
      const store = createHitStore({ memoryBytes, spool, streams: 3 });
      for (const [count, index] of order.entries()) {
        const [seconds, nanos, stream, key, line] = tricky[index]!;
        store.add(seconds, nanos, stream, 0, key, line.split(','));
        if (memoryBytes === 1024 && count % 2 === 1) await store.spill();
      }
      expect(await walk(await store.sorted())).toEqual({ lines: wanted, duplicateKeys: 3 });
      expect(store.runs).toBe(memoryBytes === 1024 ? 6 : 0);
      await store.clear();
    }
  });

  test('rows keep all that they had', async () => {
    const store = createHitStore({ memoryBytes: 100_000, spool, streams: 65_536 });
    const key = ['0012', 'a,b', 'ü'];
    store.add(-3, 250_000_000, 65_535, 65_534, key, ['grüße', '😀']);
    await store.spill();
    store.add(-9, 0, 1, 2, ['1'], ['first']);
    const sorted = await store.sorted();
    const batch = await sorted.next(Number.POSITIVE_INFINITY);
    const { rows, positions } = batch!;
    const position = positions.length === 2 ? positions[1]! : (await sorted.next(0))!.positions[0]!;
    expect([rows.seconds(position), rows.nanos(position), rows.stream(position), rows.group(position)]).toEqual([
      -3, 250_000_000, 65_535, 65_534,
    ]);
    expect(rows.key(position)).toEqual(key);
    await store.clear();
  });

  test('a merge of many runs, more than can be open at once, in more than one pass', async () => {
    const store = await stored(shuffled(20_000), 4096);
    expect(store.runs).toBeGreaterThan(256);
    expect((await walk(await store.sorted())).lines).toEqual(upTo(20_000));
    expect(store.peakBytes).toBeLessThanOrEqual(4096);
    expect(store.rowsOfStreams()).toEqual([6667, 6667, 6666]);
    expect([spool.room, spoolFiles()]).toEqual([200_000_000, 0]);
    await store.clear();
  });

  test('rows longer than blocks', async () => {
    const hits: Hit[] = Array.from({ length: 40 }, (_, index) => [
      (index * 7) % 40,
      0,
      0,
      ['1'],
      String((index * 7) % 40).repeat(index % 5 === 0 ? 900 : 1),
    ]);
    const store = await stored(hits, 12_000);
    expect(store.runs).toBeGreaterThan(0);
    const wanted = [...hits].sort((a, b) => a[0] - b[0]).map(([, , , , line]) => line);
    expect((await walk(await store.sorted())).lines).toEqual(wanted);
    await store.clear();
  });

  test('rows so long that not two of them can be merged stop with the way out', async () => {
    const long = 'x'.repeat(600);
    const store = await stored(
      [
        [1, 0, 0, ['1'], long],
        [5, 0, 0, ['1'], 'short'],
        [3, 0, 0, ['1'], long],
      ],
      1000,
    );
    await expect(store.sorted()).rejects.toMatchObject({
      code: 'build.memory',
      message: expect.stringContaining('build.memory allows 1000'),
    });
    await store.clear();
    expect(spool.room).toBe(200_000_000);
  });
});

describe('rows that are in order', () => {
  test('touch no disk where they fit', async () => {
    const store = await stored(shuffled(100), 100_000);
    expect((await walk(await store.sorted())).lines).toEqual(upTo(100));
    expect([store.runs, spoolFiles()]).toEqual([0, 0]);
  });

  test('are only put one behind the other, however many runs there are', async () => {
    const hits = shuffled(20_000).sort((a, b) => a[0] - b[0]);
    const store = await stored(hits, 4096);
    const { runs } = store;
    expect(runs).toBeGreaterThan(256);
    const { room } = spool;
    const sorted = await store.sorted();
    // Nothing was written but the last rows.
    expect(store.runs).toBe(runs + 1);
    expect(room - spool.room).toBeLessThan(4096);
    const { lines } = await walk(sorted);
    expect(lines).toEqual(upTo(20_000));
    await store.clear();
  });

  test('although whole files came in another order', async () => {
    const ordered = shuffled(4000).sort((a, b) => a[0] - b[0]);
    const files = [3, 1, 0, 2].map((part) => ordered.slice(1000 * part, 1000 * part + 1000));
    const store = await stored(files.flat(), 8192);
    const { runs } = store;
    expect((await walk(await store.sorted())).lines).toEqual(upTo(4000));
    expect(store.runs).toBe(runs + 1);
    await store.clear();
  });
});

describe.each([
  ['in memory', 1_000_000],
  ['on disk', 4096],
])('%s', (_, memoryBytes) => {
  test('hits are walked slice by slice', async () => {
    const store = await stored(shuffled(1000), memoryBytes);
    const sorted = await store.sorted();
    expect((await walk(sorted, 0)).lines).toEqual([]);
    expect((await walk(sorted, 300)).lines).toEqual(upTo(300));
    expect((await walk(sorted, 300)).lines).toEqual([]);
    expect((await walk(sorted, 301)).lines).toEqual(['line 300']);
    expect((await walk(sorted, 5000)).lines).toEqual(upTo(1000).slice(301));
    expect(await sorted.next(9000)).toBeNull();
    await store.clear();
  });

  test('keys that are not unique are counted, also where blocks end', async () => {
    const store = await stored(
      Array.from({ length: 900 }, (_, index): Hit => {
        const number = (index * 7) % 900;
        return [Math.floor(number / 300), 0, 0, [String(Math.floor(number / 3))], `${number}`];
      }),
      memoryBytes,
    );
    const sorted = await store.sorted();
    let sum = 0;
    for (const before of [1, 2, 3]) sum += (await walk(sorted, before)).duplicateKeys;
    expect(sum).toBe(600);
    await store.clear();
  });

  test('times are exact on any grid', async () => {
    const store = await stored(
      shuffled(7300).map(([seconds, ...rest]): Hit => [seconds - 3600, ...rest]),
      memoryBytes * 4,
    );
    expect(await store.times(3600, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)).toEqual([
      { start: -3600, rows: 3600 },
      { start: 0, rows: 3600 },
      { start: 3600, rows: 100 },
    ]);
    expect(await store.times(60, 3600, 7200)).toEqual([
      { start: 3600, rows: 60 },
      { start: 3660, rows: 40 },
    ]);
    expect(await store.times(1, -3, 2)).toEqual([-3, -2, -1, 0, 1].map((start) => ({ start, rows: 1 })));
    expect(await store.times(1, 9000, 9100)).toEqual([]);
    expect((await walk(await store.sorted())).lines).toEqual(upTo(7300));
    await store.clear();
  });

  test('a store is used again after clear', async () => {
    const store = await stored(shuffled(500), memoryBytes);
    await (await store.sorted()).next(200);
    await store.clear();
    expect([store.rows, store.runs, store.rowsOfStreams(), spool.room]).toEqual([0, 0, [0, 0, 0], 200_000_000]);
    expect(await (await store.sorted()).next(10)).toBeNull();
    await store.clear();
    for (const [seconds, nanos, stream, key, line] of shuffled(20))
      store.add(seconds, nanos, stream, 0, key, line.split(','));
    expect((await walk(await store.sorted())).lines).toEqual(upTo(20));
    await store.clear();
  });
});

test.each([
  { isReused: true, made: 1 },
  { isReused: false, made: 8 },
])('memory of hits that went to disk, reused: $isReused', async ({ isReused, made }) => {
  const memoryBytes = 8_000_000;
  const store = createHitStore({ memoryBytes, spool, streams: 3, isReused });
  const line = ['x'.repeat(1000)];
  const fill = async (): Promise<number> => {
    const asked = vi.spyOn(Buffer, 'allocUnsafeSlow');
    for (let number = 0; number < 12_000; number++) {
      if (store.add(number, 0, 0, 0, [String(number)], line)) continue;
      await store.spill();
      store.add(number, 0, 0, 0, [String(number)], line);
    }
    expect((await walk(await store.sorted())).lines).toHaveLength(12_000);
    await store.clear();
    const blocks = asked.mock.calls.filter(([bytes]) => bytes === 1_048_576).length;
    asked.mockRestore();
    return blocks;
  };
  expect(await fill()).toBe(8);
  expect(await fill()).toBe(made);
});

test('a merge in several passes can be stopped', async () => {
  const store = await stored(shuffled(20_000), 4096);
  const reason = new Error('interrupted');
  await expect(store.sorted(AbortSignal.abort(reason))).rejects.toBe(reason);
  await store.clear();
  expect([spool.room, spoolFiles()]).toEqual([200_000_000, 0]);
});

test('memory does not grow with the rows', async () => {
  const memoryBytes = 8_000_000;
  const store = createHitStore({ memoryBytes, spool, streams: 1 });
  const line = 'x'.repeat(80);
  const count = 300_000;
  for (let index = 0; index < count; index++) {
    const number = (index * 7919) % count;
    const key = [String(number)];
    if (store.add(number, 0, 0, 0, key, line.split(','))) continue;
    await store.spill();
    store.add(number, 0, 0, 0, key, line.split(','));
  }
  const sorted = await store.sorted();
  let rows = 0;
  let before = -1;
  for (let batch = await sorted.next(count); batch !== null; batch = await sorted.next(count)) {
    for (const position of batch.positions) if (batch.rows.seconds(position) === ++before) rows++;
  }
  expect([rows, store.runs]).toEqual([count, 5]);
  expect(store.peakBytes).toBeGreaterThan(memoryBytes / 2);
  expect(store.peakBytes).toBeLessThanOrEqual(memoryBytes);
  await store.clear();
});

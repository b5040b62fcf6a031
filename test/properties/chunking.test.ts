import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHitStore } from '../../src/chunking/hit-store.ts';
import { readSidecar } from '../../src/chunking/read-chunk.ts';
import { type SealedFiles, sealSlice } from '../../src/chunking/seal-slice.ts';
import { createSpool } from '../../src/chunking/spool.ts';
import { createGrouper, groupName } from '../../src/chunking/visitor-group.ts';

interface Hit {
  readonly seconds: number;
  readonly nanos: number;
  readonly stream: number;
  readonly visitor: string;
  readonly key: string;
  readonly note: string;
}

interface Setting {
  readonly groups: number;
  readonly maxRows: number;
  readonly maxRawBytes: number;
  readonly blockBytes: number;
  readonly inFlight: number;
}

const header = 'seconds,nanos,stream,key,visitor,note';
const streams = ['hits', 'goals', 'orders'];

// Few distinct values, so that many rows meet in one instant, one visitor, one key.
const hit: fc.Arbitrary<Hit> = fc.record({
  seconds: fc.integer({ min: -3, max: 3 }),
  nanos: fc.constantFrom(0, 1, 999_999_999),
  stream: fc.integer({ min: 0, max: 2 }),
  visitor: fc.constantFrom('a', 'b', 'c', 'd', 'é', 'f', 'g'),
  key: fc.oneof(fc.stringMatching(/^[0-9]{1,3}$/), fc.constantFrom('x', 'xy', '-1')),
  note: fc.stringMatching(/^[a-z]{0,12}$/),
});

const setting: fc.Arbitrary<Setting> = fc.record({
  groups: fc.integer({ min: 1, max: 5 }),
  maxRows: fc.integer({ min: 1, max: 12 }),
  maxRawBytes: fc.integer({ min: 100, max: 400 }),
  blockBytes: fc.integer({ min: 16, max: 300 }),
  inFlight: fc.integer({ min: 1, max: 6 }),
});

function lineOf({ seconds, nanos, stream, key, visitor, note }: Hit): string {
  return [seconds, nanos, stream, key, visitor, note].join(',');
}

interface Built extends SealedFiles {
  readonly texts: readonly string[];
  readonly sidecars: readonly (readonly [string, ...string[]])[][];
}

/** Enough for all rows of a test. */
const ample = 10_000_000;

async function build(
  hits: readonly Hit[],
  { groups, maxRows, maxRawBytes, blockBytes, inFlight }: Setting,
  memoryBytes = ample,
): Promise<Built> {
  const folder = await mkdtemp(join(tmpdir(), 'chunking-'));
  try {
    const spool = createSpool({ folder: join(folder, 'spool'), maxBytes: 1_000_000 });
    const store = createHitStore({ memoryBytes, spool, streams: streams.length });
    const groupOf = createGrouper(groups);
    for (const each of hits) {
      const add = (): boolean =>
        store.add(each.seconds, each.nanos, each.stream, groupOf(each.visitor), [each.key], lineOf(each).split(','));
      if (add()) continue;
      await store.spill();
      expect(add()).toBe(true);
    }
    const sorted = await store.sorted();
    const sealed = await sealSlice({
      folder,
      slice: 0,
      header,
      groups: Array.from({ length: groups }, (_, index) => groupName('g', index)),
      streams,
      limits: { maxRows, maxRawBytes },
      gzipLevel: 6,
      hits: { next: () => sorted.next(Number.POSITIVE_INFINITY) },
      rejects: [],
      blockBytes,
      inFlight,
    });
    await store.clear();
    expect(spool.room).toBe(1_000_000);
    expect(store.peakBytes).toBeLessThanOrEqual(memoryBytes);
    const texts: string[] = [];
    const sidecars: [string, ...string[]][][] = [];
    for (const chunk of sealed.chunks) {
      texts.push(gunzipSync(await readFile(join(folder, chunk.path))).toString());
      const rows: [string, ...string[]][] = [];
      for await (const { stream, key } of readSidecar(folder, chunk)) rows.push([stream, ...key]);
      sidecars.push(rows);
    }
    return { ...sealed, texts, sidecars };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function rowsOf(text: string): string[] {
  const lines = text.split('\n');
  expect(lines.shift()).toBe(header);
  expect(lines.pop()).toBe('');
  return lines;
}

/** The total order in words: time, stream, key (integers by value, before texts), line. */
function compareLines(left: string, right: string): number {
  const [a, b] = [left.split(','), right.split(',')];
  for (const index of [0, 1, 2]) {
    const by = Number(a[index]) - Number(b[index]);
    if (by !== 0) return by;
  }
  const [aNumber, bNumber] = [/^[0-9]+$/.test(a[3]!), /^[0-9]+$/.test(b[3]!)];
  if (aNumber !== bNumber) return aNumber ? -1 : 1;
  const byKey = aNumber
    ? Number(a[3]) - Number(b[3]) || a[3]!.length - b[3]!.length
    : Buffer.compare(Buffer.from(a[3]!), Buffer.from(b[3]!));
  return byKey !== 0 ? byKey : Buffer.compare(Buffer.from(left), Buffer.from(right));
}

const hits = fc.array(hit, { maxLength: 120 });

test('every row is in exactly one chunk, in order, within the limits, each visitor in one lane', async () => {
  await fc.assert(
    fc.asyncProperty(hits, setting, async (rows, chosen) => {
      const built = await build(rows, chosen);
      const lanes = new Map<string, string[]>();
      for (const [index, chunk] of built.chunks.entries()) {
        const text = built.texts[index]!;
        const lines = rowsOf(text);
        const lane = lanes.get(chunk.group) ?? [];
        lanes.set(chunk.group, lane);

        expect(lines.length).toBe(chunk.rows);
        expect(chunk.rows).toBeGreaterThan(0);
        expect(chunk.rows).toBeLessThanOrEqual(chosen.maxRows);
        expect(Buffer.byteLength(text)).toBe(chunk.rawBytes);
        expect(chunk.rawBytes).toBeLessThanOrEqual(chosen.maxRawBytes);
        expect([chunk.firstTime, chunk.lastTime].map(String)).toEqual([
          lines[0]!.split(',')[0],
          lines.at(-1)!.split(',')[0],
        ]);
        expect(Object.values(chunk.streams).reduce((sum, count) => sum + count, 0)).toBe(chunk.rows);
        expect(built.sidecars[index]).toEqual(
          lines.map((line) => [streams[Number(line.split(',')[2])], line.split(',')[3]]),
        );
        lane.push(...lines);
      }

      expect([...lanes.values()].flat().sort()).toEqual(rows.map(lineOf).sort());
      const laneOf = new Map<string, string>();
      for (const [group, lines] of lanes) {
        expect(lines).toEqual([...lines].sort(compareLines));
        for (const line of lines) {
          const visitor = line.split(',')[4]!;
          expect(laneOf.get(visitor) ?? group).toBe(group);
          laneOf.set(visitor, group);
        }
      }
      const inLaneOrder = built.chunks.map(({ path }) => path);
      expect(inLaneOrder).toEqual([...inLaneOrder].sort());
    }),
    { numRuns: 60 },
  );
});

test('a chunk is closed only where its next row would pass a limit', async () => {
  await fc.assert(
    fc.asyncProperty(hits, setting, async (rows, chosen) => {
      const { chunks, texts } = await build(rows, chosen);
      for (const [index, chunk] of chunks.entries()) {
        const next = chunks[index + 1];
        if (next?.group !== chunk.group) continue;
        const first = Buffer.byteLength(`${rowsOf(texts[index + 1]!)[0]!}\n`);
        expect(chunk.rows === chosen.maxRows || chunk.rawBytes + first > chosen.maxRawBytes).toBe(true);
      }
    }),
    { numRuns: 30 },
  );
});

test('the same rows in any order give the same bytes, and so does any concurrency', async () => {
  const shuffled = hits.chain((rows) =>
    fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
  );
  await fc.assert(
    fc.asyncProperty(shuffled, setting, fc.integer({ min: 1, max: 9 }), async ([rows, other], chosen, inFlight) => {
      const built = await build(rows, chosen);
      expect(await build(other, { ...chosen, inFlight })).toEqual(built);
      // Another block size may change the compressed bytes, never the rows.
      const blocks = await build(other, { ...chosen, blockBytes: 77 });
      expect(blocks.chunks.map(({ rawSha256, path }) => [path, rawSha256])).toEqual(
        built.chunks.map(({ rawSha256, path }) => [path, rawSha256]),
      );
      expect(blocks.texts).toEqual(built.texts);
    }),
    { numRuns: 30 },
  );
});

test('rows that are sorted on disk give the same bytes, counts and keys as in memory, however little memory there is', async () => {
  const shuffled = hits.chain((rows) =>
    fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
  );
  await fc.assert(
    fc.asyncProperty(shuffled, setting, fc.integer({ min: 1100, max: 6000 }), async ([rows, other], chosen, memory) => {
      expect(await build(other, chosen, memory)).toEqual(await build(rows, chosen));
    }),
    { numRuns: 60 },
  );
});

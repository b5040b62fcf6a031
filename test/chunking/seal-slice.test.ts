import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHitBuffer, type HitBuffer } from '../../src/chunking/hit-buffer.ts';
import type { HitBatches } from '../../src/chunking/hit-rows.ts';
import { type SealedFiles, type SealSliceOptions, sealSlice } from '../../src/chunking/seal-slice.ts';
import { removeUnsealed } from '../../src/chunking/slice-files.ts';
import type { Reject } from '../../src/domain/slice.ts';
import { oneBatch } from './one-batch.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seal-slice-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

type Hit = [seconds: number, stream: number, group: number, key: string[], line: string];

const hits: Hit[] = [
  [100, 0, 0, ['1'], '100,a'],
  [100, 1, 1, ['1'], '100,b'],
  [101, 0, 0, ['2', 'x"'], '101,ä'],
  [102, 1, 0, ['2'], '102,a'],
  [103, 0, 0, ['3'], '103,a'],
];

const reject: Reject = {
  stream: 'hits',
  key: ['9'],
  reason: 'no visitor',
  column: null,
  value: null,
  row: { id: '9', title: 'tea, "hot"' },
};

function buffer(rows: readonly Hit[]): HitBuffer {
  const made = createHitBuffer({ memoryBytes: 100_000_000 });
  for (const [seconds, stream, group, key, line] of rows) made.add(seconds, 0, stream, group, key, line.split(','));
  return made;
}

function inOrder(made: HitBuffer): HitBatches {
  return oneBatch(made, made.order(), made.duplicateKeys(made.order()));
}

function seal(rows: readonly Hit[], options: Partial<SealSliceOptions> = {}): Promise<SealedFiles> {
  return sealSlice({
    folder,
    slice: 7,
    header: 'timestamp,name',
    groups: ['g_0', 'g_1', 'g_2'],
    streams: ['hits', 'goals'],
    limits: { maxRows: 3, maxRawBytes: 1000 },
    gzipLevel: 6,
    hits: inOrder(buffer(rows)),
    rejects: [],
    ...options,
  });
}

async function files(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

async function unzipped(path: string): Promise<string> {
  return gunzipSync(await readFile(join(folder, path))).toString();
}

describe('a sealed slice', () => {
  test('holds each lane in order, cut and named, with sidecars', async () => {
    const sealed = await seal(hits);
    expect(sealed.chunks.map(({ gzBytes, gzSha256, rawSha256, ...chunk }) => chunk)).toEqual([
      {
        group: 'g_0',
        slice: 7,
        part: 0,
        path: 'chunks/g_0/000007-0000.csv.gz',
        sidecar: 'sidecars/g_0/000007-0000.jsonl.gz',
        rows: 3,
        rawBytes: 34,
        firstTime: 100,
        lastTime: 102,
        streams: { hits: 2, goals: 1 },
      },
      {
        group: 'g_0',
        slice: 7,
        part: 1,
        path: 'chunks/g_0/000007-0001.csv.gz',
        sidecar: 'sidecars/g_0/000007-0001.jsonl.gz',
        rows: 1,
        rawBytes: 21,
        firstTime: 103,
        lastTime: 103,
        streams: { hits: 1 },
      },
      {
        group: 'g_1',
        slice: 7,
        part: 0,
        path: 'chunks/g_1/000007-0000.csv.gz',
        sidecar: 'sidecars/g_1/000007-0000.jsonl.gz',
        rows: 1,
        rawBytes: 21,
        firstTime: 100,
        lastTime: 100,
        streams: { goals: 1 },
      },
    ]);
    expect(await files()).toEqual(sealed.chunks.flatMap((chunk) => [chunk.path, chunk.sidecar]).sort());
    expect(await unzipped('chunks/g_0/000007-0000.csv.gz')).toBe('timestamp,name\n100,a\n101,ä\n102,a\n');
    expect(await unzipped('chunks/g_0/000007-0001.csv.gz')).toBe('timestamp,name\n103,a\n');
    expect(await unzipped('sidecars/g_0/000007-0000.jsonl.gz')).toBe(
      '["hits","1"]\n["hits","2","x\\""]\n["goals","2"]\n',
    );
    expect(sealed.rejects).toBeNull();
    expect(sealed.duplicateKeys).toBe(0);
  });

  test('cuts by raw bytes, header counted', async () => {
    const sealed = await seal(hits, { limits: { maxRows: 100, maxRawBytes: 28 } });
    expect(sealed.chunks.map(({ group, rows, rawBytes }) => [group, rows, rawBytes])).toEqual([
      ['g_0', 2, 28],
      ['g_0', 2, 27],
      ['g_1', 1, 21],
    ]);
  });

  const widely = { maxRows: 100, maxRawBytes: 1000 };
  const long: Hit = [104, 0, 0, ['4'], 'y'.repeat(80)];

  test.each<[string, Hit[], SealSliceOptions['limits'], Record<string, readonly number[]>, [string, number][]]>([
    [
      'before the limits would',
      hits,
      widely,
      { g_0: [1, 2, 1] },
      [
        ['g_0', 1],
        ['g_0', 2],
        ['g_0', 1],
        ['g_1', 1],
      ],
    ],
    [
      'after more rows than allowed',
      hits,
      { maxRows: 1, maxRawBytes: 1000 },
      { g_0: [3, 1] },
      [
        ['g_0', 3],
        ['g_0', 1],
        ['g_1', 1],
      ],
    ],
    [
      'over more bytes than allowed',
      [...hits, long],
      { maxRows: 100, maxRawBytes: 96 },
      { g_0: [5] },
      [
        ['g_0', 5],
        ['g_1', 1],
      ],
    ],
    [
      'each lane by its own',
      [...hits, [105, 0, 1, ['5'], 'z']],
      widely,
      { g_0: [4], g_1: [1, 1] },
      [
        ['g_0', 4],
        ['g_1', 1],
        ['g_1', 1],
      ],
    ],
    [
      'by the limits in a lane that has none',
      hits,
      { maxRows: 3, maxRawBytes: 1000 },
      { g_1: [1] },
      [
        ['g_0', 3],
        ['g_0', 1],
        ['g_1', 1],
      ],
    ],
    [
      'by the limits after the last of them',
      [...hits, long],
      { maxRows: 2, maxRawBytes: 1000 },
      { g_0: [1] },
      [
        ['g_0', 1],
        ['g_0', 2],
        ['g_0', 2],
        ['g_1', 1],
      ],
    ],
  ])('ends where it did before where its cuts are given: %s', async (_, rows, limits, cuts, chunks) => {
    const sealed = await seal(rows, { limits, cuts: new Map(Object.entries(cuts)) });
    expect(sealed.chunks.map(({ group, rows: held }) => [group, held])).toEqual(chunks);
  });

  test('by its own cuts is the same, although its lines have grown', async () => {
    const grown = hits.map(
      ([seconds, stream, group, key, line]): Hit => [seconds, stream, group, key, `${line}${'+'.repeat(200)}`],
    );
    const limits = { maxRows: 3, maxRawBytes: 240 };
    const cuts = new Map([
      ['g_0', [3, 1]],
      ['g_1', [1]],
    ]);
    const sealed = await seal(grown, { limits, cuts });
    expect(sealed.chunks.map(({ group, part, rows }) => [group, part, rows])).toEqual([
      ['g_0', 0, 3],
      ['g_0', 1, 1],
      ['g_1', 0, 1],
    ]);
    const keys = await Promise.all(sealed.chunks.map(({ sidecar }) => unzipped(sidecar)));
    expect(keys).toEqual(['["hits","1"]\n["hits","2","x\\""]\n["goals","2"]\n', '["hits","3"]\n', '["goals","1"]\n']);
  });

  test('takes its hits in any number of batches', async () => {
    const whole = await seal(hits);
    const made = buffer(hits);
    const batches = [made.rangeOf(0, 101), made.rangeOf(101, 103), made.rangeOf(103, 200)].map((positions, index) => ({
      rows: made,
      positions,
      duplicateKeys: index,
    }));
    const sealed = await seal([], { hits: { next: async () => batches.shift() ?? null } });
    expect(sealed).toEqual({ ...whole, duplicateKeys: 3 });
  });

  test('without hits has no files', async () => {
    expect(await seal([])).toEqual({ chunks: [], rejects: null, duplicateKeys: 0 });
    expect(await files()).toEqual([]);
  });

  test('keeps its rejects, as one object a line', async () => {
    const sealed = await seal(hits, {
      rejects: [[reject], [{ ...reject, column: 'pageURL', value: 'x', key: ['10'] }]],
    });
    expect(sealed.rejects).toMatchObject({ path: 'rejects/000007.jsonl.gz', rows: 2 });
    expect(await unzipped('rejects/000007.jsonl.gz')).toBe(
      '{"stream":"hits","key":["9"],"reason":"no visitor","column":null,"value":null,"row":{"id":"9","title":"tea, \\"hot\\""}}\n' +
        '{"stream":"hits","key":["10"],"reason":"no visitor","column":"pageURL","value":"x","row":{"id":"9","title":"tea, \\"hot\\""}}\n',
    );
  });

  test('counts keys that are not unique', async () => {
    const sealed = await seal([
      [1, 0, 0, ['1'], 'a'],
      [1, 0, 1, ['1'], 'b'],
    ]);
    expect(sealed.duplicateKeys).toBe(1);
  });

  test('of many groups and many blocks is whole', async () => {
    const groups = Array.from({ length: 200 }, (_, index) => `g_${index}`);
    const rows: Hit[] = Array.from({ length: 20_000 }, (_, row) => [
      row,
      0,
      row % 200,
      [String(row)],
      `${row},${'x'.repeat(row % 300)}`,
    ]);
    const sealed = await seal(rows, { groups, limits: { maxRows: 60, maxRawBytes: 1_000_000 }, blockBytes: 1000 });
    expect(sealed.chunks.map(({ group, part, rows: held }) => [group, part, held])).toEqual(
      groups.flatMap((group) => [
        [group, 0, 60],
        [group, 1, 40],
      ]),
    );
    const lines = (await Promise.all(sealed.chunks.map(({ path }) => unzipped(path)))).flatMap((text) =>
      text.trimEnd().split('\n').slice(1),
    );
    expect(new Set(lines)).toEqual(new Set(rows.map(([, , , , line]) => line)));
    expect(lines.length).toBe(20_000);
  });
});

describe('after a process was killed', () => {
  test('an unsealed slice is built again from nothing, other slices are left alone', async () => {
    const clean = await seal(hits, { rejects: [[reject]] });
    const left = [
      'chunks/g_0/000007-0000.csv.gz',
      'chunks/g_0/000007-0001.csv.gz.tmp',
      'chunks/g_0/000007-0002.csv.gz',
      'chunks/g_2/000007-0000.csv.gz',
      'sidecars/g_0/000007-0005.jsonl.gz.tmp',
      'sidecars/g_2/000007-0000.jsonl.gz',
      'rejects/000007.jsonl.gz.tmp',
    ];
    const others = ['chunks/g_0/000006-0000.csv.gz', 'chunks/g_2/000008-0000.csv.gz.tmp', 'rejects/000006.jsonl.gz'];
    for (const path of [...left, ...others]) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), 'torn');
    }
    await removeUnsealed(folder, [7], ['g_0', 'g_1', 'g_2']);
    expect(await seal(hits, { rejects: [[reject]] })).toEqual(clean);
    const own = [...clean.chunks.flatMap((chunk) => [chunk.path, chunk.sidecar]), 'rejects/000007.jsonl.gz'];
    expect(await files()).toEqual([...own, ...others].sort());
    await removeUnsealed(folder, [7], ['g_0', 'g_1', 'g_2']);
    expect(await files()).toEqual([...others].sort());
  });

  test('nothing to remove is fine', async () => {
    await removeUnsealed(join(folder, 'nowhere'), [7], ['g_0']);
    expect(await files()).toEqual([]);
  });
});

describe('a slice that cannot be sealed leaves nothing', () => {
  test('when a row is longer than a chunk', async () => {
    await expect(
      seal([...hits, [104, 1, 0, ['12', 'x'], 'y'.repeat(90)]], { limits: { maxRows: 9, maxRawBytes: 100 } }),
    ).rejects.toMatchObject({
      code: 'input.invalid',
      message:
        'One row is longer than a chunk may be: stream goals, key ["12","x"] needs 106 bytes with the header, chunks.maxRawBytes is 100.',
    });
    expect(await files()).toEqual([]);
  });

  test('when the disk refuses', async () => {
    await writeFile(join(folder, 'sidecars'), 'in the way');
    await expect(seal(hits)).rejects.toMatchObject({
      code: 'disk.failed',
      message: expect.stringContaining(join(folder, 'sidecars', 'g_')),
      next: expect.stringContaining('stands in the way'),
    });
    expect(await files()).toEqual(['sidecars']);
  });

  test('when it is stopped before it began', async () => {
    const reason = new Error('stopped');
    await expect(seal(hits, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await files()).toEqual([]);
  });

  test('when a chunk fails in the background while the walk goes on', async () => {
    const rows: Hit[] = Array.from({ length: 2000 }, (_, row) => [row, 0, row % 2, [String(row)], `${row}`]);
    const made = buffer(rows);
    // The second lane's first temporary file vanishes before it gets its name.
    const vanishing: HitBuffer = {
      ...made,
      useLine(position, use) {
        if (position === 5) rmSync(join(folder, 'chunks/g_1/000007-0000.csv.gz.tmp'));
        made.useLine(position, use);
      },
    };
    await expect(seal([], { hits: inOrder(vanishing), blockBytes: 50 })).rejects.toMatchObject({
      code: 'disk.failed',
      message: expect.stringContaining('chunks/g_1/000007-0000.csv.gz'),
    });
    expect(await files()).toEqual([]);
  });

  test('when it is interrupted half-way', async () => {
    const stop = new AbortController();
    const reason = new Error('interrupted');
    const rejects = (function* () {
      for (let index = 0; ; index++) {
        if (index === 500) stop.abort(reason);
        yield [{ ...reject, key: [String(index)] }];
      }
    })();
    await expect(seal(hits, { rejects, signal: stop.signal, blockBytes: 400, inFlight: 1 })).rejects.toBe(reason);
    expect(await files()).toEqual([]);
  });

  test('when its rejects throw', async () => {
    const fault = new Error('spool');
    const rejects = (function* () {
      yield [reject];
      throw fault;
    })();
    await expect(seal(hits, { rejects })).rejects.toBe(fault);
    expect(await files()).toEqual([]);
  });
});

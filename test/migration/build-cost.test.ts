import { createHook } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { build } from '../../src/index.ts';
import { type CostShape, costJobs } from './cost-jobs.ts';

const counted = vi.hoisted(() => ({ opens: 0, syncs: 0, zones: 0 }));

vi.mock('node:fs/promises', async (importActual) => {
  const actual = await importActual<typeof import('node:fs/promises')>();
  const open: typeof actual.open = async (...words) => {
    counted.opens += 1;
    const handle = await actual.open(...words);
    const sync = handle.sync.bind(handle);
    handle.sync = () => {
      counted.syncs += 1;
      return sync();
    };
    return handle;
  };
  return { ...actual, open };
});

vi.mock('temporal-polyfill', async (importActual) => {
  const actual = await importActual<typeof import('temporal-polyfill')>();
  // Whoever asks for a time zone's offset names one of its classes first.
  const Temporal = new Proxy(actual.Temporal, {
    get: (target, name) => {
      counted.zones += 1;
      return Reflect.get(target, name);
    },
  });
  return { ...actual, Temporal };
});

/** What one build took, counted. */
interface Cost {
  readonly slices: number;
  readonly chunks: number;
  readonly promises: number;
  readonly opens: number;
  readonly syncs: number;
  readonly zones: number;
  readonly reads: number;
  readonly writes: number;
}

/** Linux's count of this process's calls that read and write, files and sockets alike; zeros elsewhere. */
function systemCalls(): { reads: number; writes: number } {
  if (process.platform !== 'linux') return { reads: 0, writes: 0 };
  const text = readFileSync('/proc/self/io', 'utf8');
  const of = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1]);
  return { reads: of('syscr'), writes: of('syscw') };
}

async function costOf(kind: keyof typeof costJobs, shape: CostShape): Promise<Cost> {
  const { file, options, remove } = await costJobs[kind](shape);
  let promises = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === 'PROMISE') promises += 1;
    },
  });
  Object.assign(counted, { opens: 0, syncs: 0, zones: 0 });
  const before = systemCalls();
  hook.enable();
  const { stopped, slices, chunks, rows } = await build(file, options).finally(() => hook.disable());
  const after = systemCalls();
  await remove();
  expect(stopped).toBeUndefined();
  expect(rows.hits).toBe(shape.rows);
  return {
    slices: slices.sealed,
    chunks: chunks.built,
    promises,
    ...counted,
    reads: after.reads - before.reads,
    writes: after.writes - before.writes,
  };
}

/** What each of `pieces` more took. */
function each(pieces: number, less: Cost, more: Cost): Omit<Cost, 'slices' | 'chunks'> {
  const of = (what: keyof Cost): number => (more[what] - less[what]) / pieces;
  return {
    promises: of('promises'),
    opens: of('opens'),
    syncs: of('syncs'),
    zones: of('zones'),
    reads: of('reads'),
    writes: of('writes'),
  };
}

const lanes = 4;
const days = 28;

// What is counted depends on the program, not on the machine or on time, but for calls: what wakes a thread is one that reads
// and one that writes, and how much of an answer a read finds is chance too, which only adds.
describe.each(['files', 'sqlite', 'postgres', 'mysql'] as const)('a build from %s', (kind) => {
  const base: CostShape = { rows: 20_000, days, lanes, slices: 1, width: 30, perChunk: 100_000 };
  let cost: Cost;
  beforeAll(async () => {
    // What is loaded and made once is no part of it.
    await costOf(kind, base);
    cost = await costOf(kind, base);
  });

  it('takes no promise, file, sync, question about a zone and call of the system for each row', async () => {
    const rows = 60_000;
    const row = each(rows - base.rows, cost, await costOf(kind, { ...base, rows }));
    expect(row).toMatchObject({ opens: 0, syncs: 0 });
    expect(row.promises).toBeLessThan(0.1);
    expect(row.zones).toBeLessThanOrEqual(0);
    // Measured: chance alone adds up to 0.1 on a machine that is busy.
    expect(row.reads).toBeLessThan(0.5);
    expect(row.writes).toBeLessThan(0.5);
  });

  it('takes few promises and calls, and no file and no sync, for each block of 64 KB', { retry: 2 }, async () => {
    const width = 650;
    const blocks = (base.rows * (width - base.width)) / 65_536;
    const block = each(blocks, cost, await costOf(kind, { ...base, width }));
    expect(block).toMatchObject({ opens: 0, syncs: 0, zones: 0 });
    expect(block.promises).toBeLessThan(100);
    // A page of SQLite's is 4 KB, and is read while rows are counted too.
    expect(block.reads).toBeLessThan(40);
    expect(block.writes).toBeLessThan(40);
  });

  it('takes two files, two syncs, and few promises and calls for each chunk', { retry: 2 }, async () => {
    const many = await costOf(kind, { ...base, perChunk: 100 });
    const more = many.chunks - cost.chunks;
    expect(more).toBeGreaterThan(150);
    const chunk = each(more, cost, many);
    expect(chunk).toMatchObject({ opens: 2, syncs: 2, zones: 0 });
    expect(chunk.promises).toBeLessThan(500);
    // Fewer than 40, and what chance adds to all rows.
    expect(chunk.reads).toBeLessThan(100);
    expect(chunk.writes).toBeLessThan(100);
  });

  it('takes one sync for each file and folder of a slice, and few promises and calls', { retry: 2 }, async () => {
    const many = await costOf(kind, { ...base, slices: 20 });
    const more = many.slices - cost.slices;
    expect(more).toBeGreaterThan(15);
    const slice = each(more, cost, many);
    // A chunk and a sidecar for each lane, in a folder each; the folders above those two kinds, and the work folder.
    const durable = 2 * lanes + 2 * lanes + 3;
    expect(slice).toMatchObject({ opens: durable, syncs: durable });
    expect(slice.zones).toBeLessThan(10);
    expect(slice.promises).toBeLessThan(3500);
    expect(slice.reads).toBeLessThan(800);
    expect(slice.writes).toBeLessThan(800);
  });
});

it('a zone is asked about days, not about rows', async () => {
  const { zones } = await costOf('sqlite', { rows: 45_000, days, lanes, slices: 1, width: 30, perChunk: 100_000 });
  expect(zones).toBeGreaterThan(0);
  // Both ends of each day, and of those beside the range.
  expect(zones).toBeLessThan(10 * days);
});

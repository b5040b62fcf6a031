import { beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/domain/clock.ts';
import type { JobEvent } from '../../../src/domain/event.ts';
import type { Slice } from '../../../src/domain/slice.ts';
import type { MadeSlice } from '../../../src/migration/build/make-slice.ts';
import { openSliceMakers, type SliceMakers } from '../../../src/migration/build/slice-makers.ts';
import type { Job } from '../../../src/migration/job/job.ts';

type Hear = (event: JobEvent) => void;

/** What is under way, by slice: where, whom it tells, and how it ends. */
interface Making {
  readonly where: 'here' | 'a thread';
  readonly hear: Hear;
  readonly end: (fault?: Error) => void;
}

const stage = vi.hoisted(() => ({ threads: [] as number[], making: new Map<number, Making>(), closed: 0 }));

function begin(where: Making['where'], slice: Slice, hear: Hear): Promise<MadeSlice> {
  return new Promise((resolve, reject) => {
    const made: MadeSlice = { chunks: [], rejects: null, duplicateKeys: slice.index, counts: [], tallies: [] };
    const end = (fault?: Error): void => (fault === undefined ? resolve(made) : reject(fault));
    stage.making.set(slice.index, { where, hear, end });
  });
}

vi.mock('../../../src/migration/build/slice-threads.ts', () => ({
  startSliceThreads: (_: unknown, threads: number) => {
    stage.threads.push(threads);
    return {
      make: (slice: Slice, hear: Hear) => begin('a thread', slice, hear),
      close: async () => {
        stage.closed++;
      },
    };
  },
}));
vi.mock('../../../src/migration/build/make-alone.ts', () => ({
  makeAlone: (_job: unknown, slice: Slice, _waiting: unknown, options: { onEvent: Hear }) =>
    begin('here', slice, options.onEvent),
}));
vi.mock('../../../src/migration/build/rows-in-order.ts', () => ({
  rowsInOrder: () => {
    throw new Error('one after another');
  },
}));

const sliceOf = (index: number): Slice => ({ index, from: 0, to: 1, homeFrom: null, homeTo: null, plannedRows: 0 });
let told: JobEvent[] = [];
beforeEach(() => {
  told = [];
  stage.threads = [];
  stage.making.clear();
  stage.closed = 0;
});

function open(workers: number, slices: number): SliceMakers {
  const build = { workers, memory: 64e6 * workers, gzipLevel: 6 };
  const migration = { build, disk: { spool: 1e9 }, source: { engine: 'sqlite' }, folder: 'work', file: 'm.yaml' };
  const options = {
    signal: new AbortController().signal,
    onEvent: (event: JobEvent) => told.push(event),
    clock: systemClock,
    env: {},
    runtime: {},
    readyMadeFolder: '/',
  };
  const all = Array.from({ length: slices }, (_, index) => sliceOf(index));
  return openSliceMakers({ migration, streams: [], fingerprint: {} } as unknown as Job, null, all, options);
}

const where = (index: number): string | undefined => stage.making.get(index)?.where;

describe('slices that are made side by side', () => {
  it('are made here where nothing is made here, else in a thread', async () => {
    const { atOnce, make } = open(3, 9);
    expect([atOnce, stage.threads]).toEqual([3, [2]]);
    const first = [0, 1, 2].map((index) => make(sliceOf(index)));
    expect([0, 1, 2].map(where)).toEqual(['here', 'a thread', 'a thread']);
    stage.making.get(1)!.end();
    expect((await first[1]!).duplicateKeys).toBe(1);
    void make(sliceOf(3));
    expect(where(3)).toBe('a thread');
    stage.making.get(0)!.end();
    await first[0];
    void make(sliceOf(4));
    expect(where(4)).toBe('here');
  });

  it('leave the place here free where one fails', async () => {
    const { make } = open(2, 9);
    const failing = make(sliceOf(0));
    stage.making.get(0)!.end(new Error('broken'));
    await expect(failing).rejects.toThrow('broken');
    void make(sliceOf(1));
    expect(where(1)).toBe('here');
  });

  it('have no more threads than there are slices for', async () => {
    const makers = open(8, 3);
    expect([makers.atOnce, stage.threads]).toEqual([3, [2]]);
    await makers.close();
    expect(stage.closed).toBe(1);
  });

  it.each([
    [1, 5],
    [4, 1],
  ])('need neither threads nor a place here with %i workers and %i slices', (workers, slices) => {
    expect(() => open(workers, slices)).toThrow('one after another');
    expect(stage.threads).toEqual([]);
  });

  it('tell how many rows are under way, of all of them together, and pass messages on', async () => {
    const { make } = open(2, 9);
    const making = [0, 1].map((index) => make(sliceOf(index)));
    const progress = (rows: number): JobEvent => ({ type: 'progress', doing: 'building', rows });
    const message: JobEvent = { type: 'message', level: 'warn', text: 'hear me' };
    stage.making.get(0)!.hear(progress(10));
    stage.making.get(1)!.hear(progress(25));
    stage.making.get(1)!.hear(message);
    stage.making.get(0)!.hear(progress(20));
    stage.making.get(0)!.end();
    await making[0];
    stage.making.get(1)!.hear(progress(30));
    expect(told).toEqual([progress(10), progress(35), message, progress(45), progress(30)]);
  });
});

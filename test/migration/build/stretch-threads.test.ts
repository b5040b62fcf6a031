import { existsSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JobEvent } from '../../../src/domain/event.ts';
import type { Slice } from '../../../src/domain/slice.ts';
import type { MapStretch } from '../../../src/migration/build/map-stretch.ts';
import { type StretchThreads, startStretchThreads } from '../../../src/migration/build/stretch-threads.ts';
import { job, useThreads } from './thread-fixture.ts';

const stretch = (text: string) => ({ file: 'a.csv', line: 7, bytes: Buffer.from(text) });

const fixture = useThreads();
const { told } = fixture;

/** What was mapped by who asked, and not by a thread. */
let here: string[] = [];
beforeEach(() => {
  here = [];
});

/** Two threads that run a program of the test's: the body of `mapInThread`. The first stretch, which none of them gets, is mapped. */
async function start(
  body: string,
  slices: readonly Slice[] | null = null,
  signal = new AbortController().signal,
): Promise<StretchThreads> {
  const threads = startThreads(body, slices, signal);
  await threads.map(0, stretch('first'));
  return threads;
}

function startThreads(
  body: string,
  slices: readonly Slice[] | null = null,
  signal = new AbortController().signal,
): StretchThreads {
  const made =
    'const made = (rejects) => ({ made: { hits: null, counted: { counts: [], tallies: [] }, rejects, rows: 0 } });';
  const program = fixture.write('mapInThread', 'order', `${made} ${body}`);
  const mapHere: MapStretch = async (_, { bytes }, memory) => {
    const text = Buffer.from(bytes).toString();
    here.push(text);
    if (text === 'broken') throw new Error('broken here');
    await new Promise((resolve) => setImmediate(resolve));
    here.push(`end of ${text}`);
    return {
      hits: { rows: 0, size: 0, memory: memory ?? new ArrayBuffer(0) },
      counted: { counts: [], tallies: [] },
      rejects: [],
      rows: 0,
    };
  };
  const options = { signal, onEvent: (event: JobEvent) => told.push(event) };
  return fixture.closing(startStretchThreads(job, 2, slices, mapHere, options, program));
}

describe('threads that map stretches', () => {
  it('get the job, the stream, the stretch and the slices that are wanted', async () => {
    const slice: Slice = { index: 3, from: 10, to: 20, homeFrom: null, homeTo: null, plannedRows: 5 };
    const { map } = await start(
      'const { stretch: { bytes, ...rest }, ...others } = order;' +
        'return made([{ ...others, ...rest, text: Buffer.from(bytes).toString() }]);',
      [slice],
    );
    expect((await map(1, stretch('x,y\n'))).rejects).toEqual([
      { ...job, stream: 1, file: 'a.csv', line: 7, text: 'x,y\n', slices: [{ from: 10, to: 20 }] },
    ]);
  });

  it('have one stretch each to work on and one to come, and leave what is more to who asks', async () => {
    const { map, atOnce } = await start(`
      // None is mapped before all have come.
      once('come-' + Buffer.from(order.stretch.bytes));
      while (!existsSync(${JSON.stringify(fixture.mark('go'))})) await new Promise((resolve) => setImmediate(resolve));
      return made([]);`);
    expect(atOnce).toBe(6);
    const more = ['a', 'b', 'c', 'd', 'e', 'f'].map((text) => map(0, stretch(text)));
    await Promise.all(more.slice(4));
    expect(here).toEqual(['first', 'end of first', 'e', 'f', 'end of e', 'end of f']);
    const come = (text: string): boolean => existsSync(fixture.mark(`come-${text}`));
    await expect.poll(() => ['a', 'b', 'c', 'd'].filter(come), { timeout: 60_000 }).toHaveLength(4);
    writeFileSync(fixture.mark('go'), '');
    await Promise.all(more);
    await map(0, stretch('g'));
    expect(here).toHaveLength(6);
  });

  it('are not started for a single stretch', async () => {
    const { map } = startThreads(`throw new Error('a thread');`);
    await map(0, stretch('only'));
    expect(here).toEqual(['only', 'end of only']);
  });

  it('leave a fault of who asks with the stretch that has it', async () => {
    const { map } = startThreads('await new Promise(() => setInterval(() => undefined, 1000));');
    await expect(map(0, stretch('broken'))).rejects.toThrow('broken here');
    const inThreads = Array.from({ length: 4 }, () => map(0, stretch('held')));
    const held = Promise.allSettled(inThreads);
    await map(0, stretch('next'));
    expect(here).toEqual(['broken', 'next', 'end of next']);
    void held;
  });

  it('use the memory of earlier hits again, where a stretch finds room in it', async () => {
    const { map, reuse } = await start(
      'const { bytes } = order.stretch; return made([[bytes.length, bytes.buffer.byteLength]]);',
    );
    const memoryFor = async (text: string) => (await map(0, stretch(text))).rejects[0];
    expect(await memoryFor('abc')).toEqual([3, 6]);
    reuse(new ArrayBuffer(5));
    expect(await memoryFor('abcde')).toEqual([5, 5]);
    reuse(new ArrayBuffer(5));
    expect(await memoryFor('abcdef')).toEqual([6, 12]);
    const memory = new ArrayBuffer(7);
    const busy = ['a', 'b', 'c', 'd'].map((text) => map(0, stretch(text)));
    reuse(memory);
    expect((await map(0, stretch('here'))).hits.memory).toBe(memory);
    await Promise.all(busy);
  });

  it('map a stretch again where a thread ends', async () => {
    const { map } = await start(
      `if (once('crashed')) process.exit(3); return made([Buffer.from(order.stretch.bytes).toString()]);`,
    );
    expect((await map(0, stretch('whole'))).rejects).toEqual(['whole']);
    expect(told).toEqual([
      {
        type: 'message',
        level: 'warn',
        text: expect.stringMatching(/^The thread that mapped a\.csv from line 7 on ended: .+\. It is done again\.$/),
      },
    ]);
  });

  it('hand a stop over as what it is', async () => {
    const { map } = await start(`return { stop: { code: 'input.invalid', message: 'no', next: 'mend it' } };`);
    const stop = { name: 'MigrationError', code: 'input.invalid', message: 'no', next: 'mend it' };
    await expect(map(0, stretch(''))).rejects.toMatchObject(stop);
  });

  it('say nothing of stretches that are under way when they are closed', async () => {
    const stretches = await start('await new Promise(() => setInterval(() => undefined, 1000));');
    const mapping = expect(stretches.map(0, stretch(''))).rejects.toThrow();
    await stretches.close();
    await mapping;
    expect(told).toEqual([]);
  });

  it('map nothing any more once they are told to stop', async () => {
    const stop = new AbortController();
    const { map } = await start('return made([]);', null, stop.signal);
    stop.abort(new Error('enough'));
    await expect(map(0, stretch(''))).rejects.toThrow('enough');
  });
});

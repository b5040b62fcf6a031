import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { JobEvent } from '../../../src/domain/event.ts';
import type { Slice } from '../../../src/domain/slice.ts';
import type { MadeSlice } from '../../../src/migration/build/make-slice.ts';
import { type SliceThreads, startSliceThreads } from '../../../src/migration/build/slice-threads.ts';
import { job, useThreads } from './thread-fixture.ts';

vi.mock('../../../src/ledger/open-ledger.ts', () => {
  throw new Error('somebody loads the ledger');
});

const slice = (index: number): Slice => ({ index, from: 0, to: 1, homeFrom: null, homeTo: null, plannedRows: 0 });

const fixture = useThreads();
const { told } = fixture;
let removed: number[] = [];
beforeEach(() => {
  removed = [];
});
const removeLeft = async ({ index }: Slice): Promise<void> => {
  removed.push(index);
};

/** Two threads that run a program of the test's: the body of `makeInThread`. What they tell of slices goes to `told`. */
function start(body: string, signal = new AbortController().signal): { make(slice: Slice): Promise<MadeSlice> } {
  const { make } = startThreads(body, signal);
  return { make: (slice) => make(slice, (event) => told.push(event)) };
}

function startThreads(body: string, signal = new AbortController().signal): SliceThreads {
  const made =
    'const made = (of) => ({ made: { chunks: [], rejects: null, duplicateKeys: 0, counts: [], tallies: [of] } });';
  const whole = `${made} try { ${body} } finally { port.close(); }`;
  const program = fixture.write('makeInThread', '{ slice, port, file, env }', whole);
  return fixture.closing(
    startSliceThreads(job, 2, { signal, onEvent: (event) => told.push(event), removeLeft }, program),
  );
}

describe('threads that make slices', () => {
  it('get the job and the slice, and give what was made', async () => {
    const { make } = start('return made({ index: slice.index, file, env });');
    expect((await make(slice(7))).tallies).toEqual([{ index: 7, file: 'm.yaml', env: { A: 'b' } }]);
  });

  it('work side by side, and are kept for the next slices', async () => {
    const { make } = start(`
      // Each waits until the other has begun.
      const other = ${JSON.stringify(fixture.mark('begun-'))} + (1 - (slice.index % 2));
      once('begun-' + (slice.index % 2));
      while (!existsSync(other)) await new Promise((resolve) => setImmediate(resolve));
      return made(threadId);`);
    const first = await Promise.all([make(slice(0)), make(slice(1))]);
    const next = await Promise.all([make(slice(2)), make(slice(3))]);
    const ids = (all: typeof first) => new Set(all.map(({ tallies }) => tallies[0]));
    expect(ids(first).size).toBe(2);
    expect(ids(next)).toEqual(ids(first));
  });

  it('tell each slice what its thread tells', async () => {
    const threads = startThreads(`
      port.postMessage({ type: 'progress', doing: 'building', rows: slice.index });
      port.postMessage({ type: 'message', level: 'warn', text: 'hear me' });
      return made(1);`);
    const heard: JobEvent[][] = [[], []];
    await Promise.all([0, 1].map((index) => threads.make(slice(index), (event) => heard[index]!.push(event))));
    const message = { type: 'message', level: 'warn', text: 'hear me' };
    expect(heard).toEqual([0, 1].map((rows) => [{ type: 'progress', doing: 'building', rows }, message]));
    expect(told).toEqual([]);
  });

  it('hand a stop of the build over as what it is', async () => {
    const { make } = start(`return { stop: { code: 'source.query', message: 'no such table', next: 'mend it' } };`);
    await expect(make(slice(0))).rejects.toMatchObject({
      name: 'MigrationError',
      code: 'source.query',
      message: 'no such table',
      next: 'mend it',
    });
  });

  it.each([
    ['throws where nobody catches', `setImmediate(() => { throw new Error('broken'); });`],
    ['throws', `throw new Error('broken');`],
    ['ends itself', 'process.exit(3);'],
  ])('make a slice again where a thread %s', async (_, crash) => {
    const { make } = start(`if (once('crashed')) { ${crash} await happens(port, 'never'); } return made(slice.index);`);
    expect((await make(slice(4))).tallies).toEqual([4]);
    expect(removed).toEqual([4]);
    expect(told).toEqual([
      {
        type: 'message',
        level: 'warn',
        text: expect.stringMatching(/^The thread that built slice 4 ended: .+\. It is done again\.$/),
      },
    ]);
    expect((await make(slice(5))).tallies).toEqual([5]);
    expect(removed).toEqual([4]);
  });

  it('give a slice up that crashes each time', async () => {
    const { make } = start(`throw new Error('broken');`);
    await expect(make(slice(4))).rejects.toThrow('broken');
    expect(told).toHaveLength(2);
  });

  it('stop when they are told to, and say why nothing was made', async () => {
    const stop = new AbortController();
    const { make } = start(
      `port.postMessage({ type: 'message', level: 'info', text: 'begun' });
      await happens(port, 'message');
      return { stop: { code: 'interrupted', message: 'stopped', next: null } };`,
      stop.signal,
    );
    const making = make(slice(0));
    const failed = expect(making).rejects.toMatchObject({ code: 'interrupted', message: 'stopped', next: null });
    await expect.poll(() => told.length).toBe(1);
    stop.abort(new Error('enough'));
    await failed;
    await expect(make(slice(1))).rejects.toThrow('enough');
  });
});

it('only the main thread writes the ledger: what runs in the others does not even load it', async () => {
  await expect(import('../../../src/ledger/open-ledger.ts')).rejects.toThrow();
  await expect(import('../../../src/migration/build/slice-thread.ts')).resolves.toHaveProperty('makeInThread');
  await expect(import('../../../src/migration/build/stretch-thread.ts')).resolves.toHaveProperty('mapInThread');
});

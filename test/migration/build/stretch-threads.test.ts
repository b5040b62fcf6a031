import { describe, expect, it } from 'vitest';
import type { Slice } from '../../../src/domain/slice.ts';
import { type StretchThreads, startStretchThreads } from '../../../src/migration/build/stretch-threads.ts';
import { job, useThreads } from './thread-fixture.ts';

const stretch = (text: string) => ({ file: 'a.csv', line: 7, bytes: Buffer.from(text) });

const fixture = useThreads();
const { told } = fixture;

/** Threads that run a program of the test's: the body of `mapInThread`. */
function start(
  body: string,
  slices: readonly Slice[] | null = null,
  signal = new AbortController().signal,
): StretchThreads {
  const made =
    'const made = (rejects) => ({ made: { hits: null, counted: { counts: [], tallies: [] }, rejects, rows: 0 } });';
  const program = fixture.write('mapInThread', 'order', `${made} ${body}`);
  return fixture.closing(
    startStretchThreads(job, 2, slices, { signal, onEvent: (event) => told.push(event) }, program),
  );
}

describe('threads that map stretches', () => {
  it('get the job, the stream, the stretch and the slices that are wanted', async () => {
    const slice: Slice = { index: 3, from: 10, to: 20, homeFrom: null, homeTo: null, plannedRows: 5 };
    const { map } = start(
      'const { stretch: { bytes, ...rest }, ...others } = order;' +
        'return made([{ ...others, ...rest, text: Buffer.from(bytes).toString() }]);',
      [slice],
    );
    expect((await map(1, stretch('x,y\n'))).rejects).toEqual([
      { ...job, stream: 1, file: 'a.csv', line: 7, text: 'x,y\n', slices: [{ from: 10, to: 20 }] },
    ]);
  });

  it('have one stretch each to work on and one to come', () => {
    expect(start('return made([]);').atOnce).toBe(4);
  });

  it('map a stretch again where a thread ends', async () => {
    const { map } = start(
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
    const { map } = start(`return { stop: { code: 'input.invalid', message: 'no', next: 'mend it' } };`);
    const stop = { name: 'MigrationError', code: 'input.invalid', message: 'no', next: 'mend it' };
    await expect(map(0, stretch(''))).rejects.toMatchObject(stop);
  });

  it('say nothing of stretches that are under way when they are closed', async () => {
    const stretches = start('await new Promise(() => setInterval(() => undefined, 1000));');
    const mapping = expect(stretches.map(0, stretch(''))).rejects.toThrow();
    await stretches.close();
    await mapping;
    expect(told).toEqual([]);
  });

  it('map nothing any more once they are told to stop', async () => {
    const stop = new AbortController();
    const { map } = start('return made([]);', null, stop.signal);
    stop.abort(new Error('enough'));
    await expect(map(0, stretch(''))).rejects.toThrow('enough');
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JobEvent } from '../../../src/domain/event.ts';
import type { Slice } from '../../../src/domain/slice.ts';
import { type StretchThreads, startStretchThreads } from '../../../src/migration/build/stretch-threads.ts';

vi.mock('../../../src/ledger/open-ledger.ts', () => {
  throw new Error('somebody loads the ledger');
});

const job = {
  file: 'm.yaml',
  env: { A: 'b' },
  runtime: {},
  readyMadeFolder: '/',
  fingerprint: { identity: {}, content: {} },
};
const stretch = (text: string) => ({ file: 'a.csv', line: 7, bytes: Buffer.from(text) });

let folder = '';
let threads: StretchThreads | null = null;
let told: JobEvent[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'threads-'));
  told = [];
});
afterEach(async () => {
  await threads?.close();
  threads = null;
  rmSync(folder, { recursive: true, force: true });
});

/** Threads that run a program of the test's: the body of `mapInThread`. */
function start(
  body: string,
  slices: readonly Slice[] | null = null,
  signal = new AbortController().signal,
): StretchThreads {
  const path = join(folder, 'program.mjs');
  writeFileSync(
    path,
    `import { existsSync, writeFileSync } from 'node:fs';
    const mark = ${JSON.stringify(join(folder, 'mark'))};
    const first = () => { if (existsSync(mark)) return false; writeFileSync(mark, ''); return true; };
    const made = (rejects) => ({ made: { hits: null, counted: { counts: [], tallies: [] }, rejects, rows: 0 } });
    export async function mapInThread(order) { ${body} }
    export async function closeThread() {}`,
  );
  threads = startStretchThreads(job, 2, slices, { signal, onEvent: (event) => told.push(event) }, pathToFileURL(path));
  return threads;
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
    const { map } = start(`if (first()) process.exit(3); return made([Buffer.from(order.stretch.bytes).toString()]);`);
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

it('only the main thread writes the ledger: what runs in the others does not even load it', async () => {
  await expect(import('../../../src/ledger/open-ledger.ts')).rejects.toThrow();
  await expect(import('../../../src/migration/build/stretch-thread.ts')).resolves.toHaveProperty('mapInThread');
});

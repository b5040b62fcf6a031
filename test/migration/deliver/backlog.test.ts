import { describe, expect, it } from 'vitest';
import type { ChunkState } from '../../../src/domain/chunk.ts';
import type { JobEvent } from '../../../src/domain/event.ts';
import { createBacklog } from '../../../src/migration/deliver/backlog.ts';

/** Bytes that wait, per group; `asked` counts the questions to the ledger. */
function backlogOf(waiting: Record<string, number>, limitBytes: number, signal = new AbortController().signal) {
  let asked = 0;
  const undeliveredBytes = async (groups: readonly string[]): Promise<number> => {
    asked += 1;
    return groups.reduce((sum, group) => sum + (waiting[group] ?? 0), 0);
  };
  const backlog = createBacklog({ groups: Object.keys(waiting), ledger: { undeliveredBytes }, limitBytes, signal });
  return { ...backlog, asked: () => asked };
}

/** A chunk of so many bytes that has come so far. */
const chunk = (state: ChunkState, bytes: number): JobEvent => ({
  ...{ type: 'chunk', group: 'a', name: '000000-0000', rows: 1 },
  ...{ state, bytes },
});

/** Lets everything that can settle settle. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the bound of the disk', () => {
  it.each([
    [0, true],
    [10, true],
    [11, false],
  ])('%i bytes of 10: admitted %s', async (bytes, admitted) => {
    let done = false;
    void backlogOf({ a: bytes }, 10)
      .admit()
      .then(() => {
        done = true;
      });
    await turn();
    expect(done).toBe(admitted);
  });

  it('admits when as much was delivered as was too much, and asks the ledger only then', async () => {
    const waiting = { a: 120, b: 0 };
    const backlog = backlogOf(waiting, 10);
    const admitted = backlog.admit();
    await turn();
    for (let count = 0; count < 100; count += 1)
      for (const state of ['sealed', 'linted', 'sending', 'unknown'] as const) backlog.take(chunk(state, 1));
    for (let count = 0; count < 109; count += 1) backlog.take(chunk('uploaded', 1));
    await turn();
    expect(backlog.asked()).toBe(1);
    waiting.a = 10;
    backlog.take(chunk('partial', 1));
    await admitted;
    expect(backlog.asked()).toBe(2);
  });

  it('waits on where more has been sealed meanwhile', async () => {
    const waiting = { a: 20 };
    const backlog = backlogOf(waiting, 10);
    const admitted = backlog.admit();
    await turn();
    waiting.a = 15;
    backlog.take(chunk('uploaded', 10));
    await turn();
    expect(backlog.asked()).toBe(2);
    waiting.a = 5;
    backlog.take(chunk('rejected', 10));
    await admitted;
  });

  it('misses nothing that is delivered while the ledger counts', async () => {
    const waiting = { a: 20 };
    const backlog = backlogOf(waiting, 10);
    const admitted = backlog.admit();
    waiting.a = 10;
    backlog.take(chunk('uploaded', 10));
    await admitted;
  });

  it('does not count the backlog of a stopped lane', async () => {
    const backlog = backlogOf({ a: 20, b: 1 }, 10);
    const admitted = backlog.admit();
    await turn();
    backlog.laneStopped('a');
    await admitted;
  });

  it('admits nothing for nobody, until the signal ends the wait', async () => {
    const halt = new AbortController();
    const backlog = backlogOf({ a: 0 }, 10, halt.signal);
    backlog.laneStopped('a');
    const admitted = backlog.admit();
    await turn();
    halt.abort(new Error('halted'));
    await expect(admitted).rejects.toThrow('halted');
    await expect(backlog.admit()).rejects.toThrow('halted');
  });
});

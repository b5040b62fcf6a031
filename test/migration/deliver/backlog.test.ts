import { describe, expect, it } from 'vitest';
import { createBacklog } from '../../../src/migration/deliver/backlog.ts';

/** Bytes that wait, per group. */
function backlogOf(waiting: Record<string, number>, limitBytes: number, signal = new AbortController().signal) {
  const undeliveredBytes = async (groups: readonly string[]): Promise<number> =>
    groups.reduce((sum, group) => sum + (waiting[group] ?? 0), 0);
  return createBacklog({ groups: Object.keys(waiting), ledger: { undeliveredBytes }, limitBytes, signal });
}

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

  it('admits when something was delivered', async () => {
    const waiting = { a: 20, b: 0 };
    const backlog = backlogOf(waiting, 10);
    const admitted = backlog.admit();
    await turn();
    waiting.a = 15;
    backlog.changed();
    await turn();
    waiting.a = 5;
    backlog.changed();
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

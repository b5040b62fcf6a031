import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/domain/clock.ts';
import { openBoard, readBoard } from '../../../src/migration/deliver/lane-board.ts';
import { fakeClock } from '../../delivery/fake-clock.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

describe('the board of a running migration', () => {
  it('says what each lane waits for and until when, and goes with the run', async (context) => {
    const folder = scratchFolder(context);
    const clock = fakeClock();
    const board = openBoard(folder, clock);
    const chunk = { type: 'chunk', name: '000001-0000', rows: 1, bytes: 1 } as const;
    board.take({ type: 'lane', group: 'a', waits: 'for its pace', untilMs: Date.UTC(2024, 0, 1, 12) });
    board.take({ type: 'lane', group: 'b', waits: 'for the next slice to be sealed', untilMs: null });
    board.take({ ...chunk, group: 'c', state: 'linted' });
    board.take({ ...chunk, group: 'd', state: 'sending' });
    board.take({ ...chunk, group: 'e', state: 'sending' });
    board.take({ ...chunk, group: 'e', state: 'uploaded' });
    board.take({ ...chunk, group: 'f', state: 'sending' });
    board.laneStopped('f', 'Adobe rejected it');
    await clock.sleep(1001);
    const read = readBoard(folder, systemClock.now());
    expect(Object.fromEntries(read?.waits ?? [])).toEqual({
      a: { for: 'for its pace', until: '2024-01-01T12:00:00.000Z' },
      b: { for: 'for the next slice to be sealed', until: null },
      c: { for: 'for its turn to send 000001-0000', until: null },
      d: { for: "for Adobe's answer to 000001-0000", until: null },
    });
    expect(Object.fromEntries(read?.stopped ?? [])).toEqual({ f: 'Adobe rejected it' });
    await board.close();
    expect(existsSync(join(folder, 'lanes.json'))).toBe(false);
    expect(readBoard(folder, systemClock.now())).toBeNull();
  });

  it('ends without a word where it cannot be removed: the run has more to say', async (context) => {
    const folder = scratchFolder(context);
    const board = openBoard(folder, fakeClock());
    // A folder, to stand for a disk that takes no change any more.
    mkdirSync(join(folder, 'lanes.json'));
    await expect(board.close()).resolves.toBeUndefined();
  });

  it('is not believed where its process is gone, or its text is no board', (context) => {
    const folder = scratchFolder(context);
    const path = join(folder, 'lanes.json');
    writeFileSync(path, '{"waits":{},"stopped":{}}');
    expect(readBoard(folder, systemClock.now())).not.toBeNull();
    const before = new Date(systemClock.now() - 60_000);
    utimesSync(path, before, before);
    expect(readBoard(folder, systemClock.now())).toBeNull();
    writeFileSync(path, '{"waits":');
    expect(readBoard(folder, systemClock.now())).toBeNull();
  });
});

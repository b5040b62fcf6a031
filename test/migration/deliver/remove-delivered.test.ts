import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryLog } from '../../../src/delivery/ports.ts';
import type { Chunk, ChunkState } from '../../../src/domain/chunk.ts';
import { MigrationError } from '../../../src/domain/error.ts';
import type { JobEvent } from '../../../src/domain/event.ts';
import type { Receipt } from '../../../src/domain/receipt.ts';
import type { Ledger } from '../../../src/ledger/open-ledger.ts';
import { deliveryLog, removeDelivered } from '../../../src/migration/deliver/remove-delivered.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

// A job of one group and one chunk; whole jobs stand in test/migration/disk-keep.test.ts.

const path = 'chunks/acme_0/000003-0001.csv.gz';
const id = { group: 'acme_0', slice: 3, part: 1 };
type Known = Pick<Receipt, 'source' | 'invalidRows'>;

let folder: string;
let events: JobEvent[];
let marked: string[];
beforeEach((context) => {
  folder = scratchFolder(context);
  mkdirSync(join(folder, 'chunks', 'acme_0'), { recursive: true });
  writeFileSync(join(folder, path), 'a chunk');
  events = [];
  marked = [];
});

const isThere = (): boolean => existsSync(join(folder, path));
const migrationOf = (keep: 'all' | 'undelivered') => ({
  folder,
  disk: { ahead: 1, spool: 1, keep },
  visitorGroups: { count: 1, prefix: 'acme' },
});
const context = (signal = new AbortController().signal) => ({
  signal,
  onEvent: (event: JobEvent): void => void events.push(event),
});

/** The ledger of a chunk in this state; `mark` is what happens when its file is given up. */
function ledgerOf(state: ChunkState, receipts: readonly Known[], mark = async (): Promise<void> => undefined) {
  const chunk = { ...id, path, state } as Chunk;
  const wanted = (asked: typeof id): boolean => asked.slice === id.slice && asked.part === id.part;
  return {
    chunk: async (asked: typeof id) => (wanted(asked) ? chunk : null),
    receipts: async () => receipts,
    markRemoved: async () => {
      await mark();
      marked.push(isThere() ? 'before' : 'after');
    },
    settleAttempt: async () => undefined,
    move: async () => undefined,
  } as unknown as DeliveryLog & Pick<Ledger, 'chunk' | 'receipts' | 'markRemoved'>;
}

const answer: Known = { source: 'answer', invalidRows: null };
const fates: [string, ChunkState, readonly Known[], boolean][] = [
  ['Adobe took it', 'uploaded', [answer], true],
  ['Adobe rejected it first, then took it', 'uploaded', [{ source: 'answer', invalidRows: 5 }, answer], true],
  [
    'a look-up found it and the validate endpoint confirmed it',
    'uploaded',
    [{ source: 'lookup', invalidRows: 0 }],
    true,
  ],
  ['a look-up alone found it', 'uploaded', [{ source: 'lookup', invalidRows: null }], false],
  ['a person says so', 'uploaded', [{ source: 'person', invalidRows: null }], false],
  ['nobody says so', 'uploaded', [], false],
  ['Adobe took a part', 'partial', [{ source: 'answer', invalidRows: 2 }], false],
  ['Adobe rejected it', 'rejected', [answer], false],
  ['nobody knows', 'unknown', [], false],
  ['it is under way', 'sending', [], false],
  ['it passed the gate', 'linted', [{ source: 'person', invalidRows: null }], false],
  ['it waits', 'sealed', [], false],
];

describe('the file of a chunk', () => {
  it.each(fates)('where %s', async (_, state, receipts, goes) => {
    await removeDelivered(migrationOf('undelivered'), ledgerOf(state, receipts), context());
    expect(isThere()).toBe(!goes);
    expect(marked).toEqual(goes ? ['before'] : []);
  });

  it.each(fates)('where %s, in a delivery', async (_, state, receipts, goes) => {
    const log = deliveryLog(migrationOf('undelivered'), ledgerOf(state, receipts), context());
    await log.move(id, state);
    expect(isThere()).toBe(!goes);
  });

  it('stays where all are kept, and the ledger is the log', async () => {
    const ledger = ledgerOf('uploaded', [answer]);
    await removeDelivered(migrationOf('all'), ledger, context());
    expect(deliveryLog(migrationOf('all'), ledger, context())).toBe(ledger);
    expect(isThere()).toBe(true);
  });

  it('goes with those that were rejected in its place; what is no chunk of the ledger stays', async () => {
    const others = ['000003-0001.again2.csv.gz', '000003-0002.csv.gz', '000003-0001.csv.gz.tmp', 'notes.txt'];
    const at = (name: string): string => join(folder, 'chunks', 'acme_0', name);
    for (const name of others) writeFileSync(at(name), 'other');
    await removeDelivered(migrationOf('undelivered'), ledgerOf('uploaded', [answer]), context());
    expect(others.filter((name) => existsSync(at(name)))).toEqual(others.slice(1));
    expect(events).toMatchObject([{ level: 'info', text: expect.stringContaining('Removed 2 files of chunks') }]);
  });

  it('may be gone, with its folder', async () => {
    rmSync(join(folder, 'chunks'), { recursive: true });
    const ledger = ledgerOf('uploaded', [answer]);
    await removeDelivered(migrationOf('undelivered'), ledger, context());
    await deliveryLog(migrationOf('undelivered'), ledger, context()).move(id, 'uploaded');
    expect(events).toEqual([]);
  });

  it('waits for the next run where a person stops this one', async () => {
    await removeDelivered(migrationOf('undelivered'), ledgerOf('uploaded', [answer]), context(AbortSignal.abort()));
    expect(isThere()).toBe(true);
  });
});

describe('a removal that fails', () => {
  const full = async (): Promise<void> => {
    throw new MigrationError('disk.failed', 'no room for the mark');
  };
  const end = { endedAt: 1, outcome: 'uploaded', state: 'uploaded' } as const;

  it('is told, and the delivery goes on', async () => {
    const ledger = ledgerOf('uploaded', [answer], full);
    await deliveryLog(migrationOf('undelivered'), ledger, context()).settleAttempt(id, 1, end);
    await removeDelivered(migrationOf('undelivered'), ledger, context());
    const again = 'could not be removed after delivery; the next run tries again. no room for the mark';
    expect(events).toEqual([
      { type: 'message', level: 'warn', text: `The file of acme_0/000003-0001 ${again}` },
      { type: 'message', level: 'warn', text: `1 file of delivered chunks ${again}` },
    ]);
    expect(isThere()).toBe(true);
  });

  it('is a bug where it is one', async () => {
    const ledger = ledgerOf('uploaded', [answer], () => Promise.reject(new TypeError('a bug')));
    const log = deliveryLog(migrationOf('undelivered'), ledger, context());
    await expect(log.settleAttempt(id, 1, end)).rejects.toThrow('a bug');
  });
});

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Chunk, ChunkState } from '../../../src/domain/chunk.ts';
import { isRemoved, readUnlessRemoved } from '../../../src/migration/deliver/removed-chunk.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

let folder: string;
beforeEach((context) => {
  folder = scratchFolder(context);
  mkdirSync(join(folder, 'chunks'));
});

const path = 'chunks/000000-0000.csv.gz';
/** As it was when it was listed. */
const listed = { group: 'a', slice: 0, part: 0, path, state: 'sending' } as Chunk;
const migrationOf = (keep: 'all' | 'undelivered') => ({ folder, disk: { ahead: 1, spool: 1, keep } });
/** The ledger as it is now. */
const ledgerOf = (state: ChunkState, isMarked: boolean) => ({
  chunk: async () => ({ ...listed, state }),
  isMarkedRemoved: async () => isMarked,
});

describe('a file that is missing was removed after delivery', () => {
  it.each([
    ['where it is marked', 'undelivered', 'uploaded', true, true],
    ['where it is marked, and all are kept by now', 'all', 'uploaded', true, true],
    ['where Adobe has it, for a ledger that is older than the mark', 'undelivered', 'uploaded', false, true],
    ['but is damage where Adobe has it and all are kept', 'all', 'uploaded', false, false],
    ['but is damage where Adobe took a part', 'undelivered', 'partial', false, false],
    ['but is damage where nobody knows', 'undelivered', 'unknown', false, false],
    ['but is damage where it is still to be sent', 'undelivered', 'linted', false, false],
  ] as const)('%s', async (_, keep, state, isMarked, expected) => {
    const ledger = ledgerOf(state, isMarked);
    expect(await isRemoved(migrationOf(keep), ledger, listed)).toBe(expected);
    const read = async () => Promise.reject(new Error('no such file'));
    const reading = readUnlessRemoved(migrationOf(keep), ledger, listed, read);
    await (expected ? expect(reading).resolves.toBeNull() : expect(reading).rejects.toThrow('no such file'));
    writeFileSync(join(folder, path), 'there again');
    expect(await isRemoved(migrationOf(keep), ledger, listed)).toBe(false);
  });
});

it('a file that goes while it is read is as one that had gone before, and a damaged one is damage', async () => {
  const ledger = ledgerOf('uploaded', true);
  const whileItGoes = async (): Promise<string> => {
    rmSync(join(folder, path));
    throw new Error('cannot be read');
  };
  writeFileSync(join(folder, path), 'a chunk');
  const fails = () => Promise.reject(new Error('is damaged'));
  await expect(readUnlessRemoved(migrationOf('undelivered'), ledger, listed, fails)).rejects.toThrow('is damaged');
  expect(await readUnlessRemoved(migrationOf('undelivered'), ledger, listed, whileItGoes)).toBeNull();
  writeFileSync(join(folder, path), 'a chunk');
  expect(await readUnlessRemoved(migrationOf('undelivered'), ledger, listed, async () => 'read')).toBe('read');
});

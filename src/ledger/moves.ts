import type { ChunkState } from '../domain/chunk.ts';
import type { Receipt } from '../domain/receipt.ts';

/** What lets a chunk move: the end of its attempt, or (without one) what was looked up or decided. */
export type Mover = 'attempt' | 'begin' | 'move';

const final: ReadonlySet<ChunkState> = new Set(['uploaded', 'partial', 'rejected']);

const moves: Readonly<Record<Mover, Partial<Record<ChunkState, readonly ChunkState[]>>>> = {
  begin: { linted: ['sending'] },
  attempt: { sending: ['linted', 'unknown', 'uploaded', 'partial', 'rejected'] },
  move: {
    sealed: ['linted', 'uploaded'],
    linted: ['uploaded'],
    sending: ['unknown'],
    unknown: ['linted', 'uploaded', 'partial', 'rejected'],
  },
};

/** True where a chunk's story ends. */
export function isFinal(state: ChunkState): boolean {
  return final.has(state);
}

/**
 * Throws, as for any bug, where a chunk may not move so:
 * a final state needs a receipt, and a chunk that was never sent is uploaded only by a look-up's or a person's.
 */
export function assertMove(mover: Mover, from: ChunkState, to: ChunkState, receipt?: Receipt): void {
  if (moves[mover][from]?.includes(to) !== true) throw new Error(`A chunk cannot go from ${from} to ${to} by ${mover}`);
  if (!final.has(to)) return;
  if (receipt === undefined) throw new Error(`A chunk cannot become ${to} without a receipt`);
  const unsent = from === 'sealed' || from === 'linted';
  if (unsent && receipt.source === 'answer') throw new Error(`A chunk that is ${from} has no answer of Adobe's yet`);
}

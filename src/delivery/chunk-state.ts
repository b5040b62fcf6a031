import type { ChunkState } from '../domain/chunk.ts';

/** What happens to a chunk on its way to Adobe. */
export type ChunkStep =
  /** The gate let it pass. */
  | 'passed the gate'
  /** An attempt stands in the log; from here on Adobe may have it. */
  | 'attempt begun'
  /** The attempt ended before any byte of the body left. */
  | 'nothing sent'
  /** The attempt ended, or its process died, without a clear answer. */
  | 'no clear answer'
  /** Adobe's own answer. */
  | 'taken'
  | 'taken in part'
  | 'refused'
  /** What look-ups found or a person decided. */
  | 'known to be there'
  | 'known not to be there';

const table: { readonly [from in ChunkState]: { readonly [step in ChunkStep]?: ChunkState } } = {
  sealed: { 'passed the gate': 'linted', 'known to be there': 'uploaded' },
  linted: { 'attempt begun': 'sending', 'known to be there': 'uploaded' },
  sending: {
    'nothing sent': 'linted',
    'no clear answer': 'unknown',
    taken: 'uploaded',
    'taken in part': 'partial',
    refused: 'rejected',
  },
  unknown: { 'known to be there': 'uploaded', 'known not to be there': 'linted' },
  uploaded: {},
  partial: {},
  rejected: {},
};

/** Where a step leads, or `null` where the step is illegal in that state. The whole life of a chunk (P7, P9) is this table. */
export function nextState(from: ChunkState, step: ChunkStep): ChunkState | null {
  return table[from][step] ?? null;
}

/** As `nextState`, for callers that have already checked: an illegal step is a bug and throws a plain `Error`. */
export function takeStep(from: ChunkState, step: ChunkStep): ChunkState {
  const to = nextState(from, step);
  if (to === null) throw new Error(`a chunk that is ${from} cannot become: ${step}`);
  return to;
}

/** True where nothing more can happen: the lane goes past it (`uploaded`, `partial`) or has stopped (`rejected`). */
export function isFinal(state: ChunkState): boolean {
  return Object.keys(table[state]).length === 0;
}

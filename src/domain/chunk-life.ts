import type { ChunkState } from './chunk.ts';
import type { Receipt } from './receipt.ts';

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
  | 'known not to be there'
  /** A person says that Adobe has nothing of it, whatever it answered and look-ups find. */
  | 'said not to be there'
  /** A look-up found a file under its key of which it cannot be said that it is this one, taken: for a person to decide. */
  | 'found in doubt'
  /** Its rows were rendered anew after an accepted change: another file, under another key. */
  | 'built again';

/** Which kind of record carries a step: the begin or the end of an attempt, a decision without one, or a new file. */
export type Mover = 'begin' | 'attempt' | 'decision' | 'rebuild';

type Source = Receipt['source'];

interface Transition {
  readonly by: Mover;
  readonly from: { readonly [from in ChunkState]?: ChunkState };
  /** Whose receipt may testify to the step; `null` where it may be taken without one. */
  readonly witnesses: readonly (Source | null)[];
}

const life: { readonly [step in ChunkStep]: Transition } = {
  'passed the gate': { by: 'decision', from: { sealed: 'linted' }, witnesses: [null] },
  'attempt begun': { by: 'begin', from: { linted: 'sending' }, witnesses: [null] },
  'nothing sent': { by: 'attempt', from: { sending: 'linted' }, witnesses: [null] },
  'no clear answer': { by: 'attempt', from: { sending: 'unknown' }, witnesses: [null] },
  taken: { by: 'attempt', from: { sending: 'uploaded' }, witnesses: ['answer'] },
  'taken in part': { by: 'attempt', from: { sending: 'partial' }, witnesses: ['answer'] },
  refused: { by: 'attempt', from: { sending: 'rejected' }, witnesses: ['answer'] },
  'known to be there': {
    by: 'decision',
    from: { sealed: 'uploaded', linted: 'uploaded', unknown: 'uploaded', rejected: 'uploaded' },
    witnesses: ['lookup', 'person'],
  },
  'known not to be there': { by: 'decision', from: { unknown: 'linted' }, witnesses: ['lookup'] },
  'said not to be there': {
    by: 'decision',
    from: { sealed: 'sealed', linted: 'linted', unknown: 'linted', rejected: 'linted' },
    witnesses: ['person'],
  },
  'found in doubt': {
    by: 'decision',
    from: { sealed: 'sealed', linted: 'linted', unknown: 'unknown' },
    witnesses: ['lookup'],
  },
  'built again': {
    by: 'rebuild',
    from: { sealed: 'sealed', linted: 'sealed', rejected: 'sealed' },
    witnesses: [null],
  },
};

const steps = Object.keys(life) as ChunkStep[];

/** Where a step leads, or `null` where the step is illegal in that state. The whole life of a chunk (P7, P9) is this table. */
export function nextState(from: ChunkState, step: ChunkStep): ChunkState | null {
  return life[step].from[from] ?? null;
}

/** As `nextState`, for callers that have already checked: an illegal step is a bug and throws a plain `Error`. */
export function takeStep(from: ChunkState, step: ChunkStep): ChunkState {
  const to = nextState(from, step);
  if (to === null) throw new Error(`a chunk that is ${from} cannot become: ${step}`);
  return to;
}

/**
 * Throws a plain `Error`, as for any bug, where no step of the table leads so: the record that is to carry it is of
 * another kind, or its receipt is missing, too much, or of somebody who cannot know.
 */
export function assertMove(by: Mover, from: ChunkState, to: ChunkState, receipt?: Pick<Receipt, 'source'>): void {
  const possible = steps.filter((name) => life[name].by === by && life[name].from[from] === to);
  if (possible.length === 0) throw new Error(`a chunk cannot go from ${from} to ${to} by ${by}`);
  const witness = receipt?.source ?? null;
  if (possible.some((name) => life[name].witnesses.includes(witness))) return;
  throw new Error(
    witness === null
      ? `a chunk cannot become ${to} without a receipt`
      : `a chunk that is ${from} cannot become ${to} by a receipt of source ${witness}`,
  );
}

import { describe, expect, test } from 'vitest';
import type { ChunkState } from '../../src/domain/chunk.ts';
import { assertMove, type ChunkStep, type Mover, nextState, takeStep } from '../../src/domain/chunk-life.ts';
import type { Receipt } from '../../src/domain/receipt.ts';

const states: ChunkState[] = ['sealed', 'linted', 'sending', 'unknown', 'uploaded', 'partial', 'rejected'];
const steps: ChunkStep[] = [
  'passed the gate',
  'attempt begun',
  'nothing sent',
  'no clear answer',
  'taken',
  'taken in part',
  'refused',
  'known to be there',
  'known not to be there',
  'said not to be there',
  'found in doubt',
  'built again',
];
const movers: Mover[] = ['begin', 'attempt', 'decision', 'rebuild'];
const witnesses = ['nobody', 'answer', 'lookup', 'person'] as const;

const legal: Record<string, ChunkState> = {
  'sealed: passed the gate': 'linted',
  'sealed: known to be there': 'uploaded',
  'sealed: said not to be there': 'sealed',
  'sealed: found in doubt': 'sealed',
  'sealed: built again': 'sealed',
  'linted: attempt begun': 'sending',
  'linted: known to be there': 'uploaded',
  'linted: said not to be there': 'linted',
  'linted: found in doubt': 'linted',
  'linted: built again': 'sealed',
  'sending: nothing sent': 'linted',
  'sending: no clear answer': 'unknown',
  'sending: taken': 'uploaded',
  'sending: taken in part': 'partial',
  'sending: refused': 'rejected',
  'unknown: known to be there': 'uploaded',
  'unknown: known not to be there': 'linted',
  'unknown: said not to be there': 'linted',
  'unknown: found in doubt': 'unknown',
  'rejected: known to be there': 'uploaded',
  'rejected: said not to be there': 'linted',
  'rejected: built again': 'sealed',
};

describe('the life of a chunk', () => {
  test.each(states.flatMap((from) => steps.map((step) => [from, step] as const)))('%s: %s', (from, step) => {
    const to = legal[`${from}: ${step}`] ?? null;
    expect(nextState(from, step)).toBe(to);
    if (to === null) expect(() => takeStep(from, step)).toThrow(`a chunk that is ${from} cannot become: ${step}`);
    else expect(takeStep(from, step)).toBe(to);
  });
});

/** Record, way and witness, as they stand in the ledger; every other combination is refused. */
const recorded = new Set([
  'begin: linted to sending, by nobody',
  'attempt: sending to linted, by nobody',
  'attempt: sending to unknown, by nobody',
  'attempt: sending to uploaded, by answer',
  'attempt: sending to partial, by answer',
  'attempt: sending to rejected, by answer',
  'decision: sealed to linted, by nobody',
  'decision: sealed to uploaded, by lookup',
  'decision: sealed to uploaded, by person',
  'decision: sealed to sealed, by lookup',
  'decision: sealed to sealed, by person',
  'decision: linted to uploaded, by lookup',
  'decision: linted to uploaded, by person',
  'decision: linted to linted, by lookup',
  'decision: linted to linted, by person',
  'decision: unknown to uploaded, by lookup',
  'decision: unknown to uploaded, by person',
  'decision: unknown to linted, by lookup',
  'decision: unknown to linted, by person',
  'decision: unknown to unknown, by lookup',
  'decision: rejected to linted, by person',
  'decision: rejected to uploaded, by lookup',
  'decision: rejected to uploaded, by person',
  'rebuild: sealed to sealed, by nobody',
  'rebuild: linted to sealed, by nobody',
  'rebuild: rejected to sealed, by nobody',
]);

describe('what a record may say of a chunk', () => {
  test.each(movers.flatMap((by) => states.map((from) => [by, from] as const)))('%s, from %s', (by, from) => {
    for (const to of states) {
      for (const witness of witnesses) {
        const receipt: Pick<Receipt, 'source'> | undefined = witness === 'nobody' ? undefined : { source: witness };
        const name = `${by}: ${from} to ${to}, by ${witness}`;
        const moving = () => assertMove(by, from, to, receipt);
        if (recorded.has(name)) expect(moving, name).not.toThrow();
        else expect(moving, name).toThrow(/^a chunk /);
      }
    }
  });

  test('says what is wrong', () => {
    expect(() => assertMove('begin', 'sealed', 'sending')).toThrow('a chunk cannot go from sealed to sending by begin');
    expect(() => assertMove('attempt', 'sending', 'uploaded')).toThrow('cannot become uploaded without a receipt');
    expect(() => assertMove('decision', 'linted', 'uploaded', { source: 'answer' })).toThrow(
      'a chunk that is linted cannot become uploaded by a receipt of source answer',
    );
  });
});

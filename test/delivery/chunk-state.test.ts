import { describe, expect, test } from 'vitest';
import { type ChunkStep, isFinal, nextState, takeStep } from '../../src/delivery/chunk-state.ts';
import type { ChunkState } from '../../src/domain/chunk.ts';

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
];
const legal: Record<string, ChunkState> = {
  'sealed: passed the gate': 'linted',
  'sealed: known to be there': 'uploaded',
  'linted: attempt begun': 'sending',
  'linted: known to be there': 'uploaded',
  'sending: nothing sent': 'linted',
  'sending: no clear answer': 'unknown',
  'sending: taken': 'uploaded',
  'sending: taken in part': 'partial',
  'sending: refused': 'rejected',
  'unknown: known to be there': 'uploaded',
  'unknown: known not to be there': 'linted',
};

describe('the life of a chunk', () => {
  test.each(states.flatMap((from) => steps.map((step) => [from, step] as const)))('%s: %s', (from, step) => {
    const to = legal[`${from}: ${step}`] ?? null;
    expect(nextState(from, step)).toBe(to);
    if (to === null) expect(() => takeStep(from, step)).toThrow(`a chunk that is ${from} cannot become: ${step}`);
    else expect(takeStep(from, step)).toBe(to);
  });

  test('ends in three states', () => {
    expect(states.filter(isFinal)).toEqual(['uploaded', 'partial', 'rejected']);
  });
});

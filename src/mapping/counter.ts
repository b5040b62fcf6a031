import { isCounterStep } from '../adobe/counter.ts';
import type { RowState } from './row-state.ts';
import type { Tidy } from './tidy.ts';

/** What an eVar that counts would misread is emptied and counted (Adobe docs, eVar variable). */
export function heldToCounter(tidy: Tidy, column: string, state: RowState): Tidy {
  const emptied = state.counter('emptied', column, 'no step of a counter');
  return (text) => {
    const step = tidy(text);
    if (step === '' || isCounterStep(step)) return step;
    state.bump(emptied);
    return '';
  };
}

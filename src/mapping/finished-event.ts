import { eventFault } from '../adobe/events.ts';
import type { ValueContext } from './value.ts';

/** Whether a text that is no event is a list of them, which only `split` takes apart. */
export function isSeveral(text: string): boolean {
  return text.includes(',') && text.split(',').every((part) => eventFault(part.trim()) === null);
}

/**
 * Makes an entry that the source holds finished one that Adobe counts: a serial id that it would not take goes, and the
 * event stays, as in `{ event, id }`; where the name or the number is the fault, nothing stays. What goes is counted.
 */
export function compileFinished(
  column: string,
  faultOf: (entry: string) => string | null,
  { state }: ValueContext,
): (entry: string) => string {
  const unknown = state.counter('emptied', column, 'no event of Adobe');
  const several = state.counter('emptied', column, 'several events in one text');
  const badId = state.counter('emptied', column, 'event id unusable');
  return (entry) => {
    if (entry === '' || faultOf(entry) === null) return entry;
    const [bare, id] = parted(entry);
    // What stands behind a comma would go with the id.
    if (id === null || entry.includes(',') || faultOf(bare) !== null) {
      state.bump(isSeveral(entry) ? several : unknown);
      return '';
    }
    if (id !== '') state.bump(badId);
    return bare;
  };
}

function parted(entry: string): readonly [string, string | null] {
  const colon = entry.indexOf(':');
  return colon === -1 ? [entry, null] : [entry.slice(0, colon), entry.slice(colon + 1)];
}

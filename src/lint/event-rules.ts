import { decimalsOutside, eventNameOf, eventsFault } from '../adobe/events.ts';
import { productsFault } from '../adobe/products.ts';
import { told, type ValueFault, type ValueRule } from './value-rule.ts';

/** Events whose grammar Adobe does not read, or that stand twice. */
export function eventListFault(text: string): ValueFault | null {
  const message = eventsFault(text);
  if (message !== null) return { rule: 'events', message };
  if (!text.includes(',')) return null;
  const names = text.split(',').map(eventNameOf);
  return new Set(names).size < names.length ? told('event-twice') : null;
}

/** Products whose grammar Adobe does not read. */
export function productListFault(text: string): ValueFault | null {
  const message = productsFault(text);
  return message === null ? null : { rule: 'products', message };
}

/** A list of events, or the events of each product, with a number that is not whole where the suite has a counter. */
export function decimalsFault(kind: 'events' | 'products', numeric: ReadonlySet<string> | null): ValueRule {
  const fault = (name: string): ValueFault => ({
    rule: 'event-decimals',
    message:
      numeric === null ? told('event-decimals').message : `${name} counts in this report suite, in whole numbers`,
  });
  return (text) => {
    if (!text.includes('.')) return null;
    const lists = kind === 'events' ? [text] : text.split(',').map((entry) => entry.split(';')[4] ?? '');
    for (const list of lists) {
      const name = decimalsOutside(list, kind === 'events' ? ',' : '|', numeric);
      if (name !== null) return fault(name);
    }
    return null;
  };
}

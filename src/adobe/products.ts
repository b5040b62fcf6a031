import { eventFault, eventNameOf } from './events.ts';

/** Whether a text is what Adobe takes for the quantity of a product: a whole number (Adobe docs, products variable). */
export function isProductQuantity(text: string): boolean {
  return /^\d+$/.test(text);
}

/**
 * Whether a text is what Adobe takes for the price of a product: a plain number with a period before decimals (Adobe
 * docs, products variable). Nothing is said of a sign: what Adobe makes of a total below zero nobody can tell.
 */
export function isProductPrice(text: string): boolean {
  return /^\d+(?:\.\d+)?$/.test(text);
}

/**
 * What keeps Adobe from counting an event inside a product, `event5=2`, in words; `null` where nothing does. Those of
 * commerce are of the whole row: `purchase` in a product would make an order of the hit (Adobe docs, products variable).
 */
export function productEventFault(item: string): string | null {
  const fault = eventFault(item);
  if (fault !== null || item.startsWith('event')) return fault;
  return `"${eventNameOf(item)}" is no event of a product, but of the whole row`;
}

/** Whether a text is an eVar inside a product with a value, `eVar5=red` (Adobe docs, products variable). */
export function isProductEVar(item: string): boolean {
  return /^eVar(?:[1-9]\d?|1\d\d|2[0-4]\d|250)=./i.test(item);
}

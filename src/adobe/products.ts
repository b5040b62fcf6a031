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

/**
 * What keeps Adobe from reading a `products` value as it is meant, in words; `null` where nothing does. An entry is
 * `category;name;quantity;price;events;eVars`, entries are separated by commas, and nothing can be escaped, so that a
 * comma inside a name is the beginning of another product (Adobe docs, products variable).
 */
export function productsFault(list: string): string | null {
  for (const [index, entry] of list.split(',').entries()) {
    const fault = entryFault(entry);
    if (fault !== null) return `product ${index + 1}: ${fault}`;
  }
  return null;
}

function entryFault(entry: string): string | null {
  const parts = entry.split(';');
  const [, name, quantity = '', price = '', events = '', eVars = ''] = parts;
  if (name === undefined) return `"${entry}" has no semicolon, so that it is read as a category without a product`;
  if (name.trim() === '') return 'it has no name';
  if (name.includes('|') || parts[0]?.includes('|'))
    return 'a vertical bar divides events and eVars, and stands in its category or name';
  if (parts.length > 6) return `${parts.length} parts; an entry has six`;
  if (quantity !== '' && !isProductQuantity(quantity)) return `the quantity "${quantity}" is no whole number`;
  if (price !== '' && !isProductPrice(price)) return `the price "${price}" is no plain decimal number`;
  for (const item of events === '' ? [] : events.split('|')) {
    const fault = productEventFault(item);
    if (fault !== null) return fault;
  }
  for (const item of eVars === '' ? [] : eVars.split('|'))
    if (!isProductEVar(item)) return `"${item}" is no eVar with a value`;
  return null;
}

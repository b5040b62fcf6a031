import { eventFault } from '../adobe/events.ts';
import { productsBytes } from '../adobe/limits.ts';
import { isProductPrice, isProductQuantity } from '../adobe/products.ts';
import type { Row } from '../domain/row.ts';
import { compileEntryJoin } from './entries.ts';
import { compileDecimals } from './events.ts';
import type { RowState } from './row-state.ts';
import type { Reader } from './scope.ts';
import { compileClean, compileInert } from './tidy.ts';
import type { ValueContext } from './value.ts';

/** The products of one row, and the events that stand in them: Adobe wants these listed in `events` too. */
export interface ProductsBuilder {
  /** `currency` decides how many digits a line's total has. */
  readonly read: (row: Row, currency: string) => string;
  /** Names of the events inside the products of the last row that was read; reused. */
  readonly events: readonly string[];
}

/**
 * Reads products that the source holds finished, in Adobe's grammar `category;name;quantity;total;events;eVars`. A list
 * with an entry that has no `;` is emptied and counted, since Adobe would take the name for a category; an entry without a
 * name is left out, and counted if it says anything; an event inside them that Adobe would not count, a quantity that is
 * not whole and a price that is no number or below zero are taken out and counted.
 */
export function compileFinishedProducts(read: Reader, context: ValueContext): ProductsBuilder {
  const { state } = context;
  const clean = compileClean('products', state);
  const join = compileJoin(state);
  const ungrammatical = state.counter('emptied', 'products', "not in Adobe's grammar");
  const nameless = state.counter('left out', 'products', 'product without a name');
  const fits = compileDecimals('products', context);
  const badEvent = state.counter('emptied', 'products', 'no event of Adobe');
  const badQuantity = state.counter('emptied', 'products', 'quantity not a whole number');
  const badPrice = state.counter('emptied', 'products', 'price not a number');
  const refund = state.counter('emptied', 'products', 'price below zero');
  const events: string[] = [];
  const fitted = (entry: string): string => {
    const fields = entry.split(';');
    const [, , quantity = '', price = '', items = ''] = fields;
    const fitsQuantity = quantity === '' || isProductQuantity(quantity);
    const fitsPrice = price === '' || isProductPrice(price);
    if (fitsQuantity && fitsPrice && items === '') return entry;
    if (!fitsQuantity) {
      state.bump(badQuantity);
      fields[2] = '';
    }
    if (!fitsPrice) {
      state.bump(price.startsWith('-') && isProductPrice(price.slice(1)) ? refund : badPrice);
      fields[3] = '';
    }
    if (items !== '') fields[4] = eventsOf(items);
    return fields.join(';').replace(/;+$/, '');
  };
  const eventsOf = (list: string): string => {
    const kept = list.split('|').filter((item) => {
      if (eventFault(item) !== null) {
        state.bump(badEvent);
        return false;
      }
      if (!fits(item)) return false;
      const name = item.split(/[=:]/, 1)[0] as string;
      if (!events.includes(name)) events.push(name);
      return true;
    });
    return kept.join('|');
  };
  return {
    events,
    read(row) {
      events.length = 0;
      const text = clean(read(row));
      if (text === '') return '';
      const entries = text.split(',').filter((entry) => /[^;\s]/.test(entry));
      if (!entries.every((entry) => entry.includes(';'))) {
        state.bump(ungrammatical);
        return '';
      }
      const named = entries.filter((entry) => {
        const isNamed = /^[^;]*;[^;]/.test(entry);
        if (!isNamed) state.bump(nameless);
        return isNamed;
      });
      return join(named.map(fitted));
    },
  };
}

/** Joins the entries of products in a stable order, within the bytes of the column. */
export function compileJoin(state: RowState): (entries: string[]) => string {
  const join = compileEntryJoin('products', productsBytes, state);
  const inert = compileInert('products', state);
  return (entries) => {
    if (entries.length === 0) return '';
    if (entries.length > 1) entries.sort();
    return inert(join(entries));
  };
}

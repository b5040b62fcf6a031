import { eventNameOf } from '../adobe/events.ts';
import { merchandisingBytes, productPartBytes, productsBytes } from '../adobe/limits.ts';
import { isProductEVar, isProductPrice, isProductQuantity, productEventFault } from '../adobe/products.ts';
import type { Row } from '../domain/row.ts';
import { compileEntryJoin } from './entries.ts';
import { compileDecimals } from './events.ts';
import { compileFinished } from './finished-event.ts';
import { compileProductPiece } from './product-piece.ts';
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
 * name, or with more than six parts, is left out, and counted if it says anything; an event or eVar inside them that Adobe
 * would not count, a quantity that is not whole and a price that is no number or below zero are taken out and counted.
 * Category, name and eVars are held to what they are in products that are built.
 */
export function compileFinishedProducts(read: Reader, context: ValueContext): ProductsBuilder {
  const { state } = context;
  const clean = compileClean('products', state);
  const join = compileJoin(state);
  const piece = compileProductPiece(productPartBytes, state);
  const merchandising = compileProductPiece(merchandisingBytes, state);
  const ungrammatical = state.counter('emptied', 'products', "not in Adobe's grammar");
  const crowded = state.counter('left out', 'products', "not in Adobe's grammar");
  const nameless = state.counter('left out', 'products', 'product without a name');
  const fits = compileDecimals('products', context);
  const finished = compileFinished('products', productEventFault, context);
  const badEVar = state.counter('emptied', 'products', 'no eVar of Adobe');
  const badQuantity = state.counter('emptied', 'products', 'quantity not a whole number');
  const badPrice = state.counter('emptied', 'products', 'price not a number');
  const refund = state.counter('emptied', 'products', 'price below zero');
  const events: string[] = [];

  /** The entry as it can be sent; empty where it is left out. */
  const fitted = (entry: string): string => {
    const fields = entry.split(';');
    if (fields.slice(parts).some((field) => /\S/.test(field))) {
      state.bump(crowded);
      return '';
    }
    const [category = '', name = '', quantity = '', price = '', items = '', eVars = ''] = fields;
    const named = piece(name);
    if (named === '') {
      state.bump(nameless);
      return '';
    }
    const sent = [
      piece(category),
      named,
      quantityOf(quantity.trim()),
      priceOf(price.trim()),
      items === '' ? '' : eventsOf(items),
      eVars === '' ? '' : eVarsOf(eVars),
    ];
    const isAsWritten = fields.length <= parts && fields.every((field, place) => field === sent[place]);
    return isAsWritten ? entry : sent.join(';').replace(/;+$/, '');
  };
  const quantityOf = (text: string): string => {
    if (text === '' || isProductQuantity(text)) return text;
    state.bump(badQuantity);
    return '';
  };
  const priceOf = (text: string): string => {
    if (text === '' || isProductPrice(text)) return text;
    state.bump(text.startsWith('-') && isProductPrice(text.slice(1)) ? refund : badPrice);
    return '';
  };
  const eventsOf = (list: string): string => {
    const kept: string[] = [];
    for (const item of list.split('|')) {
      const entry = finished(item);
      if (entry === '' || !fits(entry)) continue;
      const name = eventNameOf(entry);
      if (!events.includes(name)) events.push(name);
      kept.push(entry);
    }
    return kept.join('|');
  };
  const eVarsOf = (list: string): string => {
    const kept: string[] = [];
    for (const item of list.split('|')) {
      const equals = item.indexOf('=');
      const value = isProductEVar(item) ? merchandising(item.slice(equals + 1)) : '';
      if (value !== '') kept.push(item.slice(0, equals + 1) + value);
      else if (item !== '') state.bump(badEVar);
    }
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
      return join(entries.map(fitted).filter((entry) => entry !== ''));
    },
  };
}

/** The parts of an entry of products. */
const parts = 6;

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

import { merchandisingBytes, productPartBytes } from '../adobe/limits.ts';
import { type EventItemSpec, type ProductsSpec, productKeys, type ValueSpec } from '../config/mapping-schema.ts';
import type { Row } from '../domain/row.ts';
import { type Constant, constantsOf } from './constants.ts';
import { compileEvent, type EventEntries, type EventsOf, isEventSpec } from './events.ts';
import { type Path, suggestion } from './faults.ts';
import type { JsonNode } from './json.ts';
import { compileAmounts } from './product-amounts.ts';
import { compileJoin, type ProductsBuilder } from './product-list.ts';
import { compileProductPiece } from './product-piece.ts';
import { compileTraces } from './product-traces.ts';
import { createRowState } from './row-state.ts';
import { createItemScope, type Reader } from './scope.ts';
import { compileText, type ValueContext, type ValueUse } from './value.ts';

const use: ValueUse = { reason: 'no products', column: 'products' };

/**
 * Compiles `products:` into Adobe's grammar `category;name;quantity;total;events;eVars` (Adobe docs, products). Without
 * `each` a row is one product; with it, each item of a JSON column is one, and names are the item's members.
 * Separators inside a value are taken out and counted; a product without a name is left out and counted; the total of a
 * line is exact and rounded half-even to the currency's digits. Entries are sorted, so that the same products give the
 * same text whatever the source's order.
 */
export function compileProducts(spec: ProductsSpec, path: Path, context: ValueContext): ProductsBuilder {
  const { faults, state } = context;
  const item: { current: JsonNode } = { current: undefined };
  const inner = spec.each === undefined ? context : { ...context, scope: createItemScope(item, faults) };
  const entryOf = compileEntry(spec, path, inner);
  const events: string[] = [];
  const join = compileJoin(state);
  const entries: string[] = [];
  const add = (row: Row, currency: string) => {
    const entry = entryOf(row, currency, events);
    if (entry !== '') entries.push(entry);
  };
  if (spec.each === undefined) {
    return {
      events,
      read(row, currency) {
        events.length = 0;
        entries.length = 0;
        add(row, currency);
        return join(entries);
      },
    };
  }
  const items = context.scope.node(spec.each, [...path, 'each']);
  const noList = state.counter('emptied', 'products', 'no list of items');
  return {
    events,
    read(row, currency) {
      events.length = 0;
      entries.length = 0;
      const list = items(row);
      if (Array.isArray(list)) {
        for (const member of list) {
          item.current = member;
          add(row, currency);
        }
      } else if (list !== undefined && list !== null) state.bump(noList);
      return join(entries);
    },
  };
}

function compileEntry(
  spec: ProductsSpec,
  path: Path,
  context: ValueContext,
): (row: Row, currency: string, events: string[]) => string {
  checkKeys(spec, path, context);
  const { state } = context;
  const category = compilePiece(spec.category, [...path, 'category'], productPartBytes, context);
  const name = compilePiece(spec.name, [...path, 'name'], productPartBytes, context);
  const amounts = compileAmounts(spec, path, context);
  const eVars = compileMerchandising(spec, path, context);
  const eventsOf = compileItemEvents(spec.events ?? [], [...path, 'events'], context);
  const nameless = state.counter('left out', 'products', 'product without a name');
  const saysMore = compileTraces(spec, path, use, context);
  const found: EventEntries = { names: [], entries: [] };
  return (row, currency, events) => {
    const product = name(row);
    if (product === '') {
      if (saysMore(row)) state.bump(nameless);
      return '';
    }
    amounts.read(row, currency);
    found.names.length = 0;
    found.entries.length = 0;
    for (const part of eventsOf) part(row, found);
    for (const event of found.names) if (!events.includes(event)) events.push(event);
    const fields = [category(row), product, amounts.quantity, amounts.total, found.entries.join('|'), eVars(row)];
    return fields.join(';').replace(/;+$/, '');
  };
}

function checkKeys(spec: ProductsSpec, path: Path, { faults }: ValueContext): void {
  const numbers = new Map<number, string>();
  for (const key of Object.keys(spec)) {
    const number = eVarNumber(key);
    const first = number === null ? undefined : numbers.get(number);
    if (first !== undefined) {
      const message = `"${key}" is given twice (also as "${first}"): Adobe would take one of them`;
      faults.error([...path, key], 'products-key', message, 'case makes no difference in the names of eVars', 'key');
    }
    if (number !== null) numbers.set(number, key);
    if (productKeys.includes(key) || number !== null) continue;
    const at = [...path, key];
    if (key === 'price') {
      const message =
        "Adobe's price is the total of the line, which is not multiplied by the quantity: say which one you have";
      faults.error(
        at,
        'products-price',
        message,
        'unitPrice: is multiplied by quantity:, lineTotal: is taken as it is',
      );
    } else {
      faults.error(
        at,
        'products-key',
        `products have no "${key}"`,
        suggestion(key, [...productKeys, 'eVar1'], 'also eVar1 to eVar250'),
      );
    }
  }
  if (spec.name === undefined)
    faults.error(path, 'products-name', 'products need a name', 'name: the SKU or the title');
  if (spec.unitPrice !== undefined && spec.lineTotal !== undefined) {
    faults.error(path, 'products-price', 'a product has a unitPrice or a lineTotal, not both', 'keep one of them');
  }
}

function compileMerchandising(spec: ProductsSpec, path: Path, context: ValueContext): Reader {
  const parts = Object.keys(spec)
    .map((key) => ({ key, number: eVarNumber(key) }))
    .filter((part): part is { key: string; number: number } => part.number !== null)
    .sort((a, b) => a.number - b.number)
    .map(({ key, number }) => {
      const read = compilePiece(spec[key] as ValueSpec, [...path, key], merchandisingBytes, context);
      return (row: Row) => {
        const value = read(row);
        return value === '' ? '' : `eVar${number}=${value}`;
      };
    });
  if (parts.length === 0) return () => '';
  return (row) => {
    let text = '';
    for (const part of parts) {
      const piece = part(row);
      if (piece !== '') text += text === '' ? piece : `|${piece}`;
    }
    return text;
  };
}

function compileItemEvents(items: readonly EventItemSpec[], path: Path, context: ValueContext): readonly EventsOf[] {
  const list: EventsOf[] = [];
  for (const [index, item] of items.entries()) {
    const at = [...path, index];
    if (isEventSpec(item) && item.value !== undefined && /^event\d/.test(item.event)) {
      list.push(compileEvent(item, at, context, 'products'));
    } else {
      const hint = '{ event: event5, value: column }, for event1 to event1000; others belong to the events of the row';
      context.faults.error(at, 'products-event', 'an event inside products has a name and a value', hint);
    }
  }
  return list;
}

/** A value inside a product: without the separators of the grammar, within `bytes`. */
function compilePiece(spec: ValueSpec | undefined, path: Path, bytes: number, context: ValueContext): Reader {
  if (spec === undefined) return () => '';
  const read = compileText(spec, path, use, context);
  for (const constant of constantsOf(spec, path)) checkPiece(constant, bytes, context);
  const fitted = compileProductPiece(bytes, context.state);
  return (row) => fitted(read(row));
}

/** Tells a constant that would not stay as it is written. */
function checkPiece({ text, path, when }: Constant, bytes: number, { faults }: ValueContext): void {
  const sent = compileProductPiece(bytes, createRowState())(text);
  if (sent === text.trim()) return;
  const message = `"${text}" would become "${sent}" ${when}`;
  faults.warning(path, 'constant', message, `leave out , ; and |, which divide products, and keep to ${bytes} bytes`);
}

function eVarNumber(key: string): number | null {
  const number = /^evar([1-9]\d{0,2})$/i.exec(key)?.[1];
  return number === undefined || Number(number) > 250 ? null : Number(number);
}

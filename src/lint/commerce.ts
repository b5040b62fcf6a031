import { isOver } from '../adobe/cut.ts';
import { eventNameOf, isEventName } from '../adobe/events.ts';
import { merchandisingBytes, productPartBytes, quickEntries } from '../adobe/limits.ts';
import { compileQueryValue } from '../adobe/query-parameters.ts';
import { adobeRule, type RuleId } from '../adobe/rules.ts';
import type { Note } from './finding.ts';
import type { Header } from './header.ts';
import type { LintSuite } from './suite.ts';
import type { ValueLint } from './value.ts';

const productsIn = compileQueryValue('products', 'pl');
const orderIn = compileQueryValue('purchaseID', 'pi');
const transactionIn = compileQueryValue('xact');
/** The value of any eVar. */
const eVarIn = compileQueryValue('v[1-9]\\d{0,2}');

/** The rules of what the events, products, orders and amounts of one row say together. */
export function compileCommerceLint(
  header: Header,
  { currency: own, numericEvents }: LintSuite,
  note: Note,
): ValueLint {
  const place = (name: string): number => header.places.get(name) ?? -1;
  const [events, products, query] = [place('events'), place('products'), place('queryString')];
  const [purchase, transaction, currency] = [place('purchaseID'), place('transactionID'), place('currencyCode')];
  const eVars = [...header.places].flatMap(([name, at]) => (name.startsWith('eVar') ? [at] : []));
  if (Math.max(events, products, transaction, currency, query) === -1) return () => undefined;

  const found = (rule: RuleId, at: number, value: string, row: number, message?: string): void =>
    note({ rule, row, column: header.names[at] ?? null, value, message: message ?? adobeRule(rule).says });

  const numeric = new Set(numericEvents);
  const isZero = (item: string): boolean => /=0+(?:\.0*)?(?::|$)/.test(item) && !numeric.has(eventNameOf(item));

  const lintProducts = (list: string, listed: ReadonlyMap<string, string>, row: number): void => {
    const inside: string[] = [];
    let counts = false;
    const entries = list.split(',');
    if (entries.length > quickEntries) found('many-entries', products, list, row, `${entries.length} products`);
    for (const entry of entries) {
      const [category = '', name = '', quantity = '', price = '', items = '', merchandising = ''] = entry.split(';');
      if (quantity !== '' || price !== '') counts = true;
      for (const item of items.split('|')) {
        if (item !== '') inside.push(eventNameOf(item));
        if (isZero(item)) found('event-zero', products, item, row);
      }
      const over = overlong(category, name, merchandising);
      if (over !== null) found('byte-limit', products, entry, row, over);
    }
    if (counts && !listed.has('purchase')) found('products-without-purchase', products, list, row);
    if (inside.some((name) => listed.get(name)?.includes('=') !== false)) found('product-events', products, list, row);
  };

  const lintPurchase = (cells: readonly string[], items: string, list: string, row: number): void => {
    const asked = cells[query] ?? '';
    if (list === '' && productsIn(asked) === '') found('purchase-without-products', events, items, row);
    if ((cells[purchase] ?? '') === '' && orderIn(asked) === '') found('purchase-without-id', events, items, row);
  };

  return (cells, row) => {
    const items = cells[events] ?? '';
    const list = cells[products] ?? '';
    if (items !== '' || list !== '') {
      const listed = new Map(items === '' ? [] : items.split(',').map((item) => [eventNameOf(item), item] as const));
      if (list !== '') lintProducts(list, listed, row);
      if (listed.size > quickEntries) found('many-entries', events, items, row, `${listed.size} events`);
      if (items.includes('=0'))
        for (const item of listed.values()) if (isZero(item)) found('event-zero', events, item, row);
      // Of names that Adobe does not know none is left.
      if (list !== '' && ![...listed.keys()].some(isEventName)) found('product-view', products, list, row);
      if (listed.has('purchase')) lintPurchase(cells, items, list, row);
    }
    const asked = cells[query] ?? '';
    const written = cells[transaction] ?? '';
    const id = written === '' ? transactionIn(asked) : written;
    if (id !== '' && items === '' && eVarIn(asked) === '' && eVars.every((at) => (cells[at] ?? '') === ''))
      found('transaction-alone', written === '' ? query : transaction, id, row);
    const code = cells[currency] ?? '';
    if (code !== '' && own != null && code !== own) found('currency-foreign', currency, code, row);
  };
}

/** Which piece of a product Adobe would cut, in words; `null` where none is. */
function overlong(category: string, name: string, merchandising: string): string | null {
  for (const [text, word] of [
    [category, 'category'],
    [name, 'name'],
  ] as const)
    if (isOver(text, productPartBytes)) return `the ${word} of a product; Adobe keeps ${productPartBytes} bytes`;
  for (const item of merchandising.split('|'))
    if (isOver(item.slice(item.indexOf('=') + 1), merchandisingBytes))
      return `an eVar inside products; Adobe keeps ${merchandisingBytes} bytes`;
  return null;
}

import { adobeRule, consequenceOf, type RuleId } from '../adobe/rules.ts';
import type { Faults } from './faults.ts';
import type { Suite } from './hit-cell.ts';
import type { HitColumn } from './hit-columns.ts';

/**
 * Warns of columns that say less than it seems with the others of their stream, or than their values, as the mapping is
 * written: a hint or an ID without its partner, orders without products, columns that Adobe no longer shows, an ID that the
 * report suite does not support. Each warning says what becomes of it. What depends on the rows is left to the linter.
 */
export function checkTogether(
  hit: readonly HitColumn[],
  { timestamps }: Pick<Suite, 'timestamps'>,
  faults: Faults,
): void {
  const byName = new Map(hit.map((one) => [one.column.name, one]));
  const has = (test: (name: string) => boolean): boolean => hit.some(({ column: { name } }) => test(name));
  const warn = (code: string, rule: RuleId, at: HitColumn | undefined, message: string, hint: string): void => {
    if (at === undefined) return;
    faults.warning(at.path, code, `${message} (${consequenceOf(rule)}): ${adobeRule(rule).says}`, hint);
  };

  for (const one of hit) {
    if (one.column.family !== 'hier') continue;
    const hint = 'take a prop or an eVar, or leave it where data feeds are read';
    warn('column-retired', 'retired-column', one, `reports no longer show ${one.column.name}`, hint);
  }
  if (timestamps === 'required') {
    const hint = 'map marketingCloudVisitorID or a seeded customer ID instead, or have Adobe make timestamps optional';
    const message = 'every hit of this report suite has to have a timestamp';
    warn('visitor-on-timestamps', 'visitor-on-timestamps', byName.get('visitorID'), message, hint);
  }
  if (!byName.has('marketingCloudVisitorID')) {
    const hint = 'map marketingCloudVisitorID too, or leave it out';
    warn('alone', 'location-hint-alone', byName.get('aamlh'), 'no Experience Cloud ID is mapped', hint);
  }
  if (!byName.has('events') && !has((name) => name.startsWith('eVar') || name === 'queryString')) {
    const hint = 'map an eVar or an event too';
    warn('alone', 'transaction-alone', byName.get('transactionID'), 'no eVar and no event is mapped', hint);
  }
  const products = byName.get('products');
  const hasOwnEvents = typeof products?.spec === 'object' && products.spec !== null && 'events' in products.spec;
  if (!byName.has('events') && !hasOwnEvents) {
    const hint = 'map events, { const: prodView } where products are viewed';
    warn('product-view', 'product-view', products, 'no event is mapped', hint);
  }
  const events = byName.get('events');
  if (!isOrder(events?.spec) || products !== undefined) return;
  const hint = 'map products; what an order without items came to can be the lineTotal of one';
  warn('order', 'purchase-without-products', events, 'no products are mapped', hint);
}

/** Whether an events list, or a value, names `purchase`; a `purchase` that has a condition is one too. */
function isOrder(spec: unknown): boolean {
  const items = Array.isArray(spec) ? spec : [spec];
  return items.some(
    (item) =>
      item === 'purchase' ||
      (typeof item === 'object' &&
        item !== null &&
        (('event' in item && item.event === 'purchase') || ('const' in item && item.const === 'purchase'))),
  );
}

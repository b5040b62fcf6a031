import type { ColumnFacts } from './column-facts.ts';
import { columnMade, columnOf, type DraftColumn, type Guesses, oneOrAll } from './draft-column.ts';
import { findItems, type ItemList } from './draft-items.ts';
import { isPageKind } from './roles.ts';

const purchaseKind =
  /^(?:e?commerce)?(?:purchased?|(?:order|purchase|transaction|checkout)(?:completed?|placed|paid|confirmed|success(?:ful)?)|(?:completed?|placed)(?:order|purchase)|transaction|order)$/;
/** Names of events of a basket, without what stands between their words. */
const productEvents = [
  ['prodView', /^(?:view(?:ed)?(?:item|product)|(?:item|product)(?:detail)?view(?:ed)?)$/],
  ['scAdd', /^(?:add(?:ed)?tocart|(?:product|item)added(?:tocart)?|cartadd)$/],
  ['scRemove', /^(?:remov(?:ed?)fromcart|(?:product|item)removed(?:fromcart)?|cartremove)$/],
  ['scView', /^(?:view(?:ed)?cart|cartview(?:ed)?)$/],
  ['scCheckout', /^(?:begin|start(?:ed)?|initiated?)checkout$|^checkout(?:begun|started|initiated)$/],
] as const;
/** Names of other events that may hold products too. */
const mayHoldProducts = /item|product|cart|checkout|wishlist|promotion|payment|shipping|refund|order/;

/**
 * What orders become: purchases, of the products that a column lists, else of one that stands for all of it. Where kinds of
 * rows are told by name, and one of them means a purchase, an order's number alone makes none: trackers have it in a
 * checkout and a refund too. `isPage` says whether rows are something without it.
 */
export function orderColumns(by: Guesses, all: readonly ColumnFacts[], isPage: boolean): DraftColumn[] {
  const [order, revenue, currency] = [by.get('purchaseID'), by.get('revenue'), by.get('currencyCode')];
  if (order === undefined) return [];
  const kind = by.get('kind');
  const kinds = kind?.facts.frequent ?? [];
  const whenKind = (values: readonly string[]) => ({ [kind?.facts.name ?? '']: oneOrAll(values) });
  const purchases = kinds.filter((value) => purchaseKind.test(plain(value)));
  const isPurchase = purchases.length > 0;
  const when = isPurchase ? whenKind(purchases) : { present: [order.facts.name] };
  const guesses = isPurchase && kind !== undefined ? [order, kind] : [order];
  const items = findItems(all);
  const basket = productEvents.flatMap(([event, pattern]) => {
    const values = items === null ? [] : kinds.filter((value) => pattern.test(plain(value)));
    return values.length === 0 ? [] : [{ event, values }];
  });
  const known = [...purchases, ...basket.flatMap(({ values }) => values)];
  const others = kinds.filter(
    (value) => !known.includes(value) && !isPageKind(value) && mayHoldProducts.test(plain(value)),
  );
  const made = (column: string, value: unknown): DraftColumn => columnMade(column, value, [order]);
  return [
    ...(isPage ? [] : [made('linkType', { const: 'o' }), made('linkName', { const: 'order' })]),
    ...columnOf('purchaseID', order, { ...(isPurchase && { when }), overflow: 'hash' }),
    columnMade(
      'events',
      [{ event: 'purchase', when }, ...basket.map(({ event, values }) => ({ event, when: whenKind(values) }))],
      guesses,
    ),
    ...columnOf('currencyCode', currency, { when, then: ['upper'] }),
    ...(items !== null
      ? [listed(items, others)]
      : revenue === undefined
        ? []
        : [
            columnMade(
              'products',
              {
                name: { const: 'order', when },
                quantity: { const: '1' },
                lineTotal: { from: revenue.facts.name, when },
              },
              [revenue, ...guesses],
            ),
          ]),
  ];
}

function listed({ facts, products }: ItemList, others: readonly string[]): DraftColumn {
  const some = others.slice(0, 5).join(', ');
  const doubt = `products of ${some}, where there are any, would count as viewed, since Adobe has no event for them: skip: leaves rows out`;
  return {
    column: 'products',
    value: products,
    from: [facts.name],
    sureness: others.length === 0 ? 'sure' : 'unsure',
    why: ['lists of products'],
    doubts: others.length === 0 ? [] : [doubt],
    example: facts.example,
    filled: facts.filled / facts.rows,
  };
}

/** `Product Added`, `$product_added` and `productAdded` are one name. */
function plain(value: string): string {
  return value
    .replace(/^\[\w+\]/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '');
}

const commerce: Readonly<Record<number, string>> = {
  1: 'purchase',
  2: 'prodView',
  10: 'scOpen',
  11: 'scCheckout',
  12: 'scAdd',
  13: 'scRemove',
  14: 'scView',
};

/**
 * What an id in a data feed's `event_list` stands for (Adobe docs, Data feed columns, `event.tsv`): the name that
 * `events` takes; `derived` for what Adobe counts itself (campaign views, instances of eVars), which must not be sent
 * again; `null` where it is not known.
 */
export function feedEvent(id: string): string | 'derived' | null {
  if (!/^\d{1,5}$/.test(id)) return null;
  const number = Number(id);
  if (Object.hasOwn(commerce, number)) return commerce[number] as string;
  if (number === 20 || (number >= 100 && number <= 199) || (number >= 10_000 && number <= 19_999)) return 'derived';
  if (number >= 200 && number <= 299) return `event${number - 199}`;
  if (number >= 20_100 && number <= 20_999) return `event${number - 19_999}`;
  return null;
}

/**
 * The merchandising eVar that a number in a data feed's `post_product_list` stands for (Adobe docs, Merchandising eVar
 * instances lookup); `null` for any other text.
 */
export function feedMerchandising(id: string): string | null {
  if (!/^\d{3,4}$/.test(id)) return null;
  const number = Number(id);
  if (number >= 101 && number <= 175) return `eVar${number - 100}`;
  if (number >= 275 && number <= 299) return `eVar${number - 199}`;
  if (number >= 1_200 && number <= 1_349) return `eVar${number - 1_099}`;
  return null;
}

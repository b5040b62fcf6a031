import { isPlaceholder } from '../../adobe/placeholder.ts';
import { isObject, parseJson, textOfJson } from '../../mapping/json.ts';
import { writeSourceName } from '../../mapping/source-name.ts';
import { type ColumnFacts, columnFacts, type Shape } from './column-facts.ts';
import { namesOf } from './guess-roles.ts';

/** A column whose values are lists of products, and what of its items makes one. */
export interface ItemList {
  readonly facts: ColumnFacts;
  /** As `products:` of a mapping says it: `each`, `name` and what else there is. */
  readonly products: Readonly<Record<string, unknown>>;
}

interface Part {
  readonly key: 'name' | 'category' | 'quantity' | 'unitPrice' | 'lineTotal';
  /** Names of members that mean it, the best first. */
  readonly names: readonly RegExp[];
  readonly shape?: Shape;
}

const parts: readonly Part[] = [
  {
    key: 'name',
    names: [
      /^(?:(?:product|item|article|variant)_?)?sku(?:_?(?:id|code))?$/,
      /^(?:product|item|article)_?(?:id|code|no|nr|number)$/,
      /^id$/,
      /^(?:(?:product|item|article)_?)?(?:name|title)$/,
    ],
  },
  { key: 'category', names: [/^(?:(?:product|item|article)_?)?category(?:_?name)?$/], shape: 'texts' },
  { key: 'quantity', names: [/^(?:(?:product|item)_?)?(?:quantity|qty|units|pieces)$/], shape: 'amounts' },
  { key: 'unitPrice', names: [/^(?:(?:product|item|unit|sale)_?)?price$/], shape: 'amounts' },
  {
    key: 'lineTotal',
    names: [/^(?:item|line|row|product)_?(?:revenue|total|amount)$|^(?:sub)?total$/],
    shape: 'amounts',
  },
];

/**
 * The column whose values are lists of products: of those whose items have a name, and a price or a quantity, the one
 * that says most of them. `null` where none is.
 */
export function findItems(columns: readonly ColumnFacts[]): ItemList | null {
  const found = columns.flatMap((facts) => itemListOf(facts) ?? []);
  const [best = null] = found.sort(
    (one, other) => Object.keys(other.products).length - Object.keys(one.products).length,
  );
  return best;
}

function itemListOf(facts: ColumnFacts): ItemList | null {
  const lists = facts.frequent.flatMap((value) => listIn(value) ?? []);
  if (lists.length * 2 < facts.frequent.length) return null;
  const items = lists.flat().filter(isObject);
  const names = [...new Set(items.flatMap((item) => Object.keys(item)))];
  const members = names.map((name) => {
    const texts = items.map((item) => textOfJson(item[name]));
    const values = texts.map((text) => (text === '' ? null : text));
    return { texts, facts: columnFacts(writeSourceName([name]), null, values) };
  });
  const products: Record<string, unknown> = { each: facts.name };
  for (const { key, names: patterns, shape } of parts) {
    if (key === 'lineTotal' && 'unitPrice' in products) continue;
    const fits = members.filter(({ facts: { filled, shapes } }) => filled > 0 && (!shape || shapes[shape] >= 0.9));
    const [member, ...others] = patterns.flatMap((pattern) => fits.filter((one) => isNamed(one.facts, pattern)));
    if (member === undefined) continue;
    const value = memberValue(key, member);
    // A product without a name is left out, with what it came to.
    const next = others.find((other) => other.facts.name !== member.facts.name);
    const isLacking = key === 'name' && member.facts.filled < items.length && next !== undefined;
    products[key] = isLacking ? { first: [value, memberValue(key, next)] } : value;
  }
  const isProduct = 'name' in products && ['quantity', 'unitPrice', 'lineTotal'].some((key) => key in products);
  return isProduct ? { facts, products } : null;
}

function isNamed({ name }: ColumnFacts, pattern: RegExp): boolean {
  return namesOf(name).some((one) => pattern.test(one));
}

function listIn(value: string): readonly unknown[] | null {
  const list = /^\s*\[\s*\{/.test(value) ? parseJson(value) : undefined;
  return Array.isArray(list) ? list : null;
}

/** What stands for nothing is no name and no category. */
function memberValue(
  key: Part['key'],
  { texts, facts }: { readonly texts: readonly string[]; readonly facts: ColumnFacts },
) {
  const empty = [...new Set(texts.filter((text) => text !== '' && isPlaceholder(text)))];
  const isText = key === 'name' || key === 'category';
  return isText && empty.length > 0 ? { from: facts.name, then: [{ nullIf: empty }] } : facts.name;
}

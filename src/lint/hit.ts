import { queryParameter } from '../adobe/query-parameters.ts';
import { adobeRule, type RuleId } from '../adobe/rules.ts';
import type { Note } from './finding.ts';
import type { Header } from './header.ts';
import { queryParts } from './query.ts';

/**
 * The rules of what the values of one row say together, which no answer of Adobe's mentions: IDs that stand behind
 * another one, a state without its ID, products and events that do not count, parameters behind their column.
 */
export function compileHitLint(header: Header, note: Note): (cells: readonly string[], row: number) => void {
  const { places, seeds } = header;
  const place = (name: string): number => places.get(name) ?? -1;
  const [visitor, cloud] = [place('visitorID'), place('marketingCloudVisitorID')];
  const [events, products, query] = [place('events'), place('products'), place('queryString')];
  const customers = [...places].flatMap(([name, at]) => {
    const type = /^customerID\.([^.]+)\.(?:authState|isMCSeed)$/.exec(name)?.[1];
    return type === undefined ? [] : [{ at, id: place(`customerID.${type}.id`) }];
  });
  const found = (rule: RuleId, at: number, value: string, row: number): void =>
    note({ rule, row, column: header.names[at] ?? null, value, message: adobeRule(rule).says });

  const lintCommerce = (cells: readonly string[], row: number): void => {
    const list = cells[products] ?? '';
    if (list === '') return;
    const listed = new Map((cells[events] ?? '').split(',').map((item) => [nameOf(item), item] as const));
    const inside: string[] = [];
    let counts = false;
    for (const entry of list.split(',')) {
      const [, , quantity = '', price = '', items = ''] = entry.split(';');
      if (quantity !== '' || price !== '') counts = true;
      for (const item of items.split('|')) if (item !== '') inside.push(nameOf(item));
    }
    if (counts && !listed.has('purchase')) found('products-without-purchase', products, list, row);
    if (inside.some((name) => listed.get(name)?.includes('=') !== false)) found('product-events', products, list, row);
  };

  const lintQuery = (cells: readonly string[], row: number): void => {
    const text = cells[query] ?? '';
    if (text === '') return;
    for (const [name] of queryParts(text)) {
      const twin = queryParameter(name)?.column?.name;
      if (twin !== undefined && (cells[place(twin)] ?? '') !== '') found('query-twin', query, text, row);
    }
  };

  const isSeeded = (cells: readonly string[]): boolean =>
    seeds.some(({ id, mark }) => cells[mark] === '1' && (cells[id] ?? '') !== '');

  return (cells, row) => {
    const vid = cells[visitor] ?? '';
    const mid = cells[cloud] ?? '';
    if (mid !== '' && (vid !== '' || isSeeded(cells))) found('visitor-shadowed', cloud, mid, row);
    else if (vid !== '' && isSeeded(cells)) found('visitor-shadowed', visitor, vid, row);
    for (const { at, id } of customers)
      if ((cells[at] ?? '') !== '' && (cells[id] ?? '') === '') found('customer-without-id', at, cells[at] ?? '', row);
    lintCommerce(cells, row);
    lintQuery(cells, row);
  };
}

function nameOf(item: string): string {
  return item.split(/[=:]/, 1)[0] ?? '';
}

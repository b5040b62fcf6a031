import { columnKey } from '../adobe/columns.ts';
import { customerPart } from '../adobe/columns-keyed.ts';
import { queryParameter, writtenParameters } from '../adobe/query-parameters.ts';
import { adobeRule, type RuleId } from '../adobe/rules.ts';
import { compileCommerceLint } from './commerce.ts';
import type { Note } from './finding.ts';
import { type Header, seedOf } from './header.ts';
import { compileListLint } from './list.ts';
import type { LintSuite } from './suite.ts';
import type { ValueLint } from './value.ts';

/**
 * The rules of what the values of one row say together, which no answer of Adobe's mentions: IDs that stand behind
 * another one, a state without its ID, products and events that do not count, parameters behind their column, and with
 * the report suite's dividers the members of lists.
 */
export function compileHitLint(header: Header, suite: LintSuite, note: Note): ValueLint {
  const { places, seeds, marked } = header;
  const place = (name: string): number => places.get(name) ?? -1;
  const [visitor, cloud, hint] = [place('visitorID'), place('marketingCloudVisitorID'), place('aamlh')];
  const query = place('queryString');
  const byKey = new Map([...places].map(([name, at]) => [columnKey(name), at]));
  const customers = [...places].flatMap(([name, at]) => {
    const customer = customerPart(name);
    return customer === null || customer.part === 'id' ? [] : [{ at, id: place(`customerID.${customer.type}.id`) }];
  });
  const lintCommerce = compileCommerceLint(header, suite, note);
  const lintLists = compileListLint(header, suite, note);
  const found = (rule: RuleId, at: number, value: string, row: number): void =>
    note({ rule, row, column: header.names[at] ?? null, value, message: adobeRule(rule).says });

  const lintQuery = (cells: readonly string[], row: number): void => {
    const text = cells[query] ?? '';
    if (text === '') return;
    for (const { name } of writtenParameters(text)) {
      const twin = byKey.get(columnKey(queryParameter(name)?.column?.name ?? ''));
      if (twin !== undefined) found((cells[twin] ?? '') === '' ? 'query-empty-twin' : 'query-twin', query, text, row);
    }
  };

  const lintSeeds = (cells: readonly string[], row: number): void => {
    let seeding = 0;
    for (const seed of marked) {
      if (cells[seed.mark] !== '1' || (cells[seed.id] ?? '') === '') continue;
      seeding += 1;
      if (seeding > 1 || !seeds.includes(seed)) found('seed-type', seed.mark, seed.type, row);
    }
  };

  const isSeeded = (cells: readonly string[]): boolean => seedOf(seeds, cells) !== '';

  return (cells, row) => {
    const vid = cells[visitor] ?? '';
    const mid = cells[cloud] ?? '';
    if (mid !== '' && (vid !== '' || isSeeded(cells))) found('visitor-shadowed', cloud, mid, row);
    else if (vid !== '' && isSeeded(cells)) found('visitor-shadowed', visitor, vid, row);
    if (mid === '' && (cells[hint] ?? '') !== '') found('location-hint-alone', hint, cells[hint] ?? '', row);
    for (const { at, id } of customers)
      if ((cells[at] ?? '') !== '' && (cells[id] ?? '') === '') found('customer-without-id', at, cells[at] ?? '', row);
    if (marked.length > 0) lintSeeds(cells, row);
    lintCommerce(cells, row);
    lintLists(cells, row);
    lintQuery(cells, row);
  };
}

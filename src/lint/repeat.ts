import { cutToBytes } from '../adobe/cut.ts';
import { eventNameOf } from '../adobe/events.ts';
import { compileQueryValue, decodedValue } from '../adobe/query-parameters.ts';
import { adobeRule, type RuleId } from '../adobe/rules.ts';
import type { Note } from './finding.ts';
import type { Header } from './header.ts';
import type { ValueLint } from './value.ts';
import type { VisitorTable } from './visitor-table.ts';

const purchaseBytes = 20;
const orderIn = compileQueryValue('purchaseID', 'pi');
const transactionsIn = compileQueryValue('xact');

/**
 * The rules of IDs that count once for all rows and all visitors: numbers of orders, serial numbers of events, and
 * transaction IDs. `seen` remembers them, for one file or for several.
 */
export function compileRepeatLint(header: Header, seen: VisitorTable, note: Note): ValueLint {
  const place = (name: string): number => header.places.get(name) ?? -1;
  const [events, purchase, transaction] = [place('events'), place('purchaseID'), place('transactionID')];
  const query = place('queryString');
  if (events === -1 && transaction === -1 && query === -1) return () => undefined;

  const enter = (rule: RuleId, id: string, at: number, value: string, row: number): void => {
    if (seen.see(`${rule} ${id}`, 0, 0) === 'new') return;
    note({ rule, row, column: header.names[at] ?? null, value, message: adobeRule(rule).says });
  };

  const lintEvents = (cells: readonly string[], list: string, row: number): void => {
    for (const item of list.split(',')) {
      if (eventNameOf(item) === 'purchase') {
        const own = cells[purchase] ?? '';
        const at = own === '' ? query : purchase;
        const order = own === '' ? decodedValue(orderIn(cells[query] ?? '')) : own;
        if (order !== '') enter('order-twice', cutToBytes(order, purchaseBytes), at, order, row);
      }
      const colon = item.indexOf(':');
      if (colon === -1) continue;
      const name = eventNameOf(item);
      enter('serial-twice', `${name} ${item.slice(colon + 1)}`, events, item, row);
    }
  };

  return (cells, row) => {
    const list = cells[events] ?? '';
    if (list.includes('purchase') || list.includes(':')) lintEvents(cells, list, row);
    const own = cells[transaction] ?? '';
    const ids = own === '' ? decodedValue(transactionsIn(cells[query] ?? '')) : own;
    const at = own === '' ? query : transaction;
    if (ids !== '') for (const id of ids.split(',')) enter('transaction-twice', id, at, id, row);
  };
}

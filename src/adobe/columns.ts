import { type AdobeColumn, type ColumnFamily, inFamily } from './column.ts';
import { absentColumns } from './columns-absent.ts';
import { commerceColumns } from './columns-commerce.ts';
import { deviceColumns, hintColumns } from './columns-device.ts';
import { clientColumns, requiredColumns, visitorColumns } from './columns-identity.ts';
import { contextColumn, contextKeyFault, customerColumn, customerPart, customerPartNames } from './columns-keyed.ts';
import { numberedColumns, numberedFamilies } from './columns-numbered.ts';
import { linkColumns, pageColumns } from './columns-page.ts';
import { queryStringColumns, serviceColumns } from './columns-services.ts';

export type { AdobeColumn, Certainty, ColumnFamily, ColumnKind } from './column.ts';

const fixedColumns: readonly AdobeColumn[] = [
  ...inFamily('required', requiredColumns),
  ...inFamily('visitor', visitorColumns),
  ...inFamily('client', clientColumns),
  ...inFamily('page', pageColumns),
  ...inFamily('link', linkColumns),
  ...inFamily('commerce', commerceColumns),
  ...inFamily('device', deviceColumns),
  ...inFamily('hints', hintColumns),
  ...inFamily('services', serviceColumns),
  ...numberedFamilies.flatMap(numberedColumns),
  ...inFamily('queryString', queryStringColumns),
];

const byName = new Map(fixedColumns.map((known) => [known.name.toLowerCase(), known]));
const position = new Map(fixedColumns.map((known, index) => [known.name, index]));
const byQuery = new Map(
  fixedColumns.flatMap((known) =>
    [known.query, ...known.queryAliases].flatMap((query) => (query === null ? [] : [[query, known.name] as const])),
  ),
);
const absent = new Map([...absentColumns].map(([name, reason]) => [name.toLowerCase(), `${name} ${reason}`]));

const familyOrder: readonly ColumnFamily[] = [
  'required',
  'customerID',
  'visitor',
  'client',
  'page',
  'link',
  'commerce',
  'device',
  'hints',
  'services',
  'eVar',
  'prop',
  'list',
  'hier',
  'contextData',
  'queryString',
];
const familyRank = new Map(familyOrder.map((family, rank) => [family, rank]));

/**
 * The column that Adobe takes a header name for, or `null` for a name that it would ignore, values and all. Case makes
 * no difference, but for the type inside `customerID.TYPE.…` (Adobe docs, BDIA file format and column reference).
 */
export function column(name: string): AdobeColumn | null {
  return byName.get(name.toLowerCase()) ?? contextColumn(name) ?? customerColumn(name);
}

/**
 * What two headers share when Adobe takes them for the same column, known or not: a file with two of them is rejected
 * (Adobe docs, BDIA file format).
 */
export function columnKey(name: string): string {
  const customer = customerColumn(name);
  return customer === null ? name.toLowerCase() : customer.name;
}

/** Every column with a fixed or numbered name, in header order; for hints at the nearest name. */
export function columnNames(): string[] {
  return fixedColumns.map((known) => known.name);
}

/** Columns that may hold several values, divided as the report suite has it, in header order. */
export const dividedColumns: readonly string[] = columnNames().filter((name) => /^(?:list|prop|hier)\d/.test(name));

/** Why a name is no column, in words, where more can be said than that it is unknown; else `null`. */
export function whyUnknown(name: string): string | null {
  const folded = name.toLowerCase();
  const reason = absent.get(folded);
  if (reason !== undefined) return reason;
  const twin = byQuery.get(name);
  if (twin !== undefined) return `"${name}" is how queryString says ${twin}; the column is ${twin}`;
  if (folded.startsWith('contextdata.')) return contextKeyFault(name.slice('contextData.'.length));
  if (folded === 'customerid' || folded.startsWith('customerid.')) {
    return `customer IDs are customerID.TYPE.${customerPartNames.join(', .')}, with a type of letters and digits`;
  }
  for (const { prefix, last } of numberedFamilies) {
    if (new RegExp(`^${prefix}\\d*$`, 'i').test(name)) return `Adobe has ${prefix}1 to ${prefix}${last}`;
  }
  return null;
}

/**
 * Names in the order of a header, in Adobe's spelling: time and suites, visitor, browser, page, link, commerce, device,
 * then the numbered families by number, context variables by their UTF-8 bytes, `queryString`. Unknown names stand
 * last, as they were written. The order depends on the names alone; none is dropped.
 */
export function canonicalOrder(names: Iterable<string>): string[] {
  const entries = [...names].map((name) => {
    const known = column(name);
    return {
      name: known?.name ?? name,
      rank: known === null ? familyOrder.length : (familyRank.get(known.family) ?? familyOrder.length),
      place: position.get(known?.name ?? '') ?? 0,
    };
  });
  entries.sort((a, b) => a.rank - b.rank || a.place - b.place || compareKeyed(a.name, b.name));
  return entries.map((entry) => entry.name);
}

function compareKeyed(a: string, b: string): number {
  const left = customerPart(a);
  const right = customerPart(b);
  if (left === null || right === null) return compareBytes(a, b);
  return (
    compareBytes(left.type, right.type) || customerPartNames.indexOf(left.part) - customerPartNames.indexOf(right.part)
  );
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

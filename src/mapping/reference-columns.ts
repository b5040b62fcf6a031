import { type AdobeColumn, column, columnNames } from '../adobe/columns.ts';
import { listValueBytes } from '../adobe/limits.ts';
import { queryParameter } from '../adobe/query-parameters.ts';
import { kinds } from './kinds.ts';

/** Columns that differ in a number, shown as one line. */
const numbered = /^(eVar|prop|list|hier)(\d+)$/;
/** Columns that a mapping does not say. */
const written = new Set(['timestamp', 'reportSuiteID']);

/** A word on each column that `hit` may name, for editors: what becomes of a value, and its limit. */
export function columnsForEditors(): Record<string, string> {
  const names = columnNames().filter((name) => !written.has(name));
  return Object.fromEntries(names.map((name) => [name, wordOn(column(name) as AdobeColumn)]));
}

/** The columns as lines of a Markdown table: name, parameter, bytes, tidying, Adobe's page; numbered ones together. */
export function columnTable(): string[] {
  const shown = columnNames().flatMap((name) => {
    const known = column(name) as AdobeColumn;
    const [, prefix, number] = numbered.exec(name) ?? [];
    if (prefix === undefined) return [{ ...known, shown: `\`${name}\`` }];
    if (number !== '1') return [];
    const last = columnNames().filter((other) => numbered.exec(other)?.[1] === prefix).length;
    return [
      { ...known, query: known.query?.replace(/1$/, 'N') ?? null, shown: `\`${prefix}1\` … \`${prefix}${last}\`` },
    ];
  });
  const keyed = ['customerID.TYPE.id', 'customerID.TYPE.authState', 'customerID.TYPE.isMCSeed', 'contextData.KEY'];
  const all = [...shown, ...keyed.map((name) => ({ ...(column(name) as AdobeColumn), shown: `\`${name}\`` }))];
  return all.map((known) => {
    // A parameter that queryString must not hold is not offered.
    const isAllowed = known.query !== null && queryParameter(known.query)?.fault === undefined;
    const query = isAllowed ? `\`${known.query}\`` : '';
    const cells = [known.shown, query, limitOf(known), kinds[known.kind].says, known.source];
    return `| ${cells.join(' | ')} |`;
  });
}

function wordOn(known: AdobeColumn): string {
  const limit = limitOf(known);
  const bytes = limit === '' ? '' : ` At most ${limit} bytes.`;
  const { says } = kinds[known.kind];
  return `${says.charAt(0).toUpperCase()}${says.slice(1)}.${bytes} Adobe docs: ${known.source}.`;
}

function limitOf({ name, limitBytes }: AdobeColumn): string {
  if (/^list\d$/.test(name)) return `${listValueBytes} each`;
  return limitBytes === null ? '' : String(limitBytes);
}

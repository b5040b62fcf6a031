import { type AdobeColumn, column, columnNames } from '../adobe/columns.ts';
import { limitWords, listedColumns } from '../adobe/columns-listed.ts';
import { queryParameter } from '../adobe/query-parameters.ts';
import { kinds } from './kinds.ts';

/** Columns that a mapping does not say. */
const written = new Set(['timestamp', 'reportSuiteID']);

/** A word on each column that `hit` may name, for editors: what becomes of a value, and its limit. */
export function columnsForEditors(): Record<string, string> {
  const names = columnNames().filter((name) => !written.has(name));
  return Object.fromEntries(names.map((name) => [name, wordOn(column(name) as AdobeColumn)]));
}

/** The columns as lines of a Markdown table: name, parameter, bytes, tidying, Adobe's page; numbered ones together. */
export function columnTable(): string[] {
  return listedColumns().map(({ column: known, isNumbered, shown }) => {
    // A parameter that queryString must not hold is not offered.
    const isAllowed = known.query !== null && queryParameter(known.query)?.fault === undefined;
    const query = isAllowed ? `\`${isNumbered ? known.query.replace(/1$/, 'N') : known.query}\`` : '';
    const cells = [shown, query, limitWords(known), kinds[known.kind].says, known.source];
    return `| ${cells.join(' | ')} |`;
  });
}

function wordOn(known: AdobeColumn): string {
  const limit = limitWords(known);
  const bytes = limit === '' ? '' : ` At most ${limit} bytes.`;
  const { says } = kinds[known.kind];
  return `${says.charAt(0).toUpperCase()}${says.slice(1)}.${bytes} Adobe docs: ${known.source}.`;
}

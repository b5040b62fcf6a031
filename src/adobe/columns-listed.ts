import { type AdobeColumn, column, columnNames } from './columns.ts';
import { listValueBytes } from './limits.ts';

/** A line of a table of columns for people; a numbered family is one line, and `column` its first. */
export interface ListedColumn {
  readonly column: AdobeColumn;
  readonly isNumbered: boolean;
  /** In Markdown: `eVar1` … `eVar250`. */
  readonly shown: string;
}

const keyed = ['customerID.TYPE.id', 'customerID.TYPE.authState', 'customerID.TYPE.isMCSeed', 'contextData.KEY'];

/** Every column that Adobe has, in header order, those with a key of one's own behind the others. */
export function listedColumns(): ListedColumn[] {
  const names = columnNames().map((name) => ({ name, family: /^(eVar|prop|list|hier)(\d+)$/.exec(name) }));
  return [...names, ...keyed.map((name) => ({ name, family: null }))].flatMap(({ name, family }): ListedColumn[] => {
    const known = column(name) as AdobeColumn;
    if (family === null) return [{ column: known, isNumbered: false, shown: `\`${name}\`` }];
    if (family[2] !== '1') return [];
    const last = names.filter((other) => other.family?.[1] === family[1]).length;
    return [{ column: known, isNumbered: true, shown: `\`${name}\` … \`${family[1]}${last}\`` }];
  });
}

/** The bytes that Adobe keeps of a column's value, for people; empty where no limit is known. */
export function limitWords({ name, limitBytes }: AdobeColumn): string {
  return /^list\d$/.test(name) ? `${listValueBytes} each` : String(limitBytes ?? '');
}

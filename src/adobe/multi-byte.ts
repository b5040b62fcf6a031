import { type ColumnKind, isVariable } from './column.ts';

/**
 * Tells values of a kind of column that hold characters above 127, which report suites without support for them lose
 * (Adobe docs, restrictions of variables, 2019); in `queryString` they are percent-encoded bytes. `null` for columns whose
 * values are no text of a variable.
 */
export function compileWide(kind: ColumnKind): ((text: string) => boolean) | null {
  if (!isVariable(kind)) return null;
  if (kind !== 'queryString') return (text) => above.test(text);
  return (text) => encodedAbove.test(text);
}

const above = /[^\u0000-\u007f]/;
const encodedAbove = /[^\u0000-\u007f]|%[89a-f][\da-f]/i;

import { type Step, stepFault, textStep } from './step.ts';

/** Finds the column of a lookup set: the function gives the value of a key, or the empty text. */
export type FindLookup = (name: string) => ((key: string) => string) | undefined;

/** `nullIf: text` or `[texts]`: absent where the text is exactly one of them, case included; else as it is. */
export function compileNullIf(texts: string | readonly string[]): Step {
  const absent = new Set(typeof texts === 'string' ? [texts] : texts);
  return textStep((text) => (absent.has(text) ? '' : text));
}

/** `map: { from: to }`: the value of exactly this key, case included; absent where there is no such key. */
export function compileMap(pairs: Readonly<Record<string, string>>): Step {
  const table = new Map(Object.entries(pairs));
  if (table.size === 0) return stepFault('map has no entries: every value would be absent', 'map: { "1": one }');
  return textStep((text) => table.get(text) ?? '');
}

/** `lookup: set.column`: the column's value in the row of the lookup set whose key is the text; absent where there is none. */
export function compileLookup(name: string, find: FindLookup): Step {
  const columnOf = find(name);
  if (columnOf === undefined) {
    return stepFault(
      `lookup: "${name}" is not declared`,
      'lookups: names each set, its key and its values; write set.column',
    );
  }
  return textStep(columnOf);
}

import type { AdobeColumn, Certainty, ColumnFamily, ColumnKind } from './column.ts';

/** A family of columns that differ in a number: `eVar1` to `eVar250`. */
export interface NumberedFamily {
  readonly family: ColumnFamily;
  readonly prefix: string;
  readonly last: number;
  readonly queryPrefix: string;
  readonly limitBytes: number | null;
  readonly kind: ColumnKind;
  readonly certainty: Certainty;
  readonly source: string;
}

/** The numbered families. A list variable's limit is for each of its values, see `listValueBytes`. */
export const numberedFamilies: readonly NumberedFamily[] = [
  {
    family: 'eVar',
    prefix: 'eVar',
    last: 250,
    queryPrefix: 'v',
    limitBytes: 255,
    kind: 'text',
    certainty: 'documented',
    source: 'eVar variable',
  },
  {
    family: 'prop',
    prefix: 'prop',
    last: 75,
    queryPrefix: 'c',
    limitBytes: 100,
    kind: 'text',
    certainty: 'documented',
    source: 'prop variable',
  },
  {
    family: 'list',
    prefix: 'list',
    last: 3,
    queryPrefix: 'l',
    limitBytes: null,
    kind: 'delimited',
    certainty: 'documented',
    source: 'list variable',
  },
  {
    family: 'hier',
    prefix: 'hier',
    last: 5,
    queryPrefix: 'h',
    limitBytes: 255,
    kind: 'delimited',
    certainty: 'older docs',
    source: 'hier variable',
  },
];

/** The columns of one numbered family, in the order of their numbers. */
export function numberedColumns(family: NumberedFamily): AdobeColumn[] {
  const { prefix, last, queryPrefix, ...facts } = family;
  return Array.from({ length: last }, (_, i) => ({
    ...facts,
    name: `${prefix}${i + 1}`,
    query: `${queryPrefix}${i + 1}`,
    queryAliases: [],
  }));
}

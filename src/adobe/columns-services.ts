import type { ColumnData } from './column.ts';

/** Ties to other Adobe services. */
export const serviceColumns: readonly ColumnData[] = [
  {
    name: 'trackingServer',
    query: null,
    limitBytes: null,
    kind: 'text',
    certainty: 'uncertain',
    source: 'BDIA column reference',
  },
  {
    name: 'aamlh',
    query: 'aamlh',
    limitBytes: 2,
    kind: 'locationHint',
    certainty: 'documented',
    source: 'BDIA column reference',
  },
  {
    name: 'tnta',
    query: 'tnta',
    limitBytes: null,
    kind: 'text',
    certainty: 'documented',
    source: 'Data feed columns (tnt)',
  },
];

/** The column that holds any Data Insertion parameter; a column of its own wins over it. */
export const queryStringColumns: readonly ColumnData[] = [
  {
    name: 'queryString',
    query: null,
    limitBytes: null,
    kind: 'queryString',
    certainty: 'documented',
    source: 'BDIA file format',
  },
];

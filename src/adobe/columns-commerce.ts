import type { ColumnData } from './column.ts';
import { eventsBytes, productsBytes } from './limits.ts';

/** Events and money. */
export const commerceColumns: readonly ColumnData[] = [
  {
    name: 'events',
    query: 'events',
    queryAliases: ['ev'],
    limitBytes: eventsBytes,
    kind: 'events',
    certainty: 'documented',
    source: 'events variable',
  },
  {
    name: 'products',
    query: 'products',
    queryAliases: ['pl'],
    limitBytes: productsBytes,
    kind: 'products',
    certainty: 'documented',
    source: 'products variable',
  },
  {
    name: 'purchaseID',
    query: 'purchaseID',
    queryAliases: ['pi'],
    limitBytes: 20,
    kind: 'alphanumeric',
    certainty: 'documented',
    source: 'purchaseID variable',
  },
  {
    name: 'transactionID',
    query: 'xact',
    limitBytes: 100,
    kind: 'alphanumericList',
    certainty: 'documented',
    source: 'transactionID variable',
  },
  {
    name: 'currencyCode',
    query: 'cc',
    limitBytes: 3,
    kind: 'currency',
    certainty: 'documented',
    source: 'currencyCode configuration variable',
  },
  { name: 'zip', query: 'zip', limitBytes: 50, kind: 'text', certainty: 'documented', source: 'zip variable' },
];

import type { ColumnData } from './column.ts';

/** Page views and where they came from. Link hits lose the first two. */
export const pageColumns: readonly ColumnData[] = [
  {
    name: 'pageName',
    query: 'pageName',
    queryAliases: ['gn'],
    limitBytes: 100,
    kind: 'text',
    certainty: 'documented',
    source: 'pageName variable',
  },
  {
    name: 'pageURL',
    query: 'g',
    limitBytes: 64_000,
    kind: 'url',
    certainty: 'older docs',
    source: 'Implementation: query parameters g and -g (reports keep the first 255 bytes)',
  },
  {
    name: 'pageType',
    query: 'pageType',
    queryAliases: ['gt'],
    limitBytes: 20,
    kind: 'pageType',
    certainty: 'documented',
    source: 'pageType variable',
  },
  { name: 'referrer', query: 'r', limitBytes: 255, kind: 'url', certainty: 'documented', source: 'referrer variable' },
  { name: 'channel', query: 'ch', limitBytes: 100, kind: 'text', certainty: 'documented', source: 'channel variable' },
  {
    name: 'server',
    query: 'server',
    queryAliases: ['sv'],
    limitBytes: 100,
    kind: 'text',
    certainty: 'documented',
    source: 'server variable',
  },
  {
    name: 'campaign',
    query: 'v0',
    limitBytes: 255,
    kind: 'text',
    certainty: 'documented',
    source: 'campaign variable',
  },
];

/** Links. A row with a link type or a link name is a link hit. */
export const linkColumns: readonly ColumnData[] = [
  {
    name: 'linkType',
    query: 'pe',
    limitBytes: 1,
    kind: 'linkType',
    certainty: 'documented',
    source: 'BDIA column reference',
  },
  {
    name: 'linkName',
    query: 'pev2',
    limitBytes: 100,
    kind: 'text',
    certainty: 'documented',
    source: 'Custom link dimension',
  },
  {
    name: 'linkURL',
    query: 'pev1',
    limitBytes: null,
    kind: 'url',
    certainty: 'documented',
    source: 'linkURL variable',
  },
];

import type { ColumnData } from './column.ts';

/** Columns without which every row is skipped. */
export const requiredColumns: readonly ColumnData[] = [
  {
    name: 'timestamp',
    query: 'ts',
    limitBytes: null,
    kind: 'timestamp',
    certainty: 'documented',
    source: 'BDIA column reference',
  },
  {
    name: 'reportSuiteID',
    query: null,
    limitBytes: null,
    kind: 'suites',
    certainty: 'documented',
    source: 'BDIA column reference; Create a report suite (40 bytes for each suite)',
  },
];

/** Columns that say who it was, in the order in which Adobe asks them after a seeded customer ID. */
export const visitorColumns: readonly ColumnData[] = [
  {
    name: 'visitorID',
    query: 'vid',
    limitBytes: 100,
    kind: 'visitorId',
    certainty: 'documented',
    source: 'visitorID configuration variable',
  },
  {
    name: 'marketingCloudVisitorID',
    query: 'mid',
    limitBytes: null,
    kind: 'ecid',
    certainty: 'documented',
    source: 'Data Insertion response types; Data feed columns (mcvisid)',
  },
  {
    name: 'ipaddress',
    query: null,
    limitBytes: null,
    kind: 'ip',
    certainty: 'documented',
    source: 'BDIA column reference; Data feed columns (ip, ipv6)',
  },
];

/** What the browser said of itself with each request. */
export const clientColumns: readonly ColumnData[] = [
  {
    name: 'userAgent',
    query: null,
    limitBytes: null,
    kind: 'userAgent',
    certainty: 'documented',
    source: 'BDIA column reference',
  },
  {
    name: 'language',
    query: null,
    limitBytes: null,
    kind: 'language',
    certainty: 'documented',
    source: 'Language dimension',
  },
];

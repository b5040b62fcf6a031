import type { Context } from '../context.ts';
import { digestEntries, type Fingerprint } from './fingerprint.ts';
import type { JobFiles } from './read-job-files.ts';

/** Raised when the same mapping would write other bytes than the release before it did. */
const mapperVersion = 7;

/** Columns whose values decide whose hit it is, and so which lane it stands in. */
const visitorColumn = /^(visitorid|marketingcloudvisitorid|ipaddress|customerid\..*)$/i;

type FingerprintedFiles = Pick<JobFiles, 'migration' | 'mapping' | 'variables'> & {
  readonly lookups: Pick<JobFiles['lookups'], 'digests'>;
};

/** Where a job is read and mapped: what its source says it is, and the versions that mapping depends on. */
type FingerprintedPlace = Pick<Context, 'runtime'> & { readonly source: Readonly<Record<string, string>> };

/**
 * The fingerprint of a job. What decides which rows there are, their order, their visitor and their slice is identity, the
 * lookups that times and visitors are made with among it; what the other columns say is content, all lookups that are
 * given as files and as the mapping reads them. Secrets enter as digests of digests only.
 */
export function jobFingerprint(
  { migration, mapping, variables, lookups: { digests } }: FingerprintedFiles,
  { source, runtime }: FingerprintedPlace,
): Fingerprint {
  const { numericEvents, counterEVars } = migration.target.suite;
  const identity: Record<string, unknown> = {
    'migration id': migration.id,
    source,
    range: { from: migration.range.from, to: migration.range.to },
    'visitor groups': migration.visitorGroups,
    slices: migration.slices,
    'variables of queries': { ...variables.parameters, ...variables.identifiers },
    'seed of visitors': migration.target.suite.seed,
    salts: digestEntries(variables.secrets),
    'order of streams': mapping.streams.map(([name]) => name),
    'file sets': mapping.files,
  };
  const lookups = Object.fromEntries(
    Object.entries(digests).map(([name, file]) => {
      const { key, values = [] } = mapping.lookups[name] ?? {};
      return [name, { file, key, values: [...values].sort() }];
    }),
  );
  const content: Record<string, unknown> = {
    'lookup files': lookups,
    'report suite': migration.target.reportSuiteID,
    'settings of the suite': {
      currency: migration.target.suite.currency,
      delimiters: migration.target.suite.delimiters,
      unlistedCurrency: migration.target.suite.unlistedCurrency,
      // What is not said leaves the fingerprints of older migrations as they are.
      ...(numericEvents === null ? {} : { numericEvents }),
      ...(counterEVars.length === 0 ? {} : { counterEVars }),
    },
    'chunk limits': migration.chunks,
    'mapper version': mapperVersion,
  };
  for (const [name, version] of Object.entries(runtime)) content[`version of ${name}`] = version;
  for (const [name, stream] of mapping.streams) {
    const { query, rows, key, time, window, skip, reject, hit = {} } = stream;
    identity[`rows of ${name}`] = { query, rows, key, window, skip, reject };
    identity[`time of ${name}`] = time;
    const columns = Object.entries(hit);
    const visitors = Object.fromEntries(columns.filter(([column]) => visitorColumn.test(column)));
    identity[`visitors of ${name}`] = visitors;
    content[`columns of ${name}`] = Object.fromEntries(columns.filter(([column]) => !visitorColumn.test(column)));
    const asked = lookupsOf([time, visitors]).filter((lookup) => Object.hasOwn(lookups, lookup));
    // What is not there leaves the fingerprints of older migrations as they are.
    if (asked.length > 0)
      identity[`lookups of times and visitors of ${name}`] = asked.map((lookup) => [lookup, lookups[lookup]]);
  }
  return { identity: digestEntries(identity), content: digestEntries(content) };
}

/** The fingerprint as far as a job's files tell it: without what only the source and the program can say. */
export function filesFingerprint(files: JobFiles): Fingerprint {
  return jobFingerprint(files, { source: {}, runtime: {} });
}

/** The lookups that values ask, by name, sorted. */
function lookupsOf(spec: unknown): string[] {
  const found = new Set<string>();
  const walk = (part: unknown): void => {
    if (part === null || typeof part !== 'object') return;
    for (const [name, member] of Object.entries(part)) {
      if (name === 'lookup' && typeof member === 'string') found.add(member.slice(0, member.indexOf('.')));
      walk(member);
    }
  };
  walk(spec);
  return [...found].sort();
}

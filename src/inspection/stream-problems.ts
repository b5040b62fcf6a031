import { adobeRule } from '../adobe/rules.ts';
import { count } from '../domain/count.ts';
import type { Problem } from '../domain/problem.ts';
import { ruleOfTally, type ValueReason } from '../mapping/tally-rule.ts';
import type { Job, JobStream } from '../migration/job/job.ts';
import { beyondLateness, outOfRange } from '../migration/read/misfit.ts';
import type { RowPreview } from './preview.ts';

/** Fewer rows prove nothing about all of them. */
export const fewest = 50;
/** Columns of which one lost value is worth a word: whom and what it was about hangs on them. */
const precious = /^(?:visitorID|marketingCloudVisitorID|customerID\..*\.id|purchaseID|transactionID|currencyCode)$/;
const linkColumns = ['linkName', 'linkType', 'linkURL'];

/**
 * What the rows of a stream show together: what is so in every row is an error, else a warning. `visitors` are those of its
 * hits.
 */
export function streamProblems(
  job: Job,
  { name }: JobStream,
  rows: readonly RowPreview[],
  visitors: ReadonlySet<string>,
): Problem[] {
  const problems: Problem[] = [];
  const tell = (
    path: readonly string[],
    code: string,
    severity: Problem['severity'],
    message: string,
    hint: string,
  ): void => {
    const place = job.mapping.locate(['streams', name, ...path], 'key');
    problems.push({ code: `sample.${code}`, message: `${name}: ${message}`, ...place, hint, severity });
  };
  const hits = rows.filter(({ outcome }) => outcome === 'hit');
  const many = hits.length >= fewest;
  const of = (part: number, all: number): string => `${count(part)} of ${count(all)} sampled`;

  const wanted = rows.filter(({ outcome, reason }) => outcome !== 'filtered' || reason === outOfRange);
  for (const [reason, found] of grouped(wanted, (row) => (row.outcome === 'hit' ? null : row.reason))) {
    const all = found.length === wanted.length && found.length >= fewest;
    const rule = ruleOfTally({ outcome: 'rejected', column: '', reason });
    const isMost = wanted.length >= fewest && found.length * 2 >= wanted.length;
    if (!isMost && rule !== 'currency-unlisted') continue;
    const told = `${of(found.length, wanted.length)} rows are ${found[0]?.outcome}: ${reason}${example(wrongIn(reason, found[0]))}`;
    const path = reason === 'visitor' ? ['hit'] : isTime(reason) ? ['time'] : [];
    tell(path, isTime(reason) ? 'time' : 'rejected', all ? 'error' : 'warning', told, cureOf(reason, found, job));
  }

  if (many && visitors.size === 1) {
    const told = `all ${count(hits.length)} sampled hits have one visitor: Adobe would make one person of everybody`;
    tell(['hit'], 'visitor-constant', 'error', told, 'map what tells visitors apart');
  } else if (many && visitors.size === hits.length) {
    const told = `each of ${count(hits.length)} sampled hits has a visitor of its own, as if the row's key were mapped`;
    tell(['hit'], 'visitor-key', 'warning', told, 'map what stays the same from hit to hit of a person');
  }

  const changes = hits.flatMap((row) => row.changes.map((change) => ({ ...change, row })));
  const byColumn = (change: (typeof changes)[number]): string | null =>
    change.outcome === 'cut' || change.outcome === 'emptied' ? `${change.column}\0${change.outcome}` : null;
  for (const [key, found] of grouped(changes, byColumn)) {
    const [column = '', outcome] = key.split('\0');
    const several = found.find(({ reason }) => reason === severalEvents);
    const least = several !== undefined || precious.test(column) ? 1 : Math.max(fewest, hits.length) / 2;
    const first = several ?? found[0];
    const touched = new Set(found.map(({ row }) => row)).size;
    if (touched < least || first === undefined) continue;
    const rule = ruleOfTally(first);
    const says = rule === null ? '' : `; ${adobeRule(rule).says}`;
    const told = `${column} is ${outcome} in ${of(touched, hits.length)} hits (${first.reason})${says}`;
    tell(
      ['hit', column],
      outcome === 'cut' ? 'cut' : 'emptied',
      'warning',
      told,
      cureOfValue(column, outcome, first.reason),
    );
  }

  for (const column of ['marketingCloudVisitorID', 'visitorID'] as const) {
    const shadowed = hits.filter(({ hit }) => hit[column] !== undefined && isBehind(column, hit, job));
    if (shadowed.length === 0) continue;
    const told = `${of(shadowed.length, hits.length)} hits have another ID before ${column}, which is lost; ${adobeRule('visitor-shadowed').says}`;
    tell(
      ['hit', column],
      'visitor-shadowed',
      'warning',
      told,
      'map the one ID that is to be the visitor, or add when:',
    );
  }

  const own = job.migration.target.suite.currency;
  const foreign = own === null ? [] : hits.filter(({ hit }) => (hit['currencyCode'] ?? own) !== own);
  if (foreign.length > 0) {
    const says = adobeRule('currency-foreign').says;
    const told = `${of(foreign.length, hits.length)} hits have another currency than ${own}${example(foreign[0]?.hit['currencyCode'])}; ${says}`;
    const hint = 'multiply the amounts by the rate of their own day in the query, and leave currencyCode out';
    tell(['hit', 'currencyCode'], 'currency', 'warning', told, hint);
  }

  const links = hits.filter(({ hit }) => linkColumns.some((column) => hit[column] !== undefined));
  const pageless = links.filter(({ changes: made }) => made.some(({ reason }) => reason === 'link hit'));
  if (many && pageless.length === hits.length) {
    const told = `all ${count(hits.length)} sampled hits are links and lose the page that is mapped beside`;
    const hint = 'link columns must be absent in rows that are page views: add when: to them';
    tell(['hit'], 'link-always', 'error', told, hint);
  }

  const mapped = Object.keys(job.mapping.streams.find(([stream]) => stream === name)?.[1].hit ?? {});
  const isPage = (column: string): boolean => pageless.length > 0 && /^page(?:Name|URL|Type)$/.test(column);
  const empty = mapped.filter((column) => !isPage(column) && hits.every(({ hit }) => hit[column] === undefined));
  if (many && empty.length > 0) {
    const told = `never filled in ${count(hits.length)} sampled hits: ${empty.join(', ')}`;
    const hint = 'look at the names of the source columns, above all at dotted ones';
    tell(['hit', empty[0] ?? ''], 'column-empty', 'warning', told, hint);
  }
  return problems;
}

/** Whether Adobe reads another ID of a hit before the one in this column. */
function isBehind(
  column: 'marketingCloudVisitorID' | 'visitorID',
  hit: Readonly<Record<string, string>>,
  job: Job,
): boolean {
  const { seed } = job.migration.target.suite;
  if (seed !== null && hit[`customerID.${seed}.isMCSeed`] === '1' && hit[`customerID.${seed}.id`] !== undefined)
    return true;
  return column !== 'visitorID' && hit['visitorID'] !== undefined;
}

const isTime = (reason: string): boolean => reason === 'time' || reason === outOfRange || reason === beyondLateness;

function cureOf(reason: string, rows: readonly RowPreview[], job: Job): string {
  const { from, to } = job.migration.range;
  const inRange = (seconds: number): boolean => seconds >= from && seconds < to;
  if (reason === outOfRange) {
    const factor = [1e3, 1e6, 1e9].find((by) => rows.every(({ time }) => time !== null && inRange(time * by)));
    if (factor !== undefined) return 'the unit of time: is too fine, such as ms where the column holds s';
    return 'look at the unit and the zone of time:, and at range:';
  }
  if (reason === beyondLateness) return 'the zones of time: and of window: may differ, or lateness: is too small';
  if (reason === 'time') return 'look at the unit, the format and the zone of time:';
  if (reason === 'visitor') return 'a visitorID is letters and digits: then: [alnum], or a hash of it';
  if (reason === 'unlisted currency') return 'map the code to one that is listed, or say target.suite.unlistedCurrency';
  return 'preview --only rejected shows them';
}

/** The mapping's reason for names of events that it was not told to take apart. */
const severalEvents: ValueReason = 'several events in one text';

function cureOfValue(column: string, outcome: string | undefined, reason: string): string {
  if (reason === severalEvents) return 'take them apart: events: [ { from: column, then: [ { split: "," } ] } ]';
  if (column === 'visitorID' && outcome === 'emptied')
    return 'then: [alnum] takes dashes out, a hash makes an ID of any text';
  if (outcome === 'cut')
    return precious.test(column) ? 'overflow: hash keeps different IDs apart' : 'overflow: cut, reject or hash';
  return 'preview --only emptied shows them';
}

/** What is wrong with a row: of one out of range its time. */
function wrongIn(reason: string, row: RowPreview | undefined): string | null | undefined {
  if (reason !== outOfRange || row?.time === null || row?.time === undefined) return row?.value;
  const time = new Date(row.time * 1000);
  return Number.isNaN(time.getTime()) ? String(row.time) : time.toISOString().replace('.000Z', 'Z');
}

function example(value: string | null | undefined): string {
  return value === null || value === undefined || value === '' ? '' : `, such as "${value.slice(0, 60)}"`;
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

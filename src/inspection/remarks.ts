import { count } from '../domain/count.ts';
import type { FrequentText } from '../migration/plan/frequent.ts';
import { duplicateKeysText, type JobReport } from '../migration/report.ts';
import type { StreamQuality } from './stream-quality.ts';
import type { VisitCounts } from './visits.ts';

/** Something that a person should look at. `bad`: most likely wrong, and for ever once it is sent. */
export interface Remark {
  readonly level: 'bad' | 'odd';
  readonly text: string;
}

/** What a report could not read: chunks that were removed after delivery (`disk.keep: undelivered`). */
export interface RemovedChunks {
  readonly chunks: number;
  /** Their hits by stream. */
  readonly streams: Readonly<Record<string, number>>;
}

interface Quality {
  readonly job: Pick<JobReport, 'rows' | 'tallies' | 'lostRows' | 'duplicateKeys'> & {
    readonly chunks: Pick<JobReport['chunks'], 'built'>;
  };
  readonly streams: readonly StreamQuality[];
  readonly visitors: { readonly distinct: number; readonly top: readonly FrequentText[] };
  readonly visits: VisitCounts;
  readonly removed: RemovedChunks;
}

/** By chance one hit in 900 stands at a full quarter of an hour. */
const roundShare = 0.1;
/** A visitor with more of all hits than this, in a build of some size, is no person. */
const visitorShare = 0.05;
/** Some orders are free; more than this are a mistake of the mapping. */
const freeShare = 0.05;
/** A few devices are always unknown. */
const constantShare = 0.1;
const someHits = 1_000;
const emptyCounts = 100;

/** What stands out in a report, worst first. Numbers are written for people. */
export function qualityRemarks({ job, streams, visitors, visits, removed }: Quality): Remark[] {
  const bad: string[] = [];
  const odd: string[] = [];
  const { rows, tallies, lostRows, duplicateKeys } = job;
  const read = streams.reduce((sum, { hits }) => sum + hits, 0);
  if (lostRows > 0) bad.push(`${of(lostRows, rows.hits)} hits were not taken by Adobe, for ever.`);
  if (duplicateKeys > 0) bad.push(duplicateKeysText(duplicateKeys));
  if (removed.chunks > 0)
    odd.push(
      `${of(removed.chunks, job.chunks.built)} chunks were removed after delivery (disk.keep: undelivered): columns, visitors and visits are those of the others. For a whole report: before they are sent, or with keep: all.`,
    );
  for (const { stream, hits, onTheQuarter, orders, ordersWithoutRevenue, columns } of streams) {
    if (ordersWithoutRevenue > 0)
      (ordersWithoutRevenue / orders > freeShare ? bad : odd).push(
        `${of(ordersWithoutRevenue, orders)} orders of ${stream} say no revenue: products without a line total.`,
      );
    if (hits >= emptyCounts && onTheQuarter / hits > roundShare)
      bad.push(
        `${of(onTheQuarter, hits)} hits of ${stream} stand at a full quarter of an hour: the source knows days or hours only, and visits shatter.`,
      );
    if (hits < emptyCounts) continue;
    const empty = columns.filter(({ filled }) => filled === 0).map(({ column }) => column);
    if (empty.length > 0) odd.push(`${stream}: ${empty.join(', ')} ${empty.length === 1 ? 'is' : 'are'} never filled.`);
    const same = columns.filter(({ column, filled, distinct }) => filled === hits && distinct === 1 && isOwn(column));
    if (same.length > 0)
      odd.push(
        `${stream}: ${same.map(({ column }) => column).join(', ')} ${same.length === 1 ? 'has' : 'have'} one value in all hits.`,
      );
    const agents = columns.find(({ column }) => column === 'userAgent');
    if (agents?.distinct === 1 && hits >= someHits)
      bad.push(`${stream}: all hits have one user agent; should it be filtered as a bot's, they all are.`);
  }
  for (const { stream, hits: found } of streams) {
    // Tallies are of all that was built.
    const hits = found + (removed.streams[stream] ?? 0);
    if (hits === 0) bad.push(`No row of ${stream} became a hit.`);
    const [synthetic, constant] = ['synthetic', 'constant'].map((source) => madeUp(tallies, stream, source)) as [
      number,
      number,
    ];
    if (hits >= emptyCounts && constant / hits > constantShare)
      bad.push(
        `${of(constant, hits)} hits of ${stream} have a constant for a user agent: should it be filtered as a bot's, they all are.`,
      );
    if (synthetic > 0)
      odd.push(
        `${of(synthetic, hits)} hits of ${stream} have a user agent that was put together from what the source knows.`,
      );
  }
  for (const { text, count: hits, over } of visitors.top) {
    const sure = hits - over;
    if (read >= someHits && sure / read > visitorShare)
      bad.push(`The visitor ${text} has ${of(sure, read)} hits: a placeholder, a robot, or people merged to one.`);
  }
  if (read >= emptyCounts && visitors.distinct >= read * 0.98)
    bad.push('Nearly each hit has a visitor of its own: the ID is that of a row, not of a person.');
  if (rows.read > 0 && rows.rejected / rows.read > 0.01)
    bad.push(`${of(rows.rejected, rows.read)} rows were rejected.`);
  const cutVisits = visits.bursts + visits.tooManyHits;
  if (cutVisits > 0)
    odd.push(
      `${count(cutVisits)} ${cutVisits === 1 ? 'visit is' : 'visits are'} broken off by Adobe: ${count(visits.bursts)} with over 100 hits in 100 seconds, ${count(visits.tooManyHits)} at 2,500 hits.`,
    );
  if (visits.ties / Math.max(1, read) > 0.01)
    odd.push(
      `${of(visits.ties, read)} hits follow another of the same visitor in the same second: Adobe does not promise to keep their order.`,
    );
  const cut = tallies.filter(({ outcome }) => outcome === 'cut').reduce((sum, tally) => sum + tally.count, 0);
  if (cut > 0) odd.push(`${count(cut)} ${cut === 1 ? 'value was' : 'values were'} cut to Adobe's limits.`);
  return [
    ...bad.map((text) => ({ level: 'bad', text }) as const),
    ...odd.map((text) => ({ level: 'odd', text }) as const),
  ];
}

/** User agents of a stream's hits that are not what the source says. */
function madeUp(tallies: Quality['job']['tallies'], stream: string, source: string): number {
  const found = tallies.filter((one) => one.stream === stream && one.outcome === 'filled' && one.reason === source);
  return found.reduce((sum, tally) => sum + tally.count, 0);
}

/** Columns that a person chose; the suite and the like are the same everywhere by nature. */
function isOwn(column: string): boolean {
  return /^(?:eVar|prop|list|hier|contextData\.|pageName$|pageURL$|visitorID$|ipaddress$)/.test(column);
}

function of(part: number, whole: number): string {
  const share = (100 * part) / whole;
  return `${count(part)} of ${count(whole)} (${share >= 10 ? share.toFixed(0) : share.toFixed(1)} %)`;
}

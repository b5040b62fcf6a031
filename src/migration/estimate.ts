import type { Migration } from '../config/migration.ts';
import { count, plural } from '../domain/count.ts';
import type { Slice } from '../domain/slice.ts';
import { type Ledger, openExisting } from '../ledger/open-ledger.ts';
import { type Context, type ContextOptions, contextOf } from './context.ts';
import { assertOwn } from './job/accept-job.ts';
import { constantOf } from './job/constant-suite.ts';
import { changedEntries } from './job/fingerprint.ts';
import type { Job } from './job/job.ts';
import { filesFingerprint } from './job/job-fingerprint.ts';
import { openJob } from './job/open-job.ts';
import { type JobFiles, readJobFiles } from './job/read-job-files.ts';
import { countTimes } from './plan/count-times.ts';
import { adviseGroups, type GroupAdvice } from './plan/group-advice.ts';
import { type Plan, planSinglePass, planWindowed } from './plan/plan.ts';
import { sampleHits } from './plan/sample-hits.ts';
import { sendingTime } from './plan/sending-time.ts';
import type { VisitorCounts } from './plan/visitor-tally.ts';
import { type JobReport, newReport } from './report.ts';
import { standingOf } from './standing.ts';

/** What a plan says of the whole work, done or not. Nothing is stored. */
export interface Estimate {
  /** Rows in the source, all streams; NULL times and times outside the range included. */
  readonly rows: number;
  readonly rowsInRange: number;
  readonly streams: Readonly<Record<string, number>>;
  readonly slices: readonly Slice[];
  readonly groups: number;
  /** By rows alone; long lines can only make more. */
  readonly chunks: number;
  readonly maxRawBytes: number;
  /** The least wall-clock time of sending, at the pace that is set. */
  readonly seconds: number;
  /** The limit that decides `seconds`. */
  readonly bound: string;
  /**
   * What Adobe bills at most: a hit is one for each of its report suites (Adobe docs, exclude data). Where rows say theirs, one
   * each is counted.
   */
  readonly serverCalls: number;
}

/** Visitors of a plan: in all hits of the range where they are read anyway, else in a sample of rows. */
export type PlannedVisitors = VisitorCounts & { readonly basis: 'all' | 'sample' };

export type PlanReport = JobReport & {
  readonly estimate: Estimate;
  /** Absent where the plan stands already, since the source is not asked then. */
  readonly visitors?: PlannedVisitors;
  /** About: bytes of all chunks before compression, by the hits that were looked at for `visitors`. Absent as those. */
  readonly rawBytes?: number;
  /** Where another number of visitor groups is worth a thought, and nothing was sent yet. */
  readonly advice?: GroupAdvice;
};

/**
 * Counts the source, looks at whose its hits are, and says what would be built and how long sending takes at least, beside
 * where the migration stands. One that has a plan keeps it: then nothing is counted anew, and its source is not asked. Writes
 * nothing.
 */
export async function plan(file: string, options: ContextOptions = {}): Promise<PlanReport> {
  const context = contextOf(options);
  const files = await readJobFiles(file, context);
  const { migration } = files;
  const ledger = await openExisting(migration.folder);
  try {
    const planned = ledger && (await plannedIn(ledger, files, context));
    const report = ledger === null ? newReport(migration) : await standingOf(migration, ledger, context.clock.now());
    const { slices, sourceRows, visitors, lineBytes }: CountedPlan = planned ?? (await planAnew(file, context));
    const estimate = estimateOf(migration, slices, sourceRows);
    const { sealed } = report.slices;
    const isFixed = ledger !== null && (await ledger.anyAttempt());
    const everybody = visitors?.basis === 'all' ? visitors : null;
    const advice = isFixed ? null : adviseGroups(estimate.rowsInRange, migration, everybody);
    return {
      ...report,
      slices: { total: slices.length, sealed },
      plannedRows: estimate.rowsInRange,
      estimate,
      ...(visitors === undefined ? {} : { visitors }),
      ...(lineBytes === undefined ? {} : { rawBytes: Math.round(estimate.rowsInRange * lineBytes) }),
      ...(advice === null ? {} : { advice }),
    };
  } finally {
    await ledger?.close();
  }
}

/** `null` where no plan stands in the ledger yet. Warns of one that was made from other files than those of now. */
async function plannedIn(ledger: Ledger, files: JobFiles, { onEvent }: Context): Promise<Plan | null> {
  const { migration } = files;
  const known = await ledger.job();
  assertOwn(migration, known);
  if (known === null || !(await ledger.hasPlan())) return null;
  const { identity } = filesFingerprint(files);
  // What a source is, only the source can tell.
  const changed = changedEntries(JSON.parse(known.identity.json), identity).filter((name) => name !== 'source');
  const text = `The plan is the one that ${migration.folder} was begun with; a run refuses what has changed since: ${changed.join(', ')}.`;
  if (changed.length > 0) onEvent({ type: 'message', level: 'warn', text });
  return { slices: await ledger.slices(), sourceRows: await ledger.sourceRows() };
}

/** `lineBytes` is that of a hit on average. */
type CountedPlan = Plan & { readonly visitors?: PlannedVisitors; readonly lineBytes?: number };

async function planAnew(file: string, context: Context): Promise<CountedPlan> {
  const job = await openJob(file, context);
  try {
    return job.windowed ? await planSampled(job, context) : await planCounted(job, context);
  } finally {
    await job.close();
  }
}

async function planSampled(job: Job, context: Context): Promise<CountedPlan> {
  const counted = await planWindowed(job, context);
  tellOutside(counted, context);
  const { visitors, lineBytes } = await sampleHits(job, counted, context);
  return { ...counted, visitors: { basis: 'sample', ...visitors }, lineBytes: lineBytes / Math.max(1, visitors.hits) };
}

// Each row's fate is decided by its own time, so that all of them are read, wherever their window column stands.
function tellOutside({ slices, sourceRows }: Plan, { onEvent }: Context): void {
  const rows = Object.values(sourceRows).reduce((sum, ofStream) => sum + ofStream, 0);
  const outside = rows - slices.reduce((sum, { plannedRows }) => sum + plannedRows, 0);
  if (2 * outside <= rows) return;
  const text = `${count(outside)} of ${plural(rows, 'row')} lie outside the range. A build reads them too and counts them as filtered; a condition in the query that leaves them out spares the time.`;
  onEvent({ type: 'message', level: 'warn', text });
}

async function planCounted(job: Job, context: Context): Promise<CountedPlan> {
  const { times, visitors, lineBytes, misfits } = await countTimes(job, context);
  const counted = await planSinglePass(job, times, misfits);
  return { ...counted, visitors: { basis: 'all', ...visitors }, lineBytes: lineBytes / Math.max(1, visitors.hits) };
}

/** The estimate, from counts alone. */
export function estimateOf(
  { target, visitorGroups, chunks, pace }: Pick<Migration, 'target' | 'visitorGroups' | 'chunks' | 'pace'>,
  slices: readonly Slice[],
  sourceRows: Readonly<Record<string, number>>,
): Estimate {
  const groups = visitorGroups.count;
  const named = constantOf(target.reportSuiteID)?.split(',') ?? [''];
  const suites = new Set(named.map((suite) => suite.trim())).size;
  const rowsInRange = slices.reduce((sum, { plannedRows }) => sum + plannedRows, 0);
  const chunksPerLane = slices.reduce(
    (sum, { plannedRows }) => sum + Math.ceil(plannedRows / groups / chunks.maxRows),
    0,
  );
  return {
    rows: Object.values(sourceRows).reduce((sum, rows) => sum + rows, 0),
    rowsInRange,
    streams: sourceRows,
    slices,
    groups,
    chunks: chunksPerLane * groups,
    maxRawBytes: chunks.maxRawBytes,
    serverCalls: rowsInRange * suites,
    ...sendingTime({ rows: rowsInRange, groups, chunksPerLane }, pace),
  };
}

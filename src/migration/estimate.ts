import type { Migration } from '../config/migration.ts';
import type { Slice } from '../domain/slice.ts';
import { type Context, type ContextOptions, contextOf } from './context.ts';
import type { Job } from './job/job.ts';
import { openJob } from './job/open-job.ts';
import { countTimes } from './plan/count-times.ts';
import { type Plan, planSinglePass, planWindowed } from './plan/plan.ts';
import { type JobReport, newReport } from './report.ts';

/** What a plan says about work that has not begun. Nothing is stored. */
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
}

export type PlanReport = JobReport & { readonly estimate: Estimate };

/** Counts the source and says what would be built and how long sending takes at least. Writes nothing. */
export async function plan(file: string, options: ContextOptions = {}): Promise<PlanReport> {
  const context = contextOf(options);
  const job = await openJob(file, context);
  try {
    const made = job.windowed ? await planWindowed(job, context) : await planCounted(job, context);
    const report = newReport(job.migration);
    const estimate = estimateOf(job.migration, made.slices, made.sourceRows);
    return { ...report, slices: { total: made.slices.length, sealed: 0 }, plannedRows: estimate.rowsInRange, estimate };
  } finally {
    await job.close();
  }
}

async function planCounted(job: Job, context: Context): Promise<Plan> {
  const { times, misfits } = await countTimes(job, context);
  return planSinglePass(job, times, misfits);
}

/** The estimate, from counts alone. */
export function estimateOf(
  { visitorGroups, chunks, pace }: Pick<Migration, 'visitorGroups' | 'chunks' | 'pace'>,
  slices: readonly Slice[],
  sourceRows: Readonly<Record<string, number>>,
): Estimate {
  const groups = visitorGroups.count;
  const rowsInRange = slices.reduce((sum, { plannedRows }) => sum + plannedRows, 0);
  const chunksPerLane = slices.reduce(
    (sum, { plannedRows }) => sum + Math.ceil(plannedRows / groups / chunks.maxRows),
    0,
  );
  const total = chunksPerLane * groups;
  const bounds = [
    {
      seconds: total / pace.requestsPerSecond,
      bound: `the pace of ${pace.requestsPerSecond} a second for requests, over all ${groups} visitor groups`,
    },
    {
      seconds: chunksPerLane * pace.secondsPerLane,
      bound: `${pace.secondsPerLane} s between the uploads of one visitor group`,
    },
    {
      seconds: pace.rowsPerSecondPerLane === 0 ? 0 : rowsInRange / groups / pace.rowsPerSecondPerLane,
      bound: `${pace.rowsPerSecondPerLane} rows a second in each visitor group`,
    },
  ];
  const binding = bounds.reduce((most, bound) => (bound.seconds > most.seconds ? bound : most));
  return {
    rows: Object.values(sourceRows).reduce((sum, rows) => sum + rows, 0),
    rowsInRange,
    streams: sourceRows,
    slices,
    groups,
    chunks: total,
    maxRawBytes: chunks.maxRawBytes,
    seconds: Math.ceil(binding.seconds),
    bound: binding.bound,
  };
}

import type { Problem } from '../../domain/problem.ts';
import type { RowFault } from '../../domain/row.ts';
import type { Context } from '../../migration/context.ts';
import type { Job } from '../../migration/job/job.ts';
import { tryOpenJob } from '../../migration/job/open-job.ts';
import { previewRow } from '../preview.ts';
import { takeSample } from '../take-sample.ts';
import { targetVariables } from './migration-text.ts';
import { websiteRemarks } from './websites.ts';

/** What rows of one stream become. */
export interface SampleOutcome {
  readonly stream: string;
  readonly outcome: 'hit' | 'rejected' | 'filtered';
  /** The rule or the reason, where it is no hit. */
  readonly reason: string | null;
  /** Adobe's column that the reason is about; `null` where there is none. */
  readonly column: string | null;
  readonly rows: number;
}

/** What a migration shows when it is opened, as every other command will open it. */
export interface Opened<T> {
  readonly problems: readonly Problem[];
  /** What `use` gave; `null` where the files have faults. */
  readonly found: T | null;
}

/** Opens a migration that was just written; what the environment lacks of Adobe's side stands in, and is never called. */
export async function openWritten<T>(
  file: string,
  context: Context,
  use: (job: Job) => Promise<T>,
): Promise<Opened<T>> {
  const standIns = targetVariables.map((name) => [name, /URL$/.test(name) ? 'http://127.0.0.1:9' : 'none'] as const);
  const given = Object.entries(context.env).filter(([, value]) => (value ?? '') !== '');
  const { job, problems } = await tryOpenJob(file, {
    ...context,
    env: { ...Object.fromEntries(standIns), ...Object.fromEntries(given) },
  });
  if (job === null) return { problems, found: null };
  try {
    return { problems, found: await use(job) };
  } finally {
    await job.close();
  }
}

const sampleRows = 1_000;

/** What samples show. */
export interface Sampled {
  /** What rows become, most first. */
  readonly outcomes: readonly SampleOutcome[];
  /** What a person has to know. */
  readonly remarks: readonly string[];
}

/** Looks at a sample of each stream. */
export async function sampleStreams(job: Job, context: Context): Promise<Sampled> {
  const remarks: string[] = [];
  const counts = new Map<string, SampleOutcome>();
  const add = (
    stream: string,
    { outcome, reason, column }: Pick<SampleOutcome, 'outcome' | 'reason' | 'column'>,
  ): void => {
    const name = JSON.stringify([stream, outcome, reason, column]);
    counts.set(name, { stream, outcome, reason, column, rows: (counts.get(name)?.rows ?? 0) + 1 });
  };
  const { signal } = context;
  for (const stream of job.streams) {
    const onFault = ({ reason }: RowFault): void => add(stream.name, { outcome: 'rejected', reason, column: null });
    const sample = await takeSample(job, stream, sampleRows, { signal, onFault });
    const hits = sample.filter((row) => {
      const found = previewRow(job, stream, row);
      add(stream.name, found);
      return found.outcome === 'hit';
    });
    remarks.push(...websiteRemarks(stream.name, stream.columns, hits));
  }
  return { outcomes: [...counts.values()].sort((one, other) => other.rows - one.rows), remarks };
}

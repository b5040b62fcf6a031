import { count } from '../domain/count.ts';
import type { Problem } from '../domain/problem.ts';
import type { Row } from '../domain/row.ts';
import type { Context } from '../migration/context.ts';
import { refusalOf } from '../migration/job/ask-columns.ts';
import type { Job, JobStream } from '../migration/job/job.ts';
import type { JobFiles } from '../migration/job/read-job-files.ts';
import { previewRow, type RowPreview } from './preview.ts';
import { fewest, streamProblems } from './stream-problems.ts';
import { takeSample } from './take-sample.ts';
import { type UnmappedMember, unmappedMembers, unreadColumns } from './unmapped-members.ts';

/** Rows of each stream that are looked at. */
const sampleRows = 1_000;

/** What a stream's JSON columns hold and nothing in the mapping names: it does not come along. */
export interface UnmappedMembers {
  readonly stream: string;
  /** Rows that were looked at. */
  readonly rows: number;
  /** Most frequent first. */
  readonly members: readonly UnmappedMember[];
}

/** What a sample of rows shows. */
export interface SampleReport {
  readonly problems: readonly Problem[];
  readonly unmapped: readonly UnmappedMembers[];
}

/**
 * Mistakes that pass all of Adobe's checks, are permanent, and show in the rows only, looked for in about 1,000 rows of
 * each stream: visitor IDs that are everybody's or nobody's, values that are cut or emptied, times in the wrong zone or
 * unit, links that leave no page, columns that are never filled. What is so in every row is an error, else a warning.
 * Beside them columns of which the engine gives fewer digits than it holds, and the members of JSON that nobody mapped,
 * which is no fault. `locate` is of the migration file.
 */
export async function sampleProblems(job: Job, locate: JobFiles['locate'], context: Context): Promise<SampleReport> {
  const problems: Problem[] = [];
  const unmapped: UnmappedMembers[] = [];
  for (const stream of job.streams) {
    try {
      const sample = await takeSample(job, stream, sampleRows, context);
      const visitors = new Set<string>();
      const rows = sample.map((row) => {
        const found = previewRow(job, stream, row);
        if (found.outcome === 'hit') visitors.add(stream.mapper.output.visitor);
        return found;
      });
      const found = streamProblems(job, stream, rows, visitors);
      problems.push(...found, ...absentNames(job, stream, sample, rows, locate));
      const spec = job.mapping.streams.find(([name]) => name === stream.name)?.[1] ?? {};
      problems.push(...(await shortenedProblems(job, stream, spec)));
      const members = unmappedMembers(spec, stream.columns, sample);
      if (members.length > 0) unmapped.push({ stream: stream.name, rows: sample.length, members });
    } catch (error) {
      problems.push(refusalOf(error, stream.query, job.mapping));
    }
  }
  return { problems, unmapped };
}

/** Columns that the mapping reads and that arrive with fewer digits than the source holds: no row shows them. */
async function shortenedProblems(
  { source, mapping }: Job,
  { name, query }: JobStream,
  spec: object,
): Promise<Problem[]> {
  const shortened = (await source.shortened?.(query)) ?? [];
  const names = shortened.map(({ column }) => column);
  const unread = new Set(unreadColumns(spec, names));
  const place = mapping.locate(['streams', name, 'query'], 'key');
  return shortened
    .filter(({ column }) => !unread.has(column))
    .map(({ column, detail, cure }) => {
      const message = `${name}: ${column} arrives with fewer digits than the source holds: ${detail}`;
      return { code: 'sample.digits', message, ...place, hint: cure, severity: 'warning' };
    });
}

/**
 * Names into JSON that lead to nothing in any row, each where it first stands, but for those of a column that is told to be
 * never filled.
 */
function absentNames(
  { mapping }: Job,
  { name, mapper }: JobStream,
  sample: readonly Row[],
  rows: readonly RowPreview[],
  locate: JobFiles['locate'],
): Problem[] {
  if (sample.length < fewest) return [];
  const hits = rows.filter(({ outcome }) => outcome === 'hit');
  const isFilled = (column: unknown): boolean => hits.some(({ hit }) => hit[String(column)] !== undefined);
  const absent = mapper.memberNames.filter(
    ({ path, isIn }) => (path[2] !== 'hit' || isFilled(path[3])) && !sample.some(isIn),
  );
  const keys = mapper.memberNames.filter(({ path }) => path[2] === 'key').map((one) => one.name);
  const hasNoKey = keys.length > 0 && keys.every((key) => absent.some((one) => one.name === key));
  const firsts = absent.filter((one, place) => absent.findIndex((other) => other.name === one.name) === place);
  return firsts.map(({ name: absentName, path }) => {
    const where = path[0] === 'target' ? locate(path) : mapping.locate(path, 'value');
    const message = `${name}: never present in ${count(sample.length)} sampled rows: ${absentName}`;
    const isFatal = hasNoKey && path[2] === 'key';
    const hint = isFatal
      ? 'name columns that tell rows apart: without them rows of one instant have no order'
      : 'compare the name with those that preview shows; one that may be missing belongs in optional:';
    return { code: 'sample.name-absent', message, ...where, hint, severity: isFatal ? 'error' : 'warning' };
  });
}

import type { Row } from '../../domain/row.ts';
import { HIT, OUTSIDE, type Outcome, REJECTED } from '../../mapping/mapper.ts';
import type { Job, JobStream } from '../job/job.ts';
import { timelyTest } from '../job/windows.ts';

/** The row's time lies outside the migration's range. */
export const outOfRange = 'out of range';

/** The row's time is farther from its window column than the stream's `lateness` allows. */
export const beyondLateness = 'beyond lateness';

/** Why a row is no hit of the migration. */
export interface Misfit {
  /** It is rejected, else filtered. */
  readonly isReject: boolean;
  readonly reason: string;
  /** Adobe's column and the value that caused it, where one did. */
  readonly column: string | null;
  readonly value: string | null;
}

/**
 * Why the row that a stream's mapper has read last is no hit; `null` where it is one. `outcome` is the mapper's, `cell` the
 * row's window column as text.
 */
export type MisfitTest = (outcome: Outcome, cell: string | null) => Misfit | null;

const outside: Misfit = { isReject: false, reason: outOfRange, column: null, value: null };

/**
 * What becomes of the rows of a stream, the same wherever they are read or shown; each is decided alone. A row whose time
 * is outside the range is no loss of this migration, whatever else is wrong with it: it is filtered. A time beyond the
 * stream's lateness says nothing about the range.
 */
export function misfitTest(
  { migration, windowed }: JobTimes,
  { mapper: { output }, window }: Pick<JobStream, 'mapper' | 'window'>,
): MisfitTest {
  const { from, to } = migration.range;
  const isTimely = timeliness(windowed, window);
  return (outcome, cell) => {
    if (outcome === OUTSIDE) return outside;
    const { timed, seconds } = output;
    const isPlaced = timed && isTimely(cell, seconds);
    if (isPlaced && (seconds < from || seconds >= to)) return outside;
    if (outcome !== HIT) {
      const { reason, column, value } = output;
      return { isReject: outcome === REJECTED, reason, column, value };
    }
    return isPlaced ? null : { isReject: true, reason: beyondLateness, column: 'timestamp', value: cell };
  };
}

/**
 * Maps a row of a stream, and says why it is no hit. `null`: the hit stands in the mapper's output, to be kept or dropped.
 * `cell` is the row's window column as text. Of rows outside the range nothing is mapped but the time.
 */
export type RowJudge = (row: Row, cell: string | null) => Misfit | null;

/** One for each stream and reading; not re-entrant. */
export function judgeRows(job: JobTimes, stream: Pick<JobStream, 'mapper' | 'window'>): RowJudge {
  const { mapper, window } = stream;
  const { from, to } = job.migration.range;
  const isTimely = timeliness(job.windowed, window);
  const misfitOf = misfitTest(job, stream);
  let cell: string | null = null;
  const isOutside = (seconds: number): boolean => (seconds < from || seconds >= to) && isTimely(cell, seconds);
  return (row, at) => {
    cell = at;
    const outcome = mapper.map(row, isOutside);
    const misfit = misfitOf(outcome, at);
    if (misfit !== null && outcome === HIT) mapper.dropHit();
    return misfit;
  };
}

type JobTimes = Pick<Job, 'migration' | 'windowed'>;

function timeliness(windowed: boolean, window: JobStream['window']): (cell: string | null, seconds: number) => boolean {
  return windowed && window !== null ? timelyTest(window) : () => true;
}

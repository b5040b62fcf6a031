import { type ContextOptions, exitCodeOf, type JobReport, type PromiseCheck } from '../index.ts';
import { createProgress } from './progress.ts';
import { renderPromises, renderReport } from './render-report.ts';
import type { Session } from './session.ts';

/** Runs a use case under a progress line that begins at `before`, where the migration stands. */
export async function follow(
  before: JobReport,
  session: Session,
  delivers: boolean,
  work: (context: ContextOptions) => Promise<JobReport>,
): Promise<JobReport> {
  const progress = createProgress(session.terminal, before, delivers);
  try {
    return await work(session.context(progress.onEvent));
  } finally {
    progress.end();
  }
}

/**
 * Prints a report as it was asked for, and gives the exit code that tells the truth about it. `next` is the command that
 * follows where nothing stopped, `verb` the one that goes on after a stop.
 */
export function finish(
  report: JobReport & { readonly promises?: readonly PromiseCheck[] },
  session: Session,
  next: string | null = null,
  verb: 'build' | 'validate' | 'run' = 'run',
): number {
  const { terminal, people } = session;
  const { stopped, promises } = report;
  if (stopped !== undefined) session.logStop(stopped.code, stopped.message);
  if (session.json) {
    terminal.out(JSON.stringify(report, null, 2));
  } else {
    renderReport(report, terminal, people, people.goOn(verb));
    if (promises !== undefined && report.slices.total > 0) {
      terminal.out('');
      renderPromises(promises, terminal);
    }
    if (stopped === undefined && next !== null) terminal.out(`\nNext: ${next}`);
  }
  if (stopped !== undefined) return exitCodeOf(stopped.code);
  return (promises?.every(({ holds }) => holds) ?? true) ? 0 : 4;
}

/** Prints where a migration stands, and the command that goes on where no stop names one. */
export function tellStanding(report: JobReport, file: string, { terminal, people }: Session): void {
  renderReport(report, terminal, people, people.goOn('run'));
  if (report.stopped !== undefined || report.state === 'finished') return;
  terminal.out(`\nNext: ${people.command(report.state === 'new' ? 'preview' : 'run', file)}`);
}

import { type ContextOptions, exitCodeOf, type JobReport, type PromiseCheck, status } from '../index.ts';
import { createProgress } from './progress.ts';
import { renderPromises, renderReport } from './render-report.ts';
import type { Session } from './session.ts';

/** Runs a use case under a progress line that begins where the migration stands. */
export async function follow(
  file: string,
  session: Session,
  delivers: boolean,
  work: (context: ContextOptions) => Promise<JobReport>,
): Promise<JobReport> {
  const before = await status(file, session.context());
  const plannedHits = before.plannedRows;
  const uploadedHits = before.lanes.reduce((sum, lane) => sum + lane.uploadedRows, 0);
  const sealedHits = before.lanes.reduce((sum, lane) => sum + lane.rows, 0);
  const progress = createProgress(session.terminal, { plannedHits, sealedHits, uploadedHits }, delivers);
  try {
    return await work(session.context(progress.onEvent));
  } finally {
    progress.end();
  }
}

/** Prints a report as it was asked for, and gives the exit code that tells the truth about it. */
export function finish(report: JobReport & { readonly promises?: readonly PromiseCheck[] }, session: Session): number {
  if (session.json) {
    session.terminal.out(JSON.stringify(report, null, 2));
  } else {
    renderReport(report, session.terminal);
    if (report.promises !== undefined) {
      session.terminal.out('');
      renderPromises(report.promises, session.terminal);
    }
  }
  if (report.stopped !== undefined) return exitCodeOf(report.stopped.code);
  return (report.promises?.every(({ holds }) => holds) ?? true) ? 0 : 4;
}

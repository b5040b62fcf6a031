import type { JobReport, PromiseCheck, Tally } from '../index.ts';
import { bytes, count, plural } from './numbers.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';

const mostReasons = 12;

/** Prints a job's report for people: rows, lanes, what was rejected and why, and the line that goes on. */
export function renderReport(report: JobReport, { out, paint }: Terminal): void {
  const { rows, slices, chunks } = report;
  out(`${paint.bold(report.migration)}  ${stateWord(report, paint)}`);
  if (slices.total > 0) {
    out('');
    out(
      `rows    ${count(rows.read)} read = ${count(rows.hits)} hits + ${count(rows.rejected)} rejected + ${count(rows.filtered)} filtered`,
    );
    const open = chunks.built - chunks.uploaded - chunks.partial - chunks.unknown - chunks.rejected;
    const parts = [
      `${plural(chunks.built, 'chunk')} built`,
      `${count(chunks.uploaded)} uploaded`,
      ...(chunks.partial > 0 ? [paint.yellow(`${count(chunks.partial)} partly taken`)] : []),
      ...(chunks.unknown > 0 ? [paint.yellow(`${count(chunks.unknown)} of unknown fate`)] : []),
      ...(chunks.rejected > 0 ? [paint.red(`${count(chunks.rejected)} rejected`)] : []),
      ...(open > 0 ? [`${count(open)} to send`] : []),
    ];
    out(`slices  ${count(slices.sealed)} of ${count(slices.total)} sealed: ${parts.join(', ')}`);
    if (report.lostRows > 0)
      out(paint.red(`lost    ${plural(report.lostRows, 'row')} that Adobe did not take, for ever`));
    out('');
    renderLanes(report, out);
    renderTallies(report.tallies, out);
  }
  for (const lane of report.lanes)
    if (lane.stopped !== undefined) out(paint.red(`${lane.group} stopped: ${lane.stopped}`));
  if (report.stopped !== undefined) {
    out('');
    out(paint.red(`Stopped: ${report.stopped.message}`));
    out(`Next: ${report.stopped.next}`);
  }
}

function stateWord({ state }: JobReport, paint: Terminal['paint']): string {
  if (state === 'finished') return paint.green(state);
  return state === 'stopped' ? paint.red(state) : paint.yellow(state);
}

function renderLanes({ lanes }: JobReport, out: Terminal['out']): void {
  const rows = lanes.map((lane) => [
    lane.group,
    count(lane.chunks),
    count(lane.uploaded),
    count(lane.rows),
    count(lane.uploadedRows),
    bytes(lane.bytes),
  ]);
  const header = ['visitor group', 'chunks', 'sent', 'hits', 'sent', 'size'];
  for (const line of table(header, rows, [false, true, true, true, true, true])) out(`  ${line}`);
}

/** What happened to rows and values on the way, most frequent first. */
export function renderTallies(tallies: readonly Tally[], out: (line: string) => void): void {
  if (tallies.length === 0) return;
  const rows = [...tallies]
    .sort((a, b) => b.count - a.count)
    .slice(0, mostReasons)
    .map((tally) => [
      count(tally.count),
      tally.outcome,
      tally.stream,
      tally.column,
      tally.reason === tally.column ? 'missing or unusable' : tally.reason,
    ]);
  out('');
  for (const line of table(['count', 'what', 'stream', 'column', 'why'], rows, [true, false, false, false, false]))
    out(`  ${line}`);
  if (tallies.length > mostReasons) out(`  … and ${tallies.length - mostReasons} more kinds (--json shows all)`);
}

/** One line per promise. */
export function renderPromises(promises: readonly PromiseCheck[], { out, paint }: Terminal): void {
  for (const { id, holds, detail } of promises) out(`  ${holds ? paint.green('✔') : paint.red('✘')} ${id}  ${detail}`);
}

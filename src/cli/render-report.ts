import {
  duplicateKeysText,
  type JobReport,
  type LaneReport,
  type LostRow,
  type PromiseCheck,
  type RuledTally,
  type SendingPace,
  unusable,
  type VerifyReport,
} from '../index.ts';
import { cellsOf } from './cell-width.ts';
import type { ForPeople } from './for-people.ts';
import { bytes, count, duration, plural, utcTimeOf } from './numbers.ts';
import { narrowed, table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { hanging, wrap } from './wrap.ts';

/** Said where no row of a source became a hit. */
export const nothingToSend = 'No row became a hit: is the range right, and does the source hold rows?';

const mostReasons = 12;
const mostLost = 10;

/**
 * Prints a job's report for people: rows, lanes, what was rejected and why, and last the line that goes on: `goOn` where the
 * stop says what to mend first and names no such command.
 */
export function renderReport(
  report: JobReport,
  terminal: Terminal,
  people: ForPeople,
  goOn: string | null = null,
): void {
  const { out, paint } = terminal;
  const { stopped } = report;
  out(`${paint.bold(report.migration)}  ${stateWord(report, paint)}`);
  if (report.slices.total > 0) renderWork(report, terminal);
  for (const { stopped: reason } of report.lanes)
    if (reason !== undefined && reason !== stopped?.message) out(paint.red(people.text(reason)));
  if (stopped === undefined) return;
  out('');
  out(paint.red(`Stopped: ${people.text(stopped.message)}`));
  const next = people.text(stopped.next);
  out(`Next: ${next}`);
  if (goOn !== null && !next.includes(goOn)) out(`Then: ${goOn}`);
}

function renderWork(report: JobReport, { out, paint, width, screen }: Terminal): void {
  const { rows, slices, chunks } = report;
  out('');
  out(
    `rows    ${count(rows.read)} read = ${plural(rows.hits, 'hit')} + ${count(rows.rejected)} rejected + ${count(rows.filtered)} filtered`,
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
  if (report.host !== undefined) out(`sent    to ${report.host}`);
  if (report.pace !== undefined) out(`pace    ${paceWords(report.pace)}`);
  for (const { at, text } of report.changes) out(paint.yellow(`changed ${utcTimeOf(at)}: ${text}`));
  if (report.duplicateKeys > 0) out(paint.yellow(`twice   ${duplicateKeysText(report.duplicateKeys)}`));
  if (report.lostRows > 0)
    out(paint.red(`lost    ${plural(report.lostRows, 'row')} that Adobe did not take, for ever`));
  for (const lost of report.lost.slice(0, mostLost)) out(paint.red(`        ${sourceOf(lost)}: ${lost.reason}`));
  const more = report.lostRows - rowsIn(report.lost.slice(0, mostLost));
  if (more > 0) {
    const all = rowsIn(report.lost) < report.lostRows ? `the first ${count(report.lost.length)}` : 'all';
    out(`        … and ${count(more)} more (--json shows ${all}, verify --json the source row of each)`);
  }
  if (slices.sealed === slices.total && rows.hits === 0) out(paint.yellow(nothingToSend));
  if (report.lanes.length > 0) {
    out('');
    renderLanes(report, out, width);
  }
  renderTallies(report.tallies, out, screen);
}

function paceWords({ rowsPerHour, chunksPerHour, rowsLeft, secondsLeft, doneAt }: SendingPace): string {
  return `${plural(rowsPerHour, 'row')} an hour in ${plural(chunksPerHour, 'chunk')}; at that pace ${plural(rowsLeft, 'row')} take ${duration(secondsLeft)}, until ${utcTimeOf(doneAt)}`;
}

function stateWord({ state, slices, reading, stopped }: JobReport, paint: Terminal['paint']): string {
  if (state === 'finished') return paint.green(state);
  if (state === 'building' && reading !== undefined)
    return paint.yellow(`building: ${count(reading.read)} of ${plural(reading.files, 'file')} read`);
  if (state === 'new') return paint.yellow(stopped === undefined ? 'new: nothing is built yet' : state);
  if (state === 'building' && slices.sealed === slices.total) return paint.yellow('built: nothing is sent yet');
  return state === 'stopped' ? paint.red(state) : paint.yellow(state);
}

/** What lanes wait for stands beside them where that fits, else below. */
function renderLanes({ lanes }: JobReport, out: Terminal['out'], width: number): void {
  const waiting = lanes.filter(({ waits }) => waits !== undefined);
  const rows = lanes.map((lane) => [
    lane.group,
    count(lane.chunks),
    count(lane.uploaded),
    count(lane.rows),
    count(lane.uploadedRows),
    bytes(lane.bytes),
    waitWords(lane.waits),
  ]);
  const header = ['visitor group', 'chunks', 'chunks sent', 'hits', 'hits sent', 'size', 'waits'];
  const linesOf = (columns: number): string[] => {
    const cut = rows.map((row) => row.slice(0, columns));
    return table(header.slice(0, columns), cut, [false, true, true, true, true, true, false]);
  };
  const whole = linesOf(waiting.length > 0 ? 7 : 6);
  const fits = waiting.length === 0 || whole.every((line) => cellsOf(line) + 2 <= width);
  for (const line of fits ? whole : linesOf(6)) out(`  ${line}`);
  if (!fits) for (const { group, waits } of waiting) out(`  ${group} waits ${waitWords(waits)}`);
}

function waitWords(waits: LaneReport['waits']): string {
  if (waits === undefined) return '';
  return waits.until === null ? waits.for : `${waits.for}, until ${utcTimeOf(waits.until)}`;
}

/** What happened to rows and values on the way, most frequent first. */
function renderTallies(tallies: readonly RuledTally[], out: Terminal['out'], screen: number): void {
  if (tallies.length === 0) return;
  const rows = [...tallies]
    .sort((a, b) => b.count - a.count)
    .slice(0, mostReasons)
    .map((tally) => [
      count(tally.count),
      tally.outcome,
      tally.stream,
      tally.column,
      tally.reason === tally.column ? unusable : tally.reason,
      tally.rule ?? '',
    ]);
  out('');
  const header = ['count', 'what', 'stream', 'column', 'why', "Adobe's rule"];
  for (const line of table(header, narrowed(header, rows, screen - 2), [true])) out(`  ${line}`);
  if (tallies.length > mostReasons) out(`  … and ${count(tallies.length - mostReasons)} more kinds (--json shows all)`);
}

/** One line per promise. */
export function renderPromises(promises: readonly PromiseCheck[], { out, paint, screen }: Terminal): void {
  for (const { id, holds, detail } of promises)
    for (const line of hanging(`  ${holds ? paint.green('✔') : paint.red('✘')} ${id}  `, detail, screen)) out(line);
}

/** What lies in the work folder and belongs to nothing; nothing where all has its place. */
export function renderStrays({ files, first }: VerifyReport['strays'], { out, paint, screen }: Terminal): void {
  if (files === 0) return;
  const more = files > first.length ? ` … and ${count(files - first.length)} more` : '';
  out('');
  const says = `${plural(files, 'file')} in the work folder ${files === 1 ? 'belongs' : 'belong'} to nothing that is sent: ${first.join(', ')}${more}`;
  for (const line of wrap(says, screen)) out(paint.yellow(line));
}

function rowsIn(lost: readonly LostRow[]): number {
  return lost.reduce((sum, one) => sum + one.count, 0);
}

/** Which legacy row was lost, or how many of a file where Adobe named none. */
function sourceOf({ group, chunk, row, count: rows, stream, key }: LostRow): string {
  const place = `${group}/${chunk}`;
  if (row === null) return `${plural(rows, 'row')} of ${place}`;
  return stream === null ? `row ${row} of ${place}` : `${stream} ${key?.join(' / ')} (row ${row} of ${place})`;
}

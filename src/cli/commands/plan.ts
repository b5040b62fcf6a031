import { type PlannedVisitors, type PlanReport, plan, status, withIsoTimes } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { tellStanding } from '../follow.ts';
import { bytes, count, duration, plural, utcTime } from '../numbers.ts';
import { createProgress } from '../progress.ts';
import { nothingToSend } from '../render-report.ts';
import { table } from '../table.ts';

const mostSlices = 12;

export const planCommand: Command<FileArgument> = {
  words: 'plan <file>',
  describe: 'Counts rows, visitors, slices, chunks and the time to send',
  examples: [['plan migration.yaml', 'slices, chunks, wall clock at the pace that is set']],
  options: withFile,
  run: async ({ file }, session) => {
    const { terminal } = session;
    const progress = createProgress(terminal, await status(file, session.context()), false);
    const report = await plan(file, session.context(progress.onEvent)).finally(progress.end);
    if (session.json) {
      terminal.out(JSON.stringify(documentOf(report), null, 2));
      return 0;
    }
    const { estimate } = report;
    terminal.out(
      `${terminal.paint.bold(report.migration)}  ${plural(estimate.rows, 'row')} in the source, ${count(estimate.rowsInRange)} in the range`,
    );
    for (const [stream, rows] of Object.entries(estimate.streams)) terminal.out(`  ${stream}: ${plural(rows, 'row')}`);
    terminal.out('');
    const shown = estimate.slices.slice(0, mostSlices);
    const rows = shown.map((slice) => [
      String(slice.index),
      utcTime(slice.from),
      utcTime(slice.to),
      count(slice.plannedRows),
    ]);
    for (const line of table(['slice', 'from (UTC)', 'to (UTC)', 'rows'], rows, [true, false, false, true]))
      terminal.out(`  ${line}`);
    if (estimate.slices.length > shown.length)
      terminal.out(`  … and ${count(estimate.slices.length - shown.length)} more`);
    terminal.out('');
    const { advice, rawBytes, visitors } = report;
    if (visitors !== undefined && visitors.hits > 0) terminal.out(visitorsText(visitors, estimate.groups));
    terminal.out(
      `${plural(estimate.slices.length, 'slice')} in ${plural(estimate.groups, 'visitor group')}: about ${plural(estimate.chunks, 'chunk')} of at most ${bytes(estimate.maxRawBytes)} raw`,
    );
    if (rawBytes !== undefined && rawBytes > 0)
      terminal.out(`about ${bytes(rawBytes)} before compression, header lines apart`);
    terminal.out(`sending takes at least ${duration(estimate.seconds)}; what binds: ${estimate.bound}`);
    if (advice !== undefined)
      terminal.out(
        terminal.paint.yellow(
          `with ${plural(advice.groups, 'visitor group')} it takes at least ${duration(advice.seconds)}: visitorGroups.count is fixed once anything is sent`,
        ),
      );
    terminal.out(`Adobe bills up to ${plural(estimate.serverCalls, 'server call')}`);
    if (estimate.rowsInRange === 0) terminal.out(terminal.paint.yellow(nothingToSend));
    if (report.state !== 'new') {
      terminal.out('');
      tellStanding(report, file, session);
      return 0;
    }
    const next = estimate.rowsInRange === 0 ? 'preview' : 'validate';
    terminal.out(`\nNext: ${session.people.command(next, file)}`);
    return 0;
  },
};

function visitorsText(
  { basis, hits, visitors, exact, mostOfVisitor, mostOfGroup }: PlannedVisitors,
  groups: number,
): string {
  const percent = (part: number): string => `${((100 * part) / hits).toFixed(1)} %`;
  const spread = [
    `the most frequent has ${percent(mostOfVisitor)} of ${basis === 'all' ? 'the hits' : 'these'}`,
    ...(groups === 1 ? [] : [`the fullest visitor group ${percent(mostOfGroup)}`]),
  ].join(', ');
  const number = plural(visitors, 'visitor');
  if (basis === 'all') return `${exact ? '' : 'about '}${number}; ${spread}`;
  return `at least ${number}, so many are in a sample of ${plural(hits, 'hit')}; ${spread}`;
}

/** Homes are left out: they are cut points by the wall clock of whichever stream is read. */
function documentOf({ estimate, ...report }: PlanReport): unknown {
  const slices = estimate.slices.map(({ homeFrom: _, homeTo: __, ...slice }) => withIsoTimes(slice, 'from', 'to'));
  return { ...report, estimate: { ...estimate, slices } };
}

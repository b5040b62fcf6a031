import {
  exitCodeOf,
  isFaultless,
  type LintFilesReport,
  type LintReport,
  lint,
  type RuleFindings,
  withIsoTimes,
} from '../../index.ts';
import type { Command } from '../command.ts';
import { count, plural, utcTime } from '../numbers.ts';
import { shorten, type Terminal } from '../terminal.ts';

const groupings = ['folder', 'name', 'none'] as const;
const shownSamples = 3;

interface Arguments {
  files: string[];
  groupBy?: (typeof groupings)[number];
  migration?: string;
}

export const lintCommand: Command<Arguments> = {
  words: 'lint <files..>',
  describe: 'Checks BDIA files, whoever made them',
  examples: [
    ['lint hits.csv.gz', 'row numbers, and what Adobe would make of them'],
    ['lint work/chunks/*/*.csv.gz', 'the order across files too; a folder is a visitor group'],
    ['lint --migration migration.yaml out/*.csv.gz', 'with what it says of the report suite, and its limits'],
    ['lint --group-by name out/acme_*.csv', 'files named by their visitor group, before gzip'],
  ],
  options: (builder) =>
    builder
      .positional('files', { type: 'string', array: true, demandOption: true, describe: '.csv.gz or .csv files' })
      .option('migration', { type: 'string', describe: 'hold the files against the target of this migration' })
      .option('group-by', { choices: groupings, describe: 'what tells the visitor group of a file' }),
  run: async ({ files, groupBy, migration }, session) => {
    const { terminal } = session;
    const report = await lint(files, {
      ...session.context((event) => {
        if (event.type === 'message') terminal.live(event.text);
      }),
      ...(groupBy === undefined ? {} : { groupBy }),
      ...(migration === undefined ? {} : { migration }),
    });
    if (session.json) {
      const files = report.files.map((file) => withIsoTimes(file, 'firstTime', 'lastTime'));
      terminal.out(JSON.stringify({ ...report, files }, null, 2));
    } else {
      render(report, terminal);
    }
    return exitCodeFor(report);
  },
};

/** Where nothing but the disk is at fault, running it again may do. */
function exitCodeFor({ ok, files, unread }: LintFilesReport): number {
  if (ok) return 0;
  return files.every(isFaultless) && unread.every(({ code }) => exitCodeOf(code) === 3) ? 3 : 2;
}

function render({ files, unread, visitors, ok }: LintFilesReport, terminal: Terminal): void {
  const { out, note, paint } = terminal;
  for (const file of files) renderFile(file, terminal);
  for (const { message } of unread) out(paint.red(message));
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const groups = new Set(files.map(({ group }) => group)).size;
  const whole = `${plural(files.length, 'file')}, ${plural(groups, 'visitor group')}, ${plural(rows, 'row')}`;
  out(`${whole}: ${ok ? paint.green('no faults') : paint.red('faults')}`);
  if (visitors.share < 1)
    note(
      `Order and groups were checked for 1 of ${count(Math.round(1 / visitors.share))} visitors: there are too many for memory.`,
    );
}

function renderFile(file: LintReport, { out, paint }: Terminal): void {
  const times =
    file.firstTime === null || file.lastTime === null
      ? ''
      : `, ${utcTime(file.firstTime)} to ${utcTime(file.lastTime)} UTC`;
  const form = file.gzip ? '' : ', not compressed yet';
  out(`${paint.bold(file.path)}  ${plural(file.rows, 'row')}${times}${form}`);
  for (const found of file.findings) {
    out(`  ${paintOf(found, paint)(`${found.consequence}, ${count(found.count)} ×`)}  ${found.rule}`);
    for (const { row, column, value, message } of found.samples.slice(0, shownSamples)) {
      const place = [row === null ? '' : `row ${row}`, column ?? ''].filter((text) => text !== '').join(' ');
      const shown = value === null ? '' : ` ${paint.dim(`"${shorten(value, 40)}"`)}`;
      out(`    ${place}${shown}${place === '' && shown === '' ? '' : ': '}${message}`);
    }
  }
}

function paintOf({ consequence }: RuleFindings, paint: Terminal['paint']): (text: string) => string {
  if (consequence === 'unsure') return paint.dim;
  return consequence === 'value cut' || consequence === 'value lost' ? paint.yellow : paint.red;
}

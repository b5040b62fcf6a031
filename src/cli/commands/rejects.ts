import { type RejectReason, rejects } from '../../index.ts';
import { cellsOf } from '../cell-width.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { count, plural } from '../numbers.ts';
import { columnBeside, reasonWords, ruleNote, ruleWords } from '../rule-words.ts';
import { shorten, type Terminal } from '../terminal.ts';
import { assertWholeNumber } from '../whole-number.ts';

interface Arguments extends FileArgument {
  samples: number;
  stream?: string;
  reason?: string;
  export?: string;
}

export const rejectsCommand: Command<Arguments> = {
  words: 'rejects <file>',
  describe: 'Why rows became no hits, with samples',
  examples: [
    ['rejects migration.yaml', 'every reason, most frequent first'],
    ['rejects migration.yaml --reason time -n 10', 'ten samples of one reason'],
    ['rejects migration.yaml --export rejects.csv', 'the rows themselves, for a second look'],
  ],
  options: (builder) =>
    withFile(builder)
      .option('samples', { alias: 'n', type: 'number', default: 3, describe: 'samples per reason' })
      .option('stream', { type: 'string', describe: 'only this stream' })
      .option('reason', { type: 'string', describe: 'only this reason, as status or this command names it' })
      .option('export', { type: 'string', describe: 'write the rows here: CSV for .csv, else JSON lines' }),
  run: async ({ file, samples, stream, reason, export: exportTo }, session) => {
    assertWholeNumber('-n', samples, 0);
    const report = await rejects(file, {
      ...session.context(),
      samples,
      ...(stream === undefined ? {} : { stream }),
      ...(reason === undefined ? {} : { reason }),
      ...(exportTo === undefined ? {} : { exportTo }),
    });
    const { terminal } = session;
    if (session.json) {
      terminal.out(JSON.stringify(report, null, 2));
      return 0;
    }
    for (const found of report.reasons) render(found, terminal);
    terminal.out(
      report.rejected === 0
        ? `No ${stream === undefined && reason === undefined ? '' : 'such '}row was rejected.`
        : `${plural(report.rejected, 'row')} rejected, ${plural(report.reasons.length, 'reason')}`,
    );
    ruleNote(report.reasons, terminal);
    if (exportTo !== undefined) terminal.note(`The rows stand in ${exportTo}.`);
    return 0;
  },
};

function render(
  { stream, reason, rule, column, count: rows, samples }: RejectReason,
  { out, paint, width }: Terminal,
): void {
  const beside = columnBeside(reason, column);
  const where = beside === null ? '' : ` (${beside})`;
  out(
    `${paint.bold(count(rows))} × ${stream}: ${paint.red(reasonWords(reason, column))}${where}${ruleWords(rule, paint)}`,
  );
  for (const sample of samples) out(sampleLine(sample, paint, width));
  out('');
}

/** One rejected row: its key and what was wrong, and as much of its columns as fits behind. */
export function sampleLine(
  { key, value, row }: RejectReason['samples'][number],
  paint: Pick<Terminal['paint'], 'dim'>,
  width: number,
): string {
  const cells = Object.entries(row).flatMap(([name, cell]) => (cell === null || cell === '' ? [] : `${name}=${cell}`));
  const head = `  ${key.join(' / ')}  ${value === null ? '' : `"${shorten(value, 40)}"  `}`;
  return `${head}${paint.dim(shorten(cells.join('  '), Math.max(20, width - cellsOf(head))))}`.trimEnd();
}

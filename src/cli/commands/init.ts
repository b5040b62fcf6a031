import { join } from 'node:path';
import { type ColumnEvidence, type InitReport, init, MigrationError, type TriedMapping } from '../../index.ts';
import type { Command } from '../command.ts';
import { plural } from '../numbers.ts';
import { columnBeside, reasonWords } from '../rule-words.ts';
import type { Session } from '../session.ts';
import { narrowed, table } from '../table.ts';
import { shorten } from '../terminal.ts';
import { hanging, wrap } from '../wrap.ts';

interface Arguments {
  sources?: string[];
  folder: string;
  zone?: string;
  variable?: string[];
  table?: string;
  column?: string[];
}

export const initCommand: Command<Arguments> = {
  words: 'init [sources..]',
  describe: 'Looks at a source and writes a migration for it',
  examples: [
    ['init legacy.sqlite --folder my-migration', 'a SQLite file'],
    ["init 'export/*.csv.gz' --zone Europe/Berlin", 'CSV, JSON lines, Parquet and log files'],
    ['init --folder my-migration', 'the PostgreSQL or MySQL database whose URL is in LEGACY_DB_URL'],
    ['init legacy.sqlite --table hits --column visitorID=uid', 'where a guess is wrong'],
  ],
  lists: ['sources', 'variable', 'column'],
  options: (builder) =>
    builder
      .positional('sources', { type: 'string', array: true, describe: 'a SQLite file, or paths and globs of files' })
      .option('folder', { type: 'string', default: '.', describe: 'where the files are written, never over others' })
      .option('zone', { type: 'string', describe: 'the clock of times that say none, such as Europe/Berlin' })
      .option('variable', { type: 'string', array: true, describe: 'name=value, of a ready-made mapping' })
      .option('table', { type: 'string', describe: 'draft a mapping of this table' })
      .option('column', { type: 'string', array: true, describe: "pageURL=name: Adobe's column and the source's" }),
  run: async ({ sources = [], folder, zone, variable, table: named, column }, session) => {
    const { terminal, json } = session;
    const report = await init(sources, {
      ...session.context(),
      folder,
      ...(zone !== undefined && { zone }),
      ...(named !== undefined && { table: named }),
      ...(variable !== undefined && { variables: pairs('--variable', variable) }),
      ...(column !== undefined && { columns: pairs('--column', column) }),
      onStep: (says) => terminal.live(`${says} …`),
    });
    if (json) terminal.out(JSON.stringify(report, null, 2));
    else render(report, folder, session);
    return report.problems.some(({ severity }) => severity === 'error') ? 2 : 0;
  },
};

/** `name=value` texts as a record. */
function pairs(option: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
      if (name === undefined || value === undefined)
        throw new MigrationError('input.invalid', `${option} ${text} is no name=value`);
      return [name, value];
    }),
  );
}

function render(report: InitReport, folder: string, session: Session): void {
  const { terminal, people, problemLine } = session;
  const { out, paint, width } = terminal;
  for (const tried of report.tried) renderTried(tried, session);
  if (report.draft !== null) renderDraft(report.draft, report.source, session);
  const { from, to, zone } = report.range;
  out(`Range: from ${from} to ${to}, ${zone}; the last day is not part of it.`);
  for (const { stream, outcome, reason, column, rows } of report.outcomes) {
    const beside = columnBeside(reason ?? '', column);
    const why = `${reasonWords(reason ?? '', column)}${beside === null ? '' : ` (${beside})`}`;
    const [color, says] =
      outcome === 'hit' ? (['green', 'hits'] as const) : (['yellow', `${outcome}: ${why}`] as const);
    out(`${stream}: ${plural(rows, 'sampled row')} → ${paint[color](says)}`);
  }
  for (const problem of report.problems) out(problemLine(problem));
  const doubts = (report.draft?.columns ?? []).flatMap(({ column, becomes, doubts: against }) =>
    against.map((doubt) => `${becomes} from ${shorten(column, 40)}: ${doubt}`),
  );
  const remarks = [...doubts, ...report.remarks];
  if (remarks.length > 0) out(`\n${paint.bold('Look at')}`);
  for (const remark of remarks) for (const line of hanging(`  ${paint.yellow('!')} `, remark, width)) out(line);

  const file = join(folder, 'migration.yaml');
  const env = join(folder, '.env');
  out(`\nWritten: ${report.written.map(people.text).join(', ')}`);
  if (report.missing.length > 0) {
    for (const line of wrap(`To be set, in the environment or in ${env}: ${report.missing.join(', ')}`, width))
      out(line);
    if (report.missing.includes('BDIA_BASE_URL'))
      out(`To try it against the sandbox: ${people.command('sandbox', '--write-env', env)}`);
  }
  out(`Next: ${people.command('check', file)}`);
  out(`Then: ${people.command('preview', file)}`);
}

/** A mapping of which nothing is there is not worth a line. */
function renderTried({ title, fits, streams, variables }: TriedMapping, session: Session): void {
  const { out, paint, width } = session.terminal;
  if (!fits && streams.every(({ found }) => !found)) return;
  const values = Object.entries(variables).map(([name, value]) => `${name}: ${value === '' ? '""' : value}`);
  const head = `${fits ? paint.green('✔') : paint.yellow('–')} ${paint.bold(title)}`;
  out(`${head}${fits ? '' : ': not all of it is there'}${values.length === 0 ? '' : ` (${values.join(', ')})`}`);
  const rows = streams.map(({ stream, found, detail }) => [`    ${found ? '✔' : '✘'} ${stream}`, detail]);
  for (const line of rows.length === 0 ? [] : table(['', ''], rows, []).slice(1)) out(shorten(line, width));
  out('');
}

const marks = { sure: '✔', likely: '~', unsure: '?' } as const;

function renderDraft(draft: NonNullable<InitReport['draft']>, source: string, { terminal }: Session): void {
  const { out, paint, width } = terminal;
  const tell = (text: string): void => {
    for (const line of wrap(text, width)) out(line);
  };
  tell(`${paint.bold(source)}: no system that is known; drafted from ${draft.from}`);
  if (draft.others.length > 0) tell(`Other tables that may hold hits (--table NAME): ${draft.others.join(', ')}`);
  out('');
  const mapped = draft.columns.filter(({ becomes }) => becomes !== null);
  const rows = mapped.map(({ column, becomes, sureness, why, example }) => [
    `${marks[sureness ?? 'unsure']} ${shorten(becomes ?? '', 24)}`,
    shorten(column === '' ? '–' : column, 30),
    shorten(why.join('; '), 40),
    example ?? '',
  ]);
  const header = ['  Adobe', 'source', 'why', 'such as'];
  for (const [at, line] of table(header, narrowed(header, rows, width), []).entries()) {
    const cut = shorten(line, width);
    out(at === 0 ? paint.dim(cut) : mapped[at - 1]?.sureness === 'unsure' ? paint.yellow(cut) : cut);
  }
  out(paint.dim('  ✔ name and values agree   ~ one of them says so   ? look at it\n'));
  const list = (says: string, columns: readonly ColumnEvidence[]): void => {
    if (columns.length > 0) tell(`${says}: ${columns.map(({ column }) => column).join(', ')}`);
  };
  const rest = draft.columns.filter(({ becomes }) => becomes === null);
  list(
    'Not mapped, and kept in mapping.yaml behind #',
    rest.filter(({ filled }) => filled > 0),
  );
  list(
    'Empty in the sample',
    rest.filter(({ filled }) => filled === 0),
  );
  if (rest.length > 0) out('');
}

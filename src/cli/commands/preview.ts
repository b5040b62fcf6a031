import { MigrationError, type PreviewRow, preview, withIsoTimes } from '../../index.ts';
import { cellsOf } from '../cell-width.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { nameCell, nameWidthOf } from '../name-cell.ts';
import { plural, utcTime } from '../numbers.ts';
import { columnBeside, reasonWords, ruleNote, ruleWords } from '../rule-words.ts';
import { shorten, type Terminal } from '../terminal.ts';
import { assertWholeNumber } from '../whole-number.ts';
import { wrap } from '../wrap.ts';

const filters = ['rejected', 'filtered', 'cut', 'mended', 'emptied', 'left-out'] as const;

interface Arguments extends FileArgument {
  rows: number;
  stream?: string;
  at?: string;
  only?: (typeof filters)[number];
  all: boolean;
}

export const previewCommand: Command<Arguments> = {
  words: 'preview <file>',
  describe: 'Shows rows beside the hits they become',
  examples: [
    ['preview migration.yaml -n 5', 'five rows of each stream'],
    ['preview migration.yaml --stream orders --at 2023-06-01', 'one stream, from a day on'],
    ['preview migration.yaml --only cut', 'hits in which a value was cut'],
  ],
  options: (builder) =>
    withFile(builder)
      .option('rows', { alias: 'n', type: 'number', default: 20, describe: 'rows per stream' })
      .option('stream', { type: 'string', describe: 'only this stream' })
      .option('at', { type: 'string', describe: 'begin at this time (ISO 8601; UTC where it names no zone)' })
      .option('only', { choices: filters, describe: 'only such rows, and hits with such changes' })
      .option('all', { type: 'boolean', default: false, describe: 'columns that the mapping does not read as well' }),
  run: async ({ file, rows, stream, at, only, all }, session) => {
    assertWholeNumber('-n', rows, 1);
    const found = await preview(file, {
      ...session.context((event) => {
        if (event.type === 'message') session.terminal.note(event.text);
      }),
      rows,
      ...(stream === undefined ? {} : { stream }),
      ...(at === undefined ? {} : { at: instant(at) }),
      ...(only === undefined ? {} : { only: only === 'left-out' ? 'left out' : only }),
    });
    if (session.json) {
      const timed = found.map((row) => withIsoTimes(row, 'time'));
      session.terminal.out(JSON.stringify({ rows: timed }, null, 2));
    } else {
      const told = new Set<string>();
      for (const row of found) render(all ? { ...row, unread: [] } : row, told, session.terminal);
    }
    if (!session.json)
      ruleNote(
        found.flatMap((row) => [row, ...row.changes]),
        session.terminal,
      );
    if (found.length === 0) session.terminal.note('There is no such row.');
    return 0;
  },
};

function instant(text: string): number {
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text.replace(' ', 'T')}${text.length > 10 ? 'Z' : ''}`;
  const ms = Date.parse(zoned);
  if (Number.isNaN(ms))
    throw new MigrationError(
      'input.invalid',
      `--at ${text} is no time; write for example 2023-06-01 or 2023-06-01T12:00:00Z`,
    );
  return Math.floor(ms / 1000);
}

function missWords(reason: string, { column, value }: PreviewRow): string {
  const beside = columnBeside(reason, column);
  const found = column === null ? null : (value ?? (beside === null ? null : 'absent'));
  const details = [beside, found === null ? null : shorten(found, 40)].filter((part) => part !== null);
  return `${reasonWords(reason, column)}${details.length === 0 ? '' : ` (${details.join(': ')})`}`;
}

/** Side by side where the terminal is wide enough, one below the other where it is not. */
function render(row: PreviewRow, told: Set<string>, { out, paint, width }: Terminal): void {
  const verdict =
    row.outcome === 'hit'
      ? paint.green(`hit in ${row.group}`)
      : paint[row.outcome === 'rejected' ? 'red' : 'yellow'](`${row.outcome}: ${missWords(row.reason ?? '', row)}`) +
        ruleWords(row.rule, paint);
  const time = row.time === null ? '' : `${utcTime(row.time)} UTC  `;
  const head = `${paint.bold(row.stream)} ${row.key.join(' / ')}`;
  const isLong = cellsOf(`${head}  ${time}${verdict}`) > width;
  out(isLong ? `${head}\n  ${time}${verdict}` : `${head}  ${time}${verdict}`);
  const right = row.outcome === 'hit' ? hitLines(row) : [];
  const twoColumns = width >= 120 && right.length > 0;
  const room = twoColumns ? Math.floor((width - 6) / 2) : width - 4;
  const left = sourceLines(row, told, room);
  // A line of a file that is no row has its text alone.
  if (row.column === null && row.value !== null) left.push({ text: row.value, isMarked: false });
  const marked = ({ text, isMarked }: Line): string => {
    const short = shorten(text, room);
    return isMarked ? paint.yellow(short) : short;
  };
  if (twoColumns) {
    for (let line = 0; line < Math.max(left.length, right.length); line += 1) {
      const source = shorten(left[line]?.text ?? '', room);
      const hit = right[line];
      out(`  ${paint.dim(source)}${hit === undefined ? '' : `${' '.repeat(room - cellsOf(source))}  ${marked(hit)}`}`);
    }
  } else {
    for (const { text } of left) out(`  ${paint.dim(shorten(text, room))}`);
    if (right.length > 0) out('  →');
    for (const line of right) out(`  ${marked(line)}`);
  }
  out('');
}

interface Line {
  readonly text: string;
  readonly isMarked: boolean;
}

/** The columns that the mapping reads, and the names of the others that have not been told, within `room` cells. */
function sourceLines({ stream, row, unread }: PreviewRow, told: Set<string>, room: number): Line[] {
  const shown = Object.entries(row).filter(([name]) => !unread.includes(name));
  const width = nameWidthOf(shown.map(([name]) => name));
  const lines = shown.map(([name, value]) => nameCell(name, value, width));
  if (unread.length > 0) {
    const fresh = unread.filter((name) => !told.has(`${stream}\0${name}`));
    for (const name of fresh) told.add(`${stream}\0${name}`);
    const names = fresh.length === 0 ? '' : ` (--all shows them): ${fresh.join(', ')}`;
    lines.push(...wrap(`${plural(unread.length, 'column')} that the mapping does not read${names}`, room));
  }
  return lines.map((text) => ({ text, isMarked: false }));
}

/** The hit's columns; below each that was changed what was done, and last what is no part of the hit any more. */
function hitLines({ hit, changes }: PreviewRow): Line[] {
  const changed = changes.map(({ column }) => column);
  const width = nameWidthOf([...Object.keys(hit), ...changed]);
  const say = (column: string, indent: string): Line[] =>
    changes
      .filter((change) => change.column === column)
      .map(({ outcome, reason, rule }) => ({
        text: `${indent}${outcome}: ${reason}${ruleWords(rule)}`,
        isMarked: true,
      }));
  return [
    ...Object.entries(hit).flatMap(([name, value]): Line[] => [
      { text: nameCell(name, value, width), isMarked: false },
      ...say(name, `${' '.repeat(width + 1)}↑ `),
    ]),
    ...[...new Set(changed)]
      .filter((name) => hit[name] === undefined)
      .flatMap((name) => say(name, name === '' ? '' : nameCell(name, '', width))),
  ];
}

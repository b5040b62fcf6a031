import { MigrationError, type PreviewRow, preview } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { utcTime } from '../numbers.ts';
import { shorten, type Terminal } from '../terminal.ts';

export const previewCommand: Command<FileArgument & { rows: number; stream?: string; at?: string }> = {
  words: 'preview <file>',
  describe: 'Shows rows beside the hits they become',
  examples: [
    ['preview migration.yaml -n 5', 'five rows of each stream'],
    ['preview migration.yaml --stream orders --at 2023-06-01', 'one stream, from a day on'],
  ],
  options: (builder) =>
    withFile(builder)
      .option('rows', { alias: 'n', type: 'number', default: 20, describe: 'rows per stream' })
      .option('stream', { type: 'string', describe: 'only this stream' })
      .option('at', { type: 'string', describe: 'begin at this time (ISO 8601; UTC where it names no zone)' }),
  run: async ({ file, rows, stream, at }, session) => {
    if (!Number.isInteger(rows) || rows < 1)
      throw new MigrationError('input.invalid', `-n ${rows} is no whole number of 1 or more`);
    const found = await preview(file, {
      ...session.context(),
      rows,
      ...(stream === undefined ? {} : { stream }),
      ...(at === undefined ? {} : { at: instant(at) }),
    });
    if (session.json) session.terminal.out(JSON.stringify({ rows: found }, null, 2));
    else for (const row of found) render(row, session.terminal);
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

const nameWidth = 18;

/** Side by side where the terminal is wide enough, one below the other where it is not. */
function render(row: PreviewRow, { out, paint, width }: Terminal): void {
  const verdict =
    row.outcome === 'hit'
      ? paint.green(`hit in ${row.group}`)
      : paint[row.outcome === 'rejected' ? 'red' : 'yellow'](
          `${row.outcome}: ${row.reason}${row.column === null ? '' : ` (${row.column}: ${shorten(row.value ?? 'absent', 40)})`}`,
        );
  const time = row.time === null ? '' : `${utcTime(row.time)} UTC  `;
  out(`${paint.bold(row.stream)} ${row.key.join(' / ')}  ${time}${verdict}`);
  const left = Object.entries(row.row);
  const right = Object.entries(row.hit);
  const twoColumns = width >= 120 && right.length > 0;
  const half = twoColumns ? Math.floor((width - 6) / 2) : width - 4;
  const cell = ([name, value]: readonly [string, string] | readonly [], room: number): string =>
    name === undefined
      ? ''.padEnd(room)
      : shorten(`${shorten(name, nameWidth).padEnd(nameWidth)} ${value}`, room).padEnd(room);
  if (twoColumns) {
    for (let line = 0; line < Math.max(left.length, right.length); line += 1)
      out(`  ${paint.dim(cell(left[line] ?? [], half))}  ${cell(right[line] ?? [], half)}`.trimEnd());
  } else {
    for (const entry of left) out(`  ${paint.dim(cell(entry, half).trimEnd())}`);
    if (right.length > 0) out('  →');
    for (const entry of right) out(`  ${cell(entry, half).trimEnd()}`);
  }
  for (const { outcome, column, reason } of row.changes) out(paint.yellow(`  ${outcome} ${column}: ${reason}`));
  out('');
}

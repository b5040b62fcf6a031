import { type Explanation, explain } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { nameCell, nameWidthOf } from '../name-cell.ts';
import { columnBeside, reasonWords, ruleWords } from '../rule-words.ts';
import { shorten, type Terminal } from '../terminal.ts';

interface Arguments extends FileArgument {
  chunk?: string;
  row?: number;
  key?: string[];
  stream?: string;
  source: boolean;
}

export const explainCommand: Command<Arguments> = {
  words: 'explain <file>',
  lists: ['key'],
  describe: "From Adobe's row number to the source, and back",
  examples: [
    ['explain migration.yaml --chunk acme_0/000003-0001 --row 17', 'the source row of what Adobe names'],
    ['explain migration.yaml --key 4711', 'where a source row went; --key again for a key of several parts'],
  ],
  options: (builder) =>
    withFile(builder)
      .option('chunk', { type: 'string', describe: 'group/slice-part, a path, or an idempotency key' })
      .option('row', { type: 'number', describe: "Adobe's row number in it, from 1" })
      .option('key', {
        type: 'string',
        array: true,
        describe: 'the key of a source row, by its parts or as it is printed',
      })
      .option('stream', { type: 'string', describe: 'the key is one of this stream' })
      .option('source', {
        type: 'boolean',
        default: true,
        describe: 'ask the source for the row (--no-source: do not)',
      }),
  run: async ({ file, chunk, row, key, stream, source }, session) => {
    const found = await explain(file, {
      ...session.context(),
      source,
      ...(chunk === undefined ? {} : { chunk }),
      ...(row === undefined ? {} : { row }),
      ...(key === undefined ? {} : { key }),
      ...(stream === undefined ? {} : { stream }),
    });
    const { terminal } = session;
    if (session.json) terminal.out(JSON.stringify({ rows: found }, null, 2));
    else for (const one of found) render(one, terminal);
    if (found.length > 0) return 0;
    terminal.error(
      `What was built has no row with the key ${key?.join(' / ')}: it was filtered, lies outside the range, is not in the source or not built yet, ` +
        'or stands in a line that was rejected as a whole, whose key is file and line.\n' +
        `Next: ${session.people.command('rejects', file)}`,
    );
    return 2;
  },
};

function render(found: Explanation, { out, paint, width }: Terminal): void {
  const { stream, key, chunk, hit, reject, row, changes, now } = found;
  const list = (cells: Readonly<Record<string, string>>): void => {
    const names = nameWidthOf(Object.keys(cells));
    for (const [name, value] of Object.entries(cells))
      out(`  ${shorten(nameCell(name, value, names), Math.max(names + 21, width - 2))}`);
  };
  out(`${paint.bold(stream)} ${key.join(' / ')}`);
  if (reject !== null) {
    const { reason, column, value, rule } = reject;
    const beside = columnBeside(reason, column);
    const cause = [
      ...(beside === null ? [] : [beside]),
      // What was no row at all has no columns, and its text is shown below.
      ...(column === null || value === null ? [] : [`"${value}"`]),
    ];
    const why = `${reasonWords(reason, column)}${cause.length === 0 ? '' : ` (${cause.join(' ')})`}`;
    out(paint.red(`rejected: ${why}`) + ruleWords(rule, paint));
  }
  if (chunk !== null) {
    out(`row ${chunk.row} of ${chunk.group}/${chunk.name}, ${chunk.state}, key ${chunk.idempotencyKey}`);
    if (chunk.lost !== null) out(paint.red(`Adobe did not take it: ${chunk.lost}`));
  }
  if (chunk?.removed === true)
    out(
      'The file of this chunk was removed after delivery (disk.keep: undelivered): its hit cannot be shown. keep: all keeps chunks.',
    );
  if (isLine(found)) {
    out(paint.bold('line'));
    out(`  ${shorten(reject?.value ?? '', Math.max(40, width - 2))}`);
  } else if (row !== null) {
    out(paint.bold('source row'));
    list(row);
  }
  if (hit !== null) {
    out(paint.bold('hit'));
    list(hit);
  }
  for (const { outcome, column, reason, rule } of changes)
    out(paint.yellow(`  ${outcome} ${column}: ${reason}`) + ruleWords(rule, paint));
  out(sourceLine(found, paint));
  if (now !== null) list(now);
  out('');
}

/** What was no row at all has no columns: its text is the rejected value. */
function isLine({ reject, row }: Explanation): boolean {
  return reject !== null && reject.value !== null && reject.column === null && Object.keys(row ?? {}).length === 0;
}

function sourceLine(found: Explanation, paint: Terminal['paint']): string {
  const { source, reject, note } = found;
  if (reject !== null)
    return paint.dim(`The ${isLine(found) ? 'line' : 'row'} is shown as it was when it was rejected.`);
  if (source === 'same') return paint.green('The source still gives this hit.');
  if (source === 'other') return paint.red(`The source gives something else now${note === null ? ':' : `: ${note}`}`);
  if (source === 'there') return `The source gives this now${note === null ? ':' : `: ${note}`}`;
  if (source === 'gone') return paint.red(`The source has no such row any more${note === null ? '.' : `: ${note}`}`);
  return paint.dim(`The source was not asked${note === null ? '.' : `: ${note}`}`);
}

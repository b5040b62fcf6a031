import { type DiffReport, diff, type StreamDiff } from '../../index.ts';
import type { Command } from '../command.ts';
import { count, plural } from '../numbers.ts';
import { parted } from '../parted.ts';
import { shorten, type Terminal } from '../terminal.ts';
import { assertWholeNumber } from '../whole-number.ts';

export const diffCommand: Command<{ old: string; new: string; rows: number; migration?: string }> = {
  words: 'diff <old> <new>',
  describe: 'What a changed mapping changes, on a sample',
  examples: [
    ['diff mapping-as-it-was.yaml migration.yaml', 'against the mapping that the migration names'],
    ['diff old.yaml new.yaml --migration migration.yaml', 'two mappings over the rows of one migration'],
  ],
  options: (builder) =>
    builder
      .positional('old', { type: 'string', demandOption: true, describe: 'a mapping, or a migration with its own' })
      .positional('new', { type: 'string', demandOption: true, describe: 'the other' })
      .option('rows', { alias: 'n', type: 'number', default: 1000, describe: 'rows per stream' })
      .option('migration', { type: 'string', describe: 'whose source gives the rows' }),
  run: async ({ old, new: now, rows, migration }, session) => {
    assertWholeNumber('-n', rows, 1);
    const report = await diff(old, now, {
      ...session.context(),
      rows,
      ...(migration === undefined ? {} : { migration }),
    });
    if (session.json) session.terminal.out(JSON.stringify(report, null, 2));
    else render(report, session.terminal);
    return 0;
  },
};

function render({ streams, gone, added, identity, content }: DiffReport, terminal: Terminal): void {
  const { out, paint } = terminal;
  for (const stream of streams) renderStream(stream, terminal);
  if (gone.length > 0) out(paint.red(`streams that are gone: ${gone.join(', ')}`));
  if (added.length > 0) out(paint.yellow(`streams that are new: ${added.join(', ')}`));
  if (identity.length > 0) out(paint.red(`May not change once anything was sent: ${identity.join(', ')}`));
  else if (content.length > 0)
    out(
      `A migration that has begun can go on with this change: run … --accept-change${content.includes('report suite') ? ' (but not with another suite for all rows, once anything was sent)' : ''}`,
    );
  else out(paint.green('To a migration that has begun, this is no change.'));
}

function renderStream(found: StreamDiff, { out, paint, width }: Terminal): void {
  const changed = found.rows - found.same;
  const verdict =
    changed === 0
      ? paint.green('none changes')
      : paint.yellow(`${count(changed)} ${changed === 1 ? 'changes' : 'change'}`);
  out(`${paint.bold(found.stream)}  ${plural(found.rows, 'row')} of the source: ${verdict}`);
  for (const { before, after, rows, samples } of found.outcomes)
    out(
      `  ${count(rows)} × ${paint.red(before)} → ${paint.green(after)}, such as ${samples.map((key) => key.join(' / ')).join(', ')}`,
    );
  const room = Math.max(20, width - 8);
  const shown = (before: string | null, after: string | null): readonly [string, string] => {
    if (before !== null && after !== null) return parted(before, after, room);
    const [old, now] = [before, after].map((value) => (value === null ? '(absent)' : shorten(value, room)));
    return [old ?? '', now ?? ''];
  };
  for (const { column, hits, samples } of found.columns) {
    out(`  ${paint.bold(column)} of ${plural(hits, 'hit')}`);
    for (const { key, before, after } of samples) {
      out(`    ${paint.dim(key.join(' / '))}`);
      const [old, now] = shown(before, after);
      out(`      ${paint.red(`- ${old}`)}`);
      out(`      ${paint.green(`+ ${now}`)}`);
    }
  }
  if (found.moved > 0) {
    out(paint.red(`  ${count(found.moved)} of ${plural(found.visitors, 'visitor')} would change lane`));
    for (const { visitor, before, after } of found.movedSamples) out(`    ${visitor}: ${before} → ${after}`);
  }
  out('');
}

import { resolve } from 'node:path';
import { check, isFault, type UnmappedMembers } from '../../index.ts';
import type { Command } from '../command.ts';
import { count, plural } from '../numbers.ts';
import type { Terminal } from '../terminal.ts';
import { wrap } from '../wrap.ts';

export const checkCommand: Command<{ files: string[]; offline: boolean }> = {
  words: 'check <files..>',
  describe: 'Lints mappings and migrations: all faults',
  examples: [
    ['check migration.yaml', 'against its source as well'],
    ['check --offline *.yaml', 'only what the files say'],
  ],
  options: (builder) =>
    builder
      .positional('files', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'migrations, mappings and their tests',
      })
      .option('offline', { type: 'boolean', default: false, describe: 'do not open the source' }),
  run: async ({ files, offline }, session) => {
    const reports = await check(files, { ...session.context(), offline });
    // A mapping's fault stands in the reports of its migrations too.
    const problems = new Map(
      reports.flatMap((report) => report.problems).map((each) => [session.problemLine(each), each]),
    );
    const faults = [...problems.values()].filter(isFault);
    if (session.json) {
      session.terminal.out(JSON.stringify({ files: reports }, null, 2));
    } else {
      for (const line of problems.keys()) session.terminal.out(line);
      for (const { file, kind, problems: found } of reports) {
        const path = resolve(file);
        if (found.some(isFault) || faults.some((fault) => fault.file === path)) continue;
        const warnings = found.length === 0 ? '' : `, ${plural(found.length, 'warning')}`;
        session.terminal.out(`${file}: ${kind} without faults${warnings}`);
      }
      for (const { unmapped } of reports) for (const stream of unmapped) renderUnmapped(stream, session.terminal);
      if (faults.length > 0) session.terminal.note(plural(faults.length, 'fault'));
    }
    return faults.length === 0 ? 0 : 2;
  },
};

const mostMembers = 30;

/** Members of JSON that nobody mapped, with the number of rows that have each. */
function renderUnmapped({ stream, rows, members }: UnmappedMembers, { out, paint, width }: Terminal): void {
  out(`${stream}: JSON members that no value reads, and in how many of ${plural(rows, 'sampled row')} they stand:`);
  const shown = members.slice(0, mostMembers).map((member) => `${member.name} (${count(member.rows)})`);
  if (members.length > shown.length) shown.push(`and ${count(members.length - shown.length)} more`);
  for (const line of wrap(shown.join(', '), width - 2)) out(paint.dim(`  ${line}`));
}

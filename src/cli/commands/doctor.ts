import { type DoctorFinding, type DoctorReport, doctor, type Problem } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { duration, plural } from '../numbers.ts';
import type { Session } from '../session.ts';
import { wrap } from '../wrap.ts';

export const doctorCommand: Command<FileArgument> = {
  words: 'doctor <file>',
  describe: 'Looks at source, disk, credentials and hosts',
  examples: [
    ['doctor migration.yaml', 'all that is wrong, and what to do about it; changes nothing'],
    ['doctor migration.yaml --json', 'for scripts; exit code 2 where there is a fault'],
  ],
  options: withFile,
  run: async ({ file }, session) => {
    const { terminal, json, people } = session;
    if (!json) terminal.live('looking at files and source …');
    const report = await doctor(file, {
      ...session.context(),
      onFinding: (finding, problems) => {
        if (json) return;
        render(finding, problems, session);
        terminal.live(`${finding.check === 'source' ? 'reading' : 'asking'} …`);
      },
    });
    if (json) {
      terminal.out(JSON.stringify(report, null, 2));
    } else {
      terminal.out('');
      terminal.out(`${terminal.paint.bold(report.migration ?? file)}  ${summaryOf(report, session)}`);
      terminal.out(`Next: ${people.command(report.healthy ? 'plan' : 'doctor', file)}`);
    }
    return report.healthy ? 0 : 2;
  },
};

const labelWidth = 6;
const indent = ' '.repeat(labelWidth + 6);

function render(finding: DoctorFinding, problems: readonly Problem[], session: Session): void {
  const { terminal, people, problemLine } = session;
  const { out, paint, width } = terminal;
  const took = finding.seconds === null ? '' : ` (${timeText(finding.seconds)})`;
  const of = finding.of === null ? '' : `${finding.of}: `;
  const room = Math.max(40, width - indent.length);
  const [first, ...more] = wrap(`${of}${people.text(finding.found)}${took}`, room);
  out(`  ${markOf(finding, paint)} ${finding.check.padEnd(labelWidth)}  ${first}`);
  for (const line of more) out(`${indent}${line}`);
  for (const problem of problems) out(`${indent}${problemLine(problem)}`);
  if (finding.cure === null) return;
  // What is to be copied keeps its line.
  const cure = finding.cure.endsWith(';') ? [finding.cure] : wrap(people.text(finding.cure), room - 2);
  for (const [place, line] of cure.entries()) out(`${indent}${place === 0 ? '→' : ' '} ${line}`);
}

function markOf({ result }: DoctorFinding, paint: Session['terminal']['paint']): string {
  switch (result) {
    case 'ok':
      return paint.green('✔');
    case 'warning':
      return paint.yellow('!');
    case 'fault':
      return paint.red('✘');
    case 'skipped':
      return paint.dim('–');
  }
}

function summaryOf({ checks }: DoctorReport, { terminal: { paint } }: Session): string {
  const number = (result: DoctorFinding['result']): number => checks.filter((check) => check.result === result).length;
  const [faults, warnings] = [number('fault'), number('warning')];
  const parts = [
    faults === 0 ? paint.green('no fault') : paint.red(plural(faults, 'fault')),
    ...(warnings === 0 ? [] : [paint.yellow(plural(warnings, 'warning'))]),
    ...(number('skipped') === 0 ? [] : [`${number('skipped')} not looked at`]),
  ];
  return parts.join(', ');
}

/** `45 ms`, `3.2 s`, `2 min 05 s`. */
function timeText(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : duration(seconds);
}

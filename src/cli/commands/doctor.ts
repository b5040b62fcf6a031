import { type DoctorFinding, type DoctorReport, doctor, type Problem } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { duration, plural } from '../numbers.ts';
import type { Session } from '../session.ts';
import { hanging } from '../wrap.ts';

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
    let skipped: DoctorFinding[] = [];
    const flush = (next: DoctorFinding | null): void => {
      if (skipped.length > 0 && !isSame(next, skipped[0])) {
        renderSkipped(skipped, session);
        skipped = [];
      }
    };
    if (!json) terminal.live('looking …');
    const report = await doctor(file, {
      ...session.context(),
      onFinding: (finding, problems) => {
        if (json) return;
        flush(finding);
        if (finding.result === 'skipped' && finding.of === null) skipped.push(finding);
        else render(finding, problems, session);
        terminal.live('looking …');
      },
    });
    if (json) {
      terminal.out(JSON.stringify(report, null, 2));
    } else {
      flush(null);
      terminal.out('');
      terminal.out(`${terminal.paint.bold(report.migration ?? file)}  ${summaryOf(report, session)}`);
      terminal.out(`Next: ${people.command(report.healthy ? 'plan' : 'doctor', file)}`);
    }
    return report.healthy ? 0 : 2;
  },
};

const labelWidth = 6;
const indent = ' '.repeat(labelWidth + 6);

function isSame(a: DoctorFinding | null, b: DoctorFinding | undefined): boolean {
  return a?.result === b?.result && a?.of === null && a.found === b?.found;
}

/** What was left out for one reason, on one line. */
function renderSkipped(findings: readonly DoctorFinding[], { terminal, people }: Session): void {
  const { out, paint, width } = terminal;
  const why = people.text(findings[0]?.found ?? '');
  const checks = findings.map(({ check }) => check);
  const [label, list] = checks.length === 1 ? [checks[0] ?? '', ''] : ['', `: ${checks.join(', ')}`];
  const mark = `  ${paint.dim('–')} ${label.padEnd(labelWidth)}  `;
  for (const line of hanging(mark, `not looked at, as ${why}${list}`, width)) out(line);
}

function render(finding: DoctorFinding, problems: readonly Problem[], session: Session): void {
  const { terminal, people, problemLine } = session;
  const { out, paint, width } = terminal;
  const isQuick = finding.seconds === null || finding.seconds < 0.0005;
  const took = isQuick ? '' : ` (${timeText(finding.seconds ?? 0)})`;
  const of = finding.of === null ? '' : `${finding.of}: `;
  const mark = `  ${markOf(finding, paint)} ${finding.check.padEnd(labelWidth)}  `;
  for (const line of hanging(mark, `${of}${people.text(finding.found)}${took}`, width)) out(line);
  for (const problem of problems) out(`${indent}${problemLine(problem)}`);
  if (finding.cure === null) return;
  // What is to be copied keeps its line.
  const isStatement = /^CREATE \w/.test(finding.cure);
  for (const line of isStatement
    ? [`${indent}→ ${finding.cure}`]
    : hanging(`${indent}→ `, people.text(finding.cure), width))
    out(line);
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

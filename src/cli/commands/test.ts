import { type MappingTestReport, type TestResult, testMappings } from '../../index.ts';
import { cellsOf } from '../cell-width.ts';
import type { Command } from '../command.ts';
import { plural } from '../numbers.ts';
import { sharedBeginning } from '../parted.ts';
import type { Session } from '../session.ts';

export const testCommand: Command<{ mappings: string[] }> = {
  words: 'test <mappings..>',
  describe: 'Runs the tests beside mappings',
  examples: [
    ['test mapping.yaml', 'those in mapping.test.yaml'],
    ['test mappings/*.test.yaml', 'several; a ready-made name will do, too'],
  ],
  options: (builder) =>
    builder.positional('mappings', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'mapping files, or ready-made names',
    }),
  run: async ({ mappings }, session) => {
    const reports = await testMappings(mappings, session.context());
    if (session.json) session.terminal.out(JSON.stringify({ mappings: reports }, null, 2));
    else for (const report of reports) render(report, session);
    const isFaulty = reports.some(
      ({ failed, problems }) => failed > 0 || problems.some(({ severity }) => severity === 'error'),
    );
    return isFaulty ? 2 : 0;
  },
};

function render({ mapping, passed, failed, tests, problems }: MappingTestReport, session: Session): void {
  const { out, paint } = session.terminal;
  for (const problem of problems) out(session.problemLine(problem));
  for (const test of tests) if (!test.passed) renderFailure(test, session);
  if (tests.length === 0) return;
  const whole = `${mapping}: ${plural(tests.length, 'test')}`;
  out(
    failed === 0 ? `${whole}, ${paint.green('all pass')}` : `${whole}, ${passed} pass, ${paint.red(`${failed} fail`)}`,
  );
}

function renderFailure({ name, stream, place, expected, found, differences }: TestResult, session: Session): void {
  const { out, paint, width } = session.terminal;
  const at = `${session.people.text(place.file)}:${place.line}:${place.column}`;
  out(`${paint.red('✘')} ${at}: ${name ?? `a row of ${stream}`}`);
  if (differences.length === 0) {
    out(`    expected  ${paint.green(expected)}`);
    out(`    found     ${paint.red(found)}`);
  }
  for (const { column, expected: want, found: have } of differences) {
    out(`    ${paint.bold(column)}`);
    out(`      expected  ${want === null ? paint.dim('absent') : paint.green(visible(want))}`);
    out(`      found     ${have === null ? paint.dim('absent') : paint.red(visible(have))}`);
    const mark = want === null || have === null ? null : partsAt(visible(want), visible(have), width - 17);
    if (mark !== null) out(`${' '.repeat(16 + mark)}↑`);
  }
}

/** The cells before the place where two texts part; `null` where it needs no pointing at, or lies outside the line. */
function partsAt(one: string, other: string, most: number): number | null {
  const first = [...one];
  const shared = sharedBeginning(first, [...other]);
  const cells = cellsOf(first.slice(0, shared).join(''));
  return shared < 3 || cells > most ? null : cells;
}

/** As it is where that can be seen, else as JSON. */
function visible(text: string): string {
  return /^\s|\s$|[\p{Cc}\u00a0\u200b-\u200f\ufeff]/u.test(text) ? JSON.stringify(text) : text;
}

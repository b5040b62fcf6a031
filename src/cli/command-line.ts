import yargs, { type Argv } from 'yargs';
import type { Command } from './command.ts';
import { buildCommand } from './commands/build.ts';
import { checkCommand } from './commands/check.ts';
import { demoCommand } from './commands/demo.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { initCommand } from './commands/init.ts';
import { lintCommand } from './commands/lint.ts';
import { planCommand } from './commands/plan.ts';
import { previewCommand } from './commands/preview.ts';
import { rejectsCommand } from './commands/rejects.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { sandboxCommand } from './commands/sandbox.ts';
import { settleCommand } from './commands/settle.ts';
import { statusCommand } from './commands/status.ts';
import { testCommand } from './commands/test.ts';
import { validateCommand } from './commands/validate.ts';
import { verifyCommand } from './commands/verify.ts';
import { type CommonArguments, withCommonOptions } from './common-arguments.ts';
import { explainWords, faultOfValues } from './explain-words.ts';
import { openSession, type Session } from './session.ts';
import { widthOf } from './terminal.ts';

const commands: readonly Command[] = [
  demoCommand,
  initCommand,
  checkCommand,
  testCommand,
  doctorCommand,
  previewCommand,
  diffCommand,
  planCommand,
  buildCommand,
  validateCommand,
  runCommand,
  statusCommand,
  settleCommand,
  verifyCommand,
  reportCommand,
  rejectsCommand,
  explainCommand,
  lintCommand,
  sandboxCommand,
];

/** Says that the words of the command line are off: exit code 2, and nothing was run. */
class WordsFault extends Error {}

/** Runs one command line; resolves to the exit code. Everything that a person must know has been printed by then. */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  let exitCode = 0;
  const parser = parserOf(words)
    .usage('$0 <command>\n\nMoves web-analytics history into Adobe Analytics through the Bulk Data Insertion API.')
    .demandCommand(1)
    .epilogue(
      'Begin with: bdia-migrate demo\n\nExit codes: 0 done · 1 bug · 2 wrong input · 3 stopped, can be resumed ·\n' +
        '4 a promise does not hold, or rows were lost over the budget · 130 interrupted',
    );
  for (const command of commands) {
    parser.command(
      command.words,
      command.describe,
      // Named here, the group of a command's own options stands above those of every command.
      (builder: Argv) => command.options(builder.group([], 'Options:')).epilogue(examplesOf(command)),
      async (found) => {
        const fault = faultOfValues(found, listsOf(command));
        if (fault !== null) throw new WordsFault(fault);
        exitCode = await runInSession(command, found as unknown as CommonArguments, words);
      },
    );
  }
  withCompletion(parser, words);
  try {
    await parser.parseAsync();
  } catch (error) {
    if (!(error instanceof WordsFault)) throw error;
    return sayWordsFault(error.message, words);
  }
  return exitCode;
}

const completion: Pick<Command, 'describe' | 'examples'> = {
  describe: 'Prints a completion script for your shell',
  examples: [
    ['completion >> ~/.bashrc', 'in bash, for every shell that is opened from then on'],
    ['completion >> ~/.zshrc', 'in zsh; SHELL tells which one it is'],
  ],
};

/** Of its own command yargs would print the script, not the help. */
function withCompletion(parser: Argv, words: readonly string[]): void {
  if (!words.includes('--help')) parser.completion('completion', completion.describe);
  else parser.command('completion', completion.describe, (builder) => builder.epilogue(examplesOf(completion)));
}

function parserOf(words: readonly string[]): Argv {
  const parser = yargs([...words])
    .scriptName('bdia-migrate')
    // What is wrong is told from yargs' own English.
    .locale('en')
    // Greedy, `--uploaded a/1-0 migration.yaml` would swallow the migration file.
    .parserConfiguration({ 'greedy-arrays': false, 'dot-notation': false })
    .strict()
    .help('help', 'this help')
    .version()
    .describe('version', 'the version of this program')
    .wrap(Math.min(110, widthOf(process.stdout.columns ?? Number(process.env['COLUMNS']))))
    // Without a throw here yargs would go on and run the command of a faulty line.
    .fail((message, error) => {
      throw error instanceof WordsFault || (error !== undefined && message === null) ? error : new WordsFault(message);
    })
    .exitProcess(false);
  return withCommonOptions(parser);
}

async function runInSession(command: Command, found: CommonArguments, words: readonly string[]): Promise<number> {
  let session: Session;
  try {
    session = openSession(found, words);
  } catch (error) {
    // Only the log file can be at fault: without it, the session opens.
    const { logFile: _, ...rest } = found;
    session = openSession(rest, words);
    const exitCode = await session.explain(error);
    await session.close();
    return exitCode;
  }
  try {
    return await command.run(found as never, session);
  } catch (error) {
    return await session.explain(error);
  } finally {
    await session.close();
  }
}

function examplesOf({ examples }: Pick<Command, 'examples'>): string {
  return ['Examples:', ...examples.flatMap(([line, says]) => [`  # ${says}`, `  bdia-migrate ${line}`])].join('\n');
}

/** Options and positionals of a command that may hold several values. */
function listsOf({ words, lists }: Command): readonly string[] {
  const positional = /<(\w+)\.\.>/.exec(words)?.[1];
  return [...(lists ?? []), ...(positional === undefined ? [] : [positional])];
}

async function sayWordsFault(found: string, words: readonly string[]): Promise<number> {
  const names = [...commands.map((command) => command.words.split(' ')[0] ?? ''), 'completion'];
  const command = commands.find((candidate) => words.includes(candidate.words.split(' ')[0] ?? ''));
  const help = await (command === undefined ? parserOf([]) : command.options(parserOf([]))).getHelp();
  const options = [...help.matchAll(/^ .*?--(?<name>[a-z][a-z-]+)/gm)].map(({ groups }) => groups?.['name'] ?? '');
  const message = explainWords(found, words, { commands: names, options });
  const next = `bdia-migrate ${command === undefined ? '' : `${command.words.split(' ')[0]} `}--help`;
  if (words.includes('--json'))
    process.stdout.write(
      `${JSON.stringify({ stopped: { code: 'input.invalid', message, next }, problems: [] }, null, 2)}\n`,
    );
  process.stderr.write(`bdia-migrate: ${message}\nTry: ${next}\n`);
  return 2;
}

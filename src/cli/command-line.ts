import yargs, { type Argv } from 'yargs';
import type { Command } from './command.ts';
import { buildCommand } from './commands/build.ts';
import { checkCommand } from './commands/check.ts';
import { demoCommand } from './commands/demo.ts';
import { planCommand } from './commands/plan.ts';
import { previewCommand } from './commands/preview.ts';
import { runCommand } from './commands/run.ts';
import { sandboxCommand } from './commands/sandbox.ts';
import { settleCommand } from './commands/settle.ts';
import { statusCommand } from './commands/status.ts';
import { validateCommand } from './commands/validate.ts';
import { verifyCommand } from './commands/verify.ts';
import type { CommonArguments } from './common-arguments.ts';
import { openSession } from './session.ts';

const commands: readonly Command[] = [
  demoCommand,
  checkCommand,
  previewCommand,
  planCommand,
  buildCommand,
  validateCommand,
  runCommand,
  statusCommand,
  settleCommand,
  verifyCommand,
  sandboxCommand,
];

/** Says that the words of the command line are off: exit code 2, with the help's own advice. */
class WordsFault extends Error {}

/** Runs one command line; resolves to the exit code. Everything that a person must know has been printed by then. */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  let exitCode = 0;
  const parser = yargs([...words])
    .scriptName('bdia-migrate')
    .usage('$0 <command>\n\nMoves web-analytics history into Adobe Analytics through the Bulk Data Insertion API.')
    .option('json', { type: 'boolean', default: false, describe: 'one JSON document on standard output' })
    .option('quiet', { type: 'boolean', default: false, describe: 'no progress and no remarks' })
    .option('color', { type: 'boolean', default: true, describe: 'colours in a terminal (--no-color: none)' })
    .option('log-file', { type: 'string', describe: 'append what happens to this file, one JSON line each' })
    .option('log-level', {
      choices: ['debug', 'info', 'warn'] as const,
      default: 'info' as const,
      describe: 'what goes to the log file',
    })
    .strict()
    .demandCommand(1, 'Which command? Try: bdia-migrate demo')
    .recommendCommands()
    .completion('completion', 'prints a completion script for your shell')
    .help()
    .version()
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .epilogue(
      'Exit codes: 0 done · 1 bug · 2 wrong input · 3 stopped, can be resumed · 4 a promise does not hold · 130 interrupted',
    )
    // Without a throw here yargs would go on and run the command of a faulty line.
    .fail((message, error) => {
      throw error ?? new WordsFault(message);
    })
    .exitProcess(false);
  for (const command of commands) {
    parser.command(
      command.words,
      command.describe,
      (builder: Argv) => command.options(builder).example(command.examples.map(([line, says]) => [`$0 ${line}`, says])),
      async (found) => {
        const session = openSession(found as unknown as CommonArguments);
        try {
          exitCode = await command.run(found as never, session);
        } catch (error) {
          exitCode = session.explain(error);
        } finally {
          await session.close();
        }
      },
    );
  }
  try {
    await parser.parseAsync();
  } catch (error) {
    if (error instanceof WordsFault) {
      process.stderr.write(`bdia-migrate: ${error.message}\nTry: bdia-migrate --help\n`);
      return 2;
    }
    throw error;
  }
  return exitCode;
}

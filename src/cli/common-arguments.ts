import type { Argv } from 'yargs';

/** Options of every command; `file` is that of a command that has one. */
export interface CommonArguments {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly logFile?: string;
  readonly logLevel: 'debug' | 'info' | 'warn';
  readonly file?: string | undefined;
}

/** Declares the options of every command, below the command's own. */
export function withCommonOptions(parser: Argv): Argv {
  return (
    parser
      .option('json', { type: 'boolean', default: false, describe: 'one JSON document on standard output' })
      .option('quiet', { type: 'boolean', default: false, describe: 'no progress and no remarks' })
      // yargs reads `--no-color` as `color: false`; people look for it by its own name.
      .option('color', { type: 'boolean', default: true, hidden: true })
      .option('no-color', { type: 'boolean', describe: 'no colours; NO_COLOR=1 says the same' })
      .option('log-file', { type: 'string', describe: 'append what happens here, one JSON line each' })
      .option('log-level', {
        choices: ['debug', 'info', 'warn'] as const,
        default: 'info' as const,
        describe: 'what goes to the log file',
      })
      .group(['json', 'quiet', 'no-color', 'log-file', 'log-level', 'help', 'version'], 'Options of every command:')
  );
}

import { type ContextOptions, exitCodeOf, formatProblem, type JobEvent, MigrationError } from '../index.ts';
import type { CommonArguments } from './common-arguments.ts';
import { openLog } from './log.ts';
import { catchSignals } from './signals.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** What a running command has at hand. */
export interface Session {
  readonly terminal: Terminal;
  readonly json: boolean;
  /** The process as a use case sees it; events go to the log and to `onEvent`. */
  context(onEvent?: (event: JobEvent) => void): ContextOptions;
  /** Prints an error as a person (or a script) needs it; gives the exit code. */
  explain(error: unknown): number;
  close(): Promise<void>;
}

/** Opens terminal, log and signals for one command. */
export function openSession(options: CommonArguments): Session {
  const terminal = openTerminal(options);
  const signals = catchSignals(terminal);
  const log = options.logFile === undefined ? null : openLog(options.logFile, options.logLevel);
  return {
    terminal,
    json: options.json,
    context: (onEvent) => ({
      signal: signals.signal,
      env: process.env,
      runtime: { icu: process.versions['icu'] ?? '', tz: process.versions['tz'] ?? '' },
      onEvent: (event) => {
        log?.take(event);
        onEvent?.(event);
      },
    }),
    explain: (error) => {
      const { paint } = terminal;
      terminal.live('');
      if (!(error instanceof MigrationError)) {
        process.stderr.write(
          `${paint.red('This is a bug in bdia-migrate:')}\n${error instanceof Error ? error.stack : String(error)}\n`,
        );
        return 1;
      }
      log?.stop(error.code, error.message);
      if (options.json) {
        const stopped = { code: error.code, message: error.message, next: error.next };
        terminal.out(JSON.stringify({ stopped, problems: error.problems }, null, 2));
      }
      for (const problem of error.problems) process.stderr.write(`${formatProblem(problem)}\n`);
      process.stderr.write(`${paint.red(error.message)}\n`);
      if (error.next !== null) process.stderr.write(`Next: ${error.next}\n`);
      return exitCodeOf(error.code);
    },
    close: async () => {
      terminal.live('');
      signals.release();
      await log?.close();
    },
  };
}

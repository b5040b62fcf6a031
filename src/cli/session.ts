import {
  type ContextOptions,
  exitCodeOf,
  formatProblem,
  type JobEvent,
  type JobReport,
  MigrationError,
  type Problem,
  status,
} from '../index.ts';
import type { CommonArguments } from './common-arguments.ts';
import { type ForPeople, forPeople } from './for-people.ts';
import { loadStop } from './load-stop.ts';
import { openLog } from './log.ts';
import { programName } from './program-name.ts';
import { catchSignals } from './signals.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** What a running command has at hand. */
export interface Session {
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly people: ForPeople;
  /** The process as a use case sees it; events go to the log and to `onEvent`. */
  context(onEvent?: (event: JobEvent) => void): ContextOptions;
  /** Prints a problem that stops nothing by itself, or one of several that do, as `file:line:column: …`. */
  problemLine(problem: Problem): string;
  /** Enters a stop that is part of a report into the log. */
  logStop(code: string, message: string): void;
  /** Prints an error as a person (or a script) needs it; resolves to the exit code. */
  explain(error: unknown): Promise<number>;
  close(): Promise<void>;
}

/** Opens terminal, log and signals for one command; `words` are its command line, without the program. */
export function openSession(options: CommonArguments, words: readonly string[]): Session {
  const terminal = openTerminal(options);
  const cwd = process.cwd();
  const program = programName({ argv: process.argv, env: process.env, cwd });
  const people = forPeople({ program, cwd, file: options.file });
  const again = people.command(...words);
  const log = options.logFile === undefined ? null : openLog(options.logFile, options.logLevel, terminal.note);
  const signals = catchSignals(terminal, again, options.json);
  const problemLine = (problem: Problem): string => formatProblem(people.problem(problem));
  return {
    terminal,
    json: options.json,
    people,
    problemLine,
    context: (onEvent) => ({
      signal: signals.signal,
      env: process.env,
      onEvent: (event) => {
        log?.take(event);
        onEvent?.(event);
      },
    }),
    logStop: (code, message) => log?.stop(code, message),
    explain: async (thrown) => {
      const { paint } = terminal;
      const error = asStop(thrown);
      if (!(error instanceof MigrationError)) {
        terminal.error(paint.red('This is a bug in bdia-migrate:'));
        terminal.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
        return 1;
      }
      const { code, message, problems } = error;
      const next = error.next ?? (code === 'interrupted' ? again : null);
      log?.stop(code, message);
      if (options.json) {
        const known = await standingIn(options.file);
        terminal.out(JSON.stringify({ ...known, stopped: { code, message, next }, problems }, null, 2));
      }
      for (const problem of problems) terminal.error(problemLine(problem));
      terminal.error(paint.red(people.text(message)));
      if (next !== null) terminal.error(`Next: ${people.text(next)}`);
      return exitCodeOf(code);
    },
    close: async () => {
      terminal.live('');
      signals.release();
      log?.close();
    },
  };
}

function asStop(thrown: unknown): unknown {
  const stop = thrown instanceof MigrationError ? null : loadStop(thrown);
  return stop === null ? thrown : new MigrationError(stop.code, stop.message, { next: stop.next, cause: thrown });
}

/** What scripts rely on of a migration that stopped without a report; nothing where its files or its ledger cannot be read. */
async function standingIn(file: string | undefined): Promise<Partial<JobReport>> {
  if (file === undefined) return {};
  try {
    const { migration, state, rows, slices, chunks, lanes } = await status(file, { env: process.env });
    return { migration, state, rows, slices, chunks, lanes };
  } catch {
    // The stop that is being told is the one to tell, whatever it is.
    return {};
  }
}

import type { Argv } from 'yargs';
import type { Session } from './session.ts';

/** One verb of the command line. `run` prints its result and resolves to the exit code; what it throws is explained. */
export interface Command<Arguments = never> {
  /** As yargs reads them: `run <file>`. */
  readonly words: string;
  readonly describe: string;
  /** A command line without the program's name, and what it says. */
  readonly examples: readonly (readonly [line: string, says: string])[];
  /** Options, in camel case too, that may be given more than once. */
  readonly lists?: readonly string[];
  options(builder: Argv): Argv;
  run(found: Arguments, session: Session): Promise<number>;
}

/** The `<file>` of commands that work on one migration. */
export interface FileArgument {
  readonly file: string;
}

/** `--accept-change` of the commands that go on although what hits say has changed. */
export const acceptChangeOption = {
  type: 'boolean',
  default: false,
  describe: 'go on although what hits say has changed',
} as const;

/** Declares `<file>`. */
export function withFile(builder: Argv): Argv {
  return builder.positional('file', { type: 'string', demandOption: true, describe: 'the migration file' });
}

import { MigrationError } from '../../domain/error.ts';
import type { Problem } from '../../domain/problem.ts';

/** A fault in what a person said to `init`, or left for a person to say: it stands in no file. */
export function saidFault(code: 'source' | 'option' | 'choice' | 'exists', message: string, hint: string): Problem {
  return { code: `init.${code}`, message, file: null, line: null, column: null, hint, severity: 'error' };
}

/** The end of an `init` that cannot go on, with all that stands in its way. */
export function refusal(problems: readonly Problem[], about = 'Nothing was written'): MigrationError {
  return new MigrationError('input.invalid', about, { problems });
}

/** A fault in what a person wrote. `line` and `column` count from 1; `null` where no place can be named. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** What to write instead. */
  readonly hint: string | null;
  /** Only errors stop a run. */
  readonly severity: 'error' | 'warning';
}

/** True for what stops a run, false for a warning. */
export function isFault({ severity }: Problem): boolean {
  return severity === 'error';
}

/** What the faults among problems say, in their order. */
export function faultMessages(problems: readonly Problem[]): string[] {
  return problems.filter(isFault).map(({ message }) => message);
}

/** `file:line:column: severity: message (hint) [code]`, one line. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file ?? '', problem.line ?? '', problem.column ?? ''].filter((part) => part !== '').join(':');
  const hint = problem.hint === null ? '' : ` (${problem.hint})`;
  return `${place === '' ? '' : `${place}: `}${problem.severity}: ${problem.message}${hint} [${problem.code}]`;
}

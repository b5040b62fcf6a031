import type { Problem } from './problem.ts';

/**
 * The closed list of reasons for which a run stops. The part before the dot says what it is about; `exitCodeOf` says what
 * each means to a script.
 */
export type ErrorCode =
  | 'input.invalid'
  | 'input.not-found'
  | 'source.unreachable'
  | 'source.query'
  | 'source.changed'
  | 'build.memory'
  | 'build.rejects'
  | 'build.not-reproducible'
  | 'disk.failed'
  | 'program.unloadable'
  | 'ledger.locked'
  | 'ledger.newer'
  | 'ledger.foreign'
  | 'ledger.changed-job'
  | 'ledger.stale'
  | 'ledger.corrupt'
  | 'chunk.damaged'
  | 'gate.lint'
  | 'gate.rejected'
  | 'gate.unanswered'
  | 'auth.failed'
  | 'delivery.forbidden'
  | 'delivery.unreachable'
  | 'delivery.too-slow'
  | 'delivery.client-busy'
  | 'delivery.lane-stopped'
  | 'delivery.loss'
  | 'interrupted';

/** The one error this program throws on purpose. Anything else that is thrown is a bug. Messages carry no secret (P11). */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code: ErrorCode;
  /** What a person does next, as a sentence or a command; `null` where the message says it all. */
  readonly next: string | null;
  readonly problems: readonly Problem[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { next?: string; problems?: readonly Problem[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.next = options.next ?? null;
    this.problems = options.problems ?? [];
  }
}

/** A person's own stop. */
export function interruption(): MigrationError {
  return new MigrationError('interrupted', 'a signal asked for it; nothing is lost');
}

const wrongInput: ReadonlySet<ErrorCode> = new Set(['input.invalid', 'input.not-found']);

/** The exit code of a stop: 2 wrong input, 4 permanent loss, 130 interrupted, else 3. */
export function exitCodeOf(code: ErrorCode): 2 | 3 | 4 | 130 {
  if (wrongInput.has(code)) return 2;
  if (code === 'delivery.loss') return 4;
  return code === 'interrupted' ? 130 : 3;
}

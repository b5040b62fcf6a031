import { versions } from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Clock, systemClock } from '../domain/clock.ts';
import type { OnEvent } from '../domain/event.ts';

/** What every use case is handed from outside: nothing else is read from the process. */
export interface Context {
  /** Soft stop: the request in flight ends, nothing new begins. */
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
  readonly clock: Clock;
  /** Where `${env:NAME}` is looked up; `.env` beside the migration file fills what is missing. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Versions that the content of hits depends on (ICU, time-zone data), recorded in the fingerprint. */
  readonly runtime: Readonly<Record<string, string>>;
  /** Where ready-made mappings live. */
  readonly readyMadeFolder: string;
}

/** Any part of the context; the rest is the machine's clock and versions, nobody listening, never stopped, no environment. */
export type ContextOptions = Partial<Context>;

/** A whole context. */
export function contextOf(options: ContextOptions): Context {
  return {
    signal: options.signal ?? new AbortController().signal,
    onEvent: options.onEvent ?? (() => undefined),
    clock: options.clock ?? systemClock,
    env: options.env ?? {},
    runtime: options.runtime ?? { icu: versions['icu'] ?? '', tz: versions['tz'] ?? '' },
    readyMadeFolder: options.readyMadeFolder ?? fileURLToPath(new URL('../../mappings', import.meta.url)),
  };
}

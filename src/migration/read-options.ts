import type { OnEvent } from '../domain/event.ts';

/** What reading the source needs from outside. */
export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
}

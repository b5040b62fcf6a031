import type { Clock } from '../../domain/clock.ts';
import type { OnEvent } from '../../domain/event.ts';

/** What reading the source needs from outside. */
export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
  /** For the pauses after which a source that was lost is asked again. */
  readonly clock: Clock;
}

import type { Clock } from '../domain/clock.ts';
import { countFailures } from './backoff.ts';
import type { Client, LookupAnswer } from './client.ts';

/** How look-ups go on: for how long without a clear answer, and who is told of each pause, in ms, and why. */
export interface LookUpOptions {
  readonly client: Pick<Client, 'lookup'>;
  readonly patienceMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal?: AbortSignal | undefined;
  readonly onWait: (reason: string, ms: number) => void;
}

/**
 * Looks a key up until the answer is clear, with growing pauses; `inconclusive` only where none was for as long as the
 * patience. Rejects as `Client.lookup` does.
 */
export async function lookUp(key: string, options: LookUpOptions): Promise<LookupAnswer> {
  const { client, clock, signal, onWait } = options;
  const failures = countFailures(options);
  for (;;) {
    const answer = await client.lookup(key, signal);
    const ms = answer.kind === 'inconclusive' ? failures.pauseMs() : null;
    if (answer.kind !== 'inconclusive' || ms === null) return answer;
    onWait(`a look-up without a clear answer (${answer.reason})`, ms);
    await clock.sleep(ms, signal);
  }
}

import type { Clock } from '../domain/clock.ts';
import { backoffMs } from './backoff.ts';
import type { Client, LookupAnswer } from './client.ts';

/** Look-ups in a row that may stay without a clear answer; with the pauses between them about four minutes. */
const tries = 9;

/**
 * Looks a key up until the answer is clear, with growing pauses; `inconclusive` only after nine tries. `onWait` is told
 * the reason and the pause in ms. Rejects as `Client.lookup` does.
 */
export async function lookUp(
  key: string,
  options: {
    readonly client: Pick<Client, 'lookup'>;
    readonly clock: Clock;
    readonly random: () => number;
    readonly signal?: AbortSignal | undefined;
    readonly onWait: (reason: string, ms: number) => void;
  },
): Promise<LookupAnswer> {
  const { client, clock, random, signal, onWait } = options;
  for (let failures = 1; ; failures += 1) {
    const answer = await client.lookup(key, signal);
    if (answer.kind !== 'inconclusive' || failures === tries) return answer;
    const ms = backoffMs(failures, random);
    onWait(`a look-up without a clear answer (${answer.reason})`, ms);
    await clock.sleep(ms, signal);
  }
}

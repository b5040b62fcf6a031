import { MigrationError } from '../../domain/error.ts';
import type { ReadOptions } from './read-options.ts';

/** Seconds between one loss of the source and the next attempt: in all, longer than a server takes to start again. */
const pauses: readonly number[] = [1, 2, 5, 10, 30, 60];

/**
 * Does work that reads the source. Where the source is lost (`source.unreachable`) the work is done again from its
 * beginning, after growing pauses; `name` tells what, in the message of each. What was lost last is thrown in the end,
 * and anything else at once.
 */
export async function readAgain<T>(
  name: string,
  work: () => Promise<T>,
  { clock, signal, onEvent }: ReadOptions,
): Promise<T> {
  for (const pause of pauses) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof MigrationError) || error.code !== 'source.unreachable') throw error;
      const text = `The source was lost: ${error.message} ${name} again in ${pause} s.`;
      onEvent({ type: 'message', level: 'warn', text });
    }
    await clock.sleep(pause * 1000, signal);
  }
  return work();
}

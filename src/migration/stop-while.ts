import { interruption, MigrationError } from '../domain/error.ts';
import { type Stop, stopOf } from './report.ts';

/**
 * The stop that `work` ended in, or `null`. `signal` is the one that work listens to: its reason is an interruption, or
 * the stop that it carries. `goOn` is the command that goes on where an error names none. Bugs are thrown on.
 */
export async function stopWhile(work: () => Promise<void>, signal: AbortSignal, goOn: string): Promise<Stop | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return stopOf(isInterruption(error, signal) ? interruption() : error, goOn);
  }
}

/** Node's own functions wrap the reason of a signal in an error of theirs. */
function isInterruption(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted || error instanceof MigrationError) return false;
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

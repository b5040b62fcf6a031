import { type Chunk, qualifiedName } from '../domain/chunk.ts';
import type { Clock } from '../domain/clock.ts';
import { attemptResult } from './attempt-result.ts';
import type { DeliveryLog } from './ports.ts';

/**
 * Ends the attempt of a chunk that another process was sending when it ended: its fate is unknown. Gives the chunk as it
 * is then. One that is sending without an open attempt is a bug and throws a plain error.
 */
export async function endInherited(
  chunk: Chunk,
  { log, clock }: { readonly log: DeliveryLog; readonly clock: Pick<Clock, 'now'> },
): Promise<Chunk> {
  const open = (await log.attempts(chunk)).findLast((attempt) => attempt.endedAt === null);
  if (open === undefined) throw new Error(`chunk ${qualifiedName(chunk)} is sending without an open attempt`);
  const result = attemptResult({ kind: 'unknown', reason: 'the process ended before an answer' }, clock.now());
  await log.settleAttempt(chunk, open.id, result);
  return { ...chunk, state: result.state };
}

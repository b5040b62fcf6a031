import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import type { Chunk } from '../domain/chunk.ts';
import type { Clock } from '../domain/clock.ts';
import { MigrationError } from '../domain/error.ts';
import type { OnEvent } from '../domain/event.ts';
import { defaultPatienceMs } from './backoff.ts';
import type { Client } from './client.ts';
import { runLane, stopsRun } from './lane.ts';
import { type LossPolicy, lossStop } from './loss.ts';
import type { Pace } from './pace.ts';
import type { DeliveryLog } from './ports.ts';
import type { SettleSettings } from './settle-unknown.ts';

export interface DeliverOptions {
  /** Every visitor group of the migration. */
  readonly groups: readonly string[];
  readonly log: DeliveryLog;
  readonly client: Client;
  readonly pace: Pace;
  /**
   * Lets a chunk pass, or throws: lints it as it lies on disk, and validates where that is still due (P8). Asked once for
   * each chunk that this process sends; may reject with the signal's reason.
   */
  readonly gate: (chunk: Chunk, signal: AbortSignal) => Promise<void>;
  readonly settle: SettleSettings;
  readonly onInvalidRows: LossPolicy;
  readonly clock: Clock;
  /** Ends the delivery after the requests in flight. */
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
  /** Told as soon as a lane has stopped, so that its backlog no longer holds up the building of others. */
  readonly onLaneStopped: (group: string, error: MigrationError) => void;
  /** Uploads side by side at most, whatever the number of lanes. Default 64. */
  readonly uploadsAtOnce?: number;
  /** How long a lane goes on trying while nothing can be sent or looked up. Default an hour. */
  readonly patienceMs?: number;
  readonly random?: () => number;
}

/** How one lane ended; `error` only where it stopped. */
export interface LaneEnd {
  readonly group: string;
  readonly ended: 'done' | 'stopped' | 'interrupted';
  readonly error?: MigrationError;
}

/** How a delivery ended, lanes in the order of `groups`. `error` is what a person should see first; `null` where nothing stopped. */
export interface DeliveryReport {
  readonly lanes: readonly LaneEnd[];
  readonly error: MigrationError | null;
}

/**
 * Delivers all lanes side by side until every one is done, stopped or interrupted. A lane that stops leaves the others
 * running; an error that concerns all ends them after their requests in flight. Resolves to a report either way; rejects
 * only for bugs, and then too only after every lane has ended.
 */
export async function deliver(options: DeliverOptions): Promise<DeliveryReport> {
  const { groups, log, clock, signal, onInvalidRows } = options;
  const startedMs = clock.monotonic();
  const lossOf = async () => lossStop(await log.lostRows(), onInvalidRows, await log.plannedHits());
  const already = await lossOf();
  if (already !== null) return { lanes: groups.map((group) => ({ group, ended: 'interrupted' })), error: already };

  const halt = new AbortController();
  const limit = pLimit(options.uploadsAtOnce ?? 64);
  const ending = AbortSignal.any([signal, halt.signal]);
  // Every lane listens, and there may be more lanes than Node takes for a leak.
  setMaxListeners(0, ending);
  const bugs: unknown[] = [];
  let stopped: MigrationError | null = null;

  async function lane(group: string): Promise<LaneEnd> {
    try {
      const ended = await runLane({
        ...options,
        group,
        startedMs,
        limit,
        lossStop: lossOf,
        patienceMs: options.patienceMs ?? defaultPatienceMs,
        random: options.random ?? Math.random,
        signal: ending,
      });
      return { group, ended };
    } catch (error) {
      if (!(error instanceof MigrationError)) {
        bugs.push(error);
        halt.abort();
        return { group, ended: 'interrupted' };
      }
      if (stopsRun(error)) {
        stopped ??= error;
        halt.abort();
      }
      options.onLaneStopped(group, error);
      return { group, ended: 'stopped', error };
    }
  }

  const lanes = await Promise.all(groups.map(lane));
  if (bugs.length > 0) throw bugs[0];
  // Of what was not built when the last rows were lost, fewer may have become hits than were planned.
  return { lanes, error: stopped ?? lanes.find((end) => end.error !== undefined)?.error ?? (await lossOf()) };
}

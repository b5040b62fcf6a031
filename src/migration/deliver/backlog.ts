import type { ChunkState } from '../../domain/chunk.ts';
import type { JobEvent } from '../../domain/event.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';

/** Holds building back while too much lies on disk that no lane has sent yet; without deadlock. */
export interface Backlog {
  /** Resolves when the next slice may be built; rejects with the signal's reason. One call at a time. */
  admit(): Promise<void>;
  /** Notices what was delivered; of other events nothing. */
  take(event: JobEvent): void;
  /** A stopped lane's backlog does not count any more. */
  laneStopped(group: string): void;
}

const final: ReadonlySet<ChunkState> = new Set(['uploaded', 'partial', 'rejected']);

/**
 * Admits slices in order while the bytes of undelivered chunks of lanes that still run are at most `limitBytes`. What is
 * admitted is built whole, on top of that. It cannot lock up: only sealed chunks count, so over the limit some running
 * lane has one to send, and no lane waits for a slice to be sealed before it has sent all that count. When no lane runs
 * any more, nothing is admitted until the signal ends the wait: there is nobody to build for.
 *
 * The ledger walks all open chunks to count them, so it is asked again only when as much was delivered as was too much.
 */
export function createBacklog(options: {
  readonly groups: readonly string[];
  readonly ledger: Pick<Ledger, 'undeliveredBytes'>;
  readonly limitBytes: number;
  readonly signal: AbortSignal;
}): Backlog {
  const { ledger, limitBytes, signal } = options;
  const running = new Set(options.groups);
  let deliveredBytes = 0;
  let excessBytes = Number.POSITIVE_INFINITY;
  let wake: () => void = () => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });
  const excess = async (): Promise<number> =>
    running.size === 0 ? Number.POSITIVE_INFINITY : (await ledger.undeliveredBytes([...running])) - limitBytes;
  return {
    admit: async () => {
      for (;;) {
        signal.throwIfAborted();
        // Listened for before asking, so that a change in between is not missed; counted twice, it only asks again.
        const change = new Promise<void>((resolve) => {
          wake = resolve;
        });
        deliveredBytes = 0;
        excessBytes = Number.POSITIVE_INFINITY;
        excessBytes = await excess();
        if (excessBytes <= 0) return;
        signal.throwIfAborted();
        if (deliveredBytes < excessBytes) await change;
      }
    },
    take: (event) => {
      if (event.type !== 'chunk' || !final.has(event.state)) return;
      deliveredBytes += event.bytes;
      if (deliveredBytes >= excessBytes) wake();
    },
    laneStopped: (group) => {
      running.delete(group);
      wake();
    },
  };
}

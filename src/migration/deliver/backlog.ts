import type { Ledger } from '../../ledger/open-ledger.ts';

/** Holds building back while too much lies on disk that no lane has sent yet; without deadlock. */
export interface Backlog {
  /** Resolves when the next slice may be built; rejects with the signal's reason. */
  admit(): Promise<void>;
  /** Something was delivered. */
  changed(): void;
  /** A stopped lane's backlog does not count any more. */
  laneStopped(group: string): void;
}

/**
 * Admits slices in order while the bytes of undelivered chunks of lanes that still run are at most `limitBytes`. What is
 * admitted is built whole, on top of that. It cannot lock up: only sealed chunks count, so over the limit some running
 * lane has one to send, and no lane waits for a slice to be sealed before it has sent all that count. When no lane runs
 * any more, nothing is admitted until the signal ends the wait: there is nobody to build for.
 */
export function createBacklog(options: {
  readonly groups: readonly string[];
  readonly ledger: Pick<Ledger, 'undeliveredBytes'>;
  readonly limitBytes: number;
  readonly signal: AbortSignal;
}): Backlog {
  const { ledger, limitBytes, signal } = options;
  const running = new Set(options.groups);
  let wake: () => void = () => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });
  const fits = async (): Promise<boolean> =>
    running.size > 0 && (await ledger.undeliveredBytes([...running])) <= limitBytes;
  return {
    admit: async () => {
      for (;;) {
        signal.throwIfAborted();
        // Listened for before asking, so that a change in between is not missed.
        const change = new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (await fits()) return;
        signal.throwIfAborted();
        await change;
      }
    },
    changed: () => wake(),
    laneStopped: (group) => {
      running.delete(group);
      wake();
    },
  };
}

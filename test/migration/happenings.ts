/** What happened, in order, and a way to wait for it instead of for time to pass. */
export interface Happenings {
  readonly log: readonly string[];
  tell(what: string): void;
  /** Resolves as soon as `what` has happened, or the signal aborts; at once where there is nothing to wait for. */
  until(what: string | undefined, signal?: AbortSignal): Promise<void>;
}

export function createHappenings(): Happenings {
  const log: string[] = [];
  const waiting = new Map<string, (() => void)[]>();
  return {
    log,
    tell: (what) => {
      log.push(what);
      for (const wake of waiting.get(what) ?? []) wake();
      waiting.delete(what);
    },
    until: (what, signal) =>
      new Promise((resolve) => {
        if (what === undefined || log.includes(what) || signal?.aborted === true) return resolve();
        waiting.set(what, [...(waiting.get(what) ?? []), resolve]);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
}

/** An ingest call as it went on to the sandbox; `atMs` is monotonic. */
export interface Arrival {
  readonly atMs: number;
  /** The request line. */
  readonly line: string;
}

/** Watches the way to the sandbox. */
export interface Spacing {
  /** Takes the first bytes of a connection, of which every request has one of its own; all but ingest calls are left out. */
  take(bytes: Buffer): void;
  /** In order of arrival. */
  arrivals(): readonly Arrival[];
}

/** Begins to watch; `nowMs` is monotonic. */
export function watchSpacing(nowMs: () => number = () => performance.now()): Spacing {
  const arrivals: Arrival[] = [];
  return {
    take: (bytes) => {
      const line = bytes.toString('latin1').split('\r\n', 1)[0] ?? '';
      if (/^[A-Z]+ \/aa\/collect\//.test(line)) arrivals.push({ atMs: nowMs(), line });
    },
    arrivals: () => arrivals,
  };
}

/**
 * The pairs that came closer than `leastMs`, a sentence each. Nothing has to be allowed for jitter: a call is to leave
 * a whole interval after the one before is known to be there, or lost for good.
 */
export function tooClose(arrivals: readonly Arrival[], leastMs: number): string[] {
  return arrivals.slice(1).flatMap(({ atMs, line }, place) => {
    const before = arrivals[place]!;
    const gapMs = atMs - before.atMs;
    return gapMs < leastMs ? [`${line} came ${gapMs.toFixed(1)} ms after ${before.line}`] : [];
  });
}

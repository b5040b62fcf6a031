/** Visits as Adobe will count them, and where they end although the visitor did not go. */
export interface VisitCounts {
  readonly visits: number;
  /** Hits of a visitor in the same second as the one before: their order is kept in the file, but not by Adobe. */
  readonly ties: number;
  /** Visits that end because more than 100 hits come within their first 100 seconds. */
  readonly bursts: number;
  /** Visits that end at 2,500 hits, and at 12 hours. */
  readonly tooManyHits: number;
  readonly tooLong: number;
}

/** Follows the visits of one lane. */
export interface VisitTracker {
  /** Hits of a lane in its order. */
  hit(visitor: string, seconds: number): void;
  /** Another lane begins: its visitors are others, and its time begins anew. */
  nextLane(): void;
  counts(): VisitCounts;
}

interface Visit {
  start: number;
  last: number;
  hits: number;
}

const idleSeconds = 1_800;
const longestSeconds = 43_200;
const mostHits = 2_500;
const burstHits = 100;
const burstSeconds = 100;
const sweepEvery = 100_000;

/**
 * A visit ends after 30 minutes without a hit, at 12 hours, at 2,500 hits, or with more than 100 hits in its first 100
 * seconds (Adobe docs, Visits metric). Memory holds the visitors of the last half hour of hit time.
 */
export function createVisitTracker(): VisitTracker {
  const open = new Map<string, Visit>();
  const counts = { visits: 0, ties: 0, bursts: 0, tooManyHits: 0, tooLong: 0 };
  let sinceSweep = 0;

  const sweep = (now: number): void => {
    for (const [visitor, { last }] of open) if (now - last > idleSeconds) open.delete(visitor);
    sinceSweep = 0;
  };
  const begin = (visitor: string, seconds: number): void => {
    counts.visits += 1;
    open.set(visitor, { start: seconds, last: seconds, hits: 1 });
  };

  return {
    hit(visitor, seconds) {
      if (++sinceSweep >= sweepEvery) sweep(seconds);
      const visit = open.get(visitor);
      if (visit === undefined) {
        begin(visitor, seconds);
        return;
      }
      if (seconds === visit.last) counts.ties += 1;
      const isOver = visit.hits >= mostHits;
      const isLong = seconds - visit.start >= longestSeconds;
      const isBurst = visit.hits >= burstHits && seconds - visit.start <= burstSeconds;
      if (seconds - visit.last > idleSeconds) {
        begin(visitor, seconds);
      } else if (isBurst || isOver || isLong) {
        if (isBurst) counts.bursts += 1;
        else if (isOver) counts.tooManyHits += 1;
        else counts.tooLong += 1;
        begin(visitor, seconds);
      } else {
        visit.last = seconds;
        visit.hits += 1;
      }
    },
    nextLane() {
      open.clear();
      sinceSweep = 0;
    },
    counts: () => ({ ...counts }),
  };
}

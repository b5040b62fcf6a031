import type { Clock } from '../../src/domain/clock.ts';

export interface FakeClock extends Clock {
  /** Moves the wall clock alone, as a person would. */
  setBack(ms: number): void;
  /** The machine sleeps so long: of that the monotonic clock knows nothing, as on Linux. */
  suspend(ms: number): void;
}

/** A clock that jumps to the next sleeper as soon as nothing else can happen. */
export function fakeClock(startMs = 1_700_000_000_000): FakeClock {
  let now = 0;
  let wall = startMs;
  let asleep = 0;
  let ticking = false;
  const sleepers: { at: number; wake: () => void }[] = [];
  function tick(): void {
    if (ticking) return;
    ticking = true;
    // Three turns of the loop: whatever was ready has run by then.
    setImmediate(() =>
      setImmediate(() =>
        setImmediate(() => {
          ticking = false;
          sleepers.sort((a, b) => a.at - b.at);
          const next = sleepers.shift();
          if (next === undefined) return;
          now = Math.max(now, next.at);
          next.wake();
          if (sleepers.length > 0) tick();
        }),
      ),
    );
  }
  return {
    now: () => wall + asleep + now,
    monotonic: () => now,
    sinceBoot: () => asleep + now,
    setBack: (ms) => {
      wall -= ms;
    },
    suspend: (ms) => {
      asleep += ms;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const end = () => {
          sleepers.splice(sleepers.indexOf(sleeper), 1);
          reject(signal?.reason);
        };
        const sleeper = {
          at: now + ms,
          wake: () => {
            signal?.removeEventListener('abort', end);
            resolve();
          },
        };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', end, { once: true });
        tick();
      }),
  };
}

import { type DeliverOptions, deliver } from '../../src/delivery/deliver.ts';
import { createPace } from '../../src/delivery/pace.ts';
import type { JobEvent } from '../../src/domain/event.ts';
import type { Attempt } from '../../src/domain/receipt.ts';
import { fakeClock } from './fake-clock.ts';
import type { MemoryLog } from './memory-log.ts';
import type { ScriptedAdobe } from './scripted-adobe.ts';

const settle = { graceMs: 180_000, windowMs: 120_000, attempts: 4 };

/** Delivers lane `a`, or those of `over`, with a rest of 20 s between uploads; gives what was told on the way. */
export async function runLanes(log: MemoryLog, adobe: ScriptedAdobe, over: Partial<DeliverOptions> = {}) {
  const clock = over.clock ?? fakeClock();
  const events: JobEvent[] = [];
  const stopped: string[] = [];
  const pace = createPace({
    limits: { requestsPerSecond: 1, secondsPerLane: 20, rowsPerSecondPerLane: 2000 },
    clock,
    lastRequestAt: null,
    note: async () => {},
  });
  const report = await deliver({
    groups: ['a'],
    log,
    client: adobe,
    pace,
    gate: async () => {},
    settle,
    onInvalidRows: { stop: true },
    plannedHits: 1000,
    clock,
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    onLaneStopped: (group) => stopped.push(group),
    random: () => 0.5,
    ...over,
  });
  return { report, events, stopped, clock };
}

/** An attempt of a minute ago that nobody ended. */
export function attempt(over: Partial<Attempt> = {}): Attempt {
  const startedAt = 1_700_000_000_000 - 60_000;
  return { id: 1, number: 1, host: 'adobe.test', clientId: 'client', startedAt, endedAt: null, outcome: null, ...over };
}

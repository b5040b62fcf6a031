import type { Client } from '../../src/delivery/client.ts';
import { type DeliverOptions, type DeliveryReport, deliver } from '../../src/delivery/deliver.ts';
import { createPace } from '../../src/delivery/pace.ts';
import type { DeliveryLog } from '../../src/delivery/ports.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { JobEvent } from '../../src/domain/event.ts';
import type { Attempt } from '../../src/domain/receipt.ts';
import { fakeClock } from './fake-clock.ts';

/** Three minutes of grace, then four look-ups over two minutes. */
export const patient = { graceMs: 180_000, windowMs: 120_000, attempts: 4 };

/** What a delivery did: its report, what it told, the lanes that stopped, and its clock. */
export interface LanesRun {
  readonly report: DeliveryReport;
  readonly events: readonly JobEvent[];
  readonly stopped: readonly string[];
  readonly clock: Clock;
}

/** One process that delivers lane `a`, at a request a second and 20 s per file, on a clock that costs no time. */
export async function runLanes(
  log: DeliveryLog,
  client: Client,
  over: Partial<DeliverOptions> = {},
): Promise<LanesRun> {
  const clock = over.clock ?? fakeClock();
  const events: JobEvent[] = [];
  const stopped: string[] = [];
  const pace = createPace({
    limits: { requestsPerSecond: 1, secondsPerLane: 20, rowsPerSecondPerLane: 2000 },
    clock,
    wasUsed: false,
    note: async () => {},
  });
  const report = await deliver({
    groups: ['a'],
    log,
    client,
    pace,
    gate: async () => {},
    settle: patient,
    onInvalidRows: { stop: true },
    clock,
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    onLaneStopped: (group) => stopped.push(group),
    random: () => 0.5,
    ...over,
  });
  return { report, events, stopped, clock };
}

/** An attempt of the fakes' host and client, a minute before the fake clock begins, that nobody ended. */
export function attempt(over: Partial<Attempt> = {}): Attempt {
  const startedAt = 1_700_000_000_000 - 60_000;
  return { id: 1, number: 1, host: 'adobe.test', clientId: 'client', startedAt, endedAt: null, outcome: null, ...over };
}

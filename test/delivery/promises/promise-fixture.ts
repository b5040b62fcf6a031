import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Exchange } from '../../../src/delivery/exchange.ts';
import type { SettleCommandOptions } from '../../../src/delivery/settle.ts';
import { type Ledger, openLedger } from '../../../src/ledger/open-ledger.ts';
import { startJob } from '../../ledger/ledger-fixture.ts';
import { fakeClock } from '../fake-clock.ts';
import type { MemoryLog } from '../memory-log.ts';
import type { ScriptedAdobe } from '../scripted-adobe.ts';

// The tests beside this file hold what delivery promises, sentence by sentence and in the order in which a chunk meets
// them: sending, unknown fates, start-up, a clock that is set. What needs a whole job (its gate, fingerprint and lock)
// stands in test/migration/delivery-promises.test.ts.

export const day = 86_400_000;

/** A whole answer. */
export function answer(status: number, body: unknown, bodySent: Exchange['bodySent'] = 'all'): Exchange {
  return { status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body), error: null, bodySent };
}

/** No answer. */
export function fault(error: string, bodySent: Exchange['bodySent']): Exchange {
  return { status: null, headers: {}, body: '', error, bodySent };
}

/** The keys that Adobe was sent a file under, in order. */
export function uploads(adobe: ScriptedAdobe): string[] {
  return adobe.calls.filter((call) => call.startsWith('upload')).map((call) => call.slice(7));
}

/** A ledger on disk with three planned slices and nothing sealed, closed and removed after the test. */
export async function plannedLedger(): Promise<Ledger> {
  const folder = mkdtempSync(join(tmpdir(), 'bdia-promises-'));
  const ledger = await openLedger(folder);
  onTestFinished(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true });
  });
  await startJob(ledger);
  return ledger;
}

/** What `settle` works with: two look-ups, a second after a second. */
export function settling(log: MemoryLog, client: ScriptedAdobe, groups = ['a']): SettleCommandOptions {
  return {
    groups,
    log,
    client,
    settle: { graceMs: 1000, windowMs: 1000, attempts: 2 },
    clock: fakeClock(),
    signal: new AbortController().signal,
    onEvent: () => {},
    random: () => 0,
  };
}

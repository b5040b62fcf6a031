import type { ChunkId } from '../domain/chunk.ts';
import { columnsOf } from './chunk-records.ts';
import type { LedgerDb } from './tables.ts';

/** What a pass of the gate holds for: content in force, where it was sent, by whom, for which suites. */
export interface GateScope {
  readonly fingerprint: string;
  readonly host: string;
  readonly clientId: string;
  /** The report suites, in one order, joined by a comma. */
  readonly suites: string;
}

/** A stream whose sample passed the validate endpoint, in which chunk, and when. */
export interface GatePass extends ChunkId {
  readonly stream: string;
  readonly at: number;
}

/** What passed the gate, so that a resumed run need not ask again. */
export interface GateRecords {
  /** The streams that have passed. */
  gatePasses(scope: GateScope): Promise<ReadonlySet<string>>;
  /** Durable when it resolves; a stream that passed before keeps its first pass. */
  passGate(scope: GateScope, pass: GatePass): Promise<void>;
}

/** The gate's records over an open ledger. */
export function gateRecords(db: LedgerDb): GateRecords {
  return {
    gatePasses: async ({ fingerprint, host, clientId, suites }) => {
      const found = await db
        .selectFrom('gate_passes')
        .select('stream')
        .where((is) => is.and({ fingerprint, host, client_id: clientId, suites }))
        .execute();
      return new Set(found.map(({ stream }) => stream));
    },

    passGate: async ({ fingerprint, host, clientId, suites }, { stream, at, ...id }) => {
      await db
        .insertInto('gate_passes')
        .values({ fingerprint, host, client_id: clientId, suites, stream, ...columnsOf(id), passed_at: at })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}

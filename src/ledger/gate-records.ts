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

/** A stream whose sample passed the validate endpoint, in which chunk, and when. The whole file's pass has no stream: ''. */
export interface GatePass extends ChunkId {
  readonly stream: string;
  readonly at: number;
}

/** What passed the gate, so that a resumed run need not ask again. */
export interface GateRecords {
  gatePasses(scope: GateScope): Promise<readonly GatePass[]>;
  /** Durable when it resolves; a stream that passed before keeps its first pass. */
  passGate(scope: GateScope, pass: GatePass): Promise<void>;
}

/** The gate's records over an open ledger. */
export function gateRecords(db: LedgerDb): GateRecords {
  return {
    gatePasses: async ({ fingerprint, host, clientId, suites }) => {
      const found = await db
        .selectFrom('gate_passes')
        .selectAll()
        .where((is) => is.and({ fingerprint, host, client_id: clientId, suites }))
        .orderBy('stream')
        .execute();
      return found.map((row) => ({
        group: row.lane,
        slice: row.slice,
        part: row.part,
        stream: row.stream,
        at: row.passed_at,
      }));
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

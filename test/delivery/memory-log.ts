import type { DeliveryLog } from '../../src/delivery/ports.ts';
import { type Chunk, type ChunkId, type ChunkState, chunkName } from '../../src/domain/chunk.ts';
import { assertMove, type Mover } from '../../src/domain/chunk-life.ts';
import type { Attempt, LostRows, Receipt } from '../../src/domain/receipt.ts';

export interface MemoryLog extends DeliveryLog {
  readonly states: () => Record<string, ChunkState>;
  readonly lastReceipts: ReadonlyMap<string, Receipt>;
  readonly lost: LostRows[];
  /** Keys of chunks whose files were met damaged. */
  readonly damaged: string[];
  readonly outcomes: () => (string | null)[];
  /** What the pace notes of a call. */
  noteRequest(): Promise<void>;
}

const final: ReadonlySet<ChunkState> = new Set(['uploaded', 'partial', 'rejected']);

/** The durable record, in memory; refuses illegal moves as the real one does. */
export function memoryLog(chunks: readonly Chunk[], begun: Record<string, Attempt[]> = {}): MemoryLog {
  const name = (id: ChunkId) => `${id.group}/${chunkName(id)}`;
  const states = new Map(chunks.map((chunk) => [name(chunk), chunk.state]));
  const attempts = new Map(Object.entries(begun));
  const receipts = new Map<string, Receipt[]>();
  const lastReceipts = new Map<string, Receipt>();
  const lost: LostRows[] = [];
  const damaged: string[] = [];
  let attemptId = 1000;
  const set = (by: Mover, id: ChunkId, to: ChunkState, receipt?: Receipt) => {
    assertMove(by, states.get(name(id))!, to, receipt);
    states.set(name(id), to);
    if (receipt === undefined) return;
    receipts.set(name(id), [...(receipts.get(name(id)) ?? []), receipt]);
    lastReceipts.set(name(id), receipt);
  };
  const lane = (group: string) =>
    chunks.filter((chunk) => chunk.group === group).map((chunk) => ({ ...chunk, state: states.get(name(chunk))! }));
  const uploadedBy = (host: string, clientId: string) =>
    chunks.filter(
      (chunk) =>
        ['uploaded', 'partial'].includes(states.get(name(chunk))!) &&
        (attempts.get(name(chunk)) ?? []).some((a) => a.host === host && a.clientId === clientId),
    );
  return {
    states: () => Object.fromEntries(states),
    lastReceipts,
    receipts: async (id) => receipts.get(name(id)) ?? [],
    lost,
    damaged,
    noteDamaged: async (key) => {
      damaged.push(key);
    },
    outcomes: () => [...attempts.values()].flat().map(({ outcome }) => outcome),
    next: async (group) => lane(group).find(({ state }) => !final.has(state)) ?? 'done',
    changed: (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    attempts: async (id) => attempts.get(name(id)) ?? [],
    beginAttempt: async (id, attempt) => {
      set('begin', id, 'sending');
      const list = attempts.get(name(id)) ?? [];
      const entry: Attempt = { ...attempt, id: attemptId++, number: list.length + 1, endedAt: null, outcome: null };
      attempts.set(name(id), [...list, entry]);
      return entry;
    },
    settleAttempt: async (id, attempt, result) => {
      set('attempt', id, result.state, result.receipt);
      const list = attempts.get(name(id))!;
      attempts.set(
        name(id),
        list.map((a) => (a.id === attempt ? { ...a, endedAt: result.endedAt, outcome: result.outcome } : a)),
      );
      lost.push(...(result.lost ?? []));
    },
    move: async (id, to, receipt) => set('decision', id, to, receipt),
    controlKey: async (host, clientId) =>
      uploadedBy(host, clientId).find((chunk) => lastReceipts.get(name(chunk))?.source !== 'person')?.key ?? null,
    anyUploaded: async (host, clientId) => uploadedBy(host, clientId).length > 0,
    formerKeys: async () => [],
    rejectedChunk: async (group) => lane(group).find(({ state }) => state === 'rejected') ?? null,
    lostRows: async () => lost.reduce((sum, { count }) => sum + count, 0),
    plannedHits: async () => 1000,
    noteRequest: async () => {},
  };
}

/** A chunk of 100 rows and 1,000 bytes. */
export function chunk(group: string, slice: number, state: ChunkState = 'sealed'): Chunk {
  const id = { group, slice, part: 0 };
  return {
    ...id,
    path: `chunks/${group}/${chunkName(id)}.csv.gz`,
    sidecar: `chunks/${group}/${chunkName(id)}.keys.gz`,
    rows: 100,
    rawBytes: 5000,
    gzBytes: 1000,
    rawSha256: 'raw',
    gzSha256: 'gz',
    firstTime: 0,
    lastTime: 1,
    streams: { hits: 100 },
    key: `key-${group}-${slice}`,
    state,
  };
}

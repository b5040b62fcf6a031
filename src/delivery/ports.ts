import type { Chunk, ChunkId, ChunkState } from '../domain/chunk.ts';
import type { Attempt, LostRows, Receipt } from '../domain/receipt.ts';

/**
 * What delivery needs of the durable record. Every promise resolves only when the change is on disk
 * and stays there through a power failure: an attempt before the first byte leaves, an outcome before the next step (P7, P9).
 */
export interface DeliveryLog {
  /**
   * The chunk at the lane's cursor: the first, in slice and part order, that is not final. `waiting` where the next
   * slice is not sealed yet, `done` where every slice is sealed and nothing is left.
   */
  next(group: string): Promise<Chunk | 'waiting' | 'done'>;
  /** Resolves when a slice has been sealed since the call, or the signal aborts. */
  changed(signal: AbortSignal): Promise<void>;
  attempts(id: ChunkId): Promise<readonly Attempt[]>;
  /** Records the attempt and moves the chunk `linted → sending`, in one transaction. */
  beginAttempt(id: ChunkId, attempt: { host: string; clientId: string; startedAt: number }): Promise<Attempt>;
  /** Ends the attempt and moves the chunk, with its receipt and losses, in one transaction. Refuses an illegal move. */
  settleAttempt(id: ChunkId, attemptId: number, result: AttemptResult): Promise<void>;
  /** Of one chunk, oldest first: what Adobe answered, look-ups found, a person decided. Every settled sending left one. */
  receipts(id: ChunkId): Promise<readonly Receipt[]>;
  /**
   * Moves a chunk without an attempt: `sealed → linted`, or where what a look-up found or a person decided leads, be it
   * where it is. Refuses an illegal move.
   */
  move(id: ChunkId, to: ChunkState, receipt?: Receipt): Promise<void>;
  /** The key of a chunk that Adobe itself said it has, sent to this host by this client; for control look-ups. */
  controlKey(host: string, clientId: string): Promise<string | null>;
  /** Whether any chunk sent to this host by this client is recorded as with Adobe (uploaded or partial), whoever said so. */
  anyUploaded(host: string, clientId: string): Promise<boolean>;
  /** The lane's first rejected chunk, behind which nothing goes; `null` where there is none. */
  rejectedChunk(group: string): Promise<Chunk | null>;
  /** Notes that the file of the chunk with this key was met damaged: the next run builds it again, if nothing of it was sent. */
  noteDamaged(key: string): Promise<void>;
  /**
   * Keys that the lane would have sent next if no accepted change had put others in their place; none once something of
   * the lane has gone since.
   */
  formerKeys(group: string): Promise<readonly string[]>;
  /** Rows that Adobe did not take, over all lanes and runs. */
  lostRows(): Promise<number>;
  /** Hits of the whole migration: as many as were built, and as many as the plan expects of what is not built yet. */
  plannedHits(): Promise<number>;
}

/** How an attempt ended. `outcome` is a short word for people; `state` is where the chunk goes. */
export interface AttemptResult {
  readonly endedAt: number;
  readonly outcome: string;
  /** `linted`: nothing of the body had left, it may be sent again. */
  readonly state: Extract<ChunkState, 'linted' | 'unknown' | 'uploaded' | 'partial' | 'rejected'>;
  readonly receipt?: Receipt;
  readonly lost?: readonly LostRows[];
}

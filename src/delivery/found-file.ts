import type { Chunk } from '../domain/chunk.ts';
import { takeStep } from '../domain/chunk-life.ts';
import type { Clock } from '../domain/clock.ts';
import { count, plural } from '../domain/count.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { Client, LookupAnswer } from './client.ts';
import type { DeliveryLog } from './ports.ts';

/** A look-up's answer that there is a file under the key, taken or not. */
export type Presence = Extract<LookupAnswer, { kind: 'found' | 'failed' }>;
/** A file that is there, and of which Adobe does not say that it could not take it. */
export type FoundFile = Extract<LookupAnswer, { kind: 'found' }>;

/** A look-up's answer that says something of its key. */
export type ClearAnswer = Exclude<LookupAnswer, { kind: 'inconclusive' }>;

/** Whether the file is the chunk as it was sent: equal rows, where they are counted already, and size. */
export function isTheChunk({ rows, size }: FoundFile, chunk: Pick<Chunk, 'rows' | 'gzBytes'>): boolean {
  return (rows ?? chunk.rows) === chunk.rows && size === chunk.gzBytes;
}

/** What Adobe has under the key of a chunk which it cannot be said to be, for people. */
export function presenceWords(answer: Presence, chunk: Pick<Chunk, 'rows' | 'gzBytes'>): string {
  if (answer.kind === 'failed') return `Adobe has a file under its key and says of it ${answer.reason}`;
  const has = `${plural(answer.rows ?? chunk.rows, 'row')} and ${plural(answer.size, 'byte')}`;
  return `Adobe has a file under its key with ${has}, the chunk has ${count(chunk.rows)} and ${count(chunk.gzBytes)}`;
}

/** What a look-up said, as a receipt at `at` (epoch ms); absence and a file that Adobe could not take have no numbers. */
export function lookupReceipt(answer: ClearAnswer, at: number, invalidRows: number | null = null): Receipt {
  const receipt = { source: 'lookup', at, fileId: null, rows: null, invalidRows, size: null } as const;
  switch (answer.kind) {
    case 'not found':
      return { ...receipt, httpStatus: 404, body: '' };
    case 'failed':
      return { ...receipt, httpStatus: null, body: answer.reason };
    case 'found': {
      const { fileId, rows, size, body } = answer;
      return { ...receipt, httpStatus: 200, fileId, rows, size, body };
    }
  }
}

/** What entering a look-up's answer needs. */
export interface EnterOptions {
  readonly log: DeliveryLog;
  readonly client: Pick<Client, 'validate'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Enters a chunk as uploaded, by look-up. Its invalid rows are unknown, unless `confirm` has the validate endpoint call
 * the same file valid, which sends the file there.
 */
export async function enterFound(
  chunk: Chunk,
  found: FoundFile,
  { confirm, log, client, clock, signal }: EnterOptions & { readonly confirm: boolean },
): Promise<void> {
  const confirmed = confirm && (await client.validate(chunk, signal)).kind === 'valid';
  const receipt = lookupReceipt(found, clock.now(), confirmed ? 0 : null);
  await log.move(chunk, takeStep(chunk.state, 'known to be there'), receipt);
}

/** Enters what a person is about to be asked: what a look-up found under the chunk's key. The chunk stays where it is. */
export async function enterDoubt(chunk: Chunk, answer: Presence, { log, clock }: EnterOptions): Promise<void> {
  await log.move(chunk, takeStep(chunk.state, 'found in doubt'), lookupReceipt(answer, clock.now()));
}

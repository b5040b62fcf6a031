import { type Chunk, qualifiedName } from '../domain/chunk.ts';
import { MigrationError } from '../domain/error.ts';
import type { OnEvent } from '../domain/event.ts';
import type { Receipt } from '../domain/receipt.ts';
import { type Client, callStop } from './client.ts';
import {
  type ClearAnswer,
  enterDoubt,
  enterFound,
  type FoundFile,
  isTheChunk,
  type Presence,
  presenceWords,
} from './found-file.ts';
import { type LookUpOptions, lookUp } from './look-up.ts';
import type { DeliveryLog } from './ports.ts';

/** What looking before sending needs. */
export interface LookBeforeOptions extends LookUpOptions {
  readonly log: DeliveryLog;
  readonly client: Client;
  readonly onEvent: OnEvent;
}

export type NextDecision =
  | { readonly kind: 'absent' }
  /** There, whatever a person said. */
  | { readonly kind: 'uploaded'; readonly found: FoundFile }
  /** To be sent again all the same, as a person decided. */
  | { readonly kind: 'overruled'; readonly there: Presence }
  /** A person who was not told of it, or has not decided yet, must. */
  | { readonly kind: 'in doubt'; readonly there: Presence }
  /** Nobody knows of it: the ledger is older than Adobe. */
  | { readonly kind: 'stale' };

/**
 * What a look-up says of the next chunk of a lane. Presence is overruled only by a person's word that the chunk is not
 * uploaded, and only while nothing was sent, answered or found since: at once of a file that Adobe could not take, of one
 * with other rows or size where the person was told of just these. With equal rows and size it is uploaded whatever was
 * said. `receipts` are the chunk's, oldest first.
 */
export function decideNext(
  chunk: Pick<Chunk, 'rows' | 'gzBytes'>,
  answer: ClearAnswer,
  receipts: readonly Receipt[],
): NextDecision {
  if (answer.kind === 'not found') return { kind: 'absent' };
  const isWhole = answer.kind === 'found' && isTheChunk(answer, chunk);
  const last = receipts.at(-1);
  // A person's word is the last one only while nothing was sent since: every sending that was settled left a receipt.
  if (last?.source === 'person') {
    if (isWhole) return { kind: 'uploaded', found: answer };
    const isDecided = answer.kind === 'failed' || tellsOf(receipts.at(-2), answer);
    return { kind: isDecided ? 'overruled' : 'in doubt', there: answer };
  }
  // A look-up that found nothing left a receipt too.
  const wasAsked = last?.source === 'lookup' && last.httpStatus !== 404;
  return wasAsked && !isWhole ? { kind: 'in doubt', there: answer } : { kind: 'stale' };
}

function tellsOf(receipt: Receipt | undefined, { rows, size }: FoundFile): boolean {
  return receipt?.source === 'lookup' && receipt.rows === rows && receipt.size === size;
}

/**
 * Looks up what a lane is to send next, before the first byte, and what it would have sent without an accepted change.
 * `absent`: it may go, and so may all behind it; `overruled`: it may go, as a person decided, and what is behind it is
 * looked up again; `uploaded`: it is there and entered so. Throws `ledger.stale` where Adobe knows a key that the ledger
 * has not seen arrive, `delivery.lane-stopped` where a person must decide anew, `delivery.unreachable` without an answer.
 */
export async function lookBefore(
  chunk: Chunk,
  options: LookBeforeOptions,
): Promise<Extract<NextDecision['kind'], 'absent' | 'overruled' | 'uploaded'>> {
  const { log, onEvent } = options;
  const { group } = chunk;
  const name = `chunk ${qualifiedName(chunk)}`;
  const decision = decideNext(chunk, await clearAnswer(chunk.key, options), await log.receipts(chunk));
  switch (decision.kind) {
    case 'stale':
      throw stale(name, adoptNext);
    case 'in doubt':
      await enterDoubt(chunk, decision.there, options);
      throw new MigrationError(
        'delivery.lane-stopped',
        `the fate of ${name} cannot be settled: ${presenceWords(decision.there, chunk)}`,
        { next: doubtNext },
      );
    case 'uploaded':
      await enterFound(chunk, decision.found, { ...options, confirm: true });
      onEvent({
        type: 'message',
        level: 'warn',
        text: `Adobe has ${name}, with equal rows and size: it is not sent again, although a person decided so.`,
      });
      return 'uploaded';
    case 'overruled':
      onEvent({
        type: 'message',
        level: 'warn',
        text: `${name} is sent again, as a person decided: ${presenceWords(decision.there, chunk)}.`,
      });
  }
  for (const key of await log.formerKeys(group)) {
    if (key !== chunk.key && (await clearAnswer(key, options)).kind !== 'not found')
      throw stale(`the next chunk of lane ${group} as it was built before an accepted change`, undoNext);
  }
  return decision.kind;
}

async function clearAnswer(key: string, options: LookBeforeOptions): Promise<ClearAnswer> {
  const answer = await lookUp(key, options);
  if (answer.kind === 'inconclusive') throw callStop('delivery.unreachable', `look-up: ${answer.reason}`);
  return answer;
}

const doubtNext =
  'find out at Adobe what that file is, then decide with `settle`, also where it was decided before: --uploaded takes the chunk for what Adobe has, --not-uploaded has it sent again beside that';
const adoptNext = 'bring the newest ledger back, or run `settle --adopt` to take over by look-up what Adobe has';
const undoNext =
  'bring the newest ledger back; or undo the change and `build --accept-change`, which sends nothing, then `settle --adopt` to take over by look-up what Adobe has, then make the change again and `run --accept-change`';

function stale(what: string, next: string): MigrationError {
  const message = `Adobe already has ${what}, which this ledger has not seen arrive: the ledger is older than what was uploaded`;
  return new MigrationError('ledger.stale', message, { next });
}

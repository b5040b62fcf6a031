import { type Chunk, chunkName } from '../domain/chunk.ts';
import { takeStep } from '../domain/chunk-life.ts';
import { count, plural } from '../domain/count.ts';
import { MigrationError } from '../domain/error.ts';
import type { Attempt, Receipt } from '../domain/receipt.ts';
import { countSent } from './attempt-result.ts';
import type { Client, LookupAnswer } from './client.ts';
import { type LookUpOptions, lookUp } from './look-up.ts';
import type { DeliveryLog } from './ports.ts';

/** How patiently an unknown fate is settled: a wait, then look-ups spread over a window. `attempts` is at least 1. */
export interface SettleSettings {
  readonly graceMs: number;
  readonly windowMs: number;
  readonly attempts: number;
}

/** All that a decision about an unknown chunk rests on. */
export interface UnknownEvidence {
  readonly chunk: Pick<Chunk, 'rows' | 'gzBytes'>;
  /** The answers of the look-ups through the window, up to the first that found it. */
  readonly answers: readonly LookupAnswer[];
  readonly planned: number;
  /** The answer for a key that is known to be uploaded; `missing`: one should exist, none does; `not needed`: nothing has been uploaded yet. */
  readonly control: LookupAnswer['kind'] | 'missing' | 'not needed';
  readonly ageMs: number;
  readonly sentAttempts: number;
}

export type UnknownDecision =
  | { readonly kind: 'uploaded'; readonly found: Extract<LookupAnswer, { kind: 'found' }> }
  | { readonly kind: 'not there' }
  /** Nothing is proved, as Adobe was not heard: the same look-ups may prove it later. */
  | { readonly kind: 'unheard'; readonly reason: string }
  | { readonly kind: 'stop'; readonly reason: string };

/** How old an attempt may be for its absence to prove anything: nobody says how long Adobe keeps keys. */
const oldestMs = 86_400_000;
/** Attempts after which a chunk is not sent again by the program's own decision. */
const mostAttempts = 5;

/**
 * What look-ups prove (P7). Presence is proved by one answer with equal rows, where they are counted already, and size;
 * absence only by the exact 404 every time through the window while a key that is known to be there is found by the same
 * call. Anything less stops the lane: for a person, but where Adobe was not heard.
 */
export function decideUnknown(evidence: UnknownEvidence): UnknownDecision {
  const { chunk, answers, control } = evidence;
  for (const answer of answers) {
    if (answer.kind === 'failed') return stop(`Adobe has a file under its key and says of it ${answer.reason}`);
    if (answer.kind !== 'found') continue;
    const rows = answer.rows ?? chunk.rows;
    if (rows === chunk.rows && answer.size === chunk.gzBytes) return { kind: 'uploaded', found: answer };
    return stop(
      `Adobe has a file under its key with ${plural(rows, 'row')} and ${plural(answer.size, 'byte')}, the chunk has ${count(chunk.rows)} and ${count(chunk.gzBytes)}`,
    );
  }
  const unclear = answers.find((answer) => answer.kind === 'inconclusive');
  if (unclear !== undefined) return unheard(`a look-up got no clear answer: ${unclear.reason}`);
  if (answers.length < evidence.planned) return stop('the look-ups did not reach through their window');
  if (control === 'missing') return stop('nothing that Adobe confirmed is there to check the look-ups against');
  if (control === 'not found') return stop('look-ups do not even find a file that Adobe confirmed');
  if (control === 'inconclusive') return unheard('the look-up of a file that Adobe confirmed got no clear answer');
  // A clock that was set back makes an attempt look younger than it is, or lie in the future.
  if (Math.abs(evidence.ageMs) > oldestMs) return stop('its attempt is more than a day from now');
  if (evidence.sentAttempts >= mostAttempts)
    return stop(`it has been sent ${evidence.sentAttempts} times and never arrived`);
  return { kind: 'not there' };
}

function stop(reason: string): UnknownDecision {
  return { kind: 'stop', reason };
}

function unheard(reason: string): UnknownDecision {
  return { kind: 'unheard', reason };
}

/** When to look up: monotonic ms, the first after the grace, the last at the end of the window. */
export function lookUpTimes(quietFromMs: number, { graceMs, windowMs, attempts }: SettleSettings): number[] {
  const first = quietFromMs + graceMs;
  if (attempts === 1) return [first + windowMs];
  return Array.from({ length: attempts }, (_, index) => first + (windowMs * index) / (attempts - 1));
}

/** What settling an unknown chunk needs. */
export interface SettleOptions extends LookUpOptions {
  readonly log: DeliveryLog;
  readonly client: Client;
  readonly settings: SettleSettings;
  /** The last moment at which its body could still move, monotonic. */
  readonly quietFromMs: number;
  /** This process sent it last, at `quietFromMs`: its age needs no wall clock, which a person may set meanwhile. */
  readonly sentHere: boolean;
  /** Ask the validate endpoint whether a found file has invalid rows; sends the file there. */
  readonly confirm: boolean;
}

/**
 * Settles a chunk in state `unknown` and moves it in the log: to `uploaded` (receipt by look-up; its invalid rows are
 * unknown unless the validate endpoint calls the same file valid) or back to `linted`. Throws `delivery.lane-stopped`
 * where only a person can decide, or Adobe was not heard for as long as the patience; the chunk then stays `unknown`.
 */
export async function settleUnknown(chunk: Chunk, options: SettleOptions): Promise<'uploaded' | 'linted'> {
  const { log, client, settings, clock, signal } = options;
  const attempts = await log.attempts(chunk);
  const attempt = attempts.at(-1);
  if (attempt === undefined) throw new Error(`chunk ${chunk.group}/${chunkName(chunk)} is unknown without an attempt`);
  const elsewhere = elsewhereWords(attempt, client);
  if (elsewhere !== null) throw unsettled(chunk, elsewhere, personNext);
  const answers: LookupAnswer[] = [];
  for (const time of lookUpTimes(options.quietFromMs, settings)) {
    const ms = Math.max(0, time - clock.monotonic());
    if (ms > 0) {
      options.onWait('the next look-up of a chunk whose fate is unknown', ms);
      await clock.sleep(ms, signal);
    }
    const answer = await lookUp(chunk.key, options);
    answers.push(answer);
    if (answer.kind !== 'not found') break;
  }
  const absent = answers.every((answer) => answer.kind === 'not found');
  const decision = decideUnknown({
    chunk,
    answers,
    planned: settings.attempts,
    control: absent ? await askControl(options) : 'not needed',
    ageMs: ageMs(attempt, options),
    sentAttempts: countSent(attempts),
  });
  if (decision.kind === 'unheard') throw unsettled(chunk, decision.reason, againNext);
  if (decision.kind === 'stop') throw unsettled(chunk, decision.reason, personNext);
  if (decision.kind === 'not there') {
    await log.move(chunk, takeStep('unknown', 'known not to be there'));
    return 'linted';
  }
  const confirmed = options.confirm && (await client.validate(chunk, signal)).kind === 'valid';
  const receipt = lookupReceipt(decision.found, clock.now(), confirmed ? 0 : null);
  await log.move(chunk, takeStep('unknown', 'known to be there'), receipt);
  return 'uploaded';
}

function ageMs(attempt: Attempt, { clock, quietFromMs, sentHere }: SettleOptions): number {
  return sentHere ? clock.monotonic() - quietFromMs : clock.now() - attempt.startedAt;
}

async function askControl(options: SettleOptions): Promise<UnknownEvidence['control']> {
  const { log, client } = options;
  const key = await log.controlKey(client.host, client.clientId);
  if (key !== null) return (await lookUp(key, options)).kind;
  return (await log.anyUploaded(client.host, client.clientId)) ? 'missing' : 'not needed';
}

/** The receipt of a file that a look-up found. */
export function lookupReceipt(
  found: Extract<LookupAnswer, { kind: 'found' }>,
  at: number,
  invalidRows: number | null,
): Receipt {
  const { fileId, rows, size, body } = found;
  return { source: 'lookup', at, httpStatus: 200, fileId, rows, invalidRows, size, body };
}

function elsewhereWords(attempt: Attempt, client: Client): string | null {
  if (attempt.host === client.host && attempt.clientId === client.clientId) return null;
  return `it was sent to ${attempt.host} by client ${attempt.clientId}, and only the same host and client can look it up`;
}

const personNext = 'find out whether Adobe has the file, then decide with `settle` whether it is uploaded or not';
const againNext = 'run again when Adobe answers: what it then says of the file settles it';

function unsettled(chunk: Chunk, reason: string, next: string): MigrationError {
  const name = `${chunk.group}/${chunkName(chunk)}`;
  return new MigrationError('delivery.lane-stopped', `the fate of chunk ${name} cannot be settled: ${reason}`, {
    next,
  });
}

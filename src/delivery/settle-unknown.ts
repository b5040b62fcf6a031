import { type Chunk, qualifiedName } from '../domain/chunk.ts';
import { takeStep } from '../domain/chunk-life.ts';
import { MigrationError } from '../domain/error.ts';
import type { Attempt } from '../domain/receipt.ts';
import { countSent } from './attempt-result.ts';
import type { Client, LookupAnswer } from './client.ts';
import { enterDoubt, enterFound, type FoundFile, isTheChunk, lookupReceipt, presenceWords } from './found-file.ts';
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
  /** The answers of the look-ups through the window, up to the first that found it, and of one more behind a control that was late. */
  readonly answers: readonly LookupAnswer[];
  readonly planned: number;
  /** The answer for a key that is known to be uploaded; `missing`: one should exist, none does; `not needed`: nothing has been uploaded yet. */
  readonly control: LookupAnswer['kind'] | 'missing' | 'not needed';
  readonly ageMs: number;
  readonly sentAttempts: number;
}

export type UnknownDecision =
  | { readonly kind: 'uploaded'; readonly found: FoundFile }
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
    if (answer.kind === 'found' && isTheChunk(answer, chunk)) return { kind: 'uploaded', found: answer };
    if (answer.kind === 'found' || answer.kind === 'failed') return stop(presenceWords(answer, chunk));
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

/**
 * When the look-up after those with a clear answer at `heardMs` is due; all monotonic ms. The first comes after the grace,
 * the last at the end of the window, a single one there too; and none closer to the answer before it than they are spread,
 * so that the window is as wide as it says where an outage, or a machine that slept, has eaten moments of it.
 */
export function nextLookUpMs(
  quietFromMs: number,
  { graceMs, windowMs, attempts }: SettleSettings,
  heardMs: readonly number[],
): number {
  const firstMs = quietFromMs + graceMs;
  if (attempts === 1) return firstMs + windowMs;
  const stepMs = windowMs / (attempts - 1);
  const lastMs = heardMs.at(-1) ?? Number.NEGATIVE_INFINITY;
  return Math.max(firstMs + stepMs * heardMs.length, lastMs + stepMs);
}

/** What settling an unknown chunk needs. */
export interface SettleOptions extends LookUpOptions {
  readonly log: DeliveryLog;
  readonly client: Client;
  readonly settings: SettleSettings;
  /** The last moment at which its body could still move, monotonic. */
  readonly quietFromMs: number;
  /**
   * Where this process sent it last, when that ended, by `Clock.sinceBoot`: its age then needs no wall clock, which a
   * person may set meanwhile. Else `null`.
   */
  readonly sentHereMs: number | null;
  /** Ask the validate endpoint whether a found file has invalid rows; sends the file there. */
  readonly confirm: boolean;
}

/**
 * Settles a chunk in state `unknown` and moves it in the log: to `uploaded` (receipt by look-up; its invalid rows are
 * unknown unless the validate endpoint calls the same file valid) or back to `linted`. Throws `delivery.lane-stopped`
 * where only a person can decide, or Adobe was not heard for as long as the patience; the chunk then stays `unknown`, and
 * what was found of it, if anything, is entered for that decision.
 */
export async function settleUnknown(chunk: Chunk, options: SettleOptions): Promise<'uploaded' | 'linted'> {
  const { log, client, clock } = options;
  const attempts = await log.attempts(chunk);
  const attempt = attempts.at(-1);
  if (attempt === undefined) throw new Error(`chunk ${qualifiedName(chunk)} is unknown without an attempt`);
  const elsewhere = elsewhereWords(attempt, client);
  if (elsewhere !== null) throw unsettled(chunk, elsewhere, personNext);
  const window = await lookThroughWindow(chunk, options);
  const control = window.answers.at(-1)?.kind === 'not found' ? await askControl(options) : notNeeded;
  // Where Adobe was late to show the one, it may have been with the other.
  const answers = control.wasLate ? [...window.answers, await lookUp(chunk.key, options)] : window.answers;
  const last = answers.at(-1);
  const decision = decideUnknown({
    chunk,
    answers,
    planned: window.planned,
    control: control.answer,
    ageMs: ageMs(attempt, options),
    sentAttempts: countSent(attempts),
  });
  if (decision.kind === 'unheard') throw unsettled(chunk, decision.reason, againNext);
  if (decision.kind === 'stop') {
    if (last?.kind === 'found' || last?.kind === 'failed') await enterDoubt(chunk, last, options);
    throw unsettled(chunk, decision.reason, personNext);
  }
  if (decision.kind === 'not there') {
    const receipt = lookupReceipt({ kind: 'not found' }, clock.now());
    await log.move(chunk, takeStep('unknown', 'known not to be there'), receipt);
    return 'linted';
  }
  await enterFound(chunk, decision.found, options);
  return 'uploaded';
}

/** Looks up through the window, to the first answer that is not absence; `planned` says how often it had to be. */
async function lookThroughWindow(
  { key }: Chunk,
  options: SettleOptions,
): Promise<Pick<UnknownEvidence, 'answers' | 'planned'>> {
  const { clock, signal, onWait } = options;
  let plan = options.settings;
  const answers: LookupAnswer[] = [];
  const heardMs: number[] = [];
  while (heardMs.length < plan.attempts) {
    const ms = nextLookUpMs(options.quietFromMs, plan, heardMs) - clock.monotonic();
    if (ms > 0) {
      onWait('the next look-up of a chunk whose fate is unknown', ms);
      await clock.sleep(ms, signal);
    }
    const onUnclear: typeof onWait = (reason, pauseMs) => {
      // After an outage a single look-up reaches through no window: one more, a window later, does.
      plan = { ...plan, attempts: Math.max(2, plan.attempts) };
      onWait(reason, pauseMs);
    };
    const answer = await lookUp(key, { ...options, onWait: onUnclear });
    answers.push(answer);
    if (answer.kind !== 'not found') break;
    heardMs.push(clock.monotonic());
  }
  return { answers, planned: plan.attempts };
}

function ageMs(attempt: Attempt, { clock, sentHereMs }: SettleOptions): number {
  return sentHereMs === null ? clock.now() - attempt.startedAt : clock.sinceBoot() - sentHereMs;
}

/** A control's answer, and whether it was found only after it had not been. */
interface Control {
  readonly answer: UnknownEvidence['control'];
  readonly wasLate: boolean;
}

const notNeeded: Control = { answer: 'not needed', wasLate: false };

/**
 * Looks up the control. Another lane may have sent it a moment ago, and Adobe be late to show it: one that is not found is
 * asked again for as long as the chunk itself is given, grace and window.
 */
async function askControl(options: SettleOptions): Promise<Control> {
  const { log, client, clock, settings, signal, onWait } = options;
  const key = await log.controlKey(client.host, client.clientId);
  if (key === null)
    return (await log.anyUploaded(client.host, client.clientId)) ? { ...notNeeded, answer: 'missing' } : notNeeded;
  const givenMs = settings.graceMs + settings.windowMs;
  const untilMs = clock.monotonic() + givenMs;
  for (let wasLate = false; ; wasLate = true) {
    const { kind } = await lookUp(key, options);
    const leftMs = untilMs - clock.monotonic();
    if (kind !== 'not found' || leftMs <= 0) return { answer: kind, wasLate: wasLate && kind === 'found' };
    const ms = Math.min(leftMs, Math.ceil(givenMs / settings.attempts));
    onWait('a file that Adobe has taken to be found by its key', ms);
    await clock.sleep(ms, signal);
  }
}

function elsewhereWords(attempt: Attempt, client: Client): string | null {
  if (attempt.host === client.host && attempt.clientId === client.clientId) return null;
  return `it was sent to ${attempt.host} by client ${attempt.clientId}, and only the same host and client can look it up`;
}

const personNext = 'find out whether Adobe has the file, then decide with `settle` whether it is uploaded or not';
const againNext = 'run again when Adobe answers: what it then says of the file settles it';

function unsettled(chunk: Chunk, reason: string, next: string): MigrationError {
  const name = qualifiedName(chunk);
  return new MigrationError('delivery.lane-stopped', `the fate of chunk ${name} cannot be settled: ${reason}`, {
    next,
  });
}

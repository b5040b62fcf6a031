import { setMaxListeners } from 'node:events';
import { type Chunk, chunkName } from '../domain/chunk.ts';
import { takeStep } from '../domain/chunk-life.ts';
import type { Clock } from '../domain/clock.ts';
import { MigrationError } from '../domain/error.ts';
import type { OnEvent } from '../domain/event.ts';
import { defaultPatienceMs } from './backoff.ts';
import type { Client } from './client.ts';
import { endInherited } from './end-inherited.ts';
import { enterDoubt, enterFound, presenceWords } from './found-file.ts';
import { decideNext } from './look-before.ts';
import { type LookUpOptions, lookUp } from './look-up.ts';
import type { DeliveryLog } from './ports.ts';
import { type SettleSettings, settleUnknown } from './settle-unknown.ts';

/** What settling by look-up needs. Nothing is sent: the only requests are look-ups. */
export interface SettleCommandOptions {
  readonly groups: readonly string[];
  readonly log: DeliveryLog;
  readonly client: Client;
  readonly settle: SettleSettings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
  readonly random?: () => number;
  /** How long look-ups go on without a clear answer. Default an hour. */
  readonly patienceMs?: number;
}

/** What became of one lane: `open` names the chunk that a person must decide, with the reason. */
export interface SettledLane {
  readonly group: string;
  readonly uploaded: readonly string[];
  readonly notUploaded: readonly string[];
  readonly open: { readonly chunk: string; readonly error: MigrationError } | null;
}

/**
 * Settles every chunk whose fate is unknown by the same rules as a run, lanes side by side. A chunk that an earlier
 * process was sending counts from the start of this call. Only chunks at a lane's cursor can be unknown.
 */
export function settleByLookUp(options: SettleCommandOptions): Promise<SettledLane[]> {
  const startedMs = options.clock.monotonic();
  return sideBySide(options, (group, ending) => settleLane(group, startedMs, ending));
}

async function settleLane(group: string, startedMs: number, options: SettleCommandOptions): Promise<SettledLane> {
  const chunk = await unknownChunk(group, options);
  if (chunk === null) return { group, uploaded: [], notUploaded: [], open: null };
  const name = chunkName(chunk);
  try {
    const state = await settleUnknown(chunk, {
      ...lookUpOptions(group, options),
      log: options.log,
      settings: options.settle,
      quietFromMs: startedMs,
      sentHereMs: null,
      confirm: false,
    });
    const there = state === 'uploaded';
    return { group, uploaded: there ? [name] : [], notUploaded: there ? [] : [name], open: null };
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'delivery.lane-stopped') throw error;
    return { group, uploaded: [], notUploaded: [], open: { chunk: name, error } };
  }
}

/** What `adopt` took over in one lane, and the chunk at which it ended; `null` where it ran out of sealed chunks. */
export interface AdoptedLane {
  readonly group: string;
  readonly adopted: readonly string[];
  readonly endedAt: string | null;
}

/**
 * For a ledger that is older than Adobe: walks each lane forward and takes every chunk that a look-up finds as uploaded,
 * up to the first that is not there, or that goes again as a person decided (`decideNext`). A 404 is believed only while
 * the chunk found before it is still found. The chunk's rows must agree; its compressed size may differ where the file was
 * built again with another zlib. Throws `delivery.lane-stopped` where an answer is not clear, or a person must judge it.
 */
export function adopt(options: SettleCommandOptions): Promise<AdoptedLane[]> {
  return sideBySide(options, adoptLane);
}

/**
 * Works on all lanes side by side. What one throws ends the others before their next step, and is thrown when all have
 * ended: by then nothing asks Adobe or writes to the log any more.
 */
async function sideBySide<T>(
  options: SettleCommandOptions,
  work: (group: string, options: SettleCommandOptions) => Promise<T>,
): Promise<T[]> {
  const halt = new AbortController();
  const signal = AbortSignal.any([options.signal, halt.signal]);
  setMaxListeners(0, signal);
  const faults: unknown[] = [];
  const lanes = options.groups.map(async (group) => {
    try {
      return [await work(group, { ...options, signal })];
    } catch (error) {
      faults.push(error);
      halt.abort(error);
      return [];
    }
  });
  const ended = await Promise.all(lanes);
  if (faults.length > 0) throw faults[0];
  return ended.flat();
}

async function adoptLane(group: string, options: SettleCommandOptions): Promise<AdoptedLane> {
  const { log, client } = options;
  const asking = lookUpOptions(group, options);
  const adopted: string[] = [];
  let control = await log.controlKey(client.host, client.clientId);
  for (;;) {
    options.signal.throwIfAborted();
    const chunk = (await unknownChunk(group, options)) ?? (await log.next(group));
    if (chunk === 'waiting' || chunk === 'done') return { group, adopted, endedAt: null };
    const name = chunkName(chunk);
    const answer = await lookUp(chunk.key, asking);
    if (answer.kind === 'not found') {
      if (control !== null && (await lookUp(control, asking)).kind !== 'found') {
        throw doubtful(group, name, 'the look-up does not even find a file that Adobe is known to have');
      }
      return { group, adopted, endedAt: name };
    }
    if (answer.kind === 'inconclusive') throw doubtful(group, name, answer.reason, againNext);
    if (answer.kind === 'failed' || (answer.rows !== null && answer.rows !== chunk.rows)) {
      const { kind } = decideNext(chunk, answer, await log.receipts(chunk));
      if (kind === 'overruled') return { group, adopted, endedAt: name };
      await enterDoubt(chunk, answer, options);
      throw doubtful(group, name, presenceWords(answer, chunk));
    }
    await enterFound(chunk, answer, { ...options, confirm: false });
    options.onEvent({ type: 'chunk', group, name, state: 'uploaded', rows: chunk.rows, bytes: chunk.gzBytes });
    adopted.push(name);
    control = chunk.key;
  }
}

/** What a person found out about one chunk. */
export interface Decision {
  readonly group: string;
  readonly name: string;
  readonly fate: 'uploaded' | 'not-uploaded';
}

/**
 * Records what a person found out about the chunks at which lanes stand, be they unknown, rejected, or left in doubt by
 * look-ups: `uploaded`, or `not-uploaded`, after which the next run sends it again, if a look-up does not find it whole
 * (`lookBefore`). `input.invalid` tells all that cannot be decided: a chunk that is not that one, or of which nothing has
 * ever been sent or found, or the second of a lane. None is recorded then.
 */
export async function decideChunks(
  decisions: readonly Decision[],
  options: Pick<SettleCommandOptions, 'log' | 'clock'>,
): Promise<void> {
  const decided: { chunk: Chunk; fate: Decision['fate'] }[] = [];
  const faults: string[] = [];
  for (const { group, name, fate } of decisions) {
    const chunk = await openChunk(group, options);
    if (chunk === null) faults.push(nothingToDecide(group, name, 'no chunk of this lane is in doubt'));
    else if (chunkName(chunk) !== name)
      faults.push(nothingToDecide(group, name, `the one in doubt is ${chunkName(chunk)}`));
    else if (decided.some((other) => other.chunk.group === group))
      faults.push(`chunk ${group}/${name} is named twice: decide it once`);
    else decided.push({ chunk, fate });
  }
  if (faults.length > 0) throw new MigrationError('input.invalid', faults.join('\n'));
  for (const { chunk, fate } of decided) await enterDecision(chunk, fate, options);
}

function nothingToDecide(group: string, name: string, open: string): string {
  return `chunk ${group}/${name} has nothing to decide: ${open}`;
}

function enterDecision(
  chunk: Chunk,
  fate: Decision['fate'],
  { log, clock }: Pick<SettleCommandOptions, 'log' | 'clock'>,
): Promise<void> {
  const there = fate === 'uploaded';
  return log.move(chunk, takeStep(chunk.state, there ? 'known to be there' : 'said not to be there'), {
    source: 'person',
    at: clock.now(),
    httpStatus: null,
    fileId: null,
    rows: there ? chunk.rows : null,
    invalidRows: null,
    size: there ? chunk.gzBytes : null,
    body: '',
  });
}

/** The chunk at which a lane stands where a person may decide it: a rejected one, else the next that was ever sent or found. */
async function openChunk(group: string, options: Pick<SettleCommandOptions, 'log' | 'clock'>): Promise<Chunk | null> {
  const { log } = options;
  const stands = (await log.rejectedChunk(group)) ?? (await unknownChunk(group, options));
  if (stands !== null) return stands;
  const next = await log.next(group);
  if (next === 'waiting' || next === 'done') return null;
  return (await log.attempts(next)).length + (await log.receipts(next)).length > 0 ? next : null;
}

/** The chunk at the cursor where its fate is unknown; one that an ended process was sending becomes so here. */
async function unknownChunk(
  group: string,
  { log, clock }: Pick<SettleCommandOptions, 'log' | 'clock'>,
): Promise<Chunk | null> {
  const chunk = await log.next(group);
  if (chunk === 'waiting' || chunk === 'done') return null;
  if (chunk.state === 'sending') return endInherited(chunk, { log, clock });
  return chunk.state === 'unknown' ? chunk : null;
}

function lookUpOptions(
  group: string,
  options: SettleCommandOptions,
): LookUpOptions & Pick<SettleCommandOptions, 'client'> {
  const { client, clock, onEvent, patienceMs = defaultPatienceMs, random = Math.random } = options;
  const signal = AbortSignal.any([options.signal]);
  setMaxListeners(0, signal);
  const onWait = (waits: string, ms: number) => onEvent({ type: 'lane', group, waits, untilMs: clock.now() + ms });
  return { client, patienceMs, clock, signal, onWait, random };
}

const personNext = 'find out at Adobe what it has under the idempotency key, then decide with `settle`';
const againNext = 'run `settle --adopt` again when Adobe answers; what was taken over stays so';

function doubtful(group: string, name: string, reason: string, next = personNext): MigrationError {
  return new MigrationError('delivery.lane-stopped', `chunk ${group}/${name} cannot be adopted: ${reason}`, { next });
}

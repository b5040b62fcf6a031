import { type Chunk, chunkName, qualifiedName } from '../domain/chunk.ts';
import { takeStep } from '../domain/chunk-life.ts';
import type { Clock } from '../domain/clock.ts';
import { type ErrorCode, MigrationError } from '../domain/error.ts';
import type { OnEvent } from '../domain/event.ts';
import type { Attempt } from '../domain/receipt.ts';
import { attemptResult } from './attempt-result.ts';
import { countFailures } from './backoff.ts';
import type { UploadVerdict } from './classify.ts';
import { type Client, callStop } from './client.ts';
import { damagedChunk, unreadableChunk } from './damaged-chunk.ts';
import { endInherited } from './end-inherited.ts';
import { lookBefore } from './look-before.ts';
import type { Pace } from './pace.ts';
import type { AttemptResult, DeliveryLog } from './ports.ts';
import { type SettleSettings, settleUnknown } from './settle-unknown.ts';

/** What one lane needs; all but `group` is shared by the lanes of a run. */
export interface LaneOptions {
  readonly group: string;
  readonly log: DeliveryLog;
  readonly client: Client;
  readonly pace: Pace;
  /** Lets a chunk pass, or throws what stops the lane or the run; asked once for each chunk that this process sends. */
  readonly gate: (chunk: Chunk, signal: AbortSignal) => Promise<void>;
  /** Wraps one upload, so that only so many are under way at once. */
  readonly limit: <T>(upload: () => Promise<T>) => Promise<T>;
  readonly settle: SettleSettings;
  /** The stop that lost rows call for by now, or `null`. */
  readonly lossStop: () => Promise<MigrationError | null>;
  /** Monotonic ms at which this process began to deliver: nothing of an earlier one can move after it. */
  readonly startedMs: number;
  /** How long the lane goes on trying while nothing can be sent or looked up. */
  readonly patienceMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Ends the lane between steps; a request in flight is awaited and its outcome recorded. */
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
}

/**
 * Delivers the chunks of one lane, one at a time and in order, until its last slice is done (`done`) or the signal aborts
 * (`interrupted`). Every attempt is durable before its first byte and every outcome before the next step, so the lane
 * may end anywhere. Throws a `MigrationError` where it cannot go on; `stopsRun` tells which end the whole run.
 */
export async function runLane(options: LaneOptions): Promise<'done' | 'interrupted'> {
  const { group, log, client, pace, clock, signal, onEvent } = options;
  let lastSent: { readonly key: string; readonly endMs: number; readonly sinceBootMs: number } | null = null;
  let looked = false;
  let passed: string | null = null;
  const failures = countFailures(options);
  let tokenRefused = false;

  try {
    const rejected = await log.rejectedChunk(group);
    if (rejected !== null) throw rejectedBefore(rejected);
    for (;;) {
      signal.throwIfAborted();
      const chunk = await nextChunk();
      if (chunk === 'done') return 'done';
      await step(chunk);
    }
  } catch (error) {
    if (signal.aborted && error === signal.reason) return 'interrupted';
    throw error;
  }

  async function nextChunk(): Promise<Chunk | 'done'> {
    for (;;) {
      const next = await log.next(group);
      if (next !== 'waiting') return next;
      // Listened for first and asked again after, so that a slice sealed in between is not missed.
      const listening = new AbortController();
      const change = log.changed(AbortSignal.any([signal, listening.signal]));
      const again = await log.next(group);
      if (again !== 'waiting') {
        listening.abort();
        await change;
        return again;
      }
      onEvent({ type: 'lane', group, waits: 'for the next slice to be sealed', untilMs: null });
      await change;
      signal.throwIfAborted();
    }
  }

  async function step(chunk: Chunk): Promise<void> {
    switch (chunk.state) {
      case 'sending':
        return tell(chunk, (await endInherited(chunk, options)).state);
      case 'unknown':
        return settle(chunk);
      case 'sealed':
      case 'linted':
        if (!looked) {
          const there = await lookBefore(chunk, { ...options, onWait });
          if (there === 'uploaded') return tell(chunk, 'uploaded');
          // Behind what is sent on a person's word there may be more that this ledger does not know.
          looked = there === 'absent';
        }
        // What an earlier process let pass may since have changed: the file, the host, the client, the suites.
        if (passed !== chunk.key) await pass(chunk);
        return send(chunk);
      default:
        throw new Error(`the log gave chunk ${qualifiedName(chunk)}, which is ${chunk.state}, as the next`);
    }
  }

  async function settle(chunk: Chunk): Promise<void> {
    const sent = lastSent?.key === chunk.key ? lastSent : null;
    const state = await settleUnknown(chunk, {
      ...options,
      settings: options.settle,
      quietFromMs: sent?.endMs ?? options.startedMs,
      sentHereMs: sent?.sinceBootMs ?? null,
      onWait,
      confirm: true,
    });
    tell(chunk, state);
  }

  async function pass(chunk: Chunk): Promise<void> {
    await options.gate(chunk, signal);
    passed = chunk.key;
    if (chunk.state !== 'sealed') return;
    await log.move(chunk, takeStep('sealed', 'passed the gate'));
    tell(chunk, 'linted');
  }

  async function send(chunk: Chunk): Promise<void> {
    const restMs = pace.laneWaitMs(group);
    if (restMs > 0) {
      onWait('for its pace', restMs);
      await clock.sleep(restMs, signal);
    }
    const begun: Attempt[] = [];
    const { host, clientId } = client;
    const begin = async () => {
      signal.throwIfAborted();
      begun.push(await log.beginAttempt(chunk, { host, clientId, startedAt: clock.now() }));
      pace.laneStarts(group, chunk.rows);
      tell(chunk, 'sending');
    };
    const verdict = await options.limit(() => client.upload(chunk, begin, signal));
    lastSent = { key: chunk.key, endMs: clock.monotonic(), sinceBootMs: clock.sinceBoot() };
    const attempt = begun[0];
    if (attempt === undefined) throw new Error('an upload ended without having begun its attempt');
    await end(chunk, attempt, verdict);
    await goOn(chunk, verdict);
  }

  async function end(chunk: Chunk, attempt: Attempt, verdict: UploadVerdict): Promise<void> {
    const result: AttemptResult = attemptResult(verdict, clock.now());
    await log.settleAttempt(chunk, attempt.id, result);
    tell(chunk, result.state);
  }

  async function goOn(chunk: Chunk, verdict: UploadVerdict): Promise<void> {
    if (verdict.kind !== 'wait') failures.end();
    switch (verdict.kind) {
      case 'uploaded':
      case 'unknown':
        tokenRefused = false;
        return;
      case 'partial': {
        tokenRefused = false;
        const stop = await options.lossStop();
        if (stop !== null) throw stop;
        return;
      }
      case 'rejected':
        throw laneStop(chunk, `Adobe rejected it: ${verdict.reason}`, rejectedNext(chunk));
      case 'new token':
        if (tokenRefused) throw callStop('auth.failed', verdict.reason);
        tokenRefused = true;
        return client.renewToken(signal);
      case 'wait':
        return waitAfter(verdict.reason);
      case 'stop lane':
        if (verdict.code === 'chunk.damaged') {
          await log.noteDamaged(chunk.key);
          throw damagedChunk(chunk, verdict.reason);
        }
        throw laneStop(chunk, `Adobe does not take it: ${verdict.reason}`, 'mend what Adobe says, then run again');
      case 'stop run':
        if (verdict.code === 'disk.failed') throw unreadableChunk(chunk, verdict.reason);
        throw callStop(verdict.code, verdict.reason);
    }
  }

  async function waitAfter(reason: string): Promise<void> {
    const ms = failures.pauseMs();
    if (ms === null) throw callStop('delivery.unreachable', reason);
    onWait(`to try again (${reason})`, ms);
    await clock.sleep(ms, signal);
  }

  function onWait(waits: string, ms: number): void {
    onEvent({ type: 'lane', group, waits, untilMs: clock.now() + ms });
  }

  function tell(chunk: Chunk, state: Chunk['state']): void {
    onEvent({ type: 'chunk', group, name: chunkName(chunk), state, rows: chunk.rows, bytes: chunk.gzBytes });
  }
}

/** Codes that end one lane while the others go on. */
const endsOneLane: ReadonlySet<ErrorCode> = new Set(['delivery.lane-stopped', 'chunk.damaged']);

/** True where an error of one lane must end the whole run. */
export function stopsRun(error: MigrationError): boolean {
  return !endsOneLane.has(error.code);
}

function rejectedNext(chunk: Chunk): string {
  return `a file that Adobe rejects as a whole usually misses a column, a visitor id or its gzip form: mend that column in the mapping and go on with \`run --accept-change\`, which builds the chunk again over the rows that it has; where the cause lay at Adobe and is mended there, \`settle --not-uploaded ${qualifiedName(chunk)}\` lets it be sent again as it is; later chunks of this lane wait, as going past it would break the order`;
}

function laneStop(chunk: Chunk, reason: string, next: string): MigrationError {
  return new MigrationError('delivery.lane-stopped', `lane ${chunk.group} stopped at ${chunkName(chunk)}: ${reason}`, {
    next,
  });
}

function rejectedBefore(chunk: Chunk): MigrationError {
  return laneStop(chunk, 'Adobe rejected it in an earlier run', rejectedNext(chunk));
}

import { join } from 'node:path';
import type { Chunk } from '../domain/chunk.ts';
import { chunkName } from '../domain/chunk.ts';
import type { Clock } from '../domain/clock.ts';
import { MigrationError } from '../domain/error.ts';
import { parseAnswer } from './answer.ts';
import type { TokenSource } from './auth.ts';
import { retryAfterMs } from './backoff.ts';
import type { LookupVerdict, RefusalCode, UploadVerdict, ValidateVerdict } from './classify.ts';
import { classifyLookup, classifyUpload, classifyValidate } from './classify.ts';
import type { Exchange } from './exchange.ts';
import type { Pace } from './pace.ts';
import { createThroughput, tooSlow } from './throughput.ts';
import type { Call, Transport } from './transport.ts';

/** What a look-up tells once tokens and refusals are dealt with. */
export type LookupAnswer = Extract<LookupVerdict, { kind: 'found' | 'not found' | 'failed' | 'inconclusive' }>;
/** What the validate endpoint tells once tokens and refusals are dealt with. */
export type ValidateAnswer = Extract<ValidateVerdict, { kind: 'valid' | 'invalid' | 'unanswered' | 'no file' }>;

/**
 * Adobe's three ingest calls, each in a slot of the pace. Waiting for the slot ends with the signal's reason; a request
 * that has begun is never cut by it. `validate` and `lookup` get one new token by themselves; a token refused twice is
 * `auth.failed`, a 403 `delivery.forbidden`, a 404 in no words of Adobe's `delivery.unreachable` where the host has not yet
 * answered as Adobe does. Nothing is ever sent twice on its own account. A file that would not be
 * through at the measured speed while gateways wait is not sent: `delivery.too-slow`.
 */
export interface Client {
  /** Host and client id: what an attempt records, and what a later look-up of it must share. */
  readonly host: string;
  readonly clientId: string;
  /** `begin` is awaited when the slot is there and before the first byte: it makes the attempt durable. */
  upload(chunk: Chunk, begin: () => Promise<void>, signal?: AbortSignal): Promise<UploadVerdict>;
  validate(chunk: Chunk, signal?: AbortSignal): Promise<ValidateAnswer>;
  lookup(key: string, signal?: AbortSignal): Promise<LookupAnswer>;
  /** Replaces the token that was last refused; the wait for another one ends with the signal's reason. */
  renewToken(signal?: AbortSignal): Promise<void>;
}

/** Creates the client of one host. `baseUrl` is an origin; `folder` is where chunk paths start. */
export function createClient(options: {
  readonly baseUrl: string;
  readonly folder: string;
  readonly tokens: TokenSource;
  readonly pace: Pace;
  readonly transport: Transport;
  /** How long gateways on the way let a whole request take; default: as long as it likes. */
  readonly gatewayMs?: number | null;
  readonly clock: Clock;
}): Client {
  const { baseUrl, folder, tokens, pace, transport, clock } = options;
  const throughput = createThroughput();
  const gatewayMs = options.gatewayMs ?? Number.POSITIVE_INFINITY;
  let refused: string | null = null;
  let isKnown = false;

  async function call(
    request: Omit<Call, 'url' | 'onLeft' | 'onArrived'> & { readonly path: string },
    signal: AbortSignal | undefined,
    begin: () => Promise<void> = async () => {},
  ): Promise<Exchange> {
    const { path, ...rest } = request;
    const bytes = rest.chunk?.gzBytes ?? 0;
    const forMs = () => throughput.expectedMs(bytes) ?? 0;
    // Fetched before the slot, so that a slow IMS costs nobody a turn.
    await tokens.token(signal, forMs());
    return pace.request(
      async ({ left: onLeft, arrived: onArrived }) => {
        const late = rest.chunk === undefined ? null : tooSlow(rest.chunk.name, bytes, throughput, gatewayMs);
        if (late !== null) throw late;
        // The wait for the slot may have outlived a token of a short life.
        const token = await tokens.token(signal, forMs());
        await begin();
        const headers = { ...rest.headers, authorization: `Bearer ${token}`, 'x-api-key': tokens.clientId };
        const exchange = await transport.send({
          ...rest,
          url: new URL(`/aa/collect/v1/events${path}`, baseUrl).href,
          headers,
          onLeft,
          onArrived,
        });
        if (exchange.status === 401) refused = token;
        if (parseAnswer(exchange.body) !== null) isKnown = true;
        if (rest.chunk !== undefined && exchange.bodyMs !== undefined) throughput.note({ bytes, ms: exchange.bodyMs });
        const asked = retryAfterMs(exchange.headers, clock.now());
        // The limit counts per client id, so every lane has to wait.
        if (asked !== null && (exchange.status === 429 || exchange.status === 503)) pace.hold(asked);
        return { ...exchange, body: exchange.body.replaceAll(token, '…') };
      },
      signal,
      request.method === 'GET' ? 'look-up' : 'file',
    );
  }

  const file = (chunk: Chunk) => ({
    method: 'POST' as const,
    chunk: {
      path: join(folder, chunk.path),
      name: `${chunkName(chunk)}.csv.gz`,
      gzBytes: chunk.gzBytes,
      gzSha256: chunk.gzSha256,
    },
  });

  async function withNewToken<V extends LookupVerdict | ValidateVerdict>(
    signal: AbortSignal | undefined,
    ask: () => Promise<V>,
  ): Promise<Exclude<V, { kind: 'new token' | 'stop run' }>> {
    for (let renewed = false; ; renewed = true) {
      const verdict = await ask();
      if (verdict.kind === 'stop run') throw callStop(verdict.code, verdict.reason);
      if (verdict.kind !== 'new token') return verdict as Exclude<V, { kind: 'new token' | 'stop run' }>;
      if (renewed) throw callStop('auth.failed', verdict.reason);
      await renewToken(signal);
    }
  }

  async function renewToken(signal?: AbortSignal): Promise<void> {
    if (refused !== null) await tokens.refresh(refused, signal);
  }

  return {
    host: new URL(baseUrl).host,
    clientId: tokens.clientId,
    renewToken,
    upload: async (chunk, begin, signal) => {
      const headers = { 'x-adobe-vgid': chunk.group, 'x-adobe-idempotency-key': chunk.key };
      return classifyUpload(await call({ ...file(chunk), path: '', headers }, signal, begin), chunk.rows);
    },
    validate: (chunk, signal) =>
      withNewToken(signal, async () => {
        const headers = { 'x-adobe-vgid': chunk.group };
        return classifyValidate(await call({ ...file(chunk), path: '/validate', headers }, signal), isKnown);
      }),
    lookup: (key, signal) =>
      withNewToken(signal, async () => {
        const path = `/key/${encodeURIComponent(key)}`;
        return classifyLookup(await call({ method: 'GET', path, headers: {} }, signal), isKnown);
      }),
  };
}

/** The error for an answer that stops the run, in Adobe's words and with what usually mends it. */
export function callStop(code: 'auth.failed' | RefusalCode, reason: string): MigrationError {
  if (code === 'auth.failed') {
    return new MigrationError('auth.failed', `Adobe refuses a new token as well: ${reason}`, {
      next: 'check that target.auth belongs to the project that has the Analytics API, then run again',
    });
  }
  if (code === 'delivery.forbidden') {
    return new MigrationError('delivery.forbidden', `Adobe forbids the call: ${reason}`, {
      next: 'check the client id, its scopes, and that its product profile covers the report suites, then run again',
    });
  }
  return new MigrationError('delivery.unreachable', `Adobe cannot be reached: ${reason}`, {
    next: 'check target.baseUrl, its certificate (target.ca), the proxy (target.proxy, or HTTPS_PROXY and NO_PROXY) and the network, then run again',
  });
}

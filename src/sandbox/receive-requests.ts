import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../domain/clock.ts';
import { type Endpoint, findEndpoint } from './endpoint.ts';
import { connectionCut, createExchange, type Exchange } from './exchange.ts';
import type { FaultKind, FaultPlanner } from './faults.ts';
import { seededGuid } from './random.ts';
import { internalError, serviceError } from './reply.ts';

/** A request at its arrival. */
export interface ObservedRequest {
  /** Counts all requests, from 1. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly group: string | null;
  readonly key: string | null;
  readonly fault: FaultKind | null;
}

/** What a receiver works with. */
export interface ReceiverParts {
  readonly planFault: FaultPlanner;
  readonly seed: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onRequest: (request: ObservedRequest) => void;
  /** Told how each request ended: an HTTP status, `cut` or `aborted`. */
  readonly onOutcome: (label: string, outcome: string) => void;
  route(exchange: Exchange, endpoint: Endpoint): Promise<void>;
}

/** Takes requests from the server. */
export interface Receiver {
  /** Takes one request; never throws. `awaitsContinue`: its client waits for 100-continue. */
  take(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void;
  /** Resolves when the work on all requests taken so far has ended. */
  settled(): Promise<void>;
}

/** Opens a receiver: each request gets its number and its fault, is told of, and goes its way as an exchange. */
export function createReceiver(parts: ReceiverParts): Receiver {
  const { planFault, seed, clock, signal, onRequest, onOutcome, route } = parts;
  const work = new Set<Promise<void>>();
  let arrived = 0;

  const take = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void => {
    const method = request.method ?? 'GET';
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const endpoint = findEndpoint(method, path);
    const carriesFile = endpoint.kind === 'upload' || endpoint.kind === 'validate';
    // The sandbox's own pages are spared, so that one can always look.
    const isOurs = endpoint.kind === 'report' || endpoint.kind === 'files';
    const fault = isOurs ? null : planFault({ method, path, carriesFile });
    const group = textOf(request.headers['x-adobe-vgid']);
    const key = endpoint.kind === 'look-up' ? endpoint.key : textOf(request.headers['x-adobe-idempotency-key']);
    arrived += 1;
    onRequest({ number: arrived, method, path, group, key, fault: fault?.fault ?? null });
    response.setHeader('x-request-id', seededGuid(seed, `request/${arrived}`));
    const exchange = createExchange({ request, response, awaitsContinue, fault, clock, signal });
    exchange.onOutcome((outcome) => onOutcome(endpoint.label, outcome));
    const done = route(exchange, endpoint)
      .catch((error: unknown) => settleFailure(error, exchange, request, signal))
      .finally(() => work.delete(done));
    work.add(done);
  };

  return {
    take,
    settled: async () => {
      await Promise.all(work);
    },
  };
}

/** Ends an exchange whose work threw. A client that left, a cut and a closing sandbox need no answer. */
async function settleFailure(
  error: unknown,
  exchange: Exchange,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<void> {
  if (error === connectionCut || signal.aborted || request.socket.destroyed) return;
  const detail = error instanceof Error ? error.message : String(error);
  await exchange.answer(serviceError(internalError.status, `The sandbox failed: ${detail}`)).catch(exchange.cut);
}

function textOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

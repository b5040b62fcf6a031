import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../domain/clock.ts';
import type { FaultRule } from './faults.ts';
import { internalError, type Reply } from './reply.ts';

/** Thrown into whoever reads a body when a fault cuts the connection; nothing is to be answered then. */
export const connectionCut = new Error('a fault cut the connection');

/** One request and its answer, with the fault that strikes it. Faults of the wire live here, all others with the work. */
export interface Exchange {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly fault: FaultRule | null;
  /**
   * The body. Asks for it first where the client waits for 100-continue; `slow` stretches it, `drop-mid` cuts it. Throws
   * `connectionCut`, or the error of a client that went away.
   */
  body(): AsyncGenerator<Buffer>;
  /** Answers, once. A body that is still coming is read to its end first, unless the client waits to send it. */
  answer(reply: Reply): Promise<void>;
  /** Cuts the connection without an answer. */
  cut(): void;
  /** Called with the outcome as soon as it is decided: an HTTP status, `cut` or `aborted`. Never called twice. */
  onOutcome(listener: (outcome: string) => void): void;
}

/** What an exchange is made of. `awaitsContinue`: the client sent `Expect: 100-continue` and no body yet. */
export interface ExchangeParts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly awaitsContinue: boolean;
  readonly fault: FaultRule | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Opens an exchange. */
export function createExchange(parts: ExchangeParts): Exchange {
  const { request, response, fault, clock, signal } = parts;
  const kind = fault?.fault ?? null;
  const expected = Number(request.headers['content-length'] ?? Number.NaN);
  const listeners: ((outcome: string) => void)[] = [];
  let bodyWaits = parts.awaitsContinue;
  let decided = false;

  const decide = (outcome: string): void => {
    if (decided) return;
    decided = true;
    for (const listener of listeners) listener(outcome);
  };

  const cut = (): void => {
    decide('cut');
    request.socket.destroy();
  };

  const chunks = () => request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;

  async function* body(): AsyncGenerator<Buffer> {
    if (bodyWaits) response.writeContinue();
    bodyWaits = false;
    const slowMs = kind === 'slow' ? (fault?.seconds ?? 2) * 1000 : 0;
    let received = 0;
    for await (const bytes of chunks()) {
      received += bytes.length;
      if (kind === 'drop-mid' && !(received < expected / 2)) {
        cut();
        throw connectionCut;
      }
      const share = Number.isNaN(expected) ? 1 : bytes.length / expected;
      if (slowMs > 0) await clock.sleep(slowMs * share, signal);
      yield bytes;
    }
  }

  const answer = async (given: Reply): Promise<void> => {
    const reply = kind === 'e500-after' ? internalError : given;
    if (!bodyWaits && !request.complete) for await (const _ of chunks());
    if (kind === 'drop-after') return cut();
    if (decided) return;
    const text = kind === 'badjson' ? '<html><body>It works!</body></html>' : reply.body;
    const bytes = Buffer.from(text);
    decide(String(reply.status));
    response.writeHead(reply.status, {
      ...reply.headers,
      'content-length': bytes.length,
      // The body that the client still holds back must not be taken for its next request.
      ...(bodyWaits ? { connection: 'close' } : {}),
    });
    if (kind !== 'truncated') {
      response.end(bytes);
      return;
    }
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => request.socket.destroy());
  };

  response.on('close', () => decide('aborted'));
  // Whoever writes to a client that just left gets an error event; the outcome is told by `close`.
  response.on('error', () => decide('aborted'));

  return {
    method: request.method ?? 'GET',
    query: new URLSearchParams((request.url ?? '').split('?')[1] ?? ''),
    headers: request.headers,
    fault,
    body,
    answer,
    cut,
    onOutcome: (listener) => listeners.push(listener),
  };
}

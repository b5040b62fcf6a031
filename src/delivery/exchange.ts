import type http from 'node:http';
import type { Socket } from 'node:net';
import type { RequestBody } from './request-body.ts';

/**
 * What came of a request, as a plain value. `status` is `null` where no answer came; `error` is a code word where the
 * exchange did not end well, with a status where an answer was cut. `bodySent` says how much of the body was handed to
 * the socket: after `none` the other side cannot have any of it. The body is cut at 64 KiB.
 */
export interface Exchange {
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly error: string | null;
  readonly bodySent: 'none' | 'some' | 'all';
  /** How long the body took from its first byte to its last, in ms; only where it went out whole. */
  readonly bodyMs?: number;
}

/** Time-outs in ms. `idle` ends a body that no longer moves, `answer` a wait for the answer once the body is out. */
export interface Timeouts {
  readonly connectMs: number;
  readonly idleMs: number;
  readonly answerMs: number;
}

/** A request that is ready to go, with its headers, and how it is to be waited for. */
export interface Departure {
  readonly request: http.ClientRequest;
  readonly body: RequestBody | null;
  readonly secure: boolean;
  /** Wait for `100 Continue` before the body, so long in ms, then send it all the same; `null`: do not ask. */
  readonly continueMs: number | null;
  readonly timeouts: Timeouts;
  /** Called when the request goes out, over a connection that stands. */
  readonly onLeft: () => void;
  /**
   * Called once, when the request is known to have reached the other side (a 100, an answer) or to have failed. Bytes
   * that the system took are no such sign.
   */
  readonly onArrived: () => void;
}

const longestBody = 64 * 1024;

/** Sends a request and resolves to what came of it, after the last read of its body has come back; never rejects. */
export async function exchange(departure: Departure): Promise<Exchange> {
  const { request, body, secure, continueMs, timeouts } = departure;
  const deadline = createDeadline((word) => finish(word));
  const answer: Buffer[] = [];
  let answerBytes = 0;
  let response: http.IncomingMessage | null = null;
  let bodySent: Exchange['bodySent'] = 'none';
  let began = 0;
  let bodyMs: number | null = null;
  let sending: Promise<void> | null = null;
  let stopWriting = (): void => {};
  let over = false;
  let arrived = false;
  let settle: (exchange: Exchange) => void = () => {};
  const ended = new Promise<Exchange>((resolve) => {
    settle = resolve;
  });

  request.on('proxyConnect', onTunnel);
  request.on('socket', onSocket);
  request.on('continue', onContinue);
  request.on('response', onResponse);
  request.on('error', (error) => finish(codeWord(error)));
  request.on('close', onClose);
  deadline.set(timeouts.connectMs, 'connect-timeout');
  if (body === null) request.end();
  else request.flushHeaders();
  const done = await ended;
  await sending;
  return done;

  /** A proxy that opens no tunnel answers itself, and its words must not be taken for Adobe's. */
  function onTunnel({ statusCode }: { readonly statusCode?: number }): void {
    if (statusCode !== undefined && statusCode !== 200) finish(`proxy-${statusCode}`);
  }

  function onSocket(socket: Socket): void {
    if (secure) socket.once('secureConnect', onConnected);
    else if (socket.connecting) socket.once('connect', onConnected);
    else onConnected();
  }

  function onConnected(): void {
    if (over || response !== null) return;
    departure.onLeft();
    if (body === null) deadline.set(timeouts.answerMs, 'answer-timeout');
    else if (continueMs === null) startBody();
    else deadline.call(continueMs, startBody);
  }

  function onContinue(): void {
    arrive();
    startBody();
  }

  function startBody(): void {
    if (body === null || sending !== null || over || response !== null) return;
    began = performance.now();
    sending = sendBody(body).catch((error: unknown) => finish(codeWord(error)));
  }

  async function sendBody({ send }: RequestBody): Promise<void> {
    const fault = await send(write);
    if (fault !== null && fault !== 'ended') finish(fault);
    else if (response === null && !over) deadline.set(timeouts.answerMs, 'answer-timeout');
  }

  /** Resolves to false when the exchange is over or an answer has come: then nothing more is sent. */
  function write(piece: Uint8Array, last: boolean): Promise<boolean> {
    if (over || response !== null) return Promise.resolve(false);
    bodySent = last ? 'all' : 'some';
    deadline.set(timeouts.idleMs, 'idle-timeout');
    return new Promise((written) => {
      stopWriting = () => written(false);
      request.write(piece, () => {
        if (last) bodyMs = performance.now() - began;
        written(!over && response === null);
      });
      if (last) request.end();
    });
  }

  function onResponse(incoming: http.IncomingMessage): void {
    response = incoming;
    arrive();
    stopWriting();
    deadline.set(timeouts.answerMs, 'answer-timeout');
    incoming.on('data', (piece: Buffer) => {
      answer.push(piece);
      answerBytes += piece.length;
      if (answerBytes >= longestBody) finish(null);
    });
    incoming.on('end', () => finish(incoming.complete ? null : 'answer-cut'));
    incoming.on('error', () => finish('answer-cut'));
    incoming.on('close', () => finish('answer-cut'));
  }

  function onClose(): void {
    if (response === null) finish('closed');
    // A whole answer that only the end of the connection delimits still has its own end to come.
    else if (!response.complete) finish('answer-cut');
  }

  function arrive(): void {
    if (!arrived) departure.onArrived();
    arrived = true;
  }

  function finish(error: string | null): void {
    if (over) return;
    over = true;
    deadline.clear();
    arrive();
    stopWriting();
    request.destroy();
    settle({
      status: response?.statusCode ?? null,
      headers: headersOf(response),
      body: Buffer.concat(answer).subarray(0, longestBody).toString(),
      error,
      bodySent,
      ...(bodySent === 'all' && bodyMs !== null ? { bodyMs } : {}),
    });
  }
}

/** One timer at a time: setting it again ends the one before. */
function createDeadline(expire: (word: string) => void) {
  let timer: NodeJS.Timeout | undefined;
  const call = (ms: number, due: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(due, ms);
  };
  return {
    call,
    set: (ms: number, word: string): void => call(ms, () => expire(word)),
    clear: (): void => clearTimeout(timer),
  };
}

function headersOf(response: http.IncomingMessage | null): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response?.headers ?? {})) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** The system's code word where there is one, else a word of our own: messages may quote what must stay quiet. */
export function codeWord(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code;
  return 'request-failed';
}

import http from 'node:http';
import https from 'node:https';
import { type ChunkBody, type ChunkUpload, openChunkBody } from './chunk-body.ts';

/** One request: a chunk as multipart, a form, or no body at all. Header names are lower case. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunk?: ChunkUpload;
  readonly form?: Readonly<Record<string, string>>;
  /** Called once, when the request is known to have reached the other side or to have failed. */
  readonly onArrived?: () => void;
}

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
}

/** Sends requests; never throws for what a network or a file does, never tries twice, follows no redirect. */
export interface Transport {
  send(call: Call): Promise<Exchange>;
}

/** Time-outs in ms. `idle` ends a body that no longer moves, `answer` a wait for the answer once the body is out. */
export interface Timeouts {
  readonly connectMs: number;
  readonly idleMs: number;
  readonly answerMs: number;
}

export interface TransportOptions {
  readonly timeouts: Timeouts;
  /** Ask with `Expect: 100-continue` before a chunk's bytes leave. */
  readonly expect: boolean;
  /** PEM text of certificate authorities to trust instead of the built-in ones. */
  readonly ca?: string;
  /** How long a `100 Continue` is awaited before the body goes all the same; HTTP forbids to wait for ever. Default 5,000 ms. */
  readonly continueMs?: number;
}

const longestBody = 64 * 1024;

/** Creates a transport over `node:http(s)`, the one client of Node that waits for `100 Continue`. */
export function createTransport(options: TransportOptions): Transport {
  // A connection of its own per request: a kept one may be closed by the far end just as a body starts on it.
  const plain = new http.Agent({ keepAlive: false });
  const secure = new https.Agent({ keepAlive: false, ...(options.ca === undefined ? {} : { ca: options.ca }) });
  return {
    send: async (call) => {
      const chunk = call.chunk === undefined ? null : await openChunkBody(call.chunk);
      if (typeof chunk === 'string') {
        call.onArrived?.();
        return { status: null, headers: {}, body: '', error: chunk, bodySent: 'none' };
      }
      try {
        const agent = call.url.startsWith('https:') ? secure : plain;
        return await exchange(call, chunk, agent, options);
      } finally {
        await chunk?.close();
      }
    },
  };
}

async function exchange(
  call: Call,
  chunk: ChunkBody | null,
  agent: http.Agent,
  options: TransportOptions,
): Promise<Exchange> {
  const { connectMs, idleMs, answerMs } = options.timeouts;
  const form = call.form === undefined ? null : Buffer.from(new URLSearchParams(call.form).toString());
  const expects = chunk !== null && options.expect;
  const headers: Record<string, string> = { accept: 'application/json', ...call.headers, connection: 'close' };
  if (chunk !== null) {
    headers['content-type'] = chunk.contentType;
    headers['content-length'] = String(chunk.contentLength);
  } else if (form !== null) {
    headers['content-type'] = 'application/x-www-form-urlencoded';
    headers['content-length'] = String(form.length);
  }
  if (expects) headers['expect'] = '100-continue';

  let bodySent: Exchange['bodySent'] = 'none';
  let over = false;
  let sending: Promise<void> | null = null;
  let answering = false;
  let arrived = false;
  let timer: NodeJS.Timeout | undefined;
  const arrive = () => {
    if (!arrived) call.onArrived?.();
    arrived = true;
  };

  const ended = await new Promise<Exchange>((resolve) => {
    const request = (agent instanceof https.Agent ? https : http).request(call.url, {
      method: call.method,
      headers,
      agent,
    });
    const status = () => response?.statusCode ?? null;
    let response: http.IncomingMessage | null = null;
    let stopWriting = () => {};
    const body: Buffer[] = [];
    const finish = (error: string | null) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      arrive();
      stopWriting();
      request.destroy();
      resolve({
        status: status(),
        headers: headersOf(response),
        body: Buffer.concat(body).subarray(0, longestBody).toString(),
        error,
        bodySent,
      });
    };
    const arm = (ms: number, due: () => void) => {
      clearTimeout(timer);
      if (!over) timer = setTimeout(due, ms);
    };
    const awaitAnswer = () => arm(answerMs, () => finish('answer-timeout'));

    /** Resolves to false when the exchange is over or an answer has come: then nothing more is sent. */
    const write = (piece: Uint8Array, last: boolean): Promise<boolean> => {
      if (over || answering) return Promise.resolve(false);
      bodySent = last ? 'all' : 'some';
      arm(idleMs, () => finish('idle-timeout'));
      return new Promise((written) => {
        stopWriting = () => written(false);
        request.write(piece, () => {
          if (!expects) arrive();
          written(!over && !answering);
        });
        if (last) request.end();
      });
    };
    const startBody = () => {
      if (sending !== null || over || answering) return;
      sending = sendBody().catch((error: unknown) => finish(codeWord(error)));
    };
    const sendBody = async () => {
      if (form !== null) await write(form, true);
      const fault = chunk === null ? null : await chunk.send(write);
      if (fault === 'chunk-damaged' || fault === 'chunk-unreadable') finish(fault);
      else if (!answering) awaitAnswer();
    };
    const connected = () => {
      if (over || answering) return;
      if (expects) arm(options.continueMs ?? 5000, startBody);
      else if (chunk !== null || form !== null) startBody();
      else awaitAnswer();
    };

    request.on('error', (error) => finish(codeWord(error)));
    request.on('close', () => {
      if (response === null) finish('closed');
      // A whole answer that only the end of the connection delimits still has its own end to come.
      else if (!response.complete) finish('answer-cut');
    });
    request.on('continue', () => {
      arrive();
      startBody();
    });
    request.on('socket', (socket) => {
      arm(connectMs, () => finish('connect-timeout'));
      if (agent instanceof https.Agent) socket.once('secureConnect', connected);
      else if (socket.connecting) socket.once('connect', connected);
      else connected();
    });
    request.on('response', (incoming) => {
      answering = true;
      response = incoming;
      arrive();
      stopWriting();
      awaitAnswer();
      let received = 0;
      incoming.on('data', (piece: Buffer) => {
        body.push(piece);
        received += piece.length;
        if (received >= longestBody) finish(null);
      });
      incoming.on('end', () => finish(incoming.complete ? null : 'answer-cut'));
      incoming.on('error', () => finish('answer-cut'));
      incoming.on('close', () => finish('answer-cut'));
    });
    if (chunk === null && form === null) request.end();
    else request.flushHeaders();
  });
  // The file is closed by the caller: not before the last read has come back.
  await sending;
  return ended;
}

function headersOf(response: http.IncomingMessage | null): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response?.headers ?? {})) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** The system's code word where there is one, else a word of our own: messages may quote what must stay quiet. */
function codeWord(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code;
  return 'request-failed';
}

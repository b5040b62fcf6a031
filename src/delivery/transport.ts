import { type ChunkUpload, openChunkBody } from './chunk-body.ts';
import { codeWord, type Exchange, exchange, type Timeouts } from './exchange.ts';
import { openRequest } from './open-request.ts';
import { formBody, jsonBody, type RequestBody } from './request-body.ts';

/** One request: a chunk as multipart, a form, a JSON text, or no body at all. Header names are lower case. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunk?: ChunkUpload;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: string;
  /** Called when the request goes out, over a connection that stands. */
  readonly onLeft?: () => void;
  /** Called once, when the request is known to have reached the other side or to have failed. */
  readonly onArrived?: () => void;
}

/** Sends requests; never throws for what a network or a file does, never tries twice, follows no redirect. */
export interface Transport {
  send(call: Call): Promise<Exchange>;
}

export interface TransportOptions {
  readonly timeouts: Timeouts;
  /** Ask with `Expect: 100-continue` before a chunk's bytes leave. */
  readonly expect: boolean;
  /** PEM text of certificate authorities to trust instead of the built-in ones. */
  readonly ca?: string;
  /** The proxy for a URL, credentials in it; `null`: go straight. Default: always straight. */
  readonly proxyFor?: (url: URL) => URL | null;
  /** How long a `100 Continue` is awaited before the body goes all the same; HTTP forbids to wait for ever. Default 5,000 ms. */
  readonly continueMs?: number;
}

/** Creates a transport over `node:http(s)`, the one client of Node that waits for `100 Continue`. */
export function createTransport(options: TransportOptions): Transport {
  return {
    send: async (call) => {
      const body = await openBody(call);
      if (typeof body === 'string') {
        call.onArrived?.();
        return nothingSent(body);
      }
      try {
        return await send(call, body, options);
      } finally {
        await body?.close();
      }
    },
  };
}

async function openBody({ chunk, form, json }: Call): Promise<RequestBody | null | string> {
  if (chunk !== undefined) return openChunkBody(chunk);
  if (form !== undefined) return formBody(form);
  return json === undefined ? null : jsonBody(json);
}

async function send(call: Call, body: RequestBody | null, options: TransportOptions): Promise<Exchange> {
  const url = new URL(call.url);
  const continueMs = call.chunk !== undefined && options.expect ? (options.continueMs ?? 5000) : null;
  const headers: Record<string, string> = { accept: 'application/json', ...call.headers };
  if (body !== null) {
    headers['content-type'] = body.contentType;
    headers['content-length'] = String(body.contentLength);
  }
  if (continueMs !== null) headers['expect'] = '100-continue';
  const ended = new AbortController();
  const { onLeft = () => {}, onArrived = () => {} } = call;
  try {
    const proxy = options.proxyFor?.(url) ?? null;
    const head = { method: call.method, url, headers, proxy, ca: options.ca ?? null };
    const { timeouts } = options;
    return await exchange({ ...openRequest(head, ended.signal), body, continueMs, timeouts, onLeft, onArrived });
  } catch (error) {
    onArrived();
    return nothingSent(codeWord(error));
  } finally {
    ended.abort();
  }
}

function nothingSent(error: string): Exchange {
  return { status: null, headers: {}, body: '', error, bodySent: 'none' };
}

import http from 'node:http';
import https from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { proxyAuthorization } from './proxy.ts';

/** One request before its body; `ca` is PEM text that replaces the built-in authorities. */
export interface RequestHead {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly proxy: URL | null;
  readonly ca: string | null;
}

/** A request whose headers wait to be flushed; `secure` where its socket is usable only after a TLS handshake. */
export interface OpenRequest {
  readonly request: http.ClientRequest;
  readonly secure: boolean;
}

/**
 * Makes the request over a connection of its own: a kept one may be closed by the far end just as a body starts on it.
 * `signal` frees a connection to a proxy that never answers. Nothing leaves before the caller flushes headers.
 */
export function openRequest(head: RequestHead, signal: AbortSignal): OpenRequest {
  const { method, url, proxy, ca } = head;
  const headers = { ...head.headers, connection: 'close' };
  const trust = ca === null ? {} : { ca };
  if (url.protocol === 'https:') {
    const agent = proxy === null ? new https.Agent({ keepAlive: false }) : tunnelAgent(proxy, { ...trust, signal });
    return { request: https.request(url, { method, headers, agent, ...trust }), secure: true };
  }
  if (proxy === null) {
    return {
      request: http.request(url, { method, headers, agent: new http.Agent({ keepAlive: false }) }),
      secure: false,
    };
  }
  // A proxy is asked for http by the whole URL (RFC 9112, 3.2.2).
  const secure = proxy.protocol === 'https:';
  const request = (secure ? https : http).request(new URL(proxy.origin), {
    method,
    path: url.href,
    headers: { ...headers, host: url.host, ...authorizationOf(proxy) },
    agent: new (secure ? https : http).Agent({ keepAlive: false }),
    ...trust,
  });
  return { request, secure };
}

function tunnelAgent(proxy: URL, options: { readonly ca?: string; readonly signal: AbortSignal }): http.Agent {
  // The agent prints the URL that it is given where a person sets DEBUG.
  return new HttpsProxyAgent(proxy.origin, { ...options, keepAlive: false, headers: authorizationOf(proxy) });
}

function authorizationOf(proxy: URL): Record<string, string> {
  const authorization = proxyAuthorization(proxy);
  return authorization === null ? {} : { 'proxy-authorization': authorization };
}

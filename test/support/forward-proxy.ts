import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';

/** What a proxy was asked, without what came after the headers. */
export interface ProxyRequest {
  readonly method: string;
  readonly target: string;
  readonly authorization: string | null;
}

export interface ForwardProxy {
  /** With the credentials that it asks for, percent-encoded. */
  readonly url: string;
  readonly requests: readonly ProxyRequest[];
  /** Connections that are open to it now. */
  openConnections(): number;
  close(): Promise<void>;
}

/**
 * An HTTP proxy as companies have them: forwards absolute URLs, opens tunnels, asks for credentials. `refuse` answers
 * every CONNECT with this status instead; `silent` never answers one; with `tls` it is spoken to over TLS.
 */
export async function startForwardProxy(
  options: {
    readonly user?: string;
    readonly password?: string;
    readonly refuse?: number;
    readonly silent?: boolean;
    readonly tls?: { readonly key: string; readonly cert: string };
  } = {},
): Promise<ForwardProxy> {
  const { user, password, refuse, silent = false, tls } = options;
  const expected = user === undefined ? null : `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`;
  const requests: ProxyRequest[] = [];
  const sockets = new Set<net.Socket>();
  const isKnown = (request: http.IncomingMessage): boolean => {
    const authorization = request.headers['proxy-authorization'] ?? null;
    requests.push({ method: request.method ?? '', target: request.url ?? '', authorization });
    return expected === null || authorization === expected;
  };

  const server = tls === undefined ? http.createServer(forward) : https.createServer(tls, forward);
  // Passed on as it is: who answers 100 is the host, not the proxy.
  server.on('checkContinue', forward);
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
    if (silent) return void socket.resume().on('end', () => socket.destroy());
    if (!isKnown(request))
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
    if (refuse !== undefined) return void socket.end(`HTTP/1.1 ${refuse} Refused\r\nContent-Length: 2\r\n\r\n{}`);
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const far = net.connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.write(head);
      far.pipe(socket);
      socket.pipe(far);
    });
    sockets.add(far);
    far.on('error', () => socket.destroy());
    far.on('close', () => {
      sockets.delete(far);
      socket.destroy();
    });
    socket.on('close', () => far.destroy());
  });

  function forward(request: http.IncomingMessage, response: http.ServerResponse): void {
    if (!isKnown(request)) {
      response.writeHead(407, { connection: 'close' }).end();
      return;
    }
    const { 'proxy-authorization': _, 'proxy-connection': __, ...headers } = request.headers;
    const far = http.request(request.url ?? '', { method: request.method ?? 'GET', headers, agent: false });
    far.on('continue', () => response.writeContinue());
    far.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    far.on('error', () => response.destroy());
    request.on('error', () => far.destroy());
    far.flushHeaders();
    request.pipe(far);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const credentials = user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password ?? '')}@`;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${credentials}127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    openConnections: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that can break on command. */
export interface TcpProxy {
  readonly port: number;
  /** Connections that are open now. */
  connections(): number;
  /** Bytes the server has sent through, of all connections so far. */
  received(): number;
  /** Resets every open connection; new ones work. */
  cut(): void;
  /** Resets the connection that carries the n-th byte from the server, counted from now; that once. */
  cutAfter(bytes: number): void;
  /** Lets nothing through in either direction, as a cable that was pulled; connections stay open and new ones hang. */
  stall(): void;
  /** The same for the connections that are open now; new ones work. */
  stallOpen(): void;
  /** Ends `stall` and `stallOpen`; what was held back arrives. */
  flow(): void;
  /** Refuses new connections; open ones go on. */
  refuse(): Promise<void>;
  /** Ends `refuse`, on the same port. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

/** What befalls each new connection on its way to the server. */
export interface TcpWay {
  /** How long its first bytes are held back, in ms. */
  readonly delayMs?: () => number;
  /** Told of its first bytes as they go on to the server. */
  readonly onFirst?: (bytes: Buffer) => void;
}

/** Listens on a port of 127.0.0.1 and passes everything on to a server. */
export async function startTcpProxy(
  target: { readonly host: string; readonly port: number },
  { delayMs = () => 0, onFirst = () => {} }: TcpWay = {},
): Promise<TcpProxy> {
  const pairs = new Set<readonly [client: Socket, upstream: Socket]>();
  const frozen = new Set<readonly [client: Socket, upstream: Socket]>();
  let stalled = false;
  let received = 0;
  let cutAt = Number.POSITIVE_INFINITY;

  const serve = (client: Socket) => {
    const upstream = connect(target);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const drop = () => {
      for (const socket of pair) socket.resetAndDestroy();
    };
    const carry = (from: Socket, to: Socket, take: (bytes: number) => void) => {
      from.on('data', (bytes) => {
        take(bytes.length);
        if (!to.writable) return;
        if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => {
        if (!stalled && !frozen.has(pair)) from.resume();
      });
      from.on('end', () => to.end());
      from.on('error', drop);
      // A pair is held until both of its ends are closed: what is paused and forgotten would never close.
      from.on('close', () => {
        if (to.destroyed) pairs.delete(pair);
        else to.destroySoon();
      });
      if (stalled) from.pause();
    };
    client.once('data', onFirst);
    carry(client, upstream, () => {});
    hold(client, pair);
    carry(upstream, client, (bytes) => {
      received += bytes;
      if (received < cutAt) return;
      cutAt = Number.POSITIVE_INFINITY;
      drop();
    });
  };

  const hold = (client: Socket, pair: readonly [Socket, Socket]) => {
    const ms = delayMs();
    if (ms === 0) return;
    client.pause();
    const timer = setTimeout(() => {
      if (!stalled && !frozen.has(pair)) client.resume();
    }, ms);
    client.on('close', () => clearTimeout(timer));
  };

  const listen = (port: number) =>
    new Promise<Server>((resolve, reject) => {
      const created = createServer(serve);
      created.once('error', reject);
      created.listen(port, '127.0.0.1', () => resolve(created));
    });
  const stopListening = (listening: Server) => new Promise<void>((resolve) => listening.close(() => resolve()));

  let server: Server | undefined = await listen(0);
  const { port } = server.address() as { port: number };
  const each = (act: (socket: Socket) => void) => {
    for (const pair of [...pairs]) pair.forEach(act);
  };
  const cut = () => each((socket) => socket.resetAndDestroy());

  return {
    port,
    connections: () => [...pairs].filter((pair) => pair.some(({ destroyed }) => !destroyed)).length,
    received: () => received,
    cut,
    cutAfter: (bytes) => {
      cutAt = received + bytes;
    },
    stall: () => {
      stalled = true;
      each((socket) => socket.pause());
    },
    stallOpen: () => {
      for (const pair of pairs) frozen.add(pair);
      each((socket) => socket.pause());
    },
    flow: () => {
      stalled = false;
      frozen.clear();
      each((socket) => socket.resume());
    },
    refuse: async () => {
      const listening = server;
      server = undefined;
      // `close` waits for open connections, which are to go on.
      listening?.close();
    },
    accept: async () => {
      server ??= await listen(port);
    },
    close: async () => {
      const listening = server;
      server = undefined;
      cut();
      if (listening !== undefined) await stopListening(listening);
    },
  };
}

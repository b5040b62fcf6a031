/** What can be asked about a connection. */
export interface WatchedConnection {
  /** Whether a statement's answer is awaited; a reader that takes no rows awaits nothing. */
  isWaiting(): boolean;
  /** Bytes received so far. */
  received(): number;
  /** Asks the server, on another way than this connection, whether it still works on the answer; may reject. */
  isWorkedOn(): Promise<boolean>;
  /** Called once where it does not: the connection has to be given up. */
  giveUp(): void;
}

/** How long nothing may come before the server is asked, in milliseconds. */
export const silenceMs = 60_000;

/** How a server is met: the silence that is looked into, and whether it was reached before, so that it is only away. */
export interface ServerOptions {
  readonly patienceMs?: number;
  readonly wasOpen?: boolean | undefined;
}

/**
 * Tells a server that computes for hours before its first row from one that cannot be heard any more. A time limit could
 * not: both send nothing. A cable that was pulled shows by itself only where the system's own probes run (TCP keepalive:
 * 30 s without a byte, then ten probes), and they do not where something is still on its way to the server, or where what
 * stands between keeps the line open. So after a silence the server is asked on a new connection; the answer must be
 * no, or fail, at two looks in a row, in which nothing came, before the connection is given up. A server that says that
 * it still computes is waited for without end.
 *
 * Returns what ends the watch, which keeps no process alive.
 */
export function watchSilence(connection: WatchedConnection, everyMs: number): () => void {
  let before = connection.received();
  let isAsking = false;
  let failures = 0;
  let isOver = false;
  const end = () => {
    isOver = true;
    clearInterval(timer);
  };
  const isSilent = () => {
    const now = connection.received();
    const same = now === before;
    before = now;
    return same && connection.isWaiting();
  };
  const look = async () => {
    if (isAsking) return;
    if (!isSilent()) {
      failures = 0;
      return;
    }
    isAsking = true;
    const isWorkedOn = await connection.isWorkedOn().catch(() => false);
    isAsking = false;
    if (isOver) return;
    failures = isWorkedOn || !isSilent() ? 0 : failures + 1;
    if (failures < 2) return;
    end();
    connection.giveUp();
  };
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return end;
}

/** What a connection is given up with. */
export function silenceError(): Error {
  return Object.assign(new Error('nothing comes any more, and the server does not say that it still computes'), {
    code: silenceCode,
  });
}

/** The code of that error. */
export const silenceCode = 'ERR_SILENT_SERVER';

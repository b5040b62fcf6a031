import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ServerSource } from '../../config/migration.ts';
import { tlsOptions } from './tls-options.ts';

/** What a server hands out with a connection, so that another connection may cancel what runs on it. */
export interface BackendKey {
  readonly processID: number;
  readonly secretKey: number;
}

const waitMs = 5_000;

/**
 * Asks the server to cancel the statement that runs on a connection; nothing happens where none runs. The request needs
 * a connection of its own and no log-in (PostgreSQL docs, "Canceling Requests in Progress"); it is as encrypted as the
 * other one. Settles when the server has taken it or cannot be reached in five seconds, and never rejects.
 */
export function cancelRequest(server: ServerSource, key: BackendKey): Promise<void> {
  return new Promise((resolve) => {
    const socket =
      server.socket === null ? connect(server.port, server.host) : connect(`${server.socket}/.s.PGSQL.${server.port}`);
    const timer = setTimeout(() => socket.destroy(), waitMs);
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    const tls = tlsOptions(server);
    if (tls === false) {
      socket.once('connect', () => socket.end(cancelMessage(key)));
      socket.resume();
      return;
    }
    socket.once('connect', () => socket.write(message(sslRequest)));
    socket.once('data', (answer: Buffer) => {
      if (answer.toString('latin1') !== 'S') {
        socket.destroy();
        return;
      }
      const secured: Socket = connectTls(
        { ...tls, socket, host: server.host, ...(isIP(server.host) === 0 && { servername: server.host }) },
        () => secured.end(cancelMessage(key)),
      );
      secured.on('error', () => socket.destroy());
      secured.resume();
    });
  });
}

/** The codes stand where other messages have a protocol version (PostgreSQL docs, "Message Formats"). */
const cancelCode = 80_877_102;
const sslRequest = 80_877_103;

function cancelMessage({ processID, secretKey }: BackendKey): Buffer {
  return message(cancelCode, processID, secretKey);
}

function message(...words: number[]): Buffer {
  const bytes = Buffer.alloc(4 + words.length * 4);
  bytes.writeInt32BE(bytes.length, 0);
  for (const [at, word] of words.entries()) bytes.writeInt32BE(word, 4 + at * 4);
  return bytes;
}

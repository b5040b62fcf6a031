import { silenceCode } from '../watch-silence.ts';
import { type Fault, invalid, notFound, type ServerPlace, unreachable } from './fault.ts';

/**
 * What keeps a client from its server, or cut it off, by Node's codes (Node docs, "Common system errors" and TLS's
 * "X509 certificate error codes") and the driver's own messages; `null` for anything else. `wasOpen`: a name that is
 * not known is one whose server is away.
 */
export function connectionFault(error: Error, server: ServerPlace, wasOpen: boolean): Fault | null {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return codeFault(code, server, wasOpen) ?? driverFault(error.message);
}

function codeFault(code: string, { host, socket }: ServerPlace, wasOpen: boolean): Fault | null {
  switch (code) {
    case 'ENOTFOUND':
      if (wasOpen)
        return unreachable(`is away, ${host} being no known host any more`, 'Start the server, then run again.');
      return notFound(`is not there, ${host} being no known host`, 'Correct the host in source.');
    case 'ECONNREFUSED':
    case 'ENOENT':
      return unreachable(
        socket === null
          ? 'is not there: nothing listens at that port'
          : 'is not there: that folder has no socket of it',
        'Start the server, or correct source: its host and port, or its socket.',
      );
    case 'EACCES':
      return invalid('cannot be reached by this user', 'Check the permissions of the socket.');
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
    case 'EAI_AGAIN':
      return unreachable('cannot be reached', 'Check host and port in source, the network, and firewalls on the way.');
    case silenceCode:
      return unreachable('is not heard any more', 'Check the network between: what is built is kept.');
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return invalid(
        'shows a certificate of another host',
        'Write in source the host that the certificate names; mode verify-ca does not compare hosts.',
      );
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return invalid('shows a certificate that is not valid now', 'Have it renewed, or correct the clock.');
    default:
      return tlsFault(code);
  }
}

function tlsFault(code: string): Fault | null {
  if (/^(SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|CERT_|INVALID_CA|ERR_TLS_CERT)/.test(code)) {
    return invalid(
      'shows a certificate that nobody here trusts',
      'Give the certificate of its authority as source.tls.ca; mode require encrypts without checking.',
    );
  }
  if (/^ERR_(SSL|TLS|OSSL|CRYPTO)/.test(code) || code === 'EPROTO') {
    return invalid(
      'and this program do not agree on TLS',
      'Check the files of source.tls: PEM text, the key that belongs to the certificate, and one that the server takes.',
    );
  }
  // What else the system says of a socket: ECONNRESET, EPIPE, and whatever an operating system has of its own.
  return /^E[A-Z]+$/.test(code) ? lost : null;
}

function driverFault(message: string): Fault | null {
  switch (message) {
    case 'The server does not support SSL connections':
      return invalid('offers no TLS', 'Say tls: { mode: disable } in source, or switch ssl on in the server.');
    case 'There was an error establishing an SSL connection':
      return invalid('is no PostgreSQL server', 'Correct host and port in source.');
    case 'timeout expired':
      return unreachable(
        'does not answer in source.timeouts.connect',
        'Check host and port in source, the network, and firewalls on the way.',
      );
    case 'Connection terminated':
    case 'Connection terminated unexpectedly':
    case 'Client was closed and is not queryable':
    case 'Client has encountered a connection error and is not queryable':
      return lost;
    default:
      return null;
  }
}

const lost = unreachable(
  'broke the connection off',
  'Run again when the server and the network are well: what is built is kept.',
);

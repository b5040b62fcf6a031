import type { ServerSource } from '../../config/migration.ts';
import { MigrationError } from '../../domain/error.ts';
import { silenceCode } from '../watch-silence.ts';

/** What was being done when the server failed: the server, and the stream whose query it was. */
export interface MysqlPlace {
  readonly spec: Pick<ServerSource, 'host' | 'port' | 'socket' | 'database'>;
  readonly stream?: string;
  /** The server has let this program in before. */
  readonly wasOpen?: boolean;
}

type Code = 'input.invalid' | 'input.not-found' | 'source.unreachable' | 'source.query';
type Stop = readonly [code: Code, says: string, next: string];

const again = 'The slice is read again; if it goes on, see the log of the server.';
const grant = 'GRANT SELECT on what the query names, to this user.';
const sql = 'Correct the query in the mapping: it is SQL as the server has it.';
const credentials = 'Correct source.user and source.password in the migration file.';
const tlsMode = 'Set source.tls in the migration file to what the server offers and asks for.';
const plugin =
  'Use source.tls.mode: require or stricter, or a user that proves itself by mysql_native_password or caching_sha2_password.';
const noWay: Stop = ['source.unreachable', 'cannot be reached', 'Check the network, then run again.'];
const away: Stop = ['source.unreachable', 'is away, its host name being known no more', 'Start it, then run again.'];
const lostStop: Stop = ['source.unreachable', 'lost its connection', again];
const refusesUser: Stop = ['input.invalid', 'refuses the user', credentials];
const forbids: Stop = ['input.invalid', 'forbids what the query reads', grant];
const noFunction =
  'GRANT EXECUTE on it, or use a function that the server has: MySQL 9.6 took out MD5 and SHA1 (INSTALL COMPONENT "file://component_classic_hashing" brings them back).';
const refusesQuery: Stop = ['source.query', 'refuses the query', sql];
const tooMany: Stop = [
  'source.unreachable',
  'has no connection left',
  'Run fewer things beside this, or raise max_connections or the limits of the user.',
];
const refusesHost: Stop = ['input.invalid', 'refuses this host', 'Let the user connect from this host.'];
const expired: Stop = ['input.invalid', 'has locked the account or let its password expire', 'Renew the account.'];
const notRead: Stop = [
  'input.invalid',
  'is asked to write, and this program only reads',
  'Write one SELECT that changes nothing.',
];
const tooSlow: Stop = [
  'source.unreachable',
  'stopped a statement that took too long',
  'Raise source.timeouts.statement, create the index that doctor names, or make slices smaller.',
];
const waited: Stop = [
  'source.unreachable',
  'waited too long for a lock',
  'Raise source.timeouts.lock, or read while nobody changes the tables.',
];
const notSet: Stop = [
  'input.invalid',
  'does not let the user set its session up',
  'Set max_error_count to 1024 or more on the server, or GRANT SESSION_VARIABLES_ADMIN ON *.* to this user.',
];
const full: Stop = ['source.unreachable', 'ran out of disk or memory', 'Make room on the server, then run again.'];
const cutShort: Stop = ['source.unreachable', 'stopped the statement', again];
const cutOff: Stop = [
  'source.unreachable',
  'is a node that its cluster has cut off',
  'The slice is read again; if it goes on, see wsrep_cluster_status on that node, or read another one.',
];
const offline: Stop = [
  'source.unreachable',
  'is offline for maintenance',
  'Wait until offline_mode is OFF on the server, or read another one, then run again.',
];
const speaksOther: Stop = [
  'input.invalid',
  'does not answer as MySQL does',
  'Correct source.host and source.port in the migration file.',
];
const certificate: Stop = [
  'input.invalid',
  'shows a certificate that is not trusted',
  'Give the authority that signed it as source.tls.ca; verify-ca does not check the host, require checks nothing.',
];
const otherHost: Stop = [
  'input.invalid',
  'shows the certificate of another host',
  'Write source.host as the certificate has it, or use source.tls.mode: verify-ca.',
];
const noTls: Stop = ['input.invalid', 'could not agree on TLS', tlsMode];
const ownCertificate: Stop = [
  'input.invalid',
  'cannot be asked with this certificate or key',
  'Correct source.tls: ca, certificate and key are PEM files.',
];

/**
 * By the server's number (MySQL docs, "Server Error Message Reference"; MariaDB docs, "MariaDB Error Codes"), and by that of
 * ProxySQL where no server answers it (ProxySQL docs, FAQ).
 */
const byNumber: Readonly<Record<number, Stop>> = {
  1021: full,
  1028: full,
  1037: full,
  1038: [
    'source.query',
    'has too little memory to sort',
    'Raise sort_buffer_size on the server, or sort less in the query.',
  ],
  1040: tooMany,
  1041: full,
  1044: [
    'input.invalid',
    'does not let the user into the database',
    'Correct source.database, or GRANT SELECT on it to this user.',
  ],
  1045: refusesUser,
  1047: speaksOther,
  1049: ['input.not-found', 'has no such database', 'Correct source.database in the migration file.'],
  1053: lostStop,
  1114: full,
  1129: refusesHost,
  1130: refusesHost,
  1135: full,
  1142: forbids,
  1143: forbids,
  1152: lostStop,
  1158: lostStop,
  1159: lostStop,
  1160: lostStop,
  1161: lostStop,
  1184: lostStop,
  1203: tooMany,
  1205: waited,
  1213: waited,
  1226: tooMany,
  1227: forbids,
  1251: ['input.invalid', 'wants another proof of who the user is', plugin],
  1290: notRead,
  // MySQL takes the name of a function that it does not have for one of the database's own.
  1305: ['source.query', 'has no such function', noFunction],
  1317: cutShort,
  1345: ['input.invalid', 'does not explain the query of a view', 'GRANT SHOW VIEW and SELECT on what the view reads.'],
  1356: forbids,
  1370: ['input.invalid', 'has no such function, or forbids it', noFunction],
  1412: ['source.unreachable', 'saw a table change its definition', 'Let that change finish; the slice is read again.'],
  1524: ['input.invalid', 'wants a proof of who the user is that it has no plugin for', plugin],
  1698: refusesUser,
  1792: notRead,
  1820: expired,
  1836: notRead,
  1862: expired,
  1927: lostStop,
  1969: tooSlow,
  3024: tooSlow,
  3032: offline,
  3118: expired,
  3159: ['input.invalid', 'only takes encrypted connections', tlsMode],
  3168: lostStop,
  4031: lostStop,
  4151: expired,
  9001: lostStop,
};

/** By the code of Node.js or of the driver. */
const byCode: Readonly<Record<string, Stop>> = {
  AUTH_SWITCH_PLUGIN_ERROR: ['input.invalid', 'could not be told who the user is', plugin],
  CERT_HAS_EXPIRED: certificate,
  CERT_NOT_YET_VALID: certificate,
  CERT_SIGNATURE_FAILURE: certificate,
  DEPTH_ZERO_SELF_SIGNED_CERT: certificate,
  EACCES: ['input.invalid', 'has a socket that this user may not open', 'Correct source.socket, or its permissions.'],
  ECONNREFUSED: [
    'source.unreachable',
    'does not listen',
    'Start it, or correct source.host and source.port in the migration file.',
  ],
  EADDRNOTAVAIL: noWay,
  EHOSTUNREACH: noWay,
  ENETDOWN: noWay,
  ENETUNREACH: noWay,
  ENOENT: ['source.unreachable', 'has no socket there', 'Start it, or correct source.socket in the migration file.'],
  ENOTFOUND: ['input.not-found', 'has a host name that is not known', 'Correct source.host in the migration file.'],
  ENOTSOCK: ['input.invalid', 'is no socket', 'Correct source.socket in the migration file.'],
  EAI_AGAIN: [
    'source.unreachable',
    'has a host name that cannot be looked up now',
    'Check the network, then run again.',
  ],
  [silenceCode]: [
    'source.unreachable',
    'is not heard any more',
    'Check the network between: the slice is read again, and what is built is kept.',
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: speaksOther,
  ERR_TLS_CERT_ALTNAME_INVALID: otherHost,
  ETIMEDOUT: [
    'source.unreachable',
    'does not answer in time',
    'Check host, port and firewalls, or raise source.timeouts.connect.',
  ],
  HANDSHAKE_NO_SSL_SUPPORT: ['input.invalid', 'offers no TLS', tlsMode],
  HANDSHAKE_UNKNOWN_ERROR: speaksOther,
  MYSQL_CLEAR_PASSWORD_NOT_ENABLED: ['input.invalid', 'wants the password in the clear, which is never sent', plugin],
  PROTOCOL_CONNECTION_LOST: lostStop,
  PROTOCOL_ERROR: lostStop,
  PROTOCOL_UNEXPECTED_PACKET: lostStop,
  SELF_SIGNED_CERT_IN_CHAIN: certificate,
  UNABLE_TO_GET_ISSUER_CERT: certificate,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: certificate,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: certificate,
};

/**
 * Turns what the driver rejects with into the stop that a person can act on. `source.unreachable` is what may pass by
 * itself. What it does not know comes back as it is: a bug. The server's words name the user and host, never a password.
 */
export function mysqlError(error: unknown, { spec, stream, wasOpen = false }: MysqlPlace): unknown {
  if (!(error instanceof Error) || error instanceof MigrationError) return error;
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  const known = stopOf(error.message, typeof code === 'string' ? code : '', typeof errno === 'number' ? errno : 0);
  const isSettingUp = errno === 1227 && stream === undefined;
  const stop = isSettingUp ? notSet : wasOpen && known === byCode['ENOTFOUND'] ? away : known;
  if (stop === undefined) return error;
  // Without a stream it is about to connect.
  const next =
    stop === lostStop && stream === undefined ? 'Check that a MySQL server runs there, then run again.' : stop[2];
  const server = `${spec.socket ?? `${spec.host}:${spec.port}`}, database ${spec.database}`;
  const where = stream === undefined ? `The MySQL server ${server}` : `Stream ${stream} (MySQL server ${server})`;
  return new MigrationError(stop[0], `${where} ${stop[1]}: ${error.message}`, { next, cause: error });
}

function stopOf(message: string, code: string, errno: number): Stop | undefined {
  // Galera says so with a number that means an unknown command (MariaDB docs, "wsrep_cluster_status").
  if (errno === 1047 && /WSREP/.test(message)) return cutOff;
  // Node.js has negative numbers of its own beside its codes.
  if (errno > 0) return byNumber[errno] ?? refusesQuery;
  if (/unknown plugin/.test(message)) return byCode['AUTH_SWITCH_PLUGIN_ERROR'];
  if (code === 'HANDSHAKE_SSL_ERROR') return tlsStopOf(message);
  const stop = byCode[code];
  if (stop !== undefined) return stop;
  if (/^ERR_(OSSL|SSL|TLS|CRYPTO)_/.test(code)) return ownCertificate;
  // What else the system says of a socket: ECONNRESET, EPIPE, and whatever an operating system has of its own.
  return /^E[A-Z]+$/.test(code) ? lostStop : undefined;
}

/** The driver overwrites the code of what fails before TLS stands; Node.js's and OpenSSL's words are left. */
function tlsStopOf(message: string): Stop {
  if (/altnames/.test(message)) return otherHost;
  if (/certificate/i.test(message)) return certificate;
  if (/ECONNRESET|EPIPE|ETIMEDOUT|disconnected/.test(message)) return lostStop;
  return /wrong version number/.test(message) ? speaksOther : noTls;
}

import { describe, expect, it } from 'vitest';
import { MigrationError } from '../../../src/domain/error.ts';
import { mysqlError } from '../../../src/source/mysql/mysql-error.ts';

const spec = { host: 'db.example', port: 3306, socket: null, database: 'legacy' };

function stopFor(code: string, errno: number, message = 'its words', stream?: string, wasOpen = false) {
  const error = Object.assign(new Error(message), { code, errno });
  return mysqlError(error, { spec, wasOpen, ...(stream !== undefined && { stream }) });
}

describe('mysqlError', () => {
  // Numbers as the servers' own lists have them, and Node.js's codes with its negative numbers.
  const cases: [name: string, errno: number, code: string][] = [
    ['ER_DISK_FULL', 1021, 'source.unreachable'],
    ['ER_OUT_OF_SORTMEMORY', 1038, 'source.query'],
    ['ER_CON_COUNT_ERROR', 1040, 'source.unreachable'],
    ['ER_OUT_OF_RESOURCES', 1041, 'source.unreachable'],
    ['ER_UNKNOWN_COM_ERROR', 1047, 'input.invalid'],
    ['ER_DBACCESS_DENIED_ERROR', 1044, 'input.invalid'],
    ['ER_ACCESS_DENIED_ERROR', 1045, 'input.invalid'],
    ['ER_BAD_DB_ERROR', 1049, 'input.not-found'],
    ['ER_SERVER_SHUTDOWN', 1053, 'source.unreachable'],
    ['ER_BAD_FIELD_ERROR', 1054, 'source.query'],
    ['ER_PARSE_ERROR', 1064, 'source.query'],
    ['ER_HOST_IS_BLOCKED', 1129, 'input.invalid'],
    ['ER_HOST_NOT_PRIVILEGED', 1130, 'input.invalid'],
    ['ER_CANT_CREATE_THREAD', 1135, 'source.unreachable'],
    ['ER_TABLEACCESS_DENIED_ERROR', 1142, 'input.invalid'],
    ['ER_COLUMNACCESS_DENIED_ERROR', 1143, 'input.invalid'],
    ['ER_NO_SUCH_TABLE', 1146, 'source.query'],
    ['ER_NET_WRITE_INTERRUPTED', 1161, 'source.unreachable'],
    ['ER_TOO_MANY_USER_CONNECTIONS', 1203, 'source.unreachable'],
    ['ER_LOCK_WAIT_TIMEOUT', 1205, 'source.unreachable'],
    ['ER_LOCK_DEADLOCK', 1213, 'source.unreachable'],
    ['ER_NOT_SUPPORTED_AUTH_MODE', 1251, 'input.invalid'],
    ['ER_SP_DOES_NOT_EXIST', 1305, 'source.query'],
    ['ER_QUERY_INTERRUPTED', 1317, 'source.unreachable'],
    ['ER_PROCACCESS_DENIED_ERROR', 1370, 'input.invalid'],
    ['ER_TABLE_DEF_CHANGED', 1412, 'source.unreachable'],
    ['ER_ACCESS_DENIED_NO_PASSWORD_ERROR', 1698, 'input.invalid'],
    ['ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION', 1792, 'input.invalid'],
    ['ER_CONNECTION_KILLED', 1927, 'source.unreachable'],
    ['ER_STATEMENT_TIMEOUT', 1969, 'source.unreachable'],
    ['ER_QUERY_TIMEOUT', 3024, 'source.unreachable'],
    ['ER_SERVER_OFFLINE_MODE', 3032, 'source.unreachable'],
    ['ER_SECURE_TRANSPORT_REQUIRED', 3159, 'input.invalid'],
    ['ER_SERVER_ISNT_AVAILABLE', 3168, 'source.unreachable'],
    ['ER_CLIENT_INTERACTION_TIMEOUT', 4031, 'source.unreachable'],
    ['ProxySQL reaches no server of its group', 9001, 'source.unreachable'],
    ['ER_SOMETHING_NEW', 9999, 'source.query'],
    ['ENOTFOUND', -3008, 'input.not-found'],
    ['EAI_AGAIN', -3001, 'source.unreachable'],
    ['ECONNREFUSED', -111, 'source.unreachable'],
    ['ECONNRESET', -104, 'source.unreachable'],
    ['EPIPE', -32, 'source.unreachable'],
    ['ECONNABORTED', -103, 'source.unreachable'],
    ['EADDRNOTAVAIL', -99, 'source.unreachable'],
    ['ENETDOWN', -100, 'source.unreachable'],
    ['EHOSTDOWN', -112, 'source.unreachable'],
    ['ETIMEDOUT', -110, 'source.unreachable'],
    ['ENOENT', -2, 'source.unreachable'],
    ['EACCES', -13, 'input.invalid'],
    ['PROTOCOL_CONNECTION_LOST', 0, 'source.unreachable'],
    ['HANDSHAKE_NO_SSL_SUPPORT', 0, 'input.invalid'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 0, 'input.invalid'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 0, 'input.invalid'],
    ['CERT_HAS_EXPIRED', 0, 'input.invalid'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 0, 'input.invalid'],
    ['ERR_OSSL_PEM_NO_START_LINE', 0, 'input.invalid'],
    ['AUTH_SWITCH_PLUGIN_ERROR', 0, 'input.invalid'],
    ['MYSQL_CLEAR_PASSWORD_NOT_ENABLED', 0, 'input.invalid'],
  ];
  it.each(cases)('%s (%i) is %s', (name, errno, code) => {
    expect(stopFor(name, errno)).toMatchObject({ code, next: expect.stringMatching(/\.$/) });
  });

  const tls: [message: string, code: string, says: string][] = [
    [
      "Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's altnames: DNS:b",
      'input.invalid',
      'of another host',
    ],
    ['self-signed certificate in certificate chain', 'input.invalid', 'not trusted'],
    ['unable to verify the first certificate', 'input.invalid', 'not trusted'],
    ['read ECONNRESET', 'source.unreachable', 'lost its connection'],
    [
      'Client network socket disconnected before secure TLS connection was established',
      'source.unreachable',
      'lost its connection',
    ],
    [
      'error:0A00010B:SSL routines:ssl3_get_record:wrong version number',
      'input.invalid',
      'does not answer as MySQL does',
    ],
    ['error:0A000410:SSL routines::sslv3 alert handshake failure', 'input.invalid', 'could not agree on TLS'],
  ];
  it.each(tls)('while TLS is agreed on: %s', (words, code, says) => {
    expect(stopFor('HANDSHAKE_SSL_ERROR', 0, words)).toMatchObject({ code, message: expect.stringContaining(says) });
  });

  it('says where, what and what to do next', () => {
    expect(stopFor('ER_BAD_DB_ERROR', 1049, "Unknown database 'legacy'")).toMatchObject({
      message: "The MySQL server db.example:3306, database legacy has no such database: Unknown database 'legacy'",
      next: 'Correct source.database in the migration file.',
    });
    expect(stopFor('ER_NO_SUCH_TABLE', 1146, "Table 'legacy.t' doesn't exist", 'hits')).toMatchObject({
      message:
        "Stream hits (MySQL server db.example:3306, database legacy) refuses the query: Table 'legacy.t' doesn't exist",
    });
  });

  it('waits for a server that was there and whose name is known no more', () => {
    expect(stopFor('ENOTFOUND', -3008, 'its words', undefined, true)).toMatchObject({
      code: 'source.unreachable',
      message: expect.stringContaining('is away'),
    });
    expect(stopFor('ER_BAD_DB_ERROR', 1049, 'its words', undefined, true)).toMatchObject({ code: 'input.not-found' });
  });

  it('waits for a node of Galera that was cut off', () => {
    const words = 'WSREP has not yet prepared node for application use';
    expect(stopFor('ER_UNKNOWN_COM_ERROR', 1047, words, 'hits')).toMatchObject({
      code: 'source.unreachable',
      message: expect.stringContaining('is a node that its cluster has cut off'),
    });
  });

  it('leaves what it does not know, and what is said already', () => {
    const bug = new TypeError('x is not a function');
    expect(mysqlError(bug, { spec })).toBe(bug);
    const said = new MigrationError('input.invalid', 'said');
    expect(mysqlError(said, { spec })).toBe(said);
  });

  it('tells a session that a user may not set up from a query that reads what is forbidden', () => {
    const says = 'Access denied; you need (at least one of) the SYSTEM_VARIABLES_ADMIN privilege(s) for this operation';
    expect(stopFor('ER_SPECIFIC_ACCESS_DENIED_ERROR', 1227, says)).toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining('does not let the user set its session up'),
      next: expect.stringContaining('max_error_count'),
    });
    expect(stopFor('ER_SPECIFIC_ACCESS_DENIED_ERROR', 1227, says, 'hits')).toMatchObject({
      code: 'input.invalid',
      next: expect.stringContaining('GRANT SELECT'),
    });
  });

  it.each([1305, 1370])('tells of a function that a newer server took out: %i', (errno) => {
    expect(
      stopFor('', errno, "execute command denied to user 'reader'@'%' for routine 'legacy.MD5'", 'hits'),
    ).toMatchObject({
      message: expect.stringContaining('has no such function'),
      next: expect.stringMatching(/GRANT EXECUTE.*MySQL 9\.6 took out MD5/),
    });
  });
});

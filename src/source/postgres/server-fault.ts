import { type Fault, invalid, notFound, type ServerPlace, unreachable, wrongQuery } from './fault.ts';

/** What a server's SQLSTATE means for the run (PostgreSQL docs, appendix "PostgreSQL Error Codes"). */
export function serverFault(state: string, server: ServerPlace): Fault {
  return exact(state, server) ?? byClass(state);
}

function exact(state: string, { user, database, tls }: ServerPlace): Fault | null {
  switch (state) {
    case '28P01':
      return invalid(`does not take the password of user ${user}`, 'Correct the user or the password in source.');
    case '28000':
      return invalid(
        `does not let user ${user} in`,
        `Correct source.user, or let this machine in by a line of pg_hba.conf; TLS is ${tls.mode === 'disable' ? 'off here: some servers demand source.tls' : 'on here: some servers demand a client certificate'}.`,
      );
    case '3D000':
      return notFound('does not exist', 'Correct the name of the database in source.');
    case '42501':
      return wrongQuery(
        `refuses user ${user}`,
        `Have an administrator GRANT CONNECT ON DATABASE ${database}, USAGE on the schema and SELECT on the tables to ${user}.`,
      );
    case '25006':
      return invalid('is only read from, and this query writes or locks', 'Write one SELECT, or WITH … SELECT.');
    case '42P18':
    case '42P08':
      return wrongQuery('cannot tell the type of a parameter', 'Write it with a type, as in CAST(:name AS integer).');
    case '22021':
    case '22P05':
      return wrongQuery(
        'holds text that is not in its encoding',
        "Convert the column in the query, as in convert_from(convert(convert_to(col, 'SQL_ASCII'), 'LATIN1', 'UTF8'), 'UTF8') for Latin-1 in a database without encoding.",
      );
    case '53300':
      return unreachable(
        'has no connection left',
        'Wait until others have finished, lower build.workers, or raise max_connections.',
      );
    case '57014':
    case '55P03':
    case '40001':
    case '40P01':
    case '72000':
      return unreachable(
        'cancelled the statement',
        'If it comes again, raise source.timeouts, read a replica that does not cancel long queries (max_standby_streaming_delay), or make slices smaller.',
      );
    case '53400':
      return wrongQuery(
        'lets this statement use no more',
        'Create the index that doctor advises, so that nothing is sorted, or raise temp_file_limit.',
      );
    case '25P03':
    case '57P05':
      return unreachable('closed an idle connection', 'Run again.');
    case '25P04':
      return unreachable(
        'ended a transaction that took too long',
        'Raise transaction_timeout for this user, or make slices smaller.',
      );
    case '42P01':
      return wrongQuery(
        'refuses the query',
        `Correct the query in the mapping, or name the schema of the table; in a schema that ${user} may not use (GRANT USAGE), no table is found.`,
      );
    case '42601':
    case '42703':
    case '42883':
      return wrongQuery('refuses the query', 'Correct the query in the mapping.');
    default:
      return null;
  }
}

function byClass(state: string): Fault {
  switch (state.slice(0, 2)) {
    case '08':
    case '53':
    case '57':
    case '58':
      return unreachable('cannot serve at the moment', 'Run again when the server is well: what is built is kept.');
    case '22':
      return wrongQuery('cannot compute the query', 'Correct the query in the mapping, or the value that it meets.');
    case 'XX':
      return wrongQuery(
        'is damaged or has a fault of its own',
        'Ask its administrator; reading it again does not help.',
      );
    default:
      return wrongQuery(`failed with ${state}`, 'Correct the query in the mapping.');
  }
}

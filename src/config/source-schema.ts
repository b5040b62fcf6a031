import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { type DatabaseUrl, parseDatabaseUrl, type ServerEngine } from './database-url.ts';
import { count, duration, filled, filledList, flag, longestWait } from './fields.ts';
import { oneOf, type ProblemParams } from './parse-node.ts';

const tls = z
  .strictObject({
    mode: z
      .enum(['disable', 'require', 'verify-ca', 'verify-full'])
      .optional()
      .describe(
        'require encrypts and checks nothing. Default: verify-full with a ca, disable on this machine, else require.',
      ),
    ca: filled().optional().describe('The path of a PEM file of certificates to trust. Default: those of Node.js.'),
    certificate: filled().optional().describe('The path of a PEM file: who this client is.'),
    key: filled().optional().describe('The path of the PEM file of its private key, without a passphrase.'),
  })
  .describe('Encryption of the connection.')
  .check((ctx) => {
    const { mode, ca, certificate, key } = ctx.value;
    const fault = (path: string, message: string, hint: string) => {
      const params: ProblemParams = { hint, key: true };
      ctx.issues.push({ code: 'custom', input: ctx.value, path: [path], message, params });
    };
    if (certificate !== undefined && key === undefined) fault('certificate', 'a certificate needs its key', 'add key:');
    if (key !== undefined && certificate === undefined) fault('key', 'a key needs its certificate', 'add certificate:');
    if (ca !== undefined && (mode === 'disable' || mode === 'require')) {
      fault('ca', `with mode: ${mode} nothing is checked`, 'write mode: verify-full, or leave out ca');
    }
    if (certificate !== undefined && mode === 'disable') {
      fault('certificate', 'with mode: disable no certificate is sent', 'write mode: verify-full, or leave it out');
    }
  });

const timeouts = z
  .strictObject({
    connect: duration('1ms', longestWait, '10s').prefault('10s').describe('Until a connection stands.'),
    statement: duration('0s', longestWait, '10m')
      .prefault('0s')
      .describe('From asking to the last row, so that a slow delivery counts; 0s is none.'),
    lock: duration('0s', longestWait, '5s')
      .prefault('5s')
      .describe('How long a statement waits for a lock; 0s is for ever.'),
  })
  .prefault({})
  .describe('How long the database may take.');

/** `url`, or these. */
const fields = ['host', 'port', 'socket', 'user', 'password', 'database'] as const;

function server(engine: ServerEngine) {
  return z
    .strictObject({
      engine: z.literal(engine).describe(engine === 'postgres' ? 'PostgreSQL.' : 'MySQL or MariaDB.'),
      url: databaseUrl(engine).optional(),
      host: host().optional().describe('A name or an address.'),
      port: count(1, 65_535, defaultPorts[engine]).optional().describe(`Default: ${defaultPorts[engine]}.`),
      socket: socket(engine)
        .optional()
        .describe(
          engine === 'postgres'
            ? 'Instead of host: the absolute path of the folder of sockets.'
            : 'Instead of host: the absolute path of a socket.',
        ),
      user: filled().optional().describe('One who may only read is enough.'),
      password: filled().optional().describe('As "${env:NAME}".'),
      database: filled().optional().describe('Its name.'),
      tls: tls.prefault({}),
      timeouts,
      snapshot: flag().prefault('true').describe('Whether a slice is read in one consistent snapshot.'),
    })
    .check((ctx) => {
      for (const [path, message, hint] of serverFaults(ctx.value)) {
        const params: ProblemParams = { hint, key: true };
        ctx.issues.push({ code: 'custom', input: ctx.value, path, message, params });
      }
    });
}

/** Where a server of an engine listens by itself. */
export const defaultPorts: Readonly<Record<ServerEngine, number>> = { postgres: 5432, mysql: 3306 };

interface ServerKeys {
  readonly url?: DatabaseUrl | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly socket?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly database?: string | undefined;
  readonly tls: { readonly mode?: string | undefined; readonly ca?: string | undefined };
}

/** What the keys of a server say against one another. */
function serverFaults(keys: ServerKeys): (readonly [path: string[], message: string, hint: string])[] {
  const faults: (readonly [path: string[], message: string, hint: string])[] = [];
  const { url } = keys;
  if (url !== undefined) {
    for (const name of fields) {
      if (keys[name] !== undefined)
        faults.push([[name], `"${name}" stands beside a url`, 'write it into the url, or leave out url']);
    }
    if (url.tlsMode !== null && keys.tls.mode !== undefined) {
      faults.push([['tls', 'mode'], 'the url says this too', 'leave one of them out']);
    } else if (keys.tls.ca !== undefined && (url.tlsMode === 'disable' || url.tlsMode === 'require')) {
      faults.push([['tls', 'ca'], 'by what the url says nothing is checked', 'leave the mode out of the url']);
    }
  } else {
    if (keys.host === undefined && keys.socket === undefined) {
      faults.push([[], 'the source names no server', 'add url:, or host: or socket:']);
    }
    if (keys.host !== undefined && keys.socket !== undefined) {
      faults.push([['socket'], '"socket" stands beside a host', 'leave one of them out']);
    }
    for (const name of ['user', 'database'] as const) {
      if (keys[name] === undefined) faults.push([[], `the source names no ${name}`, `add ${name}:`]);
    }
  }
  const isSocket = (url === undefined ? keys.socket : (url.socket ?? undefined)) !== undefined;
  const isEncrypted = (keys.tls.mode ?? url?.tlsMode ?? 'disable') !== 'disable' || keys.tls.ca !== undefined;
  if (isSocket && isEncrypted) faults.push([['tls'], 'a socket has no TLS', 'leave out tls, or name a host']);
  return faults;
}

const urlForms: Readonly<Record<ServerEngine, string>> = {
  postgres: 'postgresql://user:password@host:5432/database?sslmode=…',
  mysql: 'mysql://user:password@host:3306/database?ssl-mode=…',
};

/** The parts of a database's URL. The text is never quoted: it holds a password. */
function databaseUrl(engine: ServerEngine) {
  return z
    .string()
    .transform((text, ctx): DatabaseUrl => {
      const parsed = parseDatabaseUrl(text, engine);
      if (!('faults' in parsed)) return parsed;
      for (const [message, hint] of parsed.faults) {
        ctx.issues.push({ code: 'custom', input: text, message, params: { hint } satisfies ProblemParams });
      }
      return z.NEVER;
    })
    .describe(`As "\${env:NAME}", ${urlForms[engine]}; instead of host, port, socket, user, password and database.`);
}

/** A name or an address alone. */
function host() {
  return z.string().refine((text) => isIP(text) > 0 || /^[A-Za-z0-9_]([A-Za-z0-9._-]*)$/.test(text), {
    error: '"host" is no name or address of a host',
    params: { hint: 'such as db.example.com; the port stands in port:, a path in socket:' } satisfies ProblemParams,
  });
}

function socket(engine: ServerEngine) {
  const [isSocket, error, hint] =
    engine === 'postgres'
      ? [
          (path: string) => isAbsolute(path) && !/\.s\.PGSQL\.\d+$/.test(path),
          '"socket" must be the absolute path of the folder of sockets',
          'such as /var/run/postgresql; port: says which of them',
        ]
      : [isAbsolute, '"socket" must be the absolute path of a socket', 'such as /run/mysqld/mysqld.sock'];
  return z.string().refine(isSocket, { error, params: { hint } satisfies ProblemParams });
}

/** `source` of a migration file: where the legacy rows are. */
export const sourceSchema = z.discriminatedUnion('engine', [
  z.strictObject({
    engine: z.literal('sqlite').describe('One file, read in place.'),
    path: filled().describe('The database file; it is only read.'),
  }),
  z.strictObject({
    engine: z
      .literal('files')
      .describe('Exports and logs: csv, jsonl, parquet, lines, w3c; gzip and zip are understood.'),
    paths: z
      .record(filled(), oneOf([filled(), filledList()], { error: 'a path or glob, or a list of them' }))
      .describe('File set of the mapping to paths or globs, or a list of them.'),
  }),
  server('postgres'),
  server('mysql'),
]);
/** `source` as the schema types it. */
export type SourceSpec = z.infer<typeof sourceSchema>;

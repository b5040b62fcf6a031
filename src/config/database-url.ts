import { isAbsolute } from 'node:path';

/** The engines that are servers. */
export type ServerEngine = 'postgres' | 'mysql';

/** How a server is reached, as far as a URL says it. */
export interface DatabaseUrl {
  readonly host: string | null;
  readonly port: number | null;
  /** A path, as in `ServerSource`. */
  readonly socket: string | null;
  readonly user: string;
  readonly password: string | null;
  readonly database: string;
  readonly tlsMode: TlsMode | null;
}

/** How far a server's certificate is asked for and checked. */
export type TlsMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

/** What is wrong with a URL and what to write. Nothing of the URL is in it: any part may be part of a password. */
export type UrlFault = readonly [message: string, hint: string];

const schemes: Readonly<Record<string, ServerEngine>> = {
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'mysql:': 'mysql',
  'mariadb:': 'mysql',
};
const engineNames = { postgres: 'PostgreSQL', mysql: 'MySQL or MariaDB' } as const;
const examples = {
  postgres: 'such as postgresql://user:password@host:5432/database',
  mysql: 'such as mysql://user:password@host:3306/database',
} as const;
const encode = 'percent-encode it: %40 for @, %3A for :, %2F for /, %3F for ?, %23 for #, %25 for %';

/** Stands for the host that `user@/database?host=/folder` leaves out, as PostgreSQL's clients allow and URLs do not. */
const noHost = 'no-host.invalid';

/** Reads the URL of a database, user and password percent-decoded; or all that is wrong with it. */
export function parseDatabaseUrl(text: string, engine: ServerEngine): DatabaseUrl | { readonly faults: UrlFault[] } {
  const whole = text.replace(/^([a-z]+:\/\/[^/?#]*@)(?=(?::\d+)?\/)/i, `$1${noHost}`);
  if (!URL.canParse(whole)) {
    return { faults: [['this is no URL', `${examples[engine]}; where the password holds other signs, ${encode}`]] };
  }
  const url = new URL(whole);
  const meant = schemes[url.protocol];
  if (meant === undefined) return { faults: [[`this is no URL of ${engineNames[engine]}`, examples[engine]]] };
  if (meant !== engine) {
    return { faults: [[`this is a URL of ${engineNames[meant]}`, `write engine: ${meant}, or ${examples[engine]}`]] };
  }
  // Without this, `//user:12/3@host/db` would go to the host `user`, with half a password in its path.
  if (url.hash !== '' || `${url.pathname}${url.search}`.includes('@')) {
    return { faults: [['the user or the password holds a sign that ends it', encode]] };
  }
  return readParts(url, engine);
}

function readParts(url: URL, engine: ServerEngine): DatabaseUrl | { readonly faults: UrlFault[] } {
  const faults: UrlFault[] = [];
  const decoded = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      faults.push(['a % stands before something that is no percent-encoding', encode]);
      return '';
    }
  };
  const user = decoded(url.username);
  const password = decoded(url.password);
  const database = decoded(url.pathname.slice(1));
  const named = url.hostname === noHost ? '' : decoded(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (url.username === '') faults.push(['the URL names no user', examples[engine]]);
  if (url.pathname.length < 2) faults.push(['the URL names no database', examples[engine]]);
  if (url.pathname.slice(1).includes('/')) {
    faults.push(['the URL goes on after the database', 'a / in the name of a database is written %2F']);
  }
  if (named.includes(',')) faults.push(['the URL names several hosts', 'name the one to read from']);

  const parameters = readParameters(url.searchParams, engine, faults);
  if (engine === 'postgres' && named !== '' && parameters.place !== null) {
    faults.push(['the URL names its host twice', 'leave out host=']);
  }
  const socket = isAbsolute(named) ? named : parameters.isSocket ? parameters.place : null;
  const host = socket !== null ? null : named !== '' ? named : parameters.place;
  if (socket === null && host === null) faults.push(['the URL names no host', examples[engine]]);
  if (faults.length > 0) return { faults };
  return {
    host,
    port: url.port === '' ? parameters.port : Number(url.port),
    socket,
    user,
    password: url.password === '' ? null : password,
    database,
    tlsMode: parameters.tlsMode,
  };
}

/** The modes of PostgreSQL (libpq, sslmode) and of MySQL (ssl-mode) that say something definite. */
const tlsModes: Readonly<Record<ServerEngine, Readonly<Record<string, TlsMode>>>> = {
  postgres: { disable: 'disable', require: 'require', 'verify-ca': 'verify-ca', 'verify-full': 'verify-full' },
  mysql: { disabled: 'disable', required: 'require', verify_ca: 'verify-ca', verify_identity: 'verify-full' },
};

/** What to write instead of a parameter that clients of this database know and this program does not take. */
const cures: Readonly<Record<string, string>> = {
  application_name: 'leave it out: the program names itself',
  user: 'write it before the host',
  password: 'write it before the host',
  dbname: 'write it after the host',
  sslrootcert: 'write tls: { ca: … } beside url',
  'ssl-ca': 'write tls: { ca: … } beside url',
  sslcert: 'write tls: { certificate: …, key: … } beside url',
  'ssl-cert': 'write tls: { certificate: …, key: … } beside url',
  sslkey: 'write tls: { certificate: …, key: … } beside url',
  'ssl-key': 'write tls: { certificate: …, key: … } beside url',
  ssl: 'write tls: { mode: … } beside url',
  connect_timeout: 'write timeouts: { connect: … } beside url',
  statement_timeout: 'write timeouts: { statement: … } beside url',
  lock_timeout: 'write timeouts: { lock: … } beside url',
};

function readParameters(given: URLSearchParams, engine: ServerEngine, faults: UrlFault[]) {
  const [tlsName, socketName] = engine === 'postgres' ? ['sslmode', 'host'] : ['ssl-mode', 'socket'];
  let tlsMode: TlsMode | null = null;
  let place: string | null = null;
  let port: number | null = null;
  for (const [name, value] of given) {
    if (name === tlsName) {
      const modes = tlsModes[engine];
      tlsMode = modes[value.toLowerCase()] ?? null;
      if (tlsMode === null) {
        const all = Object.keys(modes).map((mode) => (engine === 'mysql' ? mode.toUpperCase() : mode));
        faults.push([`"${name}" must say whether the connection is encrypted and checked`, `one of ${all.join(', ')}`]);
      }
    } else if (name === socketName && value !== '') {
      place = value;
    } else if (name === 'port' && engine === 'postgres' && /^\d{1,5}$/.test(value)) {
      port = Number(value);
    } else {
      const hint = cures[name] ?? `only ${tlsName} and ${socketName} are understood`;
      const known = /^[A-Za-z][\w-]{0,40}$/.test(name) ? `"${name}"` : 'this';
      faults.push([`the URL has a parameter that is not understood: ${known}`, hint]);
    }
  }
  const isSocket = place !== null && isAbsolute(place);
  if (engine === 'mysql' && place !== null && !isSocket) faults.push(['"socket" is no absolute path', examples.mysql]);
  return { tlsMode, place, port, isSocket };
}

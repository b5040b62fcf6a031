import type { ServerEngine, TlsMode } from './database-url.ts';
import type { ValueSpec } from './mapping-schema.ts';
import type { MapperSuite } from './suite-schema.ts';

/** Where legacy rows come from. Paths and globs are absolute; globs use `/`. */
export type MigrationSource =
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'files'; readonly paths: Readonly<Record<string, readonly string[]>> }
  | ServerSource;

/** A database server and how it is reached. Secrets are resolved: never log or store this. */
export interface ServerSource {
  readonly engine: ServerEngine;
  readonly host: string;
  readonly port: number;
  /** An absolute path instead of host and port: PostgreSQL's folder of sockets, MySQL's socket; `null` for TCP. */
  readonly socket: string | null;
  readonly user: string;
  /** `null`: the server asks for none. */
  readonly password: string | null;
  readonly database: string;
  readonly tls: ServerTls;
  /** `statementMs` bounds one statement from asking to its last row, `lockMs` what it waits for a lock; 0 is no bound. */
  readonly timeouts: { readonly connectMs: number; readonly statementMs: number; readonly lockMs: number };
  /** Whether a slice's streams are read in one consistent snapshot; without it each statement has its own. */
  readonly snapshot: boolean;
}

/** How far a server is trusted; the files are PEM text, `null` where not given. */
export interface ServerTls {
  /** `require` encrypts and checks nothing, `verify-ca` checks who signed the certificate, `verify-full` the host too. */
  readonly mode: TlsMode;
  readonly ca: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
}

/** How the client proves who it is to Adobe. Secrets are resolved: never log or store this. */
export type MigrationAuth = OAuthCredential | FixedToken | JwtCredential;

/** OAuth Server-to-Server: one secret, or two during a rotation, to be tried in order. */
export interface OAuthCredential {
  readonly kind: 'oauth';
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecrets: readonly string[];
  readonly scopes: readonly string[];
}

/** A token that somebody else fetched. */
export interface FixedToken {
  readonly kind: 'token';
  readonly clientId: string;
  readonly token: string;
}

/** The service account of Adobe's older pages: a signed JWT is exchanged for a token. */
export interface JwtCredential {
  readonly kind: 'jwt';
  readonly exchangeUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** `…@AdobeOrg`. */
  readonly org: string;
  /** `…@techacct.adobe.com`. */
  readonly technicalAccount: string;
  /** PEM text that node:crypto can read, PKCS#8 or PKCS#1. */
  readonly privateKey: string;
  /** Whole claim names, as `https://ims-na1.adobelogin.com/s/ent_analytics_bulk_ingest_sdk`. */
  readonly metascopes: readonly string[];
  /** `https://ims-na1.adobelogin.com/c/<client id>`. */
  readonly audience: string;
}

/** Adobe's side of a migration. */
export interface MigrationTarget {
  /** A value of the mapping language; a plain text of the file has become `{ const: text }`. */
  readonly reportSuiteID: ValueSpec;
  /** An origin without a final slash. */
  readonly baseUrl: string;
  readonly auth: MigrationAuth;
  readonly suite: MapperSuite & {
    readonly timestamps: 'optional' | 'required' | 'none';
    /** Months for which Adobe keeps a hit, from its time on. */
    readonly retention: number;
  };
  readonly timeouts: {
    readonly connectMs: number;
    readonly idleMs: number;
    readonly answerMs: number;
    /** How long gateways on the way let a whole request take; `null`: not known. */
    readonly gatewayMs: number | null;
  };
  /** Whether to wait for 100-continue. */
  readonly expect: boolean;
  /** PEM text of the authorities to trust. */
  readonly ca: string | null;
  /** The URL of an HTTP proxy, credentials in it; `none`: straight, whatever the environment says; `null`: as it says. */
  readonly proxy: string | null;
}

/** Who is told when a run stops or finishes: a command of the shell, or a URL that takes a POST of JSON. */
export type MigrationNotify = { readonly command: string } | { readonly webhook: string };

/** A migration file, checked, with defaults, absolute paths and resolved secrets: one job. */
export interface Migration {
  readonly id: string;
  /** The absolute path of the file; relative paths in it were relative to its folder. */
  readonly file: string;
  /** As written: a ready-made name or a path. */
  readonly mapping: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Lookup name to absolute path. */
  readonly lookups: Readonly<Record<string, string>>;
  readonly source: MigrationSource;
  readonly target: MigrationTarget;
  /** Half-open; whole Unix seconds. */
  readonly range: { readonly from: number; readonly to: number; readonly zone: string };
  readonly visitorGroups: { readonly count: number; readonly prefix: string };
  readonly chunks: { readonly maxRows: number; readonly maxRawBytes: number };
  readonly slices: { readonly rows: number | 'auto' };
  /** 0 in the last two is no limit. */
  readonly pace: {
    readonly requestsPerSecond: number;
    readonly secondsPerLane: number;
    readonly rowsPerSecondPerLane: number;
    /** Whether look-ups count as requests. */
    readonly lookUps: boolean;
  };
  readonly settle: { readonly graceMs: number; readonly windowMs: number; readonly attempts: number };
  /** The budget is a fraction, 0 to 1, of the planned hits. */
  readonly onInvalidRows: { readonly stop: true } | { readonly budget: number };
  /** The budget is a fraction, 0 to 1, of the rows that are planned for the range. */
  readonly rejects: { readonly budget: number };
  /** `memory` in bytes. */
  readonly build: { readonly workers: number; readonly memory: number; readonly gzipLevel: number };
  /** `ahead` and `spool` in bytes. */
  readonly disk: { readonly ahead: number; readonly spool: number; readonly keep: 'all' | 'undelivered' };
  /** The absolute path of the work folder. */
  readonly folder: string;
  readonly notify: MigrationNotify | null;
  /** The variables of the environment that the file names: what may be secret. */
  readonly envNames: readonly string[];
}

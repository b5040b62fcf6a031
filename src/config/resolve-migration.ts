import { dirname, resolve } from 'node:path';
import type { Problem } from '../domain/problem.ts';
import { parseInstant } from './instant.ts';
import type { Migration, MigrationAuth, MigrationSource } from './migration.ts';
import type { MigrationSpec } from './migration-schema.ts';
import { type Checked, problemAt } from './problems.ts';
import { resolveSource } from './resolve-source.ts';
import { mapperSuiteOf } from './suite-schema.ts';
import type { TargetSpec } from './target-schema.ts';
import { type Path, placeAt, type YamlNode } from './yaml-node.ts';

/**
 * The migration that a checked file means: absolute paths, instants, expanded values; and the faults that only show
 * between keys. `file` is absolute. The private key of a JWT and the files of `source.tls` are left as written: they may be paths
 * that have to be read.
 */
export function resolveMigration(spec: MigrationSpec, root: YamlNode, file: string): Checked<Migration> {
  const problems: Problem[] = [];
  const fault = (path: Path, message: string, hint: string | null = null) =>
    problems.push(problemAt(placeAt(root, path), 'config.value', message, hint));
  const folder = dirname(file);
  const absolute = (path: string) => resolve(folder, path);

  const range = resolveRange(spec, fault);
  const prefix = spec.visitorGroups.prefix ?? spec.migration;
  if (/^\d+$/.test(prefix) && spec.visitorGroups.prefix === undefined) {
    fault(
      ['migration'],
      'a bare number cannot name the visitor groups',
      'add visitorGroups: { prefix: … } with company or suite',
    );
  }
  if (prefix.length > 64 && spec.visitorGroups.prefix === undefined) {
    fault(['migration'], 'this id is too long to name the visitor groups', 'add visitorGroups: { prefix: … }');
  }
  const host = new URL(spec.target.baseUrl).hostname;
  if (spec.pace.requestsPerSecond > 1 && /(^|\.)adobe\.(io|com)$/.test(host)) {
    fault(['pace', 'requestsPerSecond'], "Adobe's hosts take at most one request a second", 'write 1');
  }
  if (problems.length > 0) return { problems };

  const { target } = spec;
  const auth = resolveAuth(target.auth);
  const proxy = target.proxy ?? null;
  const notify = resolveNotify(spec.notify);
  const source = resolveSource(spec.source, folder);
  return {
    value: {
      id: spec.migration,
      file,
      mapping: spec.mapping,
      variables: spec.variables,
      lookups: Object.fromEntries(Object.entries(spec.lookups).map(([name, path]) => [name, absolute(path)])),
      source,
      target: {
        reportSuiteID:
          typeof target.reportSuiteID === 'string' ? { const: target.reportSuiteID } : target.reportSuiteID,
        baseUrl: target.baseUrl,
        auth,
        suite: {
          timestamps: target.suite.timestamps,
          ...mapperSuiteOf(target.suite),
          retention: target.suite.retention,
        },
        timeouts: {
          connectMs: target.timeouts.connect,
          idleMs: target.timeouts.idle,
          answerMs: target.timeouts.answer,
          gatewayMs: target.timeouts.gateway ?? null,
        },
        expect: target.expect,
        ca: target.ca === undefined ? null : absolute(target.ca),
        proxy,
      },
      range,
      visitorGroups: { count: spec.visitorGroups.count, prefix },
      chunks: spec.chunks,
      slices: spec.slices,
      pace: spec.pace,
      settle: { graceMs: spec.settle.grace, windowMs: spec.settle.window, attempts: spec.settle.attempts },
      onInvalidRows: spec.onInvalidRows.budget === undefined ? { stop: true } : { budget: spec.onInvalidRows.budget },
      rejects: spec.rejects,
      build: spec.build,
      disk: spec.disk,
      folder: absolute(spec.folder ?? `.bdia-migrate/${spec.migration}`),
      notify,
      secrets: secretsOf({ target: { auth, proxy }, source, notify }),
    },
  };
}

/** Every secret of a migration; a password also in the form it has in a URL, and a URL that holds one as a whole. */
export function secretsOf({
  target,
  source,
  notify,
}: {
  readonly target: Pick<Migration['target'], 'auth' | 'proxy'>;
  readonly source: MigrationSource;
  readonly notify: Migration['notify'];
}): string[] {
  const webhook = notify !== null && 'webhook' in notify ? notify.webhook : null;
  return [
    ...secretsOfAuth(target.auth),
    ...secretsOfSource(source),
    ...secretsOfUrl(target.proxy),
    ...secretsOfUrl(webhook),
  ];
}

function secretsOfAuth(auth: MigrationAuth): readonly string[] {
  if (auth.kind === 'oauth') return auth.clientSecrets;
  return auth.kind === 'token' ? [auth.token] : [auth.clientSecret, auth.privateKey];
}

function secretsOfSource(source: MigrationSource): string[] {
  if (source.engine === 'sqlite' || source.engine === 'files') return [];
  const { password, tls } = source;
  const all = [password, password === null ? null : encodeURIComponent(password), tls.key];
  return [...new Set(all.filter((secret) => secret !== null))];
}

function resolveNotify(notify: MigrationSpec['notify']): Migration['notify'] {
  if (notify?.command !== undefined) return { command: notify.command };
  return notify?.webhook === undefined ? null : { webhook: notify.webhook };
}

function secretsOfUrl(url: string | null): string[] {
  if (url === null || !URL.canParse(url)) return [];
  const { password } = new URL(url);
  return password === '' ? [url] : [url, password, decodeURIComponent(password)];
}

function resolveRange(spec: MigrationSpec, fault: (path: Path, message: string, hint: string) => void) {
  const { zone } = spec.range;
  // The schema has seen to it that both are dates or instants.
  const [from = 0, to = 0] = [spec.range.from, spec.range.to].map((text) => parseInstant(text, zone) ?? undefined);
  if (from >= to) {
    fault(
      ['range', 'to'],
      'the range ends before anything is in it',
      '"to" must be later than "from"; it is not part of the range',
    );
  }
  return { from, to, zone };
}

function resolveAuth(auth: TargetSpec['auth']): MigrationAuth {
  if (auth.kind === 'oauth') {
    const { clientSecret, ...rest } = auth;
    return { ...rest, clientSecrets: typeof clientSecret === 'string' ? [clientSecret] : clientSecret };
  }
  if (auth.kind === 'token') return auth;
  const audience = auth.audience ?? `https://ims-na1.adobelogin.com/c/${auth.clientId}`;
  return { ...auth, audience };
}

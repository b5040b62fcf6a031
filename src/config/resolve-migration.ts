import { dirname, resolve } from 'node:path';
import type { Problem } from '../domain/problem.ts';
import { parseInstant } from './instant.ts';
import type { Migration, MigrationAuth } from './migration.ts';
import type { MigrationSpec } from './migration-schema.ts';
import { problemAt } from './problems.ts';
import { resolveSource } from './resolve-source.ts';
import { mapperSuiteOf } from './suite-schema.ts';
import { isAdobes, type TargetSpec } from './target-schema.ts';
import { type Path, placeAt, type YamlNode } from './yaml-node.ts';

/** How long a gateway before Adobe's hosts goes on with a request whose connection is lost (Adobe docs, API FAQ: 60 s). */
const LEAST_GRACE_MS = 60_000;

/**
 * The migration that a checked file means: absolute paths, instants, expanded values; and the faults that only show
 * between keys. `file` is absolute, `envNames` are the variables that it names. The private key of a JWT, `target.ca` and the
 * files of `source.tls` are left as written: they may be paths that have to be read.
 */
export function resolveMigration(
  spec: MigrationSpec,
  root: YamlNode,
  file: string,
  envNames: readonly string[],
): { readonly migration: Migration; readonly problems: readonly Problem[] } {
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
  if (isAdobes(spec.target.baseUrl)) {
    if (spec.pace.requestsPerSecond > 1) {
      fault(['pace', 'requestsPerSecond'], "Adobe's hosts take at most one request a second", 'write 1');
    }
    if (spec.settle.grace < LEAST_GRACE_MS) {
      const message = "a request to Adobe's hosts may still be under way for 60s after its connection is lost";
      fault(['settle', 'grace'], message, 'leave it out, or write 60s or more');
    }
  }

  const { target } = spec;
  return {
    problems,
    migration: {
      id: spec.migration,
      file,
      mapping: spec.mapping,
      variables: spec.variables,
      lookups: Object.fromEntries(Object.entries(spec.lookups).map(([name, path]) => [name, absolute(path)])),
      source: resolveSource(spec.source, folder),
      target: {
        reportSuiteID:
          typeof target.reportSuiteID === 'string' ? { const: target.reportSuiteID } : target.reportSuiteID,
        baseUrl: target.baseUrl,
        auth: resolveAuth(target.auth),
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
        ca: target.ca ?? null,
        proxy: target.proxy ?? null,
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
      notify: resolveNotify(spec.notify),
      envNames,
    },
  };
}

function resolveNotify(notify: MigrationSpec['notify']): Migration['notify'] {
  if (notify?.command !== undefined) return { command: notify.command };
  return notify?.webhook === undefined ? null : { webhook: notify.webhook };
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

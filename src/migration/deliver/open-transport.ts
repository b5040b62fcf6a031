import type { MigrationTarget } from '../../config/migration.ts';
import type { Timeouts } from '../../delivery/exchange.ts';
import { type Environment, environmentProxy, parseProxy } from '../../delivery/proxy.ts';
import { createTransport, type Transport } from '../../delivery/transport.ts';
import { MigrationError } from '../../domain/error.ts';

/** What of a target decides how requests travel. */
export type Way = Pick<MigrationTarget, 'ca' | 'expect' | 'proxy'> & { readonly timeouts: Timeouts };

/**
 * Opens the way that requests to Adobe take: its own authorities and the proxy of the migration, else of the environment.
 * `input.invalid` where the environment names a proxy that is none for one of `urls`, those that will be asked.
 */
export function openTransport(way: Way, urls: readonly string[], { env }: { readonly env: Environment }): Transport {
  for (const url of urls) proxyFor(new URL(url), way.proxy, env);
  return createTransport({
    timeouts: way.timeouts,
    expect: way.expect,
    ...(way.ca === null ? {} : { ca: way.ca }),
    proxyFor: (url) => proxyFor(url, way.proxy, env),
  });
}

function proxyFor(url: URL, setting: string | null, env: Environment): URL | null {
  if (setting !== null) return setting === 'none' ? null : parseProxy(setting);
  const found = environmentProxy(url, env);
  if (found === null || !('fault' in found)) return found;
  throw new MigrationError('input.invalid', `the environment variable ${found.fault} is no URL of an HTTP proxy`, {
    next: 'such as http://proxy.example:3128; or give target.proxy, a URL or none, which goes before the environment',
  });
}

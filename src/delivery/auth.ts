import type { FixedToken, JwtCredential, MigrationAuth, OAuthCredential } from '../config/migration.ts';
import type { Clock } from '../domain/clock.ts';
import { MigrationError } from '../domain/error.ts';
import { jwtExchange } from './auth-jwt.ts';
import { oauthGrant } from './auth-oauth.ts';
import { backoffMs } from './backoff.ts';
import { errorWords } from './classify.ts';
import type { Exchange } from './exchange.ts';
import type { FormRequest, Grant } from './grant.ts';
import { headerSafe } from './ims-answer.ts';
import type { Call } from './transport.ts';

/**
 * Gives access tokens. Both methods reject with `auth.failed` where IMS refuses (with its error word, never a secret)
 * and with `delivery.unreachable` where it cannot be reached.
 */
export interface TokenSource {
  readonly clientId: string;
  /**
   * A token that lasts for `forMs` (default: no time) and the margin; fetched ahead of expiry, by one request however
   * many ask. One whose whole life is shorter is given as new as can be.
   */
  token(signal?: AbortSignal, forMs?: number): Promise<string>;
  /** A new token in place of one that was refused; where `bad` has already been replaced, the replacement. */
  refresh(bad: string): Promise<string>;
}

const tries = 4;

/** Creates the token source of a credential. `random` spreads the pauses between tries, default `Math.random`. */
export function createTokenSource(
  auth: MigrationAuth,
  options: { readonly request: FormRequest; readonly clock: Clock; readonly random?: () => number },
): TokenSource {
  const { clock } = options;
  if (auth.kind === 'token') return fixedToken(auth);
  const ask = () => requestGrant(auth, request, clock);
  let current: { readonly token: string; readonly freshUntilMs: number; readonly freshMs: number } | null = null;
  let fetching: Promise<string> | null = null;

  /** Asking IMS twice does no harm, so unlike an upload this may be tried again at once. */
  async function request(call: Call): Promise<Exchange> {
    for (let failures = 1; ; failures += 1) {
      const exchange = await options.request(call);
      const answered = exchange.status !== null && exchange.status < 500 && exchange.status !== 429;
      if (answered && exchange.error === null) return exchange;
      if (failures === tries) {
        const cause = exchange.status === null ? errorWords(exchange.error) : `HTTP ${exchange.status}`;
        throw new MigrationError('delivery.unreachable', `no token from ${new URL(call.url).host}: ${cause}`, {
          next: 'check the network, the proxy if there is one, and the URL in target.auth, then run again',
        });
      }
      await clock.sleep(backoffMs(failures, options.random ?? Math.random));
    }
  }

  async function fetchToken(): Promise<string> {
    const askedAt = clock.monotonic();
    const grant = await ask();
    const freshMs = grant.lifeMs - refreshMarginMs(grant.lifeMs);
    current = { token: grant.token, freshUntilMs: askedAt + freshMs, freshMs };
    return grant.token;
  }

  function fetchOnce(): Promise<string> {
    fetching ??= fetchToken().finally(() => {
      fetching = null;
    });
    return fetching;
  }

  return {
    clientId: auth.clientId,
    token: async (signal, forMs = 0) => {
      signal?.throwIfAborted();
      if (current === null) return fetchOnce();
      // Half a life: where no token lasts for so long, a new one for each call would be no better.
      const lastsMs = Math.min(forMs, current.freshMs / 2);
      return clock.monotonic() + lastsMs < current.freshUntilMs ? current.token : fetchOnce();
    },
    refresh: async (bad) => (current !== null && current.token !== bad ? current.token : fetchOnce()),
  };
}

/** Asks IMS for a token; nothing is tried again by itself. `auth.failed` where IMS refuses; what `request` throws. */
export function requestGrant(
  auth: OAuthCredential | JwtCredential,
  request: FormRequest,
  clock: Pick<Clock, 'now'>,
): Promise<Grant> {
  return auth.kind === 'oauth' ? oauthGrant(auth, request) : jwtExchange(auth, request, clock);
}

/** How long before its end a token is replaced: five minutes, or a tenth of a short life. */
export function refreshMarginMs(lifeMs: number): number {
  return Math.min(300_000, lifeMs / 10);
}

function fixedToken(auth: FixedToken): TokenSource {
  const token = headerSafe(auth.token);
  return {
    clientId: auth.clientId,
    token: async (signal) => {
      signal?.throwIfAborted();
      return token;
    },
    refresh: async () => {
      throw new MigrationError('auth.failed', 'Adobe refuses the fixed token of target.auth', {
        next: 'put a new token there, or use kind: oauth, which renews its tokens itself',
      });
    },
  };
}

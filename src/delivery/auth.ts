import type { FixedToken, JwtCredential, MigrationAuth, OAuthCredential } from '../config/migration.ts';
import type { Clock } from '../domain/clock.ts';
import { MigrationError } from '../domain/error.ts';
import { jwtExchange } from './auth-jwt.ts';
import { oauthGrant } from './auth-oauth.ts';
import { backoffMs, defaultPatienceMs } from './backoff.ts';
import { errorWords, isLasting } from './classify.ts';
import type { Exchange } from './exchange.ts';
import { type Grant, headerSafe } from './ims-answer.ts';
import type { Call, Transport } from './transport.ts';

/**
 * Gives access tokens. Both methods reject with `auth.failed` where IMS refuses (with its error word, never a secret),
 * with `delivery.unreachable` where waiting cannot mend the way to it, or it stayed unreachable for as long as the
 * patience, and with the signal's reason while they wait.
 */
export interface TokenSource {
  readonly clientId: string;
  /**
   * A token that lasts for `forMs` (default: no time) and the margin; fetched ahead of expiry, by one request however
   * many ask. One whose whole life is shorter is given as new as can be; while IMS cannot be reached, one that has
   * nothing left but the margin.
   */
  token(signal?: AbortSignal, forMs?: number): Promise<string>;
  /** A new token in place of one that was refused; where `bad` has already been replaced, the replacement. */
  refresh(bad: string, signal?: AbortSignal): Promise<string>;
}

/**
 * How long the first token of a process is waited for, in ms. Nothing is under way then, and what is wrong is most often
 * said wrong: a person is told within seconds.
 */
const firstPatienceMs = 10_000;

/** What a token source needs. Default of `random`, which spreads the pauses between tries: `Math.random`. */
export interface TokenOptions {
  readonly request: Transport['send'];
  readonly clock: Clock;
  readonly random?: () => number;
  /** How long a token other than the first is waited for while IMS cannot be reached. Default an hour. */
  readonly patienceMs?: number;
  /** Told once in each outage, with the reason. */
  readonly onWait?: (reason: string) => void;
}

interface CurrentToken {
  readonly token: string;
  /** How long it may be used before it is replaced ahead of its end, in ms. */
  readonly freshMs: number;
  readonly freshUntilMs: number;
  readonly endsMs: number;
}

/** Creates the token source of a credential. */
export function createTokenSource(auth: MigrationAuth, options: TokenOptions): TokenSource {
  const { clock, random = Math.random, patienceMs = defaultPatienceMs, onWait = () => {} } = options;
  if (auth.kind === 'token') return fixedToken(auth);
  const ask = () => requestGrant(auth, request, clock);
  /** Faults that may pass by themselves. */
  const passing = new WeakSet<MigrationError>();
  const mayPass = (error: unknown): error is MigrationError => error instanceof MigrationError && passing.has(error);
  let current: CurrentToken | null = null;
  let fetching: Promise<string> | null = null;
  let failures = 0;
  let askAgainMs = Number.NEGATIVE_INFINITY;

  async function request(call: Call): Promise<Exchange> {
    const exchange = await options.request(call);
    const { status, error } = exchange;
    if (status !== null && status < 500 && status !== 429 && error === null) return exchange;
    const fault = unreachable(new URL(call.url).host, exchange);
    if (!isLasting(error)) passing.add(fault);
    throw fault;
  }

  async function fetchToken(): Promise<string> {
    const askedAt = clock.monotonic();
    try {
      const { token, lifeMs } = await ask();
      failures = 0;
      const freshMs = lifeMs - refreshMarginMs(lifeMs);
      current = { token, freshMs, freshUntilMs: askedAt + freshMs, endsMs: askedAt + lifeMs };
      return token;
    } catch (error) {
      if (mayPass(error)) {
        failures += 1;
        askAgainMs = clock.monotonic() + backoffMs(failures, random);
        if (failures === 1) onWait(error.message);
      }
      throw error;
    }
  }

  function fetchOnce(): Promise<string> {
    fetching ??= fetchToken().finally(() => {
      fetching = null;
    });
    return fetching;
  }

  /** The current token while it will do, else a new one, else, while none is to be had, the current where it is still `usable`. */
  async function get(
    willDo: (known: CurrentToken) => boolean,
    usable: (known: CurrentToken) => boolean,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const sinceMs = clock.monotonic();
    for (;;) {
      signal?.throwIfAborted();
      if (current !== null && willDo(current)) return current.token;
      const pauseMs = fetching === null ? askAgainMs - clock.monotonic() : 0;
      if (pauseMs > 0) {
        if (current !== null && usable(current)) return current.token;
        await clock.sleep(pauseMs, signal);
        continue;
      }
      try {
        return await fetchOnce();
      } catch (error) {
        if (!mayPass(error)) throw error;
        if (current !== null && usable(current)) return current.token;
        if (clock.monotonic() - sinceMs > (current === null ? firstPatienceMs : patienceMs)) throw error;
      }
    }
  }

  return {
    clientId: auth.clientId,
    token: (signal, forMs = 0) => {
      // Half a life: where no token lasts for so long, a new one for each call would be no better.
      const untilMs = ({ freshMs }: CurrentToken) => clock.monotonic() + Math.min(forMs, freshMs / 2);
      return get(
        (known) => untilMs(known) < known.freshUntilMs,
        (known) => untilMs(known) < known.endsMs,
        signal,
      );
    },
    refresh: (bad, signal) =>
      get(
        ({ token }) => token !== bad,
        () => false,
        signal,
      ),
  };
}

function unreachable(host: string, { status, error }: Exchange): MigrationError {
  const cause = status === null ? errorWords(error) : `HTTP ${status}`;
  return new MigrationError('delivery.unreachable', `no token from ${host}: ${cause}`, {
    next: 'check the network, the proxy if there is one, and the URL in target.auth, then run again',
  });
}

/** Asks IMS for a token; nothing is tried again by itself. `auth.failed` where IMS refuses; what `request` throws. */
export function requestGrant(
  auth: OAuthCredential | JwtCredential,
  request: Transport['send'],
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

import type { IncomingHttpHeaders } from 'node:http';
import { gatewayError, type Reply, tokenNotValid, tooManyRequests } from './reply.ts';

/**
 * What Adobe's API gateway, which stands before the service, says to a request: an answer, or `null` where the request
 * may pass. Checked in the order api key, token, rate.
 */
export type Gateway = (headers: IncomingHttpHeaders) => Reply | null;

/** Decides at each arrival, in ms of any clock that never goes back, whether it comes too early. */
export type RateLimit = (now: number) => boolean;

/** What the gateway asks. `tooFast` is asked only of requests with a good key and token. */
export interface GatewayChecks {
  readonly clientId: string;
  accepts(token: string): boolean;
  /** True where the request comes too early; whoever answers true records the breach. */
  tooFast(): boolean;
}

/** Builds the gateway. */
export function createGateway({ clientId, accepts, tooFast }: GatewayChecks): Gateway {
  return (headers) => {
    const key = headers['x-api-key'];
    if (key === undefined || key === '') return gatewayError(403, '403000', 'Api Key is required');
    if (key !== clientId) return gatewayError(403, '403003', 'Api Key is invalid');
    const authorization = headers.authorization;
    if (authorization === undefined || authorization === '') {
      return gatewayError(403, '403010', 'Oauth token is missing.');
    }
    const token = /^bearer +(\S+)$/i.exec(authorization)?.[1];
    if (token === undefined || !accepts(token)) return tokenNotValid;
    return tooFast() ? tooManyRequests(1) : null;
  };
}

/**
 * Lets at most `rate` requests pass in any window of one second, less `slackMs`. A rate below 1 widens the window: 0.5
 * is one request in two seconds. Refused requests do not count. 0 is no limit.
 */
export function createRateLimit(rate: number, slackMs: number): RateLimit {
  if (rate <= 0) return () => false;
  const most = Math.max(1, Math.floor(rate));
  const windowMs = Math.max(0, (1000 * most) / rate - slackMs);
  const passed: number[] = [];
  return (now) => {
    while (passed[0] !== undefined && now - passed[0] >= windowMs) passed.shift();
    if (passed.length >= most) return true;
    passed.push(now);
    return false;
  };
}

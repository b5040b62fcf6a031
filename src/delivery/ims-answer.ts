import { MigrationError } from '../domain/error.ts';
import type { Exchange } from './exchange.ts';

/** A token and how long it lives, in ms. */
export interface Grant {
  readonly token: string;
  readonly lifeMs: number;
}

/** Reads the answer of IMS to a grant or an exchange; `null` where it holds no token. */
export function readGrant({ status, body }: Exchange): Grant | null {
  if (status === null || status < 200 || status >= 300) return null;
  const answer = members(body);
  const token = answer.get('access_token');
  if (typeof token !== 'string') return null;
  return { token: headerSafe(token), lifeMs: lifeMs(answer.get('expires_in')) };
}

/** The refusal as an error: IMS' own error word and what it usually means; never what was sent. */
export function imsRefusal(exchange: Exchange): MigrationError {
  const word = imsErrorWord(exchange);
  const said = word === null ? `HTTP ${exchange.status} without a token` : `${word} (HTTP ${exchange.status})`;
  return new MigrationError('auth.failed', `Adobe IMS refuses a token: ${said}`, {
    next: hints.get(word ?? '') ?? 'check target.auth against the project in the Adobe Developer Console',
  });
}

/** `error` of IMS' answer, where it is a plain word. */
export function imsErrorWord({ body }: Exchange): string | null {
  const word = members(body).get('error');
  return typeof word === 'string' && /^[a-z][a-z0-9_]{0,40}$/.test(word) ? word : null;
}

const hints: ReadonlyMap<string, string> = new Map([
  ['invalid_client', 'check clientId and clientSecret, and that the credential belongs to this IMS host'],
  ['invalid_scope', 'list in target.auth only the scopes that the credential has'],
  ['invalid_token', 'check org, technicalAccount, audience, the private key and this machine’s clock'],
  ['invalid_signature', 'the private key does not belong to a certificate of this credential'],
]);

/** `expires_in` is seconds, but milliseconds in the older exchange; a day is 86,400 of one or 86,400,000 of the other. */
function lifeMs(expiresIn: unknown): number {
  const value = typeof expiresIn === 'string' ? Number(expiresIn) : expiresIn;
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return 3_600_000;
  return value > 1_000_000 ? value : value * 1000;
}

function members(body: string): Map<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  } catch {
    return new Map();
  }
}

/** The token itself where it can stand in a header, else `auth.failed` without showing it. */
export function headerSafe(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new MigrationError('auth.failed', 'the access token is empty or holds characters that no token has');
}

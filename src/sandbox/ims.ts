import { verify as verifySignature } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import { seededGuid, seededHex } from './random.ts';
import { jsonReply, type Reply } from './reply.ts';

/** Adobe's identity service (IMS), as far as machines log in there. */
export interface Ims {
  /** OAuth Server-to-Server: one form to an answer (Adobe Developer Console docs, IMS API, `/ims/token/v3`). */
  token(form: URLSearchParams): Reply;
  /** The older JWT exchange (Adobe docs, service account JWT, `/ims/exchange/jwt`); `expires_in` is in ms there. */
  exchange(form: URLSearchParams): Reply;
  /** True while the token is known and has not expired. */
  accepts(token: string): boolean;
}

/** What IMS knows of the one credential. */
export interface Credential {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  readonly jwtPublicKey: string | null;
}

/**
 * Opens an IMS with one credential. Tokens live `tokenTtl` seconds of the clock's monotonic time; a new one does not
 * revoke the old.
 */
export function createIms(credential: Credential, tokenTtl: number, seed: number, clock: Clock): Ims {
  const expiry = new Map<string, number>();
  let minted = 0;

  const mint = (): string => {
    const now = clock.monotonic();
    for (const [token, end] of expiry) if (end <= now) expiry.delete(token);
    minted += 1;
    const claims = {
      id: seededGuid(seed, `token/${minted}`),
      type: 'access_token',
      client_id: credential.clientId,
      as: 'ims-na1',
      created_at: String(clock.now()),
      expires_in: String(tokenTtl * 1000),
      scope: credential.scopes.join(','),
    };
    const parts = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)));
    const token = `${parts.map((part) => part.toString('base64url')).join('.')}.${seededHex(seed, `sign/${minted}`)}`;
    expiry.set(token, now + tokenTtl * 1000);
    return token;
  };

  const token = (form: URLSearchParams): Reply => {
    if (form.get('grant_type') !== 'client_credentials') {
      return imsError(400, 'unsupported_grant_type', 'unsupported grant_type parameter');
    }
    if (form.get('client_id') !== credential.clientId) {
      return imsError(400, 'invalid_client', 'invalid client_id parameter');
    }
    if (form.get('client_secret') !== credential.clientSecret) {
      return imsError(400, 'invalid_client', 'invalid client_secret parameter');
    }
    const asked = (form.get('scope') ?? '').split(',').map((scope) => scope.trim());
    if (!asked.every((scope) => credential.scopes.includes(scope))) {
      return imsError(400, 'invalid_scope', 'invalid scope parameter');
    }
    return jsonReply(200, { access_token: mint(), token_type: 'bearer', expires_in: tokenTtl });
  };

  const exchange = (form: URLSearchParams): Reply => {
    if (form.get('client_id') !== credential.clientId) {
      return imsError(400, 'invalid_client', 'Unknown client_id');
    }
    if (form.get('client_secret') !== credential.clientSecret) {
      return imsError(401, 'invalid_client', 'Invalid client_secret');
    }
    const fault = jwtFault(form.get('jwt_token') ?? '', credential, clock.now());
    if (fault !== null) return fault;
    return jsonReply(200, { token_type: 'bearer', access_token: mint(), expires_in: tokenTtl * 1000 });
  };

  return {
    token,
    exchange,
    accepts: (text) => (expiry.get(text) ?? Number.NEGATIVE_INFINITY) > clock.monotonic(),
  };
}

function imsError(status: number, error: string, description: string): Reply {
  return jsonReply(status, { error, error_description: description });
}

/** What is wrong with a service account's assertion at epoch ms `now`, as IMS answers it; `null` where nothing is. */
function jwtFault(jwt: string, { clientId, jwtPublicKey }: Credential, now: number): Reply | null {
  const [head, body, signature, ...more] = jwt.split('.');
  const header = readPart(head);
  const claims = readPart(body);
  if (header === null || claims === null || signature === undefined || more.length > 0) {
    return imsError(400, 'invalid_token', 'Could not decode the JWT');
  }
  if (header['alg'] !== 'RS256') return imsError(400, 'invalid_token', 'The JWT is not signed with RS256');
  const expires = claims['exp'];
  if (typeof expires !== 'number' || !Number.isInteger(expires)) {
    return imsError(400, 'invalid_token', 'The exp claim is not an integer');
  }
  if (expires * 1000 <= now) return imsError(400, 'invalid_token', 'The JWT has expired');
  if (typeof claims['iss'] !== 'string' || typeof claims['sub'] !== 'string') {
    return imsError(400, 'invalid_token', 'The JWT has no iss or no sub claim');
  }
  if (!String(claims['aud']).endsWith(`/c/${clientId}`)) {
    return imsError(400, 'invalid_client', 'The aud claim does not name this client_id');
  }
  if (jwtPublicKey !== null && !isSigned(`${head}.${body}`, signature, jwtPublicKey)) {
    return imsError(400, 'invalid_token', 'Could not match JWT signature to any of the bindings');
  }
  const granted = Object.keys(claims).some((name) => name.endsWith(bulkIngest) && claims[name] === true);
  if (granted) return null;
  return imsError(400, 'invalid_scope', 'The metascopes in the JWT are not a subset of the metascopes in the binding.');
}

const bulkIngest = '/s/ent_analytics_bulk_ingest_sdk';

function readPart(part: string | undefined): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function isSigned(text: string, signature: string, publicKey: string): boolean {
  return verifySignature('RSA-SHA256', Buffer.from(text), publicKey, Buffer.from(signature, 'base64url'));
}

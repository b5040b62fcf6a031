import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { JwtCredential } from '../config/migration.ts';
import type { Clock } from '../domain/clock.ts';
import { MigrationError } from '../domain/error.ts';
import { type Grant, imsRefusal, readGrant } from './ims-answer.ts';
import type { Transport } from './transport.ts';

/** Minutes are enough, since the signed claims are exchanged at once. */
const claimsLifeSeconds = 600;

/** One exchange of a signed service-account JWT for a token (Adobe docs, JWT authentication; retired by Adobe in 2025). */
export async function jwtExchange(
  auth: JwtCredential,
  request: Transport['send'],
  clock: Pick<Clock, 'now'>,
): Promise<Grant> {
  const exchange = await request({
    method: 'POST',
    url: auth.exchangeUrl,
    headers: {},
    form: { client_id: auth.clientId, client_secret: auth.clientSecret, jwt_token: signClaims(auth, clock.now()) },
  });
  const grant = readGrant(exchange);
  if (grant === null) throw imsRefusal(exchange);
  return grant;
}

/** The service account's claims, signed with RS256; `now` is epoch ms. `auth.failed` where the key is no RSA key. */
export function signClaims(auth: JwtCredential, now: number): string {
  const claims: Record<string, string | number | boolean> = {
    iss: auth.org,
    sub: auth.technicalAccount,
    aud: auth.audience,
    exp: Math.floor(now / 1000) + claimsLifeSeconds,
  };
  for (const scope of auth.metascopes) claims[scope] = true;
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), readKey(auth.privateKey)).toString('base64url')}`;
}

function readKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // The cause may quote the key.
  }
  throw new MigrationError('auth.failed', 'target.auth.privateKey is not an RSA private key in PEM form', {
    next: 'give the whole PEM text, with its BEGIN and END lines',
  });
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

import type { OAuthCredential } from '../config/migration.ts';
import { MigrationError } from '../domain/error.ts';
import { type Grant, imsErrorWord, imsRefusal, readGrant } from './ims-answer.ts';
import type { Transport } from './transport.ts';

/**
 * One OAuth Server-to-Server grant: a form post with comma separated scopes. Each further secret is tried only after
 * `invalid_client`, as one of two may have been rotated away (Adobe docs, Server-to-Server authentication).
 */
export async function oauthGrant(auth: OAuthCredential, request: Transport['send']): Promise<Grant> {
  let refusal: MigrationError | null = null;
  for (const secret of auth.clientSecrets) {
    const exchange = await request({
      method: 'POST',
      url: auth.tokenUrl,
      headers: {},
      form: {
        grant_type: 'client_credentials',
        client_id: auth.clientId,
        client_secret: secret,
        scope: auth.scopes.join(','),
      },
    });
    const grant = readGrant(exchange);
    if (grant !== null) return grant;
    const word = imsErrorWord(exchange);
    refusal = imsRefusal(exchange);
    if (word !== 'invalid_client') throw refusal;
  }
  throw refusal ?? new MigrationError('auth.failed', 'target.auth has no client secret');
}

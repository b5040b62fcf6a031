import type { Call, Exchange } from './transport.ts';

/** How to get a token. `oauth` holds one secret, or two while they are being rotated; `jwt` is the older service account. */
export type Auth = OAuthCredential | FixedToken | JwtCredential;

export interface OAuthCredential {
  readonly kind: 'oauth';
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecrets: readonly string[];
  readonly scopes: readonly string[];
}

export interface FixedToken {
  readonly kind: 'token';
  readonly clientId: string;
  readonly token: string;
}

export interface JwtCredential {
  readonly kind: 'jwt';
  readonly exchangeUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** `…@AdobeOrg`. */
  readonly org: string;
  /** `…@techacct.adobe.com`. */
  readonly technicalAccount: string;
  /** PEM text, PKCS#8 or PKCS#1. */
  readonly privateKey: string;
  /** Whole claim names, as `https://ims-na1.adobelogin.com/s/ent_analytics_bulk_ingest_sdk`. */
  readonly metascopes: readonly string[];
  /** `https://ims-na1.adobelogin.com/c/<client id>`. */
  readonly audience: string;
}

/** Sends one form post; the transport's `send`. */
export type FormRequest = (call: Call) => Promise<Exchange>;

/** A token and how long it lives, in ms. */
export interface Grant {
  readonly token: string;
  readonly lifeMs: number;
}

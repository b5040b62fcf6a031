/** How the sandbox behaves where Adobe's pages contradict each other or say nothing. Absent means the first named. */
export interface SandboxSettings {
  /** HTTP status of an answer whose `status_code` is REJECTED: 400 or 200. Adobe's pages do not say. */
  readonly rejectedStatus?: 400 | 200;
  /** Whether the validate endpoint asks for `x-adobe-vgid`: true, as Adobe's API description has it; older pages differ. */
  readonly validateNeedsGroup?: boolean;
  /** What a second file under one idempotency key meets: stored again, answered like the first, or refused with 409. */
  readonly duplicateKey?: 'store' | 'first' | 'conflict';
  /** The number that `processing_log` gives to the first data row: 1. */
  readonly firstRowNumber?: number;
  /** What stands between the sentences of `processing_log`: a blank, a line end, or the prefixes of Adobe's 2020 samples. */
  readonly logStyle?: 'space' | 'newline' | 'log4j';
  /** Largest compressed file in bytes: 100,000,000 (Adobe docs, BDIA file format, read strictly). */
  readonly maxFileBytes?: number;
  /** Largest uncompressed file in bytes: 1,000,000,000. */
  readonly maxRawBytes?: number;
  /** The one customer id type that is provisioned as seed; where absent every type with `isMCSeed` 1 is. */
  readonly seedType?: string;
  /** Scopes the credential has: the five of Adobe's sample for Analytics. */
  readonly scopes?: readonly string[];
  /** PEM public key that JWTs must be signed for; where absent any signature will do. */
  readonly jwtPublicKey?: string;
  /** How much too early a request may arrive before it counts as too fast, in ms: 100, for what two event loops add. */
  readonly rateSlackMs?: number;
}

/** All settings, with the defaults filled in. */
export type FullSettings = Required<Omit<SandboxSettings, 'seedType' | 'jwtPublicKey'>> & {
  readonly seedType: string | null;
  readonly jwtPublicKey: string | null;
};

const defaults: FullSettings = {
  rejectedStatus: 400,
  validateNeedsGroup: true,
  duplicateKey: 'store',
  firstRowNumber: 1,
  logStyle: 'space',
  maxFileBytes: 100_000_000,
  maxRawBytes: 1_000_000_000,
  seedType: null,
  scopes: [
    'openid',
    'AdobeID',
    'read_organizations',
    'additional_info.projectedProductContext',
    'additional_info.job_function',
  ],
  jwtPublicKey: null,
  rateSlackMs: 100,
};

/** Fills in the defaults. */
export function fillSettings(settings: SandboxSettings): FullSettings {
  return { ...defaults, ...settings };
}

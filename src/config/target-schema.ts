import { z } from 'zod';
import { duration, filled, filledList, flag, longestWait, proxyUrl, serverUrl } from './fields.ts';
import { curable, oneOf } from './parse-node.ts';
import { suiteSchema } from './suite-schema.ts';
import { valueSchema } from './value-schema.ts';

/** Adobe's collection hosts (Adobe docs, Bulk Data Insertion API endpoints): by region, or routed by Adobe. */
export const adobeOrigins: Readonly<Record<'global' | 'us' | 'eu', string>> = {
  global: 'https://analytics-collection.adobe.io',
  us: 'https://analytics-collection-us.adobe.io',
  eu: 'https://analytics-collection-eu.adobe.io',
};

/**
 * Whether a URL leads to a host of Adobe's, of those above or any other: its limits hold there, and are counted together.
 * Whether two of them are one destination for data is another question.
 */
export function isAdobes(url: string): boolean {
  return /(^|\.)adobe\.(io|com)\.?$/.test(new URL(url).hostname);
}

/** The scopes that Adobe's samples ask for (AdobeDocs, analytics-2.0-apis, ims_client.py). */
const scopes = [
  'openid',
  'AdobeID',
  'read_organizations',
  'additional_info.projectedProductContext',
  'additional_info.job_function',
];

const clientId = filled().describe('Also called the API key.');

const oauth = z.strictObject({
  kind: z.literal('oauth').describe('OAuth Server-to-Server.'),
  tokenUrl: serverUrl('full')
    .prefault('https://ims-na1.adobelogin.com/ims/token/v3')
    .describe('Where tokens come from.'),
  clientId,
  clientSecret: oneOf(
    [filled(), filledList().max(2, curable('holds more than two secrets', 'keep the two that Adobe knows'))],
    {
      error: 'a secret, or a list of two while they rotate',
    },
  ).describe('As "${env:NAME}", or a list of two during rotation.'),
  scopes: filledList().prefault(scopes).describe('What the token is for.'),
});

const token = z.strictObject({
  kind: z.literal('token').describe('An access token that somebody else keeps fresh.'),
  clientId,
  token: filled().describe('The token itself, as "${env:NAME}".'),
});

/** The service-account exchange of Adobe's older pages; the metascope is the one of bulk ingestion. */
const jwt = z.strictObject({
  kind: z.literal('jwt').describe("The service-account JWT of Adobe's older pages."),
  exchangeUrl: serverUrl('full')
    .prefault('https://ims-na1.adobelogin.com/ims/exchange/jwt')
    .describe('Where a JWT becomes a token.'),
  clientId,
  clientSecret: filled().describe('As "${env:NAME}".'),
  org: filled().describe('The organization: …@AdobeOrg.'),
  technicalAccount: filled().describe('The technical account: …@techacct.adobe.com.'),
  privateKey: filled().describe('The path of a PEM file, or "${env:NAME}" holding PEM text.'),
  metascopes: filledList()
    .prefault(['https://ims-na1.adobelogin.com/s/ent_analytics_bulk_ingest_sdk'])
    .describe('What the token is for.'),
  audience: filled()
    .optional()
    .describe('Whom the JWT is for. Default: `https://ims-na1.adobelogin.com/c/<clientId>`.'),
});

/** `target` of a migration file: which report suite, where, as whom. */
export const targetSchema = z.strictObject({
  reportSuiteID: valueSchema.describe('A text is the suite itself; a map is a value of the mapping language.'),
  baseUrl: z
    .preprocess(
      (text) => (typeof text === 'string' && Object.hasOwn(adobeOrigins, text) ? adobeOrigins[text as 'us'] : text),
      serverUrl('origin'),
    )
    .describe("Adobe's collection host: an origin, to which Adobe's path is added, or global, us or eu."),
  auth: z.discriminatedUnion('kind', [oauth, token, jwt]).describe('As whom; kind says how.'),
  suite: suiteSchema.prefault({}),
  timeouts: z
    .strictObject({
      connect: duration('1ms', longestWait, '10s').prefault('10s').describe('Until a connection stands.'),
      idle: duration('1ms', longestWait, '60s').prefault('60s').describe('Without a byte of a body going out.'),
      answer: duration('1ms', longestWait, '120s').prefault('120s').describe('From the end of a body to the answer.'),
      gateway: duration('1ms', longestWait, '60s')
        .optional()
        .describe('How long gateways on the way let a whole request take. Default: not known.'),
    })
    .prefault({})
    .describe('How long a call may take.'),
  expect: flag()
    .prefault('true')
    .describe(
      'Wait for 100-continue before a body is sent. Without it only the answer shows that a call has arrived: the next one leaves a pace after the answer, or after five seconds.',
    ),
  ca: filled()
    .optional()
    .describe(
      "A PEM file of the authorities to trust, in place of the built-in ones: Adobe's and a proxy's where both are needed.",
    ),
  proxy: proxyUrl().optional().describe('An HTTP proxy, or none; default: HTTPS_PROXY, HTTP_PROXY and NO_PROXY.'),
});
/** `target` as the schema types it. */
export type TargetSpec = z.infer<typeof targetSchema>;

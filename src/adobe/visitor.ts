import { cutToBytes } from './cut.ts';
import { normaliseIp } from './ip.ts';

/** What a row says of who it was; empty where it says nothing. `seed` is the ID of the provisioned, seeded type. */
export interface VisitorIds {
  readonly seed: string;
  readonly visitorID: string;
  readonly marketingCloudVisitorID: string;
  readonly ipaddress: string;
}

const visitorIdBytes = 100;
const halfMost = '9223372036854775807';

/**
 * Whether a text is an Experience Cloud ID: two numbers of 63 bits, 19 digits each (Adobe docs, Data Insertion response
 * types; Data feed columns).
 */
export function isExperienceCloudId(text: string): boolean {
  return /^\d{38}$/.test(text) && text.slice(0, 19) <= halfMost && text.slice(19) <= halfMost;
}

/**
 * The visitor that Adobe will file a row under, as one text that is equal for rows of one visitor: the kind of ID, a
 * colon, the ID. Empty where the row names nobody.
 *
 * Adobe takes the first ID that is not empty: a seeded customer ID, `visitorID`, `marketingCloudVisitorID`,
 * `ipaddress`; different kinds are different visitors (Adobe docs, BDIA file format). Blanks at the ends do not count,
 * a `visitorID` is cut at 100 bytes, case makes no difference and an address has one spelling. With an address Adobe
 * tells visitors apart by their user agent too; this text does not, which keeps them together.
 */
export function effectiveVisitor({ seed, visitorID, marketingCloudVisitorID, ipaddress }: VisitorIds): string {
  let id = fold(seed);
  if (id !== '') return `seed:${id}`;
  id = fold(cutToBytes(visitorID.trim(), visitorIdBytes));
  if (id !== '') return `vid:${id}`;
  id = fold(marketingCloudVisitorID);
  if (id !== '') return `mid:${id}`;
  id = fold(ipaddress);
  return id === '' ? '' : `ip:${normaliseIp(id) ?? id}`;
}

function fold(id: string): string {
  return id.trim().toLowerCase();
}

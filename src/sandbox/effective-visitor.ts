import { isIPv6 } from 'node:net';
import type { FileHeader } from './file-header.ts';

const maxVisitorIdBytes = 100;

/**
 * The one visitor that Adobe takes a row for, as `kind:id`; `null` where the row names none. The first that is not
 * blank: a customer id marked as seed, `visitorID`, `marketingCloudVisitorID`, `ipaddress` (Adobe docs, BDIA file
 * format). Ids are trimmed and case folded, `visitorID` is cut at 100 bytes; an address stands with the user agent, as
 * Adobe's fallback id hashes both. `seedType` is the one type that is provisioned; `null` lets any be a seed.
 */
export function effectiveVisitor(row: readonly string[], header: FileHeader, seedType: string | null): string | null {
  for (const { type, id, isSeed } of header.seeds) {
    if (seedType !== null && seedType !== type) continue;
    const value = cell(row, id);
    if (value !== '' && row[isSeed] === '1') return `customerID.${type}:${value.toLowerCase()}`;
  }
  const visitorId = cell(row, header.visitorId);
  if (visitorId !== '') return `visitorID:${cutToBytes(visitorId, maxVisitorIdBytes).toLowerCase()}`;
  const cloudId = cell(row, header.cloudId);
  if (cloudId !== '') return `marketingCloudVisitorID:${cloudId.toLowerCase()}`;
  const address = cell(row, header.ipAddress);
  if (address !== '') return `ipaddress:${normalAddress(address)} ${cell(row, header.userAgent)}`;
  return null;
}

function cell(row: readonly string[], place: number): string {
  return place === -1 ? '' : (row[place] ?? '').trim();
}

/** One spelling per address: `2001:DB8:0:0::1` and `2001:db8::1` are one visitor. */
function normalAddress(text: string): string {
  return isIPv6(text) ? new URL(`http://[${text.replace(/%.*$/, '')}]/`).hostname.slice(1, -1) : text.toLowerCase();
}

function cutToBytes(text: string, most: number): string {
  // A character is at most three bytes per UTF-16 unit.
  if (text.length * 3 <= most || Buffer.byteLength(text) <= most) return text;
  const bytes = Buffer.from(text);
  let end = most;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

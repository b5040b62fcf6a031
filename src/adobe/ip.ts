import { isIPv6 } from 'node:net';

/** IPv4 that is in its one spelling already. */
const plainIpv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;

/**
 * An IP address in one spelling: IPv4 as four decimal numbers without leading zeros, IPv6 in lower case with the
 * longest run of zeros shortened (RFC 5952), an IPv4 address inside IPv6 (`::ffff:…`) as IPv4. A zone (`%eth0`) is
 * left out. `null` for what is no address; blanks, ports and brackets make it none.
 */
export function normaliseIp(text: string): string | null {
  // Nearly every address of nearly every row; taking it apart costs several times this test.
  if (plainIpv4.test(text)) return text;
  return ipv4(text) ?? ipv6(text);
}

function ipv4(text: string): string | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1);
  if (parts === undefined) return null;
  const numbers = parts.map(Number);
  return numbers.every((part) => part <= 255) ? numbers.join('.') : null;
}

/**
 * An address with the last bits of it zeroed: `ipv4Bits` (0 to 32) of IPv4, `ipv6Bits` (0 to 128) of IPv6; in one
 * spelling. `null` for what is no address.
 */
export function maskAddress(text: string, ipv4Bits: number, ipv6Bits: number): string | null {
  const address = normaliseIp(text);
  if (address === null) return null;
  if (!address.includes(':')) return masked(address.split('.').map(Number), 8, ipv4Bits).join('.');
  return shorten(masked(allGroups(address), 16, ipv6Bits));
}

/**
 * Whether an address in its one spelling is of the public internet: not private, shared, loopback, link-local
 * or reserved (IANA special-purpose address registries).
 */
export function isPublicIp(address: string): boolean {
  if (!address.includes(':')) {
    const [a = 0, b = 0] = address.split('.').map(Number);
    const isPrivate = a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168);
    const isLocal = a === 0 || a === 127 || (a === 169 && b === 254) || (a === 100 && b >= 64 && b <= 127);
    return !isPrivate && !isLocal && a < 224;
  }
  const [first = 0] = allGroups(address);
  return first >> 13 === 1;
}

function masked(parts: readonly number[], width: number, bits: number): number[] {
  return parts.map((part, index) => {
    const gone = Math.max(0, Math.min(width, bits - (parts.length - 1 - index) * width));
    return (part >> gone) << gone;
  });
}

function ipv6(text: string): string | null {
  if (!isIPv6(text)) return null;
  const [address = ''] = text.split('%', 1);
  const all = allGroups(address);
  const [g5 = 0, g6 = 0, g7 = 0] = all.slice(5);
  if (g5 === 0xffff && all.slice(0, 5).every((group) => group === 0)) {
    return [g6 >> 8, g6 & 255, g7 >> 8, g7 & 255].join('.');
  }
  return shorten(all);
}

/** The eight groups of an IPv6 address. */
function allGroups(address: string): number[] {
  const [head = '', tail] = address.split('::', 2).map(groups);
  const left = head === '' ? [] : head;
  const right = tail ?? [];
  return tail === undefined ? left : [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function shorten(all: readonly number[]): string {
  let start = -1;
  let length = 1;
  for (let from = 0; from < all.length; from++) {
    let to = from;
    while (all[to] === 0) to++;
    if (to - from > length) {
      start = from;
      length = to - from;
    }
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  return start === -1 ? hex(all) : `${hex(all.slice(0, start))}::${hex(all.slice(start + length))}`;
}

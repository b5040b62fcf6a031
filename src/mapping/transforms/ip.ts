import { isPublicIp, maskAddress, normaliseIp } from '../../adobe/ip.ts';
import { type Step, stepFault, textStep, wholeNumber } from './step.ts';

/** Bits of an IPv6 address that go with one, two and three bytes of IPv4, as Matomo masks them. */
const ipv6Bits = [64, 80, 104];

/** `maskIp: bytes`: an address with its last 1 (if unsaid) to 3 bytes zeroed, in one spelling; absent where the text is none. */
export function compileMaskIp(argument = '1'): Step {
  const bytes = wholeNumber(argument, 1, 3);
  if (bytes === null) return stepFault(`maskIp: "${argument}" is no number of bytes`, '1, 2 or 3');
  const longBits = ipv6Bits[bytes - 1] as number;
  return textStep((text) => maskAddress(text.trim(), bytes * 8, longBits) ?? '');
}

/**
 * `firstForwarded`: of an X-Forwarded-For list the first address of the public internet, which is the visitor's as far
 * as the header is honest; in one spelling, without port and brackets. Absent where there is none.
 */
export const firstForwarded = textStep((text) => {
  for (const part of text.split(',')) {
    const address = normaliseIp(withoutPort(part.trim()));
    if (address !== null && isPublicIp(address)) return address;
  }
  return '';
});

function withoutPort(text: string): string {
  const inBrackets = /^\[([^\]]*)\](?::\d*)?$/.exec(text)?.[1];
  if (inBrackets !== undefined) return inBrackets;
  return /^([\d.]+):\d*$/.exec(text)?.[1] ?? text;
}

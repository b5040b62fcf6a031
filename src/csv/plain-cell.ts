const BLANK = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const LAST = 0x7e;
/** Measured: engines cut longer texts out of others without a copy, and a loop over those is slower than a search. */
const mostLooped = 12;
const allPlain = /^[ !#-+\--~]*$/;

/**
 * Whether a cell is printable ASCII without comma and quote: nothing to be quoted, no control character, and as many bytes
 * as characters. The one look at each cell that answers all three.
 */
export function isPlain(text: string): boolean {
  const { length } = text;
  if (length > mostLooped) return allPlain.test(text);
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code < BLANK || code > LAST || code === COMMA || code === QUOTE) return false;
  }
  return true;
}

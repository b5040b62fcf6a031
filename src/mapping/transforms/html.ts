import { htmlEntities } from './html-entities.ts';
import { textStep } from './step.ts';

const reference = /&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z][A-Za-z0-9]*));/g;

// Browsers read these numbers as Windows-1252, and so did the systems that wrote them. Source: HTML Standard, numeric
// character reference end state; empty places are control characters that stay what they are.
const windows1252 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/**
 * `htmlUnescape`: the named entities of HTML 4, `&apos;` and numbers (`&#8364;`, `&#x20AC;`) become their characters,
 * once: `&amp;lt;` gives `&lt;`. The semicolon is required. Unknown names and numbers that are no character stay as
 * written. Never absent.
 */
export const htmlUnescape = textStep((text) => (text.includes('&') ? text.replace(reference, characterOf) : text));

function characterOf(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return htmlEntities.get(name) ?? whole;
  const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return whole;
  const legacy = code >= 0x80 && code <= 0x9f ? windows1252[code - 0x80] : undefined;
  return legacy === undefined || legacy === ' ' ? String.fromCodePoint(code) : legacy;
}

import { fromWindows1252 } from '../../domain/windows-1252.ts';
import { htmlEntities } from './html-entities.ts';
import { textStep } from './step.ts';

const reference = /^&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6}));$/;
const longestReference = 10;

/**
 * `htmlUnescape`: the named entities of HTML 4, `&apos;` and numbers (`&#8364;`, `&#x20AC;`) become their characters,
 * once: `&amp;lt;` gives `&lt;`. The semicolon is required. Unknown names and numbers that are no character stay as
 * written. Never absent.
 */
export const htmlUnescape = textStep((text) => {
  let done = 0;
  let end = -1;
  let result = '';
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) {
    if (end < at) end = text.indexOf(';', at);
    if (end === -1) break;
    if (end - at >= longestReference) continue;
    const character = characterOf(text.slice(at, end + 1));
    if (character === null) continue;
    result += text.slice(done, at) + character;
    done = end + 1;
    at = end;
  }
  return done === 0 ? text : result + text.slice(done);
});

/** What a reference from `&` to `;` stands for; `null` where it is none. */
function characterOf(whole: string): string | null {
  const named = htmlEntities.get(whole.slice(1, -1));
  if (named !== undefined) return named;
  const [, decimal, hex = ''] = reference.exec(whole) ?? [];
  if (decimal === undefined && hex === '') return null;
  const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null;
  // Browsers read these numbers as Windows-1252, and so did the systems that wrote them. Source: HTML Standard, numeric
  // character reference end state.
  return fromWindows1252(String.fromCodePoint(code));
}

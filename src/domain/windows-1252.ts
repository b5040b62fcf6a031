/**
 * U+0080 to U+009F as windows-1252 has them, in order; the five that it leaves open stay what they are (WHATWG Encoding
 * Standard, index windows-1252). Not by `TextDecoder`, which takes this charset for Latin-1 in some releases of Node
 * (nodejs/node issue 56542).
 */
const upperControls =
  '\u20AC\x81\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\x8D\u017D\x8F' +
  '\x90\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\x9D\u017E\u0178';

/** The text of bytes in windows-1252 that were read as Latin-1, which is a part of it. */
export function fromWindows1252(latin1: string): string {
  return latin1.replace(/[\x80-\x9F]/g, (control) => upperControls[control.charCodeAt(0) - 0x80] ?? control);
}

/** The UTF-8 bytes of a text. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

/** Whether a text is over `limit` UTF-8 bytes; of most texts their length tells that they are not. */
export function isOver(text: string, limit: number): boolean {
  // No character takes more than three bytes per UTF-16 unit.
  return text.length * 3 > limit && Buffer.byteLength(text) > limit;
}

/**
 * The longest beginning of a text that is at most `limit` UTF-8 bytes and splits no code point. Adobe cuts by bytes and
 * does not say what becomes of a split character (Adobe docs, Data Insertion FAQ).
 */
export function cutToBytes(text: string, limit: number): string {
  if (!isOver(text, limit)) return text;
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) bytes += 1;
    else if (code < 0x800) bytes += 2;
    else if (isPair(text, at, code)) {
      if (bytes + 4 > limit) return text.slice(0, at);
      bytes += 4;
      at++;
      continue;
    } else bytes += 3;
    if (bytes > limit) return text.slice(0, at);
  }
  return text;
}

function isPair(text: string, at: number, code: number): boolean {
  if (code < 0xd800 || code > 0xdbff) return false;
  const next = text.charCodeAt(at + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}

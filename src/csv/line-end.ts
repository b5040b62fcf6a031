/** What ends the lines of a file; `\n` covers `\r\n`. */
export type LineEnd = '\n' | '\r';

const sampleChars = 65_536;

/**
 * Finds a file's line end in its first 65,536 characters, quoted cells aside: `\n` where there is one, `\r` where
 * that is the only one, `null` while the text is too short to say.
 */
export function findLineEnd(text: string, quote: string | null, whole: boolean): LineEnd | null {
  const quoteCode = quote === null ? -1 : quote.charCodeAt(0);
  const end = Math.min(text.length, sampleChars);
  let quoted = false;
  let returns = false;
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === quoteCode) quoted = !quoted;
    else if (quoted) continue;
    else if (code === 10) return '\n';
    else if (code === 13) returns = true;
  }
  if (!whole && text.length < sampleChars) return null;
  return returns ? '\r' : '\n';
}

/** How often `mark` begins at or after `from` and before `to`. */
export function countOf(text: string, mark: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf(mark, from); at !== -1 && at < to; at = text.indexOf(mark, at + 1)) count++;
  return count;
}

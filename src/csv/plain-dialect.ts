import type { CsvDialect } from './dialect.ts';

/** The bytes that mean something in a plain dialect; `quote` is -1 where it has none. */
export interface PlainBytes {
  readonly delimiter: number;
  readonly quote: number;
}

/**
 * The bytes of a dialect whose delimiter and quote are one ASCII character each, without escapes and comments; `null` for
 * every other. In UTF-8 and Latin-1 such bytes stand for nothing else.
 */
export function plainBytes({ delimiter, quote, escape: sign, comment }: CsvDialect): PlainBytes | null {
  if (sign !== undefined || comment !== undefined) return null;
  const isPlain = isAscii(delimiter) && (quote === null || isAscii(quote));
  return isPlain ? { delimiter: delimiter.charCodeAt(0), quote: quote === null ? -1 : quote.charCodeAt(0) } : null;
}

function isAscii(text: string): boolean {
  return text.length === 1 && text.charCodeAt(0) < 0x80;
}

/** How a delimited file is written. `null` as quote: the file has none, and `"` is an ordinary character. */
export interface CsvDialect {
  readonly delimiter: string;
  readonly quote: string | null;
  /** Takes the meaning from a quote, the delimiter, a line break or itself after it, besides quotes that are doubled. */
  readonly escape?: string;
  /** Absent: found from the text. `\n` accepts `\r\n` line ends too, mixed as they come. */
  readonly newline?: '\n' | '\r\n' | '\r';
  /** Lines that begin with this text are no rows. */
  readonly comment?: string;
}

/** What makes a dialect unusable, in words for the person who wrote it; `null` where nothing does. */
export function dialectFault({ delimiter, quote, comment, escape: sign }: CsvDialect): string | null {
  if (delimiter === '') return 'the delimiter is empty';
  if (/[\r\n\uFEFF]/.test(delimiter)) return 'the delimiter holds a line break or a byte order mark';
  if (quote !== null && quote.length !== 1) return `the quote must be one character, not ${JSON.stringify(quote)}`;
  if (quote !== null && /[\r\n\uFEFF]/.test(quote)) return 'the quote is a line break or a byte order mark';
  if (quote !== null && delimiter.includes(quote)) return 'the delimiter holds the quote character';
  // papaparse replaces this delimiter by a comma without a word.
  if (delimiter === '"') return 'the delimiter cannot be a double quote';
  if (sign !== undefined) {
    if (sign.length !== 1) return `the escape must be one character, not ${JSON.stringify(sign)}`;
    if (/[\r\n\uFEFF]/.test(sign)) return 'the escape is a line break or a byte order mark';
    if (sign === quote) return 'the escape is the quote, which is doubled in any case';
    if (delimiter.includes(sign)) return 'the delimiter holds the escape character';
    if (comment?.startsWith(sign)) return 'a line that begins with the escape would be a comment';
  }
  if (comment === undefined) return null;
  if (comment === '') return 'the comment mark is empty';
  if (/[\r\n]/.test(comment)) return 'the comment mark holds a line break';
  if (comment.startsWith(delimiter)) return 'a line that begins with the delimiter would be a comment';
  if (quote !== null && comment.startsWith(quote)) return 'a line that begins with the quote would be a comment';
  return null;
}

/** How a delimited file is written. `null` as quote: the file has none, and `"` is an ordinary character. */
export interface CsvDialect {
  readonly delimiter: string;
  readonly quote: string | null;
  /** Takes the meaning from a quote, the delimiter, a line break or itself after it, besides quotes that are doubled. */
  readonly escape?: string;
  /** Absent: found from the text. `\n` accepts `\r\n` line ends too, mixed as they come. */
  readonly newline?: '\n';
  /** Lines that begin with this text are no rows. */
  readonly comment?: string;
}

/** The member that makes a dialect unusable, and why, in words for the person who wrote it. */
export interface DialectFault {
  readonly member: 'delimiter' | 'quote' | 'escape' | 'comment';
  readonly says: string;
}

/** What makes a dialect unusable; `null` where nothing does. */
export function dialectFault({ delimiter, quote, comment, escape: sign }: CsvDialect): DialectFault | null {
  const fault = (member: DialectFault['member'], says: string): DialectFault => ({ member, says });
  if (delimiter === '') return fault('delimiter', 'the delimiter is empty');
  if (/[\r\n\uFEFF]/.test(delimiter)) {
    return fault('delimiter', 'the delimiter holds a line break or a byte order mark');
  }
  if (quote !== null) {
    if (quote.length !== 1) return fault('quote', `the quote must be one character, not ${JSON.stringify(quote)}`);
    if (/[\r\n\uFEFF]/.test(quote)) return fault('quote', 'the quote is a line break or a byte order mark');
    if (delimiter.includes(quote)) return fault('delimiter', 'the delimiter holds the quote character');
  }
  // papaparse replaces this delimiter by a comma without a word.
  if (delimiter === '"') return fault('delimiter', 'the delimiter cannot be a double quote');
  if (sign !== undefined) {
    if (sign.length !== 1) return fault('escape', `the escape must be one character, not ${JSON.stringify(sign)}`);
    if (/[\r\n\uFEFF]/.test(sign)) return fault('escape', 'the escape is a line break or a byte order mark');
    if (sign === quote) return fault('escape', 'the escape is the quote, which is doubled in any case');
    if (delimiter.includes(sign)) return fault('delimiter', 'the delimiter holds the escape character');
    if (comment?.startsWith(sign)) return fault('comment', 'a line that begins with the escape would be a comment');
  }
  if (comment === undefined) return null;
  if (comment === '') return fault('comment', 'the comment mark is empty');
  if (/[\r\n]/.test(comment)) return fault('comment', 'the comment mark holds a line break');
  if (comment.startsWith(delimiter)) {
    return fault('comment', 'a line that begins with the delimiter would be a comment');
  }
  if (quote !== null && comment.startsWith(quote)) {
    return fault('comment', 'a line that begins with the quote would be a comment');
  }
  return null;
}

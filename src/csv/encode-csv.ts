const mustQuote = (code: number): boolean => code === 34 || code === 44 || code === 10 || code === 13;

/**
 * One cell as RFC 4180 writes it: in quotes, with quotes doubled, only where it holds a comma, a quote or a line break.
 * Everything else stands as it is, blanks at either end included.
 */
export function encodeCell(text: string): string {
  return needsQuotes(text) ? `"${text.includes('"') ? text.replaceAll('"', '""') : text}"` : text;
}

/** Cells joined by commas, without a line end. A single empty cell is `""`, so that its line is not blank. */
export function encodeLine(cells: readonly string[]): string {
  let line = encodeCell(cells[0] ?? '');
  if (cells.length === 1 && line === '') return '""';
  for (let i = 1; i < cells.length; i++) line += `,${encodeCell(cells[i] ?? '')}`;
  return line;
}

// Measured: below about two dozen characters a loop beats four searches.
function needsQuotes(text: string): boolean {
  if (text.length >= 24) {
    return text.includes(',') || text.includes('"') || text.includes('\n') || text.includes('\r');
  }
  for (let i = 0; i < text.length; i++) if (mustQuote(text.charCodeAt(i))) return true;
  return false;
}
